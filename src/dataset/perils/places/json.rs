//! JSON of any length, walked value by value: only one place's text is held at a time.

use std::io::{self, BufRead};

use super::LONGEST;

/// Walks over JSON text; what the values hold is for others to judge.
pub(super) struct Walker {
    reader: Box<dyn BufRead + Send>,
    /// Octets from the start.
    at: u64,
}

/// Why the walk ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The text is not JSON here.
    Syntax,
    /// Arrays and objects stand deeper in each other than a reader of the answer could follow.
    TooDeep,
    /// A value is longer than any may be.
    TooLong,
    /// The reader failed.
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Walker {
    pub(super) fn new(reader: Box<dyn BufRead + Send>, at: u64) -> Self {
        Self { reader, at }
    }

    /// Octets walked over, counted from the start of the text.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next octet that is no white space; it stays.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return Ok(None);
            }
            let blank = available
                .iter()
                .take_while(|octet| is_blank(**octet))
                .count();
            let next = available.get(blank).copied();
            self.consume(blank);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Walks over `wanted` if it comes next.
    pub(super) fn take(&mut self, wanted: u8) -> Result<bool, Stop> {
        let is_next = self.peek()? == Some(wanted);
        if is_next {
            self.consume(1);
        }
        Ok(is_next)
    }

    /// Walks over `wanted`, which must come next.
    pub(super) fn expect(&mut self, wanted: u8) -> Result<(), Stop> {
        if self.take(wanted)? {
            Ok(())
        } else {
            Err(Stop::Syntax)
        }
    }

    /// Walks over one value: its text goes to `text`.
    pub(super) fn value(&mut self, text: &mut Vec<u8>) -> Result<(), Stop> {
        text.clear();
        let first = self.peek()?.ok_or(Stop::Syntax)?;
        let mut extent = Extent::new(first);
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return if extent.may_end() {
                    Ok(())
                } else {
                    Err(Stop::Syntax)
                };
            }
            let end = extent.end(available);
            let used = end.unwrap_or(available.len());
            text.extend_from_slice(available.get(..used).unwrap_or_default());
            self.consume(used);
            if extent.deepest > DEEPEST {
                return Err(Stop::TooDeep);
            }
            if text.len() > LONGEST {
                return Err(Stop::TooLong);
            }
            if end.is_some() {
                return if text.is_empty() {
                    Err(Stop::Syntax)
                } else {
                    Ok(())
                };
            }
        }
    }

    fn consume(&mut self, octets: usize) {
        self.reader.consume(octets);
        self.at += u64::try_from(octets).unwrap_or(0);
    }
}

/// Where a value ends, found piece by piece.
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

    /// How many octets of `piece` belong to the value, once its end is in sight.
    fn end(&mut self, piece: &[u8]) -> Option<usize> {
        if self.is_scalar {
            let ends = |octet: &u8| is_blank(*octet) || matches!(octet, b',' | b']' | b'}' | b':');
            return piece.iter().position(ends);
        }
        for (at, octet) in piece.iter().enumerate() {
            if self.is_text {
                match octet {
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
            match octet {
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

/// How deep what a place brings may stand: it goes into the answer, and common readers end at 128.
const DEEPEST: usize = 100;

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn walked(text: &[u8], capacity: usize) -> Option<Vec<String>> {
        let reader = io::BufReader::with_capacity(capacity, io::Cursor::new(text.to_vec()));
        let mut walker = Walker::new(Box::new(reader), 0);
        walker.expect(b'[').ok()?;
        let mut values = Vec::new();
        let mut value = Vec::new();
        while !walker.take(b']').ok()? {
            if !values.is_empty() {
                walker.expect(b',').ok()?;
            }
            walker.value(&mut value).ok()?;
            values.push(String::from_utf8_lossy(&value).into_owned());
        }
        Some(values)
    }

    #[test]
    fn a_value_that_is_too_deep_ends_the_walk() {
        let nested = |depth| format!("[{}{}]", "[".repeat(depth), "]".repeat(depth));
        assert!(walked(nested(DEEPEST).as_bytes(), 7).is_some());
        assert!(walked(nested(DEEPEST + 1).as_bytes(), 7).is_none());
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
        fn no_octets_upset_the_walker(octets in "[\\[\\]{}\",:\\\\ a1]{0,30}") {
            let text = format!("[{octets}");
            prop_assert_eq!(walked(text.as_bytes(), 1), walked(text.as_bytes(), 64));
        }
    }
}
