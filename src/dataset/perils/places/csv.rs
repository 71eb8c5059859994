//! CSV (RFC 4180): one record after the other, quoted fields and line ends of either kind.

use std::{borrow::Cow, collections::HashSet, io, io::BufRead, ops::Range};

use super::LONGEST;
use crate::dataset::perils::Refused;

/// The columns of a CSV file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// Their names, in order.
    pub names: Vec<String>,
    /// Which of them is the latitude.
    pub latitude: usize,
    /// Which of them is the longitude.
    pub longitude: usize,
    /// Which of them is the id, if any is.
    pub id: Option<usize>,
}

/// One line: its text, and where its fields lie.
#[derive(Clone, Debug, Default)]
pub struct Record {
    text: Vec<u8>,
    fields: Vec<Range<usize>>,
}

impl Header {
    pub(super) fn read(record: &Record) -> Result<Self, Refused> {
        if std::str::from_utf8(record.text()).is_err() {
            return Err(Refused::Malformed {
                at: "the CSV header".to_owned(),
                expected: "UTF-8".into(),
            });
        }
        let names: Vec<String> = record
            .fields()
            .map(|name| name.trim().trim_start_matches('\u{feff}').to_owned())
            .collect();
        let column = |spellings: &[&str]| {
            let is_named =
                |name: &&String| spellings.iter().any(|one| name.eq_ignore_ascii_case(one));
            let mut found = names.iter().enumerate().filter(|(_, name)| is_named(name));
            match (found.next(), found.next()) {
                (Some((index, _)), None) => Ok(index),
                _ => Err(Refused::Malformed {
                    at: "the CSV header".to_owned(),
                    expected: "one line with one column latitude (or lat) and one column longitude (or lon)"
                        .into(),
                }),
            }
        };
        let mut before = HashSet::new();
        for (index, name) in names.iter().enumerate() {
            if !before.insert(name) {
                return Err(Refused::Malformed {
                    at: format!("column {} of the CSV header", index + 1),
                    expected: "named unlike the columns before it".into(),
                });
            }
        }
        Ok(Self {
            latitude: column(&["latitude", "lat"])?,
            longitude: column(&["longitude", "lon", "lng", "long"])?,
            id: names
                .iter()
                .position(|name| name.eq_ignore_ascii_case("id")),
            names,
        })
    }
}

impl Record {
    /// The line as it was sent, without its end.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// How many fields it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field at `index`, quotes undone.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<Cow<'_, str>> {
        self.fields.get(index).map(|range| self.decode(range))
    }

    /// All fields, quotes undone.
    pub fn fields(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.fields.iter().map(|range| self.decode(range))
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

    /// Reads the next line that is not empty; `false` at the end.
    ///
    /// # Errors
    /// What the reader says; `InvalidData` for a record that is longer than any may be, or whose quotes stay open:
    /// what an answer puts behind it would stand within them.
    pub(super) fn read(&mut self, reader: &mut dyn BufRead) -> io::Result<bool> {
        loop {
            self.text.clear();
            self.fields.clear();
            if !self.read_text(reader)? {
                return Ok(false);
            }
            if !self.text.is_empty() {
                self.split();
                return Ok(true);
            }
        }
    }

    /// Takes octets up to a line end that stands outside quotes.
    fn read_text(&mut self, reader: &mut dyn BufRead) -> io::Result<bool> {
        let mut has_read = false;
        let mut is_quoted = false;
        loop {
            let available = reader.fill_buf()?;
            if available.is_empty() {
                break;
            }
            has_read = true;
            let end = memchr::memchr(b'\n', available);
            let part = available
                .get(..end.unwrap_or(available.len()))
                .unwrap_or_default();
            is_quoted ^= memchr::memchr_iter(b'"', part).count() % 2 == 1;
            self.text.extend_from_slice(part);
            let used = part.len() + usize::from(end.is_some());
            reader.consume(used);
            if self.text.len() > LONGEST {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if end.is_some() && !is_quoted {
                break;
            }
            if end.is_some() {
                self.text.push(b'\n');
            }
        }
        if is_quoted {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if self.text.last() == Some(&b'\r') {
            self.text.pop();
        }
        Ok(has_read)
    }

    fn split(&mut self) {
        let mut start = 0;
        let mut is_quoted = false;
        for (at, octet) in self.text.iter().enumerate() {
            match octet {
                b'"' => is_quoted = !is_quoted,
                b',' if !is_quoted => {
                    self.fields.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        self.fields.push(start..self.text.len());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> io::Result<Vec<Vec<String>>> {
        let mut reader = io::BufReader::with_capacity(3, text);
        let mut record = Record::default();
        let mut all = Vec::new();
        while record.read(&mut reader)? {
            all.push(record.fields().map(Cow::into_owned).collect());
        }
        Ok(all)
    }

    fn records(text: &[u8]) -> Vec<Vec<String>> {
        read(text).unwrap()
    }

    #[test]
    fn quotes_line_ends_and_empty_lines_are_understood() {
        assert_eq!(
            records(b"a,b\r\n\r\n\"x, \"\"y\"\"\nz\",1\n,\nlast"),
            [
                vec!["a", "b"],
                vec!["x, \"y\"\nz", "1"],
                vec!["", ""],
                vec!["last"]
            ]
        );
        for open in [&b"\"open"[..], b"a,b\n1,\"", b"a\n5\" pipe\n"] {
            assert_eq!(read(open).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
        assert!(records(b"\n\r\n").is_empty());
    }

    #[test]
    fn a_header_has_each_coordinate_once_in_any_spelling() {
        let header = |line: &str| {
            let mut record = Record::default();
            record.read(&mut line.as_bytes()).unwrap();
            Header::read(&record)
        };
        let found = header("\u{feff}ID, LAT ,Name,lon").unwrap();
        assert_eq!((found.latitude, found.longitude, found.id), (1, 3, Some(0)));
        for line in ["lat,name", "lat,latitude,lon", "lat,lon,x,x", "a"] {
            assert!(header(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_record_without_an_end_is_bounded() {
        let endless = [b"\"", "a\n".repeat(LONGEST).as_bytes()].concat();
        let error = Record::default().read(&mut endless.as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn no_octets_upset_the_reader(octets in prop::collection::vec(any::<u8>(), 0..80)) {
            let is_closed = memchr::memchr_iter(b'"', &octets).count().is_multiple_of(2);
            match read(&octets) {
                Ok(all) => prop_assert!(is_closed && all.iter().all(|record| !record.is_empty())),
                Err(error) => {
                    prop_assert!(!is_closed && error.kind() == io::ErrorKind::InvalidData);
                }
            }
        }
    }
}
