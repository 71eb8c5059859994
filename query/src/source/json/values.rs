//! Values of JSON, one after the other: each found by its brackets and quotes, and handed on as text to be parsed.

use super::super::{fault::What, window::Window};

/// The values that a file holds.
pub(super) struct Values {
    window: Window,
    /// The line of what comes next.
    line: u64,
    within: Within,
}

/// The place between two values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Within {
    /// Values that follow each other with blanks between (NDJSON, RFC 8142).
    Sequence,
    /// An array, before its first value.
    ArrayBegin,
    /// An array, behind a value.
    Array,
    /// Nothing comes any more.
    End,
}

impl Values {
    pub(super) fn new(mut window: Window) -> Result<Self, What> {
        match window.head(3)? {
            [0xEF, 0xBB, 0xBF] => window.take(3),
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(What::NotUtf8(", it is UTF-16")),
            _ => (),
        }
        Ok(Self {
            window,
            line: 1,
            within: Within::Sequence,
        })
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The first octet of what comes next; none at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, What> {
        loop {
            let bytes = self.window.bytes();
            let blanks = bytes.iter().take_while(|octet| is_blank(**octet)).count();
            let lines = memchr::memchr_iter(b'\n', bytes.get(..blanks).unwrap_or_default());
            self.line += u64::try_from(lines.count()).unwrap_or(u64::MAX);
            self.window.take(blanks);
            if let Some(octet) = self.window.bytes().first() {
                return Ok(Some(*octet));
            }
            if !self.window.more()? {
                return Ok(None);
            }
        }
    }

    /// The object that comes next is a feature, as its first octets say.
    pub(super) fn is_feature(&mut self) -> Result<bool, What> {
        let head: Vec<u8> = self.window.head(HEAD_BYTES)?.to_vec();
        let bare: Vec<u8> = head.into_iter().filter(|octet| !is_blank(*octet)).collect();
        let at = |word: &[u8]| memchr::memmem::find(&bare, word);
        let (feature, features) = (at(b"\"type\":\"Feature\""), at(b"\"features\":"));
        Ok(feature.is_some() && features.is_none_or(|features| Some(features) > feature))
    }

    /// Takes the mark `octet`, which has to come next.
    pub(super) fn expect(&mut self, octet: u8, whole: &'static str) -> Result<(), What> {
        match self.peek()? {
            Some(found) if found == octet => {
                self.window.take(1);
                Ok(())
            }
            Some(found) => Err(unexpected(found, char::from(octet))),
            None => Err(What::Truncated(whole)),
        }
    }

    /// Reads the values of an array from now on; its bracket is what comes next.
    pub(super) fn begin_array(&mut self) -> Result<(), What> {
        self.expect(b'[', "an array")?;
        self.within = Within::ArrayBegin;
        Ok(())
    }

    /// Reads what comes behind an array.
    pub(super) fn leave_array(&mut self) {
        self.within = Within::Sequence;
    }

    /// The next value and its line; none at the end of the array, or of the sequence.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, What> {
        if !self.is_before_value()? {
            self.within = Within::End;
            return Ok(None);
        }
        let line = self.line;
        let length = self.length()?;
        let lines = {
            let bytes = self.window.bytes().get(..length).unwrap_or_default();
            memchr::memchr_iter(b'\n', bytes).count()
        };
        self.line += u64::try_from(lines).unwrap_or(u64::MAX);
        let bytes = self.window.taken(length);
        let text = str::from_utf8(bytes).ok().ok_or(What::NotUtf8(""))?;
        Ok(Some((line, text)))
    }

    /// Goes over commas and brackets; false at the end.
    fn is_before_value(&mut self) -> Result<bool, What> {
        match self.within {
            Within::End => return Ok(false),
            Within::Sequence => return Ok(self.peek()?.is_some()),
            Within::ArrayBegin | Within::Array => (),
        }
        let next = self.peek()?;
        match (self.within, next) {
            (_, None) => Err(What::Truncated("an array")),
            (_, Some(b']')) => {
                self.window.take(1);
                Ok(false)
            }
            (Within::Array, Some(b',')) => {
                self.window.take(1);
                match self.peek()? {
                    Some(b']') => Err(unexpected(b']', '{')),
                    None => Err(What::Truncated("an array")),
                    Some(_) => Ok(true),
                }
            }
            (Within::Array, Some(found)) => Err(unexpected(found, ',')),
            (_, Some(_)) => {
                self.within = Within::Array;
                Ok(true)
            }
        }
    }

    /// Octets of the value that comes next.
    fn length(&mut self) -> Result<usize, What> {
        let (mut at, mut depth, mut is_quoted) = (0, 0_u32, false);
        loop {
            while let Some(octet) = self.window.bytes().get(at).copied() {
                let is_first = at == 0;
                at += 1;
                match octet {
                    b'\\' if is_quoted => {
                        if self.window.bytes().get(at).is_none() && !self.window.more()? {
                            return Err(What::Truncated("a text"));
                        }
                        at += 1;
                    }
                    b'"' => {
                        is_quoted = !is_quoted;
                        if depth == 0 && !is_quoted {
                            return Ok(at);
                        }
                    }
                    _ if is_quoted => {
                        let rest = self.window.bytes().get(at..).unwrap_or_default();
                        at += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    }
                    b'{' | b'[' => depth += 1,
                    // The end of a number or a word.
                    b'}' | b']' | b',' if depth == 0 && is_first => {
                        return Err(unexpected(octet, '{'));
                    }
                    b'}' | b']' | b',' if depth == 0 => return Ok(at - 1),
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Ok(at);
                        }
                    }
                    _ if depth == 0 && is_blank(octet) => return Ok(at - 1),
                    _ => (),
                }
            }
            if !self.window.more()? {
                return match (depth, is_quoted) {
                    (0, false) => Ok(at),
                    (_, true) => Err(What::Truncated("a text")),
                    _ => Err(What::Truncated("an object or an array")),
                };
            }
        }
    }
}

/// Blanks, and the mark before each text of a sequence (RFC 8142).
fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | 0x1E)
}

fn unexpected(found: u8, expected: char) -> What {
    let found = char::from(found).escape_debug();
    What::Json(format!("'{found}' stands where '{expected}' should").into())
}

const HEAD_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn values(text: &[u8], is_array: bool) -> Result<Vec<(u64, String)>, What> {
        let window = Window::new(Box::new(Cursor::new(text.to_vec())));
        let mut values = Values::new(window)?;
        if is_array {
            values.begin_array()?;
        }
        let mut found = Vec::new();
        while let Some((line, text)) = values.next()? {
            found.push((line, text.to_owned()));
        }
        Ok(found)
    }

    #[test]
    fn values_are_found_in_sequences_and_in_arrays() {
        let text = b"\xEF\xBB\xBF{\"a\":\"}\\\"\"}\n\n[1,[2]]  17\n\x1e\"x\"\n";
        let found = values(text, false).unwrap();
        let expected = [
            (1, "{\"a\":\"}\\\"\"}"),
            (3, "[1,[2]]"),
            (3, "17"),
            (4, "\"x\""),
        ];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        let found = values(b"[\n{},\n{\"b\":\n1}, 2]", true).unwrap();
        let expected = [(2, "{}"), (3, "{\"b\":\n1}"), (4, "2")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        assert_eq!(values(b"[]", true).unwrap(), []);
    }

    #[test]
    fn an_array_that_is_cut_short_or_has_marks_too_many_is_refused() {
        for (text, fault) in [
            ("[{}", "ends within an array: it was cut short"),
            (
                "[{\"a\"",
                "ends within an object or an array: it was cut short",
            ),
            ("[{\"a", "ends within a text: it was cut short"),
            (
                "[{},]",
                "is no JSON that can be taken: ']' stands where '{' should",
            ),
            (
                "[{} {}]",
                "is no JSON that can be taken: '{' stands where ',' should",
            ),
            (
                "[,{}]",
                "is no JSON that can be taken: ',' stands where '{' should",
            ),
            (
                "{}",
                "is no JSON that can be taken: '{' stands where '[' should",
            ),
        ] {
            let found = values(text.as_bytes(), true).unwrap_err().to_string();
            assert_eq!(found, fault, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_stops_the_reader(text in prop::collection::vec(prop::sample::select(b"{}[]\",:\\a1 \n".to_vec()), 0..40), is_array: bool) {
            let _ = values(&text, is_array);
        }
    }
}
