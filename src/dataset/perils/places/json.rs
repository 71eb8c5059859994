//! Cursor over JSON of any length, value by value: only one place's text is held at a time.

use std::io::{self, BufRead};

use super::LONGEST;

/// Cursor over JSON text; what the values hold is for others to judge.
pub(super) struct JsonCursor<'t> {
    reader: Box<dyn BufRead + Send + 't>,
    /// Bytes from the start.
    at: u64,
    /// Depth to which arrays and objects may stand in each other.
    deepest: usize,
}

/// Part of a value that is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kept {
    /// All of it.
    Whole,
    /// Not all of it: arrays and objects stand deeper in each other than a reader of the answer could follow.
    TooDeep,
    /// Not all of it: it is longer than any may be.
    TooLong,
}

/// Error at which a cursor stops.
#[derive(Debug)]
pub(super) enum JsonError {
    /// The text is not JSON here.
    Syntax,
    /// The reader failed.
    Io(io::Error),
}

impl From<io::Error> for JsonError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<'t> JsonCursor<'t> {
    pub(super) fn new(reader: Box<dyn BufRead + Send + 't>, at: u64) -> Self {
        Self {
            reader,
            at,
            deepest: DEEPEST,
        }
    }

    /// A walk within one place: its members stand one level below it.
    pub(super) fn within_a_place(reader: Box<dyn BufRead + Send + 't>) -> Self {
        Self {
            deepest: DEEPEST - 1,
            ..Self::new(reader, 0)
        }
    }

    /// Bytes walked over, counted from the start of the text.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next byte that is no white space; it stays.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, JsonError> {
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return Ok(None);
            }
            let blank = available.iter().take_while(|byte| is_blank(**byte)).count();
            let next = available.get(blank).copied();
            self.consume(blank);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Walks over `wanted` if it comes next.
    pub(super) fn take(&mut self, wanted: u8) -> Result<bool, JsonError> {
        let is_next = self.peek()? == Some(wanted);
        if is_next {
            self.consume(1);
        }
        Ok(is_next)
    }

    /// Walks over `wanted`, which must come next.
    pub(super) fn expect(&mut self, wanted: u8) -> Result<(), JsonError> {
        if self.take(wanted)? {
            Ok(())
        } else {
            Err(JsonError::Syntax)
        }
    }

    /// Walks over one value to its end: its text goes to `text`, as long as it is not too much.
    pub(super) fn value(&mut self, text: &mut Vec<u8>) -> Result<Kept, JsonError> {
        text.clear();
        let mut length = 0;
        let deepest = self.walk(|part| {
            length += part.len();
            if length <= LONGEST {
                text.extend_from_slice(part);
            }
        })?;
        Ok(if deepest > self.deepest {
            Kept::TooDeep
        } else if length > LONGEST {
            Kept::TooLong
        } else {
            Kept::Whole
        })
    }

    /// Walks over one value to its end, whatever it holds.
    pub(super) fn pass(&mut self) -> Result<(), JsonError> {
        self.walk(|_| ()).map(drop)
    }

    /// Walks over one value, shows `each` part of it, and tells how deep it went.
    fn walk(&mut self, mut each: impl FnMut(&[u8])) -> Result<usize, JsonError> {
        let first = self.peek()?.ok_or(JsonError::Syntax)?;
        let mut extent = Extent::new(first);
        let mut is_empty = true;
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return if extent.may_end() {
                    Ok(extent.deepest)
                } else {
                    Err(JsonError::Syntax)
                };
            }
            let end = extent.end(available);
            let used = end.unwrap_or(available.len());
            each(available.get(..used).unwrap_or_default());
            is_empty &= used == 0;
            self.consume(used);
            if end.is_some() {
                return if is_empty {
                    Err(JsonError::Syntax)
                } else {
                    Ok(extent.deepest)
                };
            }
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.at += u64::try_from(bytes).unwrap_or(0);
    }
}

/// End of a value, found piece by piece.
struct Extent {
    depth: usize,
    deepest: usize,
    is_text: bool,
    is_escaped: bool,
    is_scalar: bool,
}

impl Extent {
    fn new(first: u8) -> Self {
        Self {
            depth: 0,
            deepest: 0,
            is_text: false,
            is_escaped: false,
            is_scalar: !matches!(first, b'{' | b'[' | b'"'),
        }
    }

    fn may_end(&self) -> bool {
        self.is_scalar
    }

    /// Number of bytes of `piece` that belong to the value, once its end is in sight.
    fn end(&mut self, piece: &[u8]) -> Option<usize> {
        if self.is_scalar {
            let ends = |byte: &u8| is_blank(*byte) || matches!(byte, b',' | b']' | b'}' | b':');
            return piece.iter().position(ends);
        }
        for (at, byte) in piece.iter().enumerate() {
            if self.is_text {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.is_text = false,
                    _ => continue,
                }
                if self.is_text || self.depth > 0 {
                    continue;
                }
                return Some(at + 1);
            }
            match byte {
                b'"' => self.is_text = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => continue,
            }
            if self.depth == 0 && !self.is_text {
                return Some(at + 1);
            }
        }
        None
    }
}

/// Depth of what a place brings: it goes into the answer, and common readers end at 128.
const DEEPEST: usize = 100;

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn walked(text: &[u8], capacity: usize) -> Option<Vec<String>> {
        let reader = io::BufReader::with_capacity(capacity, io::Cursor::new(text.to_vec()));
        let mut cursor = JsonCursor::new(Box::new(reader), 0);
        cursor.expect(b'[').ok()?;
        let mut values = Vec::new();
        let mut value = Vec::new();
        while !cursor.take(b']').ok()? {
            if !values.is_empty() {
                cursor.expect(b',').ok()?;
            }
            cursor.value(&mut value).ok()?;
            values.push(String::from_utf8_lossy(&value).into_owned());
        }
        Some(values)
    }

    #[test]
    fn a_value_that_is_too_deep_or_too_long_is_told_and_walked_over() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let text = |length| format!("\"{}\"", "x".repeat(length - 2));
        for (value, kept) in [
            (nested(DEEPEST), Kept::Whole),
            (nested(DEEPEST + 1), Kept::TooDeep),
            (nested(LONGEST), Kept::TooDeep),
            (text(LONGEST), Kept::Whole),
            (text(LONGEST + 1), Kept::TooLong),
        ] {
            let body = format!("{value},1");
            let reader = io::BufReader::with_capacity(1000, body.as_bytes());
            let mut cursor = JsonCursor::new(Box::new(reader), 0);
            let mut found = Vec::new();
            assert_eq!(cursor.value(&mut found).unwrap(), kept);
            assert!(found.len() <= LONGEST);
            assert!(cursor.take(b',').unwrap());
            let mut cursor = JsonCursor::new(Box::new(body.as_bytes()), 0);
            cursor.pass().unwrap();
            assert!(cursor.take(b',').unwrap());
        }
    }

    #[test]
    fn values_are_found_whatever_stands_in_them() {
        let text = b" [ {\"a\":\"}]\\\"\"} , [1,[2]],\"x,y\" ,1.5e3,null,\"\\\\\"]";
        for capacity in [1, 2, 7, 100] {
            let values = walked(text, capacity).unwrap();
            assert_eq!(
                values,
                [
                    "{\"a\":\"}]\\\"\"}",
                    "[1,[2]]",
                    "\"x,y\"",
                    "1.5e3",
                    "null",
                    "\"\\\\\""
                ]
            );
        }
        for broken in ["[", "[{", "[1 2]", "[,]", "[\"a]", "[1,"] {
            assert_eq!(walked(broken.as_bytes(), 10), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_upset_the_walker(bytes in "[\\[\\]{}\",:\\\\ a1]{0,30}") {
            let text = format!("[{bytes}");
            prop_assert_eq!(walked(text.as_bytes(), 1), walked(text.as_bytes(), 64));
        }
    }
}
