//! The habits of the program that wrote a file: its mark at the begin, its delimiter.

use super::{
    super::{fault::What, window::Window},
    records::{Record, record_end, split, without_end},
};

/// The character between fields, and the place of the header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// The line of the header.
    pub(super) line: u64,
}

impl Dialect {
    /// The dialect of `window`, of which all before the header is taken. The delimiter is the one that was declared,
    /// the one of a line `sep=;` as Excel has it, or the one by which the header and the first row have as many fields.
    pub(super) fn detect(window: &mut Window, declared: Option<u8>) -> Result<Self, What> {
        match window.head(4)? {
            [0xEF, 0xBB, 0xBF, ..] => window.take(3),
            [0xFF, 0xFE, ..]
            | [0xFE, 0xFF, ..]
            | [1..=0xFF, 0, 1..=0xFF, 0]
            | [0, 1..=0xFF, 0, _] => {
                return Err(What::NotUtf8(", it is UTF-16"));
            }
            _ => (),
        }
        let (first, second) = lines(window)?;
        if first.is_empty() && second.is_empty() && window.head(1)?.is_empty() {
            return Err(What::NoRows);
        }
        if let Some(delimiter) = separator(&first) {
            let length = record_end(window, delimiter)?.map_or(0, |(length, _)| length);
            window.take(length);
            let line = 2;
            return Ok(Self {
                delimiter: declared.unwrap_or(delimiter),
                line,
            });
        }
        if memchr::memchr(b'\r', &first).is_some() && second.is_empty() {
            return Err(What::Header("has no line ends but carriage returns".into()));
        }
        let line = 1;
        let delimiter = match declared {
            Some(delimiter) => delimiter,
            None => delimiter(&first, &second)?,
        };
        Ok(Self { delimiter, line })
    }
}

/// The first two records, without the ends of their lines.
fn lines(window: &mut Window) -> Result<(Vec<u8>, Vec<u8>), What> {
    let mut wanted = FIRST_BYTES;
    loop {
        let is_all = window.head(wanted)?.len() < wanted;
        let first = quoted_line(window.bytes());
        let second = first.and_then(|(_, rest)| quoted_line(rest));
        if is_all || second.is_some() {
            let plain = |bytes: &[u8]| {
                let mut lines = bytes.split(|octet| *octet == b'\n');
                lines.next().unwrap_or_default().to_vec()
            };
            // A quote that is not closed is told later, with its line.
            let (first, rest) = match first {
                Some((line, rest)) => (line.to_vec(), rest),
                None => (plain(window.bytes()), &[][..]),
            };
            let second = second.map_or_else(|| plain(rest), |(line, _)| line.to_vec());
            let bare = |line: &[u8]| without_end(line).to_vec();
            return Ok((bare(&first), bare(&second)));
        }
        wanted *= 2;
    }
}

/// The first line, in whose quotes lines may end, and what comes behind it; none where it has no end. Which character
/// stands between fields is not known yet: a quote behind any of them opens.
fn quoted_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut is_quoted, mut before) = (false, b'\n');
    for (at, octet) in bytes.iter().enumerate() {
        match octet {
            b'\n' if !is_quoted => return Some((bytes.get(..at)?, bytes.get(at + 1..)?)),
            // A second quote within quotes closes and opens.
            b'"' if is_quoted => is_quoted = false,
            b'"' => is_quoted = matches!(before, b'\n' | b'"') || DELIMITERS.contains(&before),
            _ => (),
        }
        before = *octet;
    }
    None
}

fn separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\"").unwrap_or(line);
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => Some(*delimiter),
        _ => None,
    }
}

fn delimiter(header: &[u8], row: &[u8]) -> Result<u8, What> {
    let mut record = Record::default();
    let mut fields = |line: &[u8], delimiter| {
        let split = split(line, delimiter, &mut record);
        split.map_or(0, |()| record.len())
    };
    let fits: Vec<u8> = DELIMITERS
        .into_iter()
        .filter(|delimiter| {
            let expected = fields(header, *delimiter);
            expected > 1 && (row.is_empty() || fields(row, *delimiter) == expected)
        })
        .collect();
    match *fits {
        [delimiter] => Ok(delimiter),
        [] => {
            // Rows that do not fit are told one by one: the delimiter that the header has most.
            let most = DELIMITERS.into_iter().rev();
            let most = most.max_by_key(|delimiter| fields(header, *delimiter));
            Ok(most.unwrap_or(b','))
        }
        _ => Err(What::Header(
            "can be split in more than one way: say in the description by which character, as [csv] delimiter = \";\""
                .into(),
        )),
    }
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const FIRST_BYTES: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn detect(text: &[u8]) -> Result<(u8, u64, Vec<u8>), What> {
        let mut window = Window::new(Box::new(Cursor::new(text.to_vec())));
        let found = Dialect::detect(&mut window, None)?;
        let head = window.head(3)?.to_vec();
        Ok((found.delimiter, found.line, head))
    }

    #[test]
    fn the_habits_of_office_programs_are_known() {
        for (text, delimiter, line) in [
            (&b"a,b\n1,2\n"[..], b',', 1),
            (b"\xEF\xBB\xBFa,b\r\n1,2\r\n", b',', 1),
            (b"a;b\r\n1,5;2,5\r\n", b';', 1),
            (b"a\tb\n1\t2\n", b'\t', 1),
            (b"a|b\n1|2\n", b'|', 1),
            (b"sep=;\r\na;b\r\n", b';', 2),
            (b"\"sep=\t\"\na\tb\n", b'\t', 2),
            (b"a\n1\n", b',', 1),
            (b"a,b", b',', 1),
            (b"\"a;x\",b\n1,2\n", b',', 1),
            (b"\"a\nx;y;z\",b\r\n\"1\n,,\",2\r\n", b',', 1),
            (b"a,b\r\r\n1,2\r\r\n", b',', 1),
            (b"\"a,b\n1,2\n", b',', 1),
        ] {
            let (found, at, head) = detect(text).unwrap();
            assert_eq!((found, at), (delimiter, line), "{}", text.escape_ascii());
            assert!(head.starts_with(b"a") || head.starts_with(b"\"a"));
        }
        for (text, fault) in [
            (&b""[..], "has no rows"),
            (
                b"\xFF\xFEa\0,\0",
                "is not UTF-8: save it as UTF-8, it is UTF-16",
            ),
            (b"a\0,\0b\0", "is not UTF-8: save it as UTF-8, it is UTF-16"),
            (b"\0a\0,\0b", "is not UTF-8: save it as UTF-8, it is UTF-16"),
            (
                b"a,b\r1,2\r",
                "the header has no line ends but carriage returns",
            ),
        ] {
            assert_eq!(detect(text).unwrap_err().to_string(), fault);
        }
        let two_ways = detect(b"a,b;c\n1,2;3\n").unwrap_err().to_string();
        assert!(two_ways.contains("more than one way"), "{two_ways}");
    }
}
