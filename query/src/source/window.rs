//! A part of a source in memory: what is being looked at, and no more of it than one row may have.

use std::io::{ErrorKind, Read};

use super::fault::What;

/// Octets that were read of a source and not taken yet.
pub(super) struct Window {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    is_over: bool,
}

impl Window {
    pub(super) fn new(source: Box<dyn Read + Send>) -> Self {
        Self {
            source,
            buffer: vec![0; FIRST_BYTES],
            begin: 0,
            end: 0,
            is_over: false,
        }
    }

    /// The octets that are there.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.begin..self.end).unwrap_or_default()
    }

    /// The first `length` octets, or fewer where there are no more.
    pub(super) fn head(&mut self, length: usize) -> Result<&[u8], What> {
        while self.bytes().len() < length && self.more()? {}
        let head = self.bytes();
        Ok(head.get(..length).unwrap_or(head))
    }

    /// Lets go of the first `length` octets of what is there.
    pub(super) fn take(&mut self, length: usize) {
        self.begin = self.end.min(self.begin.saturating_add(length));
    }

    /// As [`Self::take`], with what is let go of.
    pub(super) fn taken(&mut self, length: usize) -> &[u8] {
        let begin = self.begin;
        self.take(length);
        self.buffer.get(begin..self.begin).unwrap_or_default()
    }

    /// Reads on; false at the end.
    pub(super) fn more(&mut self) -> Result<bool, What> {
        if self.is_over {
            return Ok(false);
        }
        self.make_room()?;
        loop {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.source.read(room) {
                Ok(0) => {
                    self.is_over = true;
                    return Ok(false);
                }
                Ok(length) => {
                    self.end += length;
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => (),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(What::Truncated("what is packed"));
                }
                Err(error) => return Err(What::Unreadable(error.to_string().into())),
            }
        }
    }

    fn make_room(&mut self) -> Result<(), What> {
        if self.end < self.buffer.len() {
            return Ok(());
        }
        self.buffer.copy_within(self.begin..self.end, 0);
        self.end -= self.begin;
        self.begin = 0;
        if self.end > self.buffer.len() / 2 {
            if self.buffer.len() >= MOST_BYTES {
                return Err(What::TooLong(MOST_BYTES));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        Ok(())
    }
}

const FIRST_BYTES: usize = 128 * 1024;
/// Octets of the longest row, and of a feature.
const MOST_BYTES: usize = 64 * 1024 * 1024;
