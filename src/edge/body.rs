//! Body of a request, to be read from any place in it and more than once.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    os::unix::fs::FileExt,
    sync::Arc,
};

use bytes::Bytes;

use crate::fair_semaphore::Slot;

/// A whole body.
#[derive(Clone, Debug)]
pub enum Body {
    /// In a file without a name.
    Disk(Arc<Spooled>),
    /// In memory.
    Memory(Bytes),
}

/// File of a body, and what keeps the slot that the body has.
#[derive(Debug)]
pub struct Spooled {
    /// None only while it is dropped.
    file: Option<File>,
    held: Held,
}

/// Holder of a body's slot: the slot itself, or the body that it came with.
#[derive(Debug)]
#[expect(dead_code, reason = "what is in it is let go with it")]
pub(super) enum Held {
    Body(Body),
    Slot(Option<Slot>),
}

impl Body {
    /// The body in `file`.
    pub(super) fn on_disk(file: File, held: Held) -> Self {
        Self::Disk(Arc::new(Spooled {
            file: Some(file),
            held,
        }))
    }

    /// The body `bytes`.
    pub(super) fn in_slot(bytes: Bytes, held: Held) -> Self {
        Self::Memory(Bytes::from_owner(InSlot { bytes, _held: held }))
    }

    /// The holder of the slot, for a body that takes this one's place: of a file that nobody reads any more, the slot.
    pub(super) fn into_held(self) -> Held {
        match self {
            Self::Disk(mut spooled) => match Arc::get_mut(&mut spooled) {
                Some(alone) => std::mem::replace(&mut alone.held, Held::Slot(None)),
                None => Held::Body(Self::Disk(spooled)),
            },
            memory @ Self::Memory(_) => Held::Body(memory),
        }
    }

    /// A reader of the bytes from `start` on.
    #[must_use]
    pub fn reader(&self, start: u64) -> Box<dyn BufRead + Send> {
        match self {
            Self::Disk(file) => Box::new(BufReader::with_capacity(
                PIECE,
                FileFrom {
                    spooled: Arc::clone(file),
                    at: start,
                },
            )),
            Self::Memory(bytes) => {
                let mut cursor = Cursor::new(bytes.clone());
                cursor.set_position(start);
                Box::new(cursor)
            }
        }
    }

    /// Bytes; as many as can be counted when the system does not say.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Disk(spooled) => {
                let found = spooled.file.as_ref().map(File::metadata);
                found.map_or(u64::MAX, |found| {
                    found.map_or(u64::MAX, |found| found.len())
                })
            }
            Self::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        }
    }

    /// The whole body, brought into memory: for a thread that may wait for the disk.
    ///
    /// # Errors
    /// What the disk says.
    pub fn whole(&self) -> io::Result<Bytes> {
        match self {
            Self::Disk(_) => {
                let mut bytes = Vec::new();
                self.reader(0).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
            Self::Memory(bytes) => Ok(bytes.clone()),
        }
    }

    /// The whole body, when it is in memory.
    #[must_use]
    pub fn in_memory(&self) -> Option<&Bytes> {
        match self {
            Self::Memory(bytes) => Some(bytes),
            Self::Disk(_) => None,
        }
    }

    /// `true` when it is read through in less time than another thread takes to begin.
    #[must_use]
    pub fn is_short(&self) -> bool {
        matches!(self, Self::Memory(_)) && self.length() <= SHORT
    }
}

impl Drop for Spooled {
    /// The system gives the disk's blocks back when a file without a name is closed, some 16 ms for 256 MiB: no work
    /// for a thread that answers others.
    fn drop(&mut self) {
        let file = self.file.take();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || drop(file));
        }
    }
}

/// Bytes, and what keeps the slot in which they are held.
struct InSlot {
    bytes: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for InSlot {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A file with a reading position of its own.
struct FileFrom {
    spooled: Arc<Spooled>,
    at: u64,
}

impl Read for FileFrom {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let file = self.spooled.file.as_ref();
        let file = file.ok_or(io::ErrorKind::NotFound)?;
        let read = file.read_at(into, self.at)?;
        self.at += u64::try_from(read).unwrap_or(0);
        Ok(read)
    }
}

/// Bytes of a body that needs no slot: no more than its connection's buffers take.
pub(super) const SHORT: u64 = 64 * 1024;
/// Bytes read from the disk at once.
const PIECE: usize = 256 * 1024;
