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
mod tests {
    use std::io::Read as _;

    use actix_web::{FromRequest, rt::System, test::TestRequest, web::Payload};

    use super::*;

    async fn taken(request: TestRequest, intake: &Intake) -> Result<Body, NotTaken> {
        let (request, mut payload) = request.to_http_parts();
        let payload = Payload::from_request(&request, &mut payload).await.unwrap();
        intake.take(&request, payload, "consumer").await
    }

    fn intake(folder: &Path) -> Intake {
        Intake {
            limit_bytes: 100,
            memory_bytes: 10,
            folder: folder.into(),
            slots: Arc::new(FairSemaphore::new(1)),
            wait: Duration::from_millis(10),
        }
    }

    #[test]
    fn a_long_body_has_a_slot_until_nobody_holds_it_and_a_short_one_has_none() {
        System::new().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            for memory_bytes in [10, 200_000] {
                let intake = Intake {
                    limit_bytes: 200_000,
                    memory_bytes,
                    ..intake(folder.path())
                };
                let request = |bytes| TestRequest::post().set_payload(vec![7; bytes]);
                let short = taken(request(65_536), &intake).await.unwrap();
                assert_eq!(intake.slots.available(), 1);
                let long = taken(request(65_537), &intake).await.unwrap();
                assert_eq!(long.in_memory().is_some(), memory_bytes > 10);
                let reader = long.reader(0);
                drop(long);
                assert_eq!(intake.slots.available(), 0);
                drop((short, reader));
                assert_eq!(intake.slots.available(), 1);
            }
        });
    }

    #[test]
    fn a_body_that_waits_too_long_for_its_slot_is_not_taken_and_was_not_read() {
        System::new().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let intake = Intake {
                limit_bytes: 200_000,
                ..intake(folder.path())
            };
            let held = intake.slots.try_acquire("another").unwrap();
            for announced in [true, false] {
                let request = TestRequest::post().set_payload(vec![7; 100_000]);
                let request = if announced {
                    request.insert_header(("content-length", "100000"))
                } else {
                    request
                };
                let refused = taken(request, &intake).await;
                assert!(matches!(refused, Err(NotTaken::Busy)), "{announced}");
            }
            assert!(
                taken(TestRequest::post().set_payload(vec![7; 60_000]), &intake)
                    .await
                    .is_ok()
            );
            drop(held);
            let request = TestRequest::post().set_payload(vec![7; 100_000]);
            assert!(taken(request, &intake).await.is_ok());
        });
    }

    #[test]
    fn a_body_is_read_back_from_wherever_it_is_kept_and_leaves_no_file() {
        System::new().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            for length in [0_usize, 10, 11, 100] {
                let content: Vec<u8> = (0..length).map(|at| u8::try_from(at).unwrap()).collect();
                let request = TestRequest::post().set_payload(content.clone());
                let body = taken(request, &intake(folder.path())).await.unwrap();
                assert_eq!(body.in_memory().is_some(), length <= 10);
                for start in [0, length / 2] {
                    let mut read = Vec::new();
                    let from = u64::try_from(start).unwrap();
                    body.reader(from).read_to_end(&mut read).unwrap();
                    assert_eq!(read, content[start..]);
                }
                assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
            }
        });
    }

    #[test]
    fn a_body_over_the_limit_or_with_a_coding_is_not_taken() {
        System::new().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let large = TestRequest::post().set_payload(vec![0; 101]);
            assert!(matches!(
                taken(large, &intake(folder.path())).await,
                Err(NotTaken::TooLarge { limit: 100 })
            ));
            for coding in [
                "gzip",
                "deflate",
                "br",
                "zstd",
                "compress",
                "x",
                "identity, gzip",
            ] {
                let encoded = TestRequest::post().insert_header(("content-encoding", coding));
                assert!(matches!(
                    taken(encoded, &intake(folder.path())).await,
                    Err(NotTaken::Encoded)
                ));
            }
            for coding in ["identity", " Identity "] {
                let plain = TestRequest::post().insert_header(("content-encoding", coding));
                assert!(taken(plain, &intake(folder.path())).await.is_ok());
            }
            let announced = TestRequest::post().insert_header(("content-length", "101"));
            assert!(matches!(
                taken(announced, &intake(folder.path())).await,
                Err(NotTaken::TooLarge { .. })
            ));
        });
    }

    /// Rows: HTTP-26
    #[test]
    fn a_body_that_does_not_say_its_length_is_taken_up_to_the_limit_and_no_further() {
        System::new().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            for (length, is_taken) in [(100, true), (101, false), (5000, false)] {
                let (_, mut body) = TestRequest::post()
                    .set_payload(vec![0; length])
                    .to_http_parts();
                let chunked = TestRequest::post()
                    .insert_header(("transfer-encoding", "chunked"))
                    .to_http_request();
                let payload = Payload::from_request(&chunked, &mut body).await.unwrap();
                let taken = intake(folder.path()).take(&chunked, payload, "").await;
                assert_eq!(taken.is_ok(), is_taken, "{length}");
                let is_too_large = matches!(taken, Err(NotTaken::TooLarge { limit: 100 }));
                assert_eq!(is_too_large, !is_taken, "{length}");
            }
        });
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_said() {
        System::new().block_on(async {
            let broken = Intake {
                folder: "/proc/none".into(),
                ..intake(Path::new("/"))
            };
            let request = TestRequest::post().set_payload(vec![0; 50]);
            assert!(matches!(
                taken(request, &broken).await,
                Err(NotTaken::Kept { .. })
            ));
        });
    }
}
