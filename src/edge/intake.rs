//! Intake of a request's body: taken in whole before it is answered, in memory and beyond a bound on disk.
//!
//! Most clients send everything before they read anything. A body that is taken in whole can be
//! answered at the reader's pace without either side waiting for the other. Beyond what a connection's own buffers
//! hold it needs a slot, and has it for as long as anyone holds the body: all bodies together take so much memory,
//! and so much of the disk, as the configuration says.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actix_web::{HttpRequest, error::PayloadError, http::header, rt::task::spawn_blocking};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use super::body::{Body, Held, SHORT};
use crate::fair_semaphore::{FairSemaphore, Slot};

/// Limits of a body that is taken, and the place where it is kept.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Bytes of a body.
    pub limit_bytes: u64,
    /// Bytes that are kept in memory.
    pub memory_bytes: usize,
    /// Folder for the rest: files without a name.
    pub folder: PathBuf,
    /// Slots of bodies that are not short.
    pub slots: Arc<FairSemaphore>,
    /// Time that a body may wait for its slot, unread.
    pub wait: Duration,
}

/// Reason why a body was not taken in.
#[derive(Debug, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum NotTaken {
    /// The connection ended or broke its framing.
    #[error("the body broke off")]
    Broken,
    /// As many bodies are held as may be, for a while.
    #[error("as many long bodies are held as may be")]
    Busy,
    /// A charset that is declared and not known.
    #[error(
        "the charset that Content-Type declares is not known; send UTF-8, or declare a charset of the Encoding Standard by its label, as windows-1252 or utf-16"
    )]
    CharsetUnknown,
    /// A content coding, RFC 9110 §8.4.
    #[error("the body has a content coding")]
    Encoded,
    /// The disk does not take it.
    #[error("cannot keep the body in {}: {source}", .folder.display())]
    Kept {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Nothing came for a while.
    #[error("the body stopped coming")]
    Stalled,
    /// More than [`Intake::limit_bytes`].
    #[error("the body is larger than {limit} octets")]
    TooLarge {
        /// Bytes taken.
        limit: u64,
    },
}

impl Intake {
    /// Takes the body of `request`, in a slot of `consumer` unless it is short.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn take(
        &self,
        request: &HttpRequest,
        mut payload: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
        consumer: &str,
    ) -> Result<Body, NotTaken> {
        let announced = self.admit(request)?;
        let too_large = NotTaken::TooLarge {
            limit: self.limit_bytes,
        };
        let mut slot = None;
        if announced > SHORT {
            slot = Some(self.slot(consumer).await?);
        }
        let mut kept = BytesMut::new();
        let mut file: Option<File> = None;
        let mut length = 0_u64;
        loop {
            let next = tokio::time::timeout(PATIENCE, payload.next()).await;
            let Some(piece) = next.or(Err(NotTaken::Stalled))? else {
                break;
            };
            let piece = piece.or(Err(NotTaken::Broken))?;
            length += u64::try_from(piece.len()).unwrap_or(u64::MAX);
            if length > self.limit_bytes {
                return Err(too_large);
            }
            if length > SHORT && slot.is_none() {
                slot = Some(self.slot(consumer).await?);
            }
            kept.extend_from_slice(&piece);
            if kept.len() > self.memory_bytes {
                file = Some(self.keep(file, kept.split().freeze()).await?);
            }
        }
        match (file, slot) {
            (None, None) => Ok(Body::Memory(kept.freeze())),
            (None, slot) => Ok(Body::in_slot(kept.freeze(), Held::Slot(slot))),
            (file, slot) => {
                let file = self.keep(file, kept.freeze()).await?;
                Ok(Body::on_disk(file, Held::Slot(slot)))
            }
        }
    }

    /// A slot of `consumer`, for which it waits a while.
    async fn slot(&self, consumer: &str) -> Result<Slot, NotTaken> {
        let slot = tokio::time::timeout(self.wait, self.slots.acquire(consumer)).await;
        slot.ok().flatten().ok_or(NotTaken::Busy)
    }

    /// The announced length, refused before the first byte when it is too much.
    fn admit(&self, request: &HttpRequest) -> Result<u64, NotTaken> {
        let field = |name| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let coding = field(header::CONTENT_ENCODING).unwrap_or("identity");
        if !coding.trim().eq_ignore_ascii_case("identity") {
            return Err(NotTaken::Encoded);
        }
        let announced = field(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let announced: u64 = announced.unwrap_or(0);
        if announced > self.limit_bytes {
            return Err(NotTaken::TooLarge {
                limit: self.limit_bytes,
            });
        }
        Ok(announced)
    }

    /// Adds `bytes` to the file, on a thread that may wait for the disk.
    async fn keep(&self, file: Option<File>, bytes: Bytes) -> Result<File, NotTaken> {
        let folder = self.folder.clone();
        let written = spawn_blocking(move || {
            let mut file = file.map_or_else(|| nameless(&folder), Ok)?;
            file.write_all(&bytes)?;
            Ok(file)
        });
        let kept = written
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)));
        kept.map_err(|source| NotTaken::Kept {
            folder: self.folder.clone(),
            source,
        })
    }
}

/// A file that nobody else can open, and that is gone with its last holder.
pub(super) fn nameless(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!(".body-{}", uuid::Uuid::new_v4()));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Time that the next bytes may take.
const PATIENCE: Duration = Duration::from_secs(30);
#[cfg(test)]
mod tests;
