//! A body that is made while it is sent: by a thread that waits for the reader, and ends with it.

use std::{
    collections::VecDeque,
    hint::black_box,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, MessageBody},
    rt::task::spawn_blocking,
};
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::fair_semaphore::Slot;

/// The reading end: what HTTP sends.
#[derive(Debug)]
pub struct StreamBody {
    /// Pieces that were waited for before the answer began.
    ahead: VecDeque<Bytes>,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    size: BodySize,
}

/// The writing end; a write fails once nobody reads any more.
#[derive(Debug)]
pub struct Sink {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    _slot: Slot,
}

impl StreamBody {
    /// Starts `work` on a thread of its own, which holds `slot` as long as it runs.
    ///
    /// A fault of `work` ends the connection, so that nobody takes what came before it for the whole.
    pub fn start(slot: Slot, work: impl FnOnce(Sink) -> io::Result<()> + Send + 'static) -> Self {
        let (sender, pieces) = mpsc::channel(PIECES);
        let sink = Sink {
            sender: sender.clone(),
            piece: Vec::with_capacity(PIECE + PIECE / 4),
            _slot: slot,
        };
        spawn_blocking(move || {
            let done = catch_unwind(AssertUnwindSafe(|| work(sink)));
            if let Err(error) = done.unwrap_or_else(|_| Err(io::Error::other("a panic"))) {
                let _ = sender.blocking_send(Err(error));
            }
        });
        Self {
            ahead: VecDeque::new(),
            pieces,
            size: BodySize::Stream,
        }
    }

    /// As [`Self::start`], of a body that has so many bytes.
    pub fn start_sized(
        slot: Slot,
        length: u64,
        work: impl FnOnce(Sink) -> io::Result<()> + Send + 'static,
    ) -> Self {
        Self {
            size: BodySize::Sized(length),
            ..Self::start(slot, work)
        }
    }

    /// As [`Self::start`], when the first bytes are there: a body that is short is whole then, and its length is known.
    ///
    /// # Errors
    /// A fault of `work` that it comes to before them, while another answer can still be given.
    pub async fn begin(
        slot: Slot,
        work: impl FnOnce(Sink) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        let mut body = Self::start(slot, work);
        let mut length = 0;
        while length <= AT_ONCE {
            let Some(piece) = body.pieces.recv().await else {
                body.size = BodySize::Sized(u64::try_from(length).unwrap_or(u64::MAX));
                break;
            };
            let piece = piece?;
            length += piece.len();
            body.ahead.push_back(piece);
        }
        Ok(body)
    }

    /// The same, of which no length is told.
    #[must_use]
    pub fn without_length(self) -> Self {
        Self {
            size: BodySize::Stream,
            ..self
        }
    }
}

impl Sink {
    /// Hands on `bytes` without a copy, in pieces, behind what was written. They may be of a mapped file: of each piece all
    /// pages are in memory when it is handed on, so that who sends it does not wait for the disk.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub fn hand_on(&mut self, mut bytes: Bytes) -> io::Result<()> {
        self.flush()?;
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PIECE));
            let pages = piece.iter().step_by(PAGE);
            black_box(pages.fold(0, |all, octet| all ^ octet));
            self.hand(piece)?;
        }
        Ok(())
    }

    fn hand(&mut self, piece: Bytes) -> io::Result<()> {
        self.sender
            .blocking_send(Ok(piece))
            .or(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn send(&mut self) -> io::Result<()> {
        let capacity = self.piece.capacity();
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(capacity));
        self.hand(piece.into())
    }
}

impl Write for Sink {
    /// Takes no more than a piece at once, so that what waits for the reader is bounded.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.get(..PIECE).unwrap_or(bytes);
        self.piece.extend_from_slice(taken);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            Ok(())
        } else {
            self.send()
        }
    }
}

impl MessageBody for StreamBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        match self.ahead.pop_front() {
            Some(piece) => Poll::Ready(Some(Ok(piece))),
            None => self.pieces.poll_recv(context),
        }
    }
}

/// Bytes that are waited for before an answer begins, at least.
const AT_ONCE: usize = 512 * 1024;
/// Bytes of a page of memory, at least.
const PAGE: usize = 4096;
/// Bytes of a piece, at least; it has less than twice as many.
const PIECE: usize = 64 * 1024;
/// Pieces that wait for the reader.
const PIECES: usize = 4;

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    };

    use actix_web::{body::to_bytes, rt::System};

    use super::*;
    use crate::fair_semaphore::FairSemaphore;

    async fn slot(slots: &FairSemaphore) -> Slot {
        slots.acquire("consumer").await.unwrap()
    }

    #[test]
    fn what_is_written_arrives_in_order_and_ends_its_slot() {
        System::new().block_on(async {
            let slots = FairSemaphore::new(1);
            let body = StreamBody::start(slot(&slots).await, |mut sink| {
                for number in 0..200_000_u32 {
                    sink.write_all(&number.to_be_bytes())?;
                }
                sink.flush()
            });
            let bytes = to_bytes(body).await.unwrap();
            assert_eq!(bytes.len(), 800_000);
            assert!(
                bytes
                    .chunks(4)
                    .zip(0..)
                    .all(|(found, number)| found == u32::to_be_bytes(number))
            );
            drop(slot(&slots).await);
        });
    }

    #[test]
    fn what_is_written_at_once_leaves_piece_by_piece() {
        System::new().block_on(async {
            let slots = FairSemaphore::new(1);
            let mut body = StreamBody::start(slot(&slots).await, |mut sink| {
                sink.write_all(b"a little")?;
                sink.write_all(&vec![0; 50 * PIECE])?;
                sink.flush()
            });
            let mut bytes = 0;
            while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await
            {
                let piece = piece.unwrap();
                assert!(piece.len() < 2 * PIECE, "{}", piece.len());
                bytes += piece.len();
            }
            assert_eq!(bytes, 8 + 50 * PIECE);
        });
    }

    #[test]
    fn a_short_body_has_its_length_and_a_long_one_begins_before_its_end() {
        System::new().block_on(async {
            let slots = FairSemaphore::new(1);
            for (length, is_whole) in [
                (0, true),
                (1, true),
                (PIECE, true),
                (AT_ONCE, true),
                (AT_ONCE + PIECE, false),
                (10 * AT_ONCE, false),
            ] {
                let body = StreamBody::begin(slot(&slots).await, move |mut sink| {
                    sink.write_all(&vec![7; length])?;
                    sink.flush()
                });
                let body = body.await.unwrap();
                let size = if is_whole {
                    BodySize::Sized(u64::try_from(length).unwrap())
                } else {
                    BodySize::Stream
                };
                assert_eq!(body.size(), size);
                assert_eq!(to_bytes(body).await.unwrap(), vec![7; length]);
            }
            let sized = StreamBody::start_sized(slot(&slots).await, 3, |mut sink| {
                sink.write_all(b"abc")?;
                sink.flush()
            });
            assert_eq!(sized.size(), BodySize::Sized(3));
            assert_eq!(to_bytes(sized).await.unwrap(), "abc");
        });
    }

    #[test]
    fn bytes_are_handed_on_behind_what_was_written_and_are_not_copied() {
        System::new().block_on(async {
            let slots = FairSemaphore::new(1);
            let whole = Bytes::from(vec![1; 3 * PIECE + 5]);
            let handed = whole.clone();
            let mut body = StreamBody::start(slot(&slots).await, move |mut sink| {
                sink.write_all(b"before")?;
                sink.hand_on(handed)?;
                sink.write_all(b"behind")?;
                sink.flush()
            });
            let mut pieces = Vec::new();
            while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await
            {
                pieces.push(piece.unwrap());
            }
            assert_eq!(pieces.concat(), [b"before", &whole[..], b"behind"].concat());
            assert_eq!(pieces[1].as_ptr(), whole.as_ptr());
            assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        });
    }

    #[test]
    fn a_reader_that_goes_away_stops_the_work() {
        System::new().block_on(async {
            let slots = FairSemaphore::new(1);
            let has_stopped = Arc::new(AtomicBool::new(false));
            let stopped = Arc::clone(&has_stopped);
            let body = StreamBody::start(slot(&slots).await, move |mut sink| {
                loop {
                    if let Err(error) = sink.write_all(&[0; 1000]) {
                        stopped.store(true, Ordering::SeqCst);
                        return Err(error);
                    }
                }
            });
            drop(body);
            drop(slot(&slots).await);
            assert!(has_stopped.load(Ordering::SeqCst));
        });
    }

    #[test]
    fn a_fault_ends_the_body_as_a_fault() {
        System::new().block_on(async {
            let slots = FairSemaphore::new(1);
            let body = StreamBody::start(slot(&slots).await, |mut sink| {
                sink.write_all(b"half")?;
                sink.flush()?;
                Err(io::Error::other("broken"))
            });
            assert!(to_bytes(body).await.is_err());
            let body = StreamBody::start(slot(&slots).await, |_| panic!("a fault of ours"));
            assert!(to_bytes(body).await.is_err());
            // What comes to nothing before the answer begins is no answer.
            let begun = StreamBody::begin(slot(&slots).await, |mut sink| {
                sink.write_all(b"half")?;
                Err(io::Error::other("broken"))
            });
            assert!(begun.await.is_err());
        });
    }
}
