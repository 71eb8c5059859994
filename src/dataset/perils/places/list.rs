//! List of places in a body: its format, the options beside it, and the number of places.

mod members;

use std::io::Read;

use super::{
    Header, Record,
    element::Kind,
    json::{JsonCursor, JsonError},
    reader::{Input, PlaceReader},
};
use crate::{
    dataset::perils::{Refused, query::Options},
    edge::Body,
};
use members::{ReadError, find_array};

/// Format of a list of places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputFormat {
    /// CSV with a header, whatever stands between its fields.
    Csv,
    /// A GeoJSON feature collection of points (RFC 7946).
    GeoJson,
    /// An object with `locations`.
    Json,
}

/// Places that a body was found to hold.
#[derive(Clone, Debug)]
pub struct PlaceList {
    format: InputFormat,
    header: Option<Header>,
    places: usize,
    start: u64,
    has_mark: bool,
    body: Body,
}

impl PlaceList {
    /// Reads through `body`, taking its options into `options`.
    ///
    /// # Errors
    /// [`Refused`] for a body that has no places to find, or more than `max_places`.
    pub fn of(
        body: Body,
        is_csv: bool,
        options: &mut Options,
        max_places: usize,
    ) -> Result<Self, Refused> {
        if is_csv {
            Self::of_csv(body, max_places)
        } else {
            Self::of_json(body, options, max_places)
        }
    }

    /// The format of the list.
    #[must_use]
    pub fn format(&self) -> InputFormat {
        self.format
    }

    /// The columns of a CSV file.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The number of places.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places
    }

    /// `true` where a byte order mark stood before the text.
    #[must_use]
    pub fn has_mark(&self) -> bool {
        self.has_mark
    }

    /// Bytes of the whole body.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.body.length()
    }

    /// `true` where the body can be read without waiting for a disk.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.body.in_memory().is_some()
    }

    /// The places, from the first on.
    #[must_use]
    pub fn reader(&self) -> PlaceReader {
        let elements = |kind| {
            let cursor = JsonCursor::new(self.body.reader(self.start), self.start);
            Input::Elements(cursor, kind, self.body.clone())
        };
        PlaceReader::new(match (&self.header, self.format) {
            (Some(header), _) => Input::Records(self.body.reader(self.start), header.clone()),
            (None, InputFormat::GeoJson) => elements(Kind::Feature),
            (None, InputFormat::Json | InputFormat::Csv) => elements(Kind::Location),
        })
    }

    fn of_csv(body: Body, max_places: usize) -> Result<Self, Refused> {
        let mark = mark(&body)?;
        let (header, start) = Header::find(&body, mark)?;
        let mut reader = body.reader(start);
        let mut record = Record::default();
        let mut line = 0;
        let mut read = |record: &mut Record| {
            line += 1;
            record
                .pass(&mut *reader, header.dialect)
                .or(Err(Refused::Malformed {
                    at: format!("record {line} of the CSV"),
                    expected: "shorter; perhaps a quote is left open".into(),
                }))
        };
        let mut places = 0;
        read(&mut record)?;
        while read(&mut record)? {
            places += 1;
            if places > max_places {
                return Err(Refused::TooManyPlaces { limit: max_places });
            }
        }
        if places == 0 {
            return Err(malformed("the CSV", "a header and at least one line"));
        }
        Ok(Self {
            format: InputFormat::Csv,
            header: Some(header),
            places,
            start,
            has_mark: mark > 0,
            body,
        })
    }

    fn of_json(body: Body, options: &mut Options, max_places: usize) -> Result<Self, Refused> {
        let mark = mark(&body)?;
        let mut cursor = JsonCursor::new(body.reader(mark), mark);
        let expected = "an object with an array locations, or a GeoJSON feature collection";
        if matches!(cursor.peek(), Ok(Some(b'['))) {
            return Err(malformed("the body", expected));
        }
        let found = find_array(&mut cursor, options, max_places);
        let at = usize::try_from(cursor.at()).unwrap_or(usize::MAX);
        let found = found.map_err(|error| match error {
            ReadError::Refused(refused) => refused,
            ReadError::Json(JsonError::Syntax | JsonError::Io(_)) => Refused::NotJson { at },
        })?;
        let (format, start, places) = found.ok_or_else(|| malformed("the body", expected))?;
        Ok(Self {
            format,
            header: None,
            places,
            start,
            has_mark: mark > 0,
            body,
        })
    }
}

/// Bytes of the mark that some programs write before UTF-8.
fn mark(body: &Body) -> Result<u64, Refused> {
    let mut begin = Vec::new();
    let read = body.reader(0).take(3).read_to_end(&mut begin);
    read.or(Err(malformed("the body", "readable to its end")))?;
    Ok(if begin == b"\xef\xbb\xbf" { 3 } else { 0 })
}

fn malformed(at: &str, expected: &'static str) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

#[cfg(test)]
mod tests;
