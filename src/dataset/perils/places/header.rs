//! The header of a CSV file: which column is which, and what stands between them.

use std::{collections::HashSet, io::Read};

use super::{Dialect, LONGEST, Record};
use crate::{dataset::perils::Refused, edge::Body};

/// The columns of a CSV file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// Their names, in order, up to the last that has one. One without a name before that has its position.
    pub names: Vec<String>,
    /// Position of the latitude.
    pub latitude: usize,
    /// Position of the longitude.
    pub longitude: usize,
    /// Position of the id, if there is one.
    pub id: Option<usize>,
    /// Their number, with those at the end that have no name.
    pub(super) width: usize,
    pub(super) dialect: Dialect,
}

impl Header {
    /// The header of the CSV that begins in `body` at `start`, and where its line begins: behind the one by which
    /// spreadsheets name the separator, if it is there.
    ///
    /// # Errors
    /// [`Refused::Malformed`].
    pub(super) fn find(body: &Body, start: u64) -> Result<(Self, u64), Refused> {
        let mut begin = Vec::new();
        let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
        let read = body.reader(start).take(most).read_to_end(&mut begin);
        read.or(Err(refused("the body", "readable to its end")))?;
        if OTHERS.iter().any(|other| begin.starts_with(other)) {
            let expected = "CSV; it is a spreadsheet's own file, which can be saved as CSV";
            return Err(refused("the body", expected));
        }
        let line_end = match (memchr::memchr(b'\n', &begin), memchr::memchr(b'\r', &begin)) {
            (None, Some(_)) => b'\r',
            _ => b'\n',
        };
        let named = named_separator(&begin);
        let skipped = named.map_or(0, |(_, length)| length);
        let lines = begin.get(skipped..).unwrap_or_default();
        let is_all = begin.len() < LONGEST;
        let separators = SEPARATORS.into_iter();
        let separators = separators.filter(|one| named.is_none_or(|(named, _)| named == *one));
        let headers = separators.map(|separator| {
            let mut record = Record::default();
            let dialect = Dialect {
                separator,
                line_end,
            };
            let mut rest = lines;
            match record.read(&mut rest, dialect) {
                Ok(true) if is_all || !rest.is_empty() => {
                    (record.len(), Self::read(&record, dialect))
                }
                Ok(false) => (0, Err(refused("the body", "CSV with a header"))),
                Ok(true) | Err(_) => {
                    let expected = "shorter; perhaps a quote is left open";
                    (0, Err(refused("record 1 of the CSV", expected)))
                }
            }
        });
        let header = Self::only(headers)?;
        Ok((header, start + u64::try_from(skipped).unwrap_or(0)))
    }

    /// The one that is a header; of several that are none, what is wrong with the one that has most columns.
    fn only(
        headers: impl Iterator<Item = (usize, Result<Self, Refused>)>,
    ) -> Result<Self, Refused> {
        let mut found = None;
        let mut fault: Option<(usize, Refused)> = None;
        for (columns, header) in headers {
            match header {
                Ok(_) if found.is_some() => {
                    let expected = "columns with one separator between them";
                    return Err(refused("the CSV header", expected));
                }
                Ok(header) => found = Some(header),
                Err(other) => {
                    if fault.as_ref().is_none_or(|(most, _)| columns > *most) {
                        fault = Some((columns, other));
                    }
                }
            }
        }
        let (_, fault) = fault.unwrap_or_else(|| (0, refused("the body", "CSV with a header")));
        found.ok_or(fault)
    }

    fn read(record: &Record, dialect: Dialect) -> Result<Self, Refused> {
        if !record.is_utf8() {
            let expected = "UTF-8, or of the charset that Content-Type declares";
            return Err(refused("the CSV header", expected));
        }
        let width = record.len();
        let mut names: Vec<String> = record
            .fields(width)
            .map(|name| name.trim().to_owned())
            .collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let mut before = HashSet::new();
        for (index, name) in names.iter().enumerate() {
            if !name.is_empty() && !before.insert(name.clone()) {
                let at = format!("column {} of the CSV header", index + 1);
                return Err(refused(&at, "named unlike the columns before it"));
            }
        }
        let nameless = names.iter_mut().enumerate();
        for (index, name) in nameless.filter(|(_, name)| name.is_empty()) {
            *name = format!("column_{}", index + 1);
            while !before.insert(name.clone()) {
                name.push('_');
            }
        }
        Ok(Self {
            latitude: column(&names, &LATITUDE)?,
            longitude: column(&names, &LONGITUDE)?,
            id: names
                .iter()
                .position(|name| name.eq_ignore_ascii_case("id")),
            names,
            width,
            dialect,
        })
    }
}

/// The one column with one of the `spellings`, in any case.
fn column(names: &[String], spellings: &[&str]) -> Result<usize, Refused> {
    let is_named = |name: &&String| spellings.iter().any(|one| name.eq_ignore_ascii_case(one));
    let mut found = names.iter().enumerate().filter(|(_, name)| is_named(name));
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        _ => Err(refused(
            "the CSV header",
            "one line with one column latitude (or lat) and one column longitude (or lon)",
        )),
    }
}

/// The separator of a first line `sep=;`, and the bytes of that line with its end.
fn named_separator(begin: &[u8]) -> Option<(u8, usize)> {
    let end = memchr::memchr2(b'\n', b'\r', begin)?;
    let (line, rest) = begin.split_at_checked(end)?;
    let bare = line
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
        .unwrap_or(line);
    let (name, separator) = bare.split_at_checked(4)?;
    let [separator] = separator else { return None };
    if !name.eq_ignore_ascii_case(b"sep=") || !SEPARATORS.contains(separator) {
        return None;
    }
    let line_end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
    Some((*separator, line.len() + line_end))
}

fn refused(at: &str, expected: &'static str) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

/// The names of a latitude, in any case.
pub(crate) const LATITUDE: [&str; 2] = ["latitude", "lat"];
/// The names of a longitude, in any case.
pub(crate) const LONGITUDE: [&str; 4] = ["longitude", "lon", "lng", "long"];
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Beginnings of files that are sent by mistake for CSV: an xlsx or another ZIP, an old xls.
const OTHERS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Result<(Header, u64), Refused> {
        Header::find(&Body::Memory(text.as_bytes().to_vec().into()), 0)
    }

    fn dialect(text: &str) -> (u8, u8) {
        let dialect = find(text).unwrap().0.dialect;
        (dialect.separator, dialect.line_end)
    }

    #[test]
    fn a_header_has_each_coordinate_once_in_any_spelling() {
        let found = find("ID, LAT ,Name,lon").unwrap().0;
        assert_eq!((found.latitude, found.longitude, found.id), (1, 3, Some(0)));
        for line in ["lat,name", "lat,latitude,lon", "lat,lon,x,x", "a", ""] {
            assert!(find(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_header_shows_its_separator_and_the_ends_of_lines() {
        for (text, expected) in [
            ("lat,lon\n1,1\n", (b',', b'\n')),
            ("lat;lon;name, town\r\n", (b';', b'\n')),
            ("\"lat\";\"lon;x\";lon\n", (b';', b'\n')),
            ("name\tlat\tlon\n", (b'\t', b'\n')),
            ("lat|lon\n", (b'|', b'\n')),
            ("lat,lon\r1,1\r2,2", (b',', b'\r')),
            ("lat;lon\r1;1", (b';', b'\r')),
            ("lat,lon\r\n1,1\r\n", (b',', b'\n')),
        ] {
            assert_eq!(dialect(text), expected, "{text}");
        }
        for text in ["lat lon\n", "lat:lon\n", "lat;,lat,lon,;lon\n"] {
            assert!(find(text).is_err(), "{text}");
        }
        let fault = find("lat;name;x\n").unwrap_err().to_string();
        assert!(fault.contains("one column longitude"), "{fault}");
    }

    #[test]
    fn the_line_by_which_a_spreadsheet_names_the_separator_is_passed_over() {
        for (text, start) in [
            ("sep=;\nlat;lon\n", 6),
            ("SEP=;\r\nlat;lon\r\n", 7),
            ("\"sep=;\"\nlat;lon\n", 8),
        ] {
            let (header, found) = find(text).unwrap();
            assert_eq!((header.dialect.separator, found), (b';', start), "{text}");
        }
        assert!(find("sep=,\nlat;lon\n").is_err());
    }

    #[test]
    fn columns_without_a_name_are_nothing_at_the_end_and_have_their_position_before() {
        let (found, _) = find(",lat, ,lon,column_3,\"\",\n").unwrap();
        assert_eq!(
            found.names,
            ["column_1", "lat", "column_3_", "lon", "column_3"]
        );
        assert_eq!(found.width, 7);
    }

    #[test]
    fn a_header_is_bounded_however_long_the_body_is() {
        let names = |count: usize| format!("lat,lon,{}\n1,1\n", "x".repeat(count));
        assert!(find(&names(LONGEST - 100)).is_ok());
        for text in [
            names(LONGEST),
            format!("lat,lon,\"{}", "a\n".repeat(LONGEST)),
            "\n".repeat(2 * LONGEST),
        ] {
            assert!(find(&text).is_err());
        }
    }

    #[test]
    fn a_file_of_a_spreadsheet_is_told_from_csv() {
        let fault = find("PK\u{3}\u{4}lat,lon").unwrap_err().to_string();
        assert!(fault.contains("saved as CSV"), "{fault}");
    }
}
