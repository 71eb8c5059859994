//! CSV (RFC 4180): one record after the other, quoted fields and line ends of either kind.

use std::{borrow::Cow, io, io::BufRead, ops::Range};

use super::{Dialect, LONGEST};

/// One line: its text, and where its fields lie.
#[derive(Clone, Debug, Default)]
pub struct Record {
    text: Vec<u8>,
    fields: Vec<Range<usize>>,
    is_utf8: bool,
    is_as_answers_have_it: bool,
    is_too_long: bool,
}

/// State of reading within a field. Only a quote that begins a field opens it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Within {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or the first of two that stand for one.
    Closing,
}

/// Part of a record that is kept when it grows longer than any may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Keep {
    All,
    /// Everything from the next field on.
    FieldsToCome,
    Nothing,
}

impl Within {
    fn after(self, byte: u8, separator: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::Closing,
            (Self::Start | Self::Closing, b'"') | (Self::Quoted, _) => Self::Quoted,
            (_, byte) if byte == separator => Self::Start,
            _ => Self::Plain,
        }
    }

    fn after_all(self, bytes: &[u8], separator: u8) -> Self {
        if self == Self::Quoted || memchr::memchr(b'"', bytes).is_some() {
            return bytes
                .iter()
                .fold(self, |within, byte| within.after(*byte, separator));
        }
        bytes
            .last()
            .map_or(self, |byte| Self::Plain.after(*byte, separator))
    }

    /// `true` when `byte` is a quote where none may be, or stands right behind one that ended its field.
    fn is_strayed_by(self, byte: u8, separator: u8) -> bool {
        match self {
            Self::Plain => byte == b'"',
            Self::Closing => byte != b'"' && byte != separator,
            Self::Start | Self::Quoted => false,
        }
    }
}

impl Record {
    /// The line without its end, when an answer can have it as it was sent: with as many fields as there are
    /// `columns`, between commas, in UTF-8, each quote around a field or doubled, so that every reader finds the
    /// same fields in it.
    #[must_use]
    pub fn line(&self, columns: usize) -> Option<&[u8]> {
        let can_stay = self.is_as_answers_have_it && self.is_utf8 && self.fields.len() == columns;
        can_stay.then_some(self.text.as_slice())
    }

    /// Bytes of the line without its end.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// `true` when all of it is UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.is_utf8
    }

    /// `true` when it was longer than any may be, so that fields of it are empty now.
    pub(super) fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// The number of its fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// `true` when it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field at `index`, quotes undone; empty beyond the last, and U+FFFD for what is not UTF-8.
    #[must_use]
    pub fn field(&self, index: usize) -> Cow<'_, str> {
        let range = self.fields.get(index);
        range.map_or(Cow::Borrowed(""), |range| self.decode(range))
    }

    /// The fields of so many `columns`.
    pub fn fields(&self, columns: usize) -> impl Iterator<Item = Cow<'_, str>> {
        (0..columns).map(|index| self.field(index))
    }

    fn decode(&self, range: &Range<usize>) -> Cow<'_, str> {
        let raw = self.text.get(range.clone()).unwrap_or_default();
        let quoted = raw
            .strip_prefix(b"\"")
            .and_then(|rest| rest.strip_suffix(b"\""));
        match quoted {
            Some(inner) => Cow::Owned(String::from_utf8_lossy(inner).replace("\"\"", "\"")),
            None => String::from_utf8_lossy(raw),
        }
    }

    /// Reads the next line that is not empty; `false` at the end. Of one that is longer than any may be, the fields
    /// that make it so are emptied.
    ///
    /// # Errors
    /// What the reader says; `InvalidData` for a record whose quotes stay open: what an answer puts behind it would
    /// stand within them.
    pub(super) fn read(
        &mut self,
        reader: &mut (dyn BufRead + Send),
        dialect: Dialect,
    ) -> io::Result<bool> {
        let is_there = self.pass(reader, dialect)?;
        if is_there {
            self.split(dialect);
        }
        Ok(is_there)
    }

    /// Walks over the next line that is not empty, whatever its fields are; `false` at the end.
    ///
    /// # Errors
    /// As [`Record::read`].
    pub(super) fn pass(
        &mut self,
        reader: &mut (dyn BufRead + Send),
        dialect: Dialect,
    ) -> io::Result<bool> {
        self.fields.clear();
        loop {
            self.text.clear();
            self.is_too_long = false;
            if !self.read_text(reader, dialect)? {
                return Ok(false);
            }
            if !self.text.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Takes bytes up to a line end that stands outside quotes.
    fn read_text(
        &mut self,
        reader: &mut (dyn BufRead + Send),
        dialect: Dialect,
    ) -> io::Result<bool> {
        let mut has_read = false;
        let mut within = Within::Start;
        let mut keep = Keep::All;
        loop {
            let available = reader.fill_buf()?;
            if available.is_empty() {
                break;
            }
            has_read = true;
            let end = memchr::memchr(dialect.line_end, available);
            let line = available
                .get(..end.unwrap_or(available.len()))
                .unwrap_or_default();
            for piece in line.chunks(PIECE) {
                within = self.take(piece, within, &mut keep, dialect.separator);
            }
            let used = line.len() + usize::from(end.is_some());
            reader.consume(used);
            if end.is_some() && within != Within::Quoted {
                break;
            }
            if end.is_some() {
                within = self.take(&[dialect.line_end], within, &mut keep, dialect.separator);
            }
        }
        if within == Within::Quoted {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if dialect.line_end == b'\n' && self.text.last() == Some(&b'\r') {
            self.text.pop();
        }
        Ok(has_read)
    }

    /// Takes what `keep` lets it take of `piece`; where reading stands after it.
    fn take(&mut self, piece: &[u8], within: Within, keep: &mut Keep, separator: u8) -> Within {
        let mut within = within;
        let mut rest = piece;
        if *keep == Keep::FieldsToCome {
            let mut bytes = rest.iter();
            for byte in bytes.by_ref() {
                within = within.after(*byte, separator);
                if within == Within::Start {
                    self.text.push(separator);
                    *keep = Keep::All;
                    break;
                }
            }
            rest = bytes.as_slice();
        }
        within = within.after_all(rest, separator);
        if *keep == Keep::All {
            self.text.extend_from_slice(rest);
            if self.text.len() > LONGEST {
                *keep = self.shorten(separator);
            }
        }
        within
    }

    /// Empties the field that is being read when it is the long one; what is kept from then on.
    fn shorten(&mut self, separator: u8) -> Keep {
        self.is_too_long = true;
        let start = self.last_field(separator);
        if self.text.len() - start < LONGEST / 2 {
            return Keep::Nothing;
        }
        self.text.truncate(start);
        Keep::FieldsToCome
    }

    /// The beginning of the field that is being read.
    fn last_field(&self, separator: u8) -> usize {
        let mut within = Within::Start;
        let mut start = 0;
        for (at, byte) in self.text.iter().enumerate() {
            within = within.after(*byte, separator);
            if within == Within::Start {
                start = at + 1;
            }
        }
        start
    }

    fn split(&mut self, dialect: Dialect) {
        let separator = dialect.separator;
        let mut start = 0;
        let mut within = Within::Start;
        let mut has_stray_quote = false;
        for (at, byte) in self.text.iter().enumerate() {
            if *byte == separator && within != Within::Quoted {
                self.fields.push(start..at);
                start = at + 1;
            }
            has_stray_quote |= within.is_strayed_by(*byte, separator);
            within = within.after(*byte, separator);
        }
        self.fields.push(start..self.text.len());
        self.is_utf8 = std::str::from_utf8(&self.text).is_ok();
        // Some readers end a line at a carriage return, too.
        self.is_as_answers_have_it = !has_stray_quote
            && !self.is_too_long
            && dialect == Dialect::default()
            && memchr::memchr(b'\r', &self.text).is_none();
    }
}

/// Bytes that are taken before it is looked whether they are too many.
const PIECE: usize = 4096;

#[cfg(test)]
mod tests;
