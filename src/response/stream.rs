//! A body that is made while it is sent: by a thread that waits for the reader, and ends with it.

use std::{
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
    pieces: mpsc::Receiver<io::Result<Bytes>>,
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
        Self { pieces }
    }
}

impl Sink {
    fn send(&mut self) -> io::Result<()> {
        let capacity = self.piece.capacity();
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(capacity));
        self.sender
            .blocking_send(Ok(piece.into()))
            .or(Err(io::ErrorKind::BrokenPipe.into()))
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
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        self.pieces.poll_recv(context)
    }
}

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
        });
    }
}
