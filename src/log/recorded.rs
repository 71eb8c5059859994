//! A body whose access record is written when it ends, with the bytes that really left.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

use super::Access;

/// A body on its way; dropped at its end, or when the client goes away.
#[derive(Debug)]
pub struct Recorded {
    access: Access,
    body: BoxBody,
    sent_bytes: u64,
    status: u16,
}

impl Recorded {
    /// Counts what `body` sends, for the record `access` of an answer of `status`.
    #[must_use]
    pub fn new(access: Access, status: u16, body: BoxBody) -> Self {
        Self {
            access,
            body,
            sent_bytes: 0,
            status,
        }
    }
}

/// Reason why a body does not come to its end. The server logs it as programmers print it: that says it in words.
#[derive(thiserror::Error)]
#[error("{0}")]
pub struct CutShort(Box<dyn Error>);

impl fmt::Debug for CutShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl MessageBody for Recorded {
    type Error = CutShort;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let piece = std::task::ready!(Pin::new(&mut self.body).poll_next(context));
        if let Some(Ok(bytes)) = &piece {
            self.sent_bytes += u64::try_from(bytes.len()).unwrap_or(0);
        }
        Poll::Ready(piece.map(|piece| piece.map_err(CutShort)))
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        self.access.write(self.status, self.sent_bytes);
    }
}
