//! The bytes of one open file, piece by piece, all of one version.

use std::{
    fs::File,
    io::{self, IoSliceMut},
    os::unix::fs::FileExt,
    sync::Arc,
};

use bytes::Bytes;
use rustix::{
    fs::fstat,
    io::{Errno, ReadWriteFlags, preadv2},
};

use super::{
    files::Reading,
    version::{FileIdentity, Version},
};

/// The file was changed in place while it was being read.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the file was changed while it was sent; publish by writing aside and renaming")]
pub struct FileChanged;

/// A file opened once: a file renamed over it does not touch what is read from here.
#[derive(Clone, Debug)]
pub struct FileBytes {
    file: Arc<File>,
    version: Version,
    position: u64,
    end: u64,
    reading: Reading,
}

/// The outcome of reading without waiting.
#[derive(Debug)]
pub enum Piece {
    /// Nothing is left.
    End,
    /// The next bytes.
    Ready(Bytes),
    /// The disk has to be waited for.
    WouldBlock,
}

impl FileBytes {
    pub(super) fn new(file: File, identity: &FileIdentity, reading: Reading) -> Self {
        Self {
            file: Arc::new(file),
            version: identity.version,
            position: 0,
            end: identity.length,
            reading,
        }
    }

    /// Only the bytes from `first` up to `last`, both counted from 0 and included.
    #[must_use]
    pub fn within(mut self, first: u64, last: u64) -> Self {
        self.position = first;
        self.end = last.saturating_add(1).min(self.end);
        self
    }

    /// Bytes that are left.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.end.saturating_sub(self.position)
    }

    /// The next piece, `at_most` so many bytes, if it is in the page cache.
    ///
    /// # Errors
    /// What the disk says, or [`FileChanged`].
    pub fn next_without_waiting(&mut self, at_most: usize) -> io::Result<Piece> {
        self.told_piece(at_most, ReadWriteFlags::NOWAIT)
    }

    /// The next piece, `at_most` so many bytes, waiting for the disk: for a thread that may.
    ///
    /// # Errors
    /// What the disk says, or [`FileChanged`].
    pub fn next_waiting(&mut self, at_most: usize) -> io::Result<Piece> {
        self.told_piece(at_most, ReadWriteFlags::empty())
    }

    pub(super) fn read_whole(&mut self) -> io::Result<Bytes> {
        let whole = self.whole();
        match &whole {
            Ok(_) => self.reading.ended(),
            Err(error) => self.reading.failed(error),
        }
        whole
    }

    fn whole(&mut self) -> io::Result<Bytes> {
        let length = usize::try_from(self.remaining()).map_err(io::Error::other)?;
        let mut content = vec![0; length];
        self.file.read_exact_at(&mut content, self.position)?;
        self.position = self.end;
        self.still_the_same()?;
        Ok(content.into())
    }

    fn told_piece(&mut self, at_most: usize, flags: ReadWriteFlags) -> io::Result<Piece> {
        let piece = self.next_piece(at_most, flags);
        match &piece {
            Ok(Piece::Ready(_)) if self.remaining() == 0 => self.reading.ended(),
            Ok(_) => {}
            Err(error) => self.reading.failed(error),
        }
        piece
    }

    fn next_piece(&mut self, at_most: usize, flags: ReadWriteFlags) -> io::Result<Piece> {
        let length = usize::try_from(self.remaining()).map_or(at_most, |left| left.min(at_most));
        if length == 0 {
            return Ok(Piece::End);
        }
        let mut piece = vec![0; length];
        let read = match preadv2(
            &*self.file,
            &mut [IoSliceMut::new(&mut piece)],
            self.position,
            flags,
        ) {
            Ok(0) => return Err(io::Error::other(FileChanged)),
            Ok(read) => read,
            Err(Errno::AGAIN | Errno::OPNOTSUPP) => return Ok(Piece::WouldBlock),
            Err(Errno::INTR) => return self.next_piece(at_most, flags),
            Err(error) => return Err(error.into()),
        };
        piece.truncate(read);
        self.position += u64::try_from(read).map_err(io::Error::other)?;
        if self.remaining() == 0 {
            self.still_the_same()?;
        }
        Ok(Piece::Ready(piece.into()))
    }

    /// Before the last bytes leave: a file rewritten in place must not end as a whole answer.
    fn still_the_same(&self) -> io::Result<()> {
        let now = Version::of(&fstat(&*self.file)?);
        if now.is_same_content(&self.version) {
            Ok(())
        } else {
            Err(io::Error::other(FileChanged))
        }
    }
}
