//! The body of a request: taken in whole before it is answered, in memory and beyond a bound on disk.
//!
//! Most clients send everything before they read anything. A body that is taken in whole can be
//! answered at the reader's pace without either side waiting for the other.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Cursor, Read, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actix_web::{HttpRequest, http::header, rt::task::spawn_blocking, web::Payload};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

/// How much of a body is taken, and where it is kept.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Octets of a body.
    pub limit_bytes: u64,
    /// Octets that are kept in memory.
    pub memory_bytes: usize,
    /// Folder for the rest: files without a name.
    pub folder: PathBuf,
}

/// Why a body was not taken in.
#[derive(Debug, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum NotTaken {
    /// The connection ended or broke its framing.
    #[error("the body broke off")]
    Broken,
    /// A content coding, RFC 9110 §8.4.
    #[error("the body has a content coding")]
    Encoded,
    /// The disk does not take it.
    #[error("cannot keep the body in {}: {source}", .folder.display())]
    Kept {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing came for a while.
    #[error("the body stopped coming")]
    Stalled,
    /// More than [`Intake::limit_bytes`].
    #[error("the body is larger than {limit} octets")]
    TooLarge {
        /// Octets taken.
        limit: u64,
    },
}

/// A whole body, to be read from any place in it and more than once.
#[derive(Clone, Debug)]
pub enum Body {
    /// In a file without a name.
    Disk(Arc<File>),
    /// In memory.
    Memory(Bytes),
}

impl Intake {
    /// Takes the body of `request`.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn take(
        &self,
        request: &HttpRequest,
        mut payload: Payload,
    ) -> Result<Body, NotTaken> {
        self.admit(request)?;
        let too_large = NotTaken::TooLarge {
            limit: self.limit_bytes,
        };
        let mut kept = BytesMut::new();
        let mut file: Option<Arc<File>> = None;
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
            kept.extend_from_slice(&piece);
            if kept.len() > self.memory_bytes {
                file = Some(self.keep(file, kept.split().freeze()).await?);
            }
        }
        match file {
            None => Ok(Body::Memory(kept.freeze())),
            file => Ok(Body::Disk(self.keep(file, kept.freeze()).await?)),
        }
    }

    /// What can be said before the first octet.
    fn admit(&self, request: &HttpRequest) -> Result<(), NotTaken> {
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
        if announced.is_some_and(|length: u64| length > self.limit_bytes) {
            return Err(NotTaken::TooLarge {
                limit: self.limit_bytes,
            });
        }
        Ok(())
    }

    /// Adds `octets` to the file, on a thread that may wait for the disk.
    async fn keep(&self, file: Option<Arc<File>>, octets: Bytes) -> Result<Arc<File>, NotTaken> {
        let folder = self.folder.clone();
        let written = spawn_blocking(move || {
            let file = file.map_or_else(|| nameless(&folder).map(Arc::new), Ok)?;
            (&*file).write_all(&octets)?;
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

impl Body {
    /// A reader of the octets from `start` on.
    #[must_use]
    pub fn reader(&self, start: u64) -> Box<dyn BufRead + Send> {
        match self {
            Self::Disk(file) => Box::new(BufReader::with_capacity(
                PIECE,
                FileFrom {
                    file: Arc::clone(file),
                    at: start,
                },
            )),
            Self::Memory(octets) => {
                let mut cursor = Cursor::new(octets.clone());
                cursor.set_position(start);
                Box::new(cursor)
            }
        }
    }

    /// Octets; as many as can be counted when the system does not say.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Disk(file) => file.metadata().map_or(u64::MAX, |found| found.len()),
            Self::Memory(octets) => u64::try_from(octets.len()).unwrap_or(u64::MAX),
        }
    }

    /// The whole body, brought into memory: for a thread that may wait for the disk.
    ///
    /// # Errors
    /// What the disk says.
    pub fn whole(&self) -> io::Result<Bytes> {
        match self {
            Self::Disk(_) => {
                let mut octets = Vec::new();
                self.reader(0).read_to_end(&mut octets)?;
                Ok(octets.into())
            }
            Self::Memory(octets) => Ok(octets.clone()),
        }
    }

    /// The whole body, when it is in memory.
    #[must_use]
    pub fn in_memory(&self) -> Option<&Bytes> {
        match self {
            Self::Memory(octets) => Some(octets),
            Self::Disk(_) => None,
        }
    }
}

/// A file with a reading position of its own.
struct FileFrom {
    file: Arc<File>,
    at: u64,
}

impl Read for FileFrom {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += u64::try_from(read).unwrap_or(0);
        Ok(read)
    }
}

/// A file that nobody else can open, and that is gone with its last holder.
fn nameless(folder: &Path) -> io::Result<File> {
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

/// How long the next octets may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Octets read from the disk at once.
const PIECE: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use actix_web::{FromRequest, rt::System, test::TestRequest};

    use super::*;

    async fn taken(request: TestRequest, intake: &Intake) -> Result<Body, NotTaken> {
        let (request, mut payload) = request.to_http_parts();
        let payload = Payload::from_request(&request, &mut payload).await.unwrap();
        intake.take(&request, payload).await
    }

    fn intake(folder: &Path) -> Intake {
        Intake {
            limit_bytes: 100,
            memory_bytes: 10,
            folder: folder.into(),
        }
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
                let taken = intake(folder.path()).take(&chunked, payload).await;
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
