//! Records of delimited text (RFC 4180): where each ends, and its fields.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

use super::super::{fault::What, window::Window};

/// The records of one file.
pub(super) struct Records {
    window: Window,
    pub(super) delimiter: u8,
    /// The line at which the next record begins.
    line: u64,
}

/// One record: its fields, all of them in one text.
#[derive(Default)]
pub(super) struct Record {
    /// The line at which it begins.
    pub(super) line: u64,
    /// The line has an end.
    pub(super) is_ended: bool,
    text: String,
    fields: Vec<Range<usize>>,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter();
        fields.map(|range| self.text.get(range.clone()).unwrap_or_default())
    }

    /// There is nothing in the line.
    fn is_blank(&self) -> bool {
        self.text.trim_ascii().is_empty() && self.len() < 2
    }
}

impl Records {
    pub(super) fn new(window: Window, delimiter: u8, line: u64) -> Self {
        Self {
            window,
            delimiter,
            line,
        }
    }

    /// Reads the next record that is no blank line; false at the end. A record with a fault is taken all the same, so
    /// that the next one can be read, unless the fault has no end.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, What> {
        loop {
            record.line = self.line;
            let Some((length, is_ended)) = record_end(&mut self.window, self.delimiter)? else {
                return Ok(false);
            };
            let bytes = self.window.bytes().get(..length).unwrap_or_default();
            let lines = memchr_iter(b'\n', bytes).count().max(1);
            self.line += u64::try_from(lines).unwrap_or(u64::MAX);
            record.is_ended = is_ended;
            let split = split(without_end(bytes), self.delimiter, record);
            self.window.take(length);
            split?;
            if !record.is_blank() {
                return Ok(true);
            }
        }
    }
}

/// Octets of the first record, with the end of its line, and whether it has one; none where nothing is left.
pub(super) fn record_end(
    window: &mut Window,
    delimiter: u8,
) -> Result<Option<(usize, bool)>, What> {
    let (mut at, mut is_quoted, mut closed) = (0, false, None);
    loop {
        let bytes = window.bytes();
        let rest = bytes.get(at..).unwrap_or_default();
        let found = if is_quoted {
            memchr(b'"', rest)
        } else {
            memchr2(b'\n', b'"', rest)
        };
        let Some(found) = found else {
            at = bytes.len();
            if window.more()? {
                continue;
            }
            return match (at, is_quoted) {
                (0, _) => Ok(None),
                (_, true) => Err(What::QuoteOpen),
                (length, false) => Ok(Some((length, false))),
            };
        };
        let position = at + found;
        at = position + 1;
        if is_quoted {
            is_quoted = false;
            closed = Some(position);
        } else if bytes.get(position) == Some(&b'\n') {
            return Ok(Some((at, true)));
        } else {
            // A quote in the midst of a field stands for itself; one right behind a closing one opens again.
            let before = position.checked_sub(1);
            let octet = before.and_then(|at| bytes.get(at));
            let is_doubled = before.is_some() && before == closed;
            is_quoted = is_doubled || octet.is_none_or(|octet| *octet == delimiter);
        }
    }
}

/// A line without its end: CRLF that was written as text once more is CR CR LF.
pub(super) fn without_end(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    while let Some(bare) = bytes.strip_suffix(b"\r") {
        bytes = bare;
    }
    bytes
}

/// Takes the fields of `line` into `record`.
pub(super) fn split(line: &[u8], delimiter: u8, record: &mut Record) -> Result<(), What> {
    record.text.clear();
    record.fields.clear();
    let line = str::from_utf8(line).ok().ok_or(What::NotUtf8(""))?;
    if memchr(b'"', line.as_bytes()).is_none() {
        record.text.push_str(line);
        let mut begin = 0;
        for end in memchr_iter(delimiter, line.as_bytes()) {
            record.fields.push(begin..end);
            begin = end + 1;
        }
        record.fields.push(begin..line.len());
        return Ok(());
    }
    let mut rest = Some(line);
    while let Some(text) = rest {
        let begin = record.text.len();
        rest = if let Some(quoted) = text.strip_prefix('"') {
            unquote(quoted, delimiter, &mut record.text)?
        } else {
            let cut = text.split_once(char::from(delimiter));
            let (field, rest) = cut.map_or((text, None), |(field, rest)| (field, Some(rest)));
            record.text.push_str(field);
            rest
        };
        record.fields.push(begin..record.text.len());
    }
    Ok(())
}

/// Takes the field that `quoted` begins with into `text`; answers with what comes behind its delimiter.
fn unquote<'l>(quoted: &'l str, delimiter: u8, text: &mut String) -> Result<Option<&'l str>, What> {
    let mut quoted = quoted;
    loop {
        let (part, rest) = quoted.split_once('"').ok_or(What::QuoteOpen)?;
        text.push_str(part);
        if let Some(rest) = rest.strip_prefix('"') {
            text.push('"');
            quoted = rest;
            continue;
        }
        let behind = rest.trim_start_matches([' ']);
        return match behind.strip_prefix(char::from(delimiter)) {
            Some(rest) => Ok(Some(rest)),
            None if behind.is_empty() => Ok(None),
            None => Err(What::QuoteStray),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Vec<Result<(u64, Vec<String>), What>> {
        let window = Window::new(Box::new(Cursor::new(text.to_vec())));
        let (mut records, mut record) = (Records::new(window, b',', 1), Record::default());
        let mut found = Vec::new();
        loop {
            match records.read(&mut record) {
                Ok(true) => {
                    let fields = record.fields().map(str::to_owned).collect();
                    found.push(Ok((record.line, fields)));
                }
                Ok(false) => return found,
                Err(what) => {
                    let is_end = what == What::QuoteOpen;
                    found.push(Err(what));
                    if is_end {
                        return found;
                    }
                }
            }
        }
    }

    #[test]
    fn records_are_split_as_rfc_4180_has_them() {
        let row =
            |line, fields: &[&str]| Ok((line, fields.iter().map(ToString::to_string).collect()));
        for (text, expected) in [
            (
                "a,b\r\n1,2\r\n",
                vec![row(1, &["a", "b"]), row(2, &["1", "2"])],
            ),
            ("a,\n\n,b", vec![row(1, &["a", ""]), row(3, &["", "b"])]),
            (
                "a,b\r\r\n1,\"2\r\"\r\r\n",
                vec![row(1, &["a", "b"]), row(2, &["1", "2\r"])],
            ),
            (
                "\"a,\"\"b\"\"\nc\",d\ne,f\n",
                vec![row(1, &["a,\"b\"\nc", "d"]), row(3, &["e", "f"])],
            ),
            (
                "5\" pipe,x\ny,z\n",
                vec![row(1, &["5\" pipe", "x"]), row(2, &["y", "z"])],
            ),
            (
                "a\"\",x\ny,z\n",
                vec![row(1, &["a\"\"", "x"]), row(2, &["y", "z"])],
            ),
            (
                "\"a\"b,c\nd,e\n",
                vec![Err(What::QuoteStray), row(2, &["d", "e"])],
            ),
            ("a,\"b\nc,d\n", vec![Err(What::QuoteOpen)]),
            ("\"\",\"\"\n", vec![row(1, &["", ""])]),
        ] {
            assert_eq!(read(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(
            read(b"\xFFa,b\nc,d\n"),
            vec![Err(What::NotUtf8("")), row(2, &["c", "d"])]
        );
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_as_it_was(rows in prop::collection::vec(prop::collection::vec("[a\",\n\r é]{0,6}", 2..4), 1..9)) {
            let mut text = String::new();
            for row in &rows {
                let fields: Vec<_> = row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
                text += &fields.join(",");
                text += "\n";
            }
            let found: Vec<_> = read(text.as_bytes()).into_iter().map(|row| row.unwrap().1).collect();
            prop_assert_eq!(found, rows);
        }

        #[test]
        fn nothing_that_is_sent_stops_the_reader(text in prop::collection::vec(prop::sample::select(b"a\",\n\r\xFF".to_vec()), 0..40)) {
            read(&text);
        }
    }
}
