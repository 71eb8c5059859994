//! Bodies: whole in memory, piece by piece from the disk, or only a length.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, MessageBody},
    rt::task::JoinHandle,
};
use bytes::Bytes;

use super::write_buffer::FILE_PIECE_BYTES;
use crate::dataset::{FileBytes, Piece};

/// A length without bytes: what HEAD answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct LengthOnly(pub(super) u64);

impl MessageBody for LengthOnly {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        Poll::Ready(None)
    }
}

/// The bytes of a file: from the page cache at once, from the disk by a thread that may wait.
#[derive(Debug)]
pub(super) struct FileBody {
    bytes: FileBytes,
    length: u64,
    waiting: Option<JoinHandle<(FileBytes, io::Result<Piece>)>>,
}

impl FileBody {
    pub(super) fn new(bytes: FileBytes) -> Self {
        Self {
            length: bytes.remaining(),
            bytes,
            waiting: None,
        }
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Piece>> {
        if self.waiting.is_none() {
            match self.bytes.next_without_waiting(FILE_PIECE_BYTES) {
                Ok(Piece::WouldBlock) => {}
                piece => return Poll::Ready(piece),
            }
        }
        let bytes = self.bytes.clone();
        let waiting = self.waiting.get_or_insert_with(|| {
            actix_web::rt::task::spawn_blocking(move || {
                let mut bytes = bytes;
                let piece = bytes.next_waiting(FILE_PIECE_BYTES);
                (bytes, piece)
            })
        });
        let joined = std::task::ready!(Pin::new(waiting).poll(context));
        self.waiting = None;
        Poll::Ready(joined.map_err(io::Error::other).and_then(|(bytes, piece)| {
            self.bytes = bytes;
            piece
        }))
    }
}

impl MessageBody for FileBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        match std::task::ready!(self.poll_piece(context)) {
            Ok(Piece::Ready(bytes)) => Poll::Ready(Some(Ok(bytes))),
            Ok(Piece::End) => Poll::Ready(None),
            Ok(Piece::WouldBlock) => Poll::Ready(Some(Err(io::ErrorKind::WouldBlock.into()))),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}
