//! A source cut into lines, of which at most one is held.

use std::io::{self, Read};

use memchr::memchr;

use super::{
    kind::Kind,
    parsed::{MAX_LINE, ParseError},
};

/// One line without its end.
pub(super) struct Line<'b> {
    pub(super) text: &'b [u8],
    /// Counted from 1.
    pub(super) number: u64,
    is_ended: bool,
}

impl Line<'_> {
    /// `true` when the last number may have lost digits: it has no line end after it, and not six decimals.
    pub(super) fn may_be_cut(&self) -> bool {
        let last = self.text.rsplit(|octet| *octet == b',').next();
        let last = last.unwrap_or_default();
        let has_six_decimals = last.iter().rev().position(|octet| *octet == b'.') == Some(6);
        !self.is_ended && !last.is_empty() && !last.ends_with(b"\"") && !has_six_decimals
    }
}

/// The lines of a source.
pub(super) struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    read: u64,
    is_at_end: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            read: 0,
            is_at_end: false,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, ParseError> {
        let (length, is_ended) = loop {
            let held = self.buffer.get(self.start..self.end).unwrap_or_default();
            match memchr(b'\n', held) {
                Some(length) => break (length, true),
                None if self.is_at_end && held.is_empty() => return Ok(None),
                None if self.is_at_end => break (held.len(), false),
                None => self.fill()?,
            }
        };
        let start = self.start;
        self.start = (start + length + 1).min(self.end);
        self.read += 1;
        let text = self.buffer.get(start..start + length).unwrap_or_default();
        Ok(Some(Line {
            text: text.strip_suffix(b"\r").unwrap_or(text),
            number: self.read,
            is_ended,
        }))
    }

    /// The first octets, before any line is taken: as many as tell what kind of file it is.
    pub(super) fn head(&mut self) -> Result<&[u8], ParseError> {
        while !self.is_at_end && self.end < Kind::HEAD {
            self.fill()?;
        }
        Ok(self.buffer.get(..self.end).unwrap_or_default())
    }

    /// Moves the begun line to the front and reads on behind it.
    fn fill(&mut self) -> Result<(), ParseError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end > MAX_LINE {
            return Err(ParseError::LongLine {
                line: self.read + 1,
            });
        }
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        match self.source.read(free) {
            Ok(0) => self.is_at_end = true,
            Ok(length) => self.end += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(source) => {
                let line = self.read;
                return Err(ParseError::Read { line, source });
            }
        }
        Ok(())
    }
}

const BUFFER: usize = 512 * 1024;
