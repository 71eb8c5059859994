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
mod tests;
