//! The first reading of a body: its shape, its options, how many places it has.

use std::io::BufRead;

use super::{
    Carried, Header, Place, PlaceFault, Record,
    element::Element,
    json::{Stop, Walker},
    position,
};
use crate::{
    dataset::perils::{Refused, query::Options},
    edge::Body,
};

/// How a body has its places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputFormat {
    /// CSV with a header.
    Csv,
    /// A GeoJSON feature collection of points (RFC 7946).
    GeoJson,
    /// An object with `locations`.
    Json,
}

/// What the first reading found.
#[derive(Clone, Debug)]
pub struct Survey {
    format: InputFormat,
    header: Option<Header>,
    places: usize,
    start: u64,
    body: Body,
}

/// The places of a body, one after the other.
pub struct Places {
    source: Source,
    header: Option<Header>,
    element: Element,
    record: Record,
    text: Vec<u8>,
    is_first: bool,
}

enum Source {
    Features(Walker),
    Locations(Walker),
    Records(Box<dyn BufRead + Send>),
}

impl Survey {
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

    /// How the body has its places.
    #[must_use]
    pub fn format(&self) -> InputFormat {
        self.format
    }

    /// The columns of a CSV file.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// How many places there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places
    }

    /// The places, from the first on.
    #[must_use]
    pub fn places(&self) -> Places {
        let reader = self.body.reader(self.start);
        Places {
            source: match self.format {
                InputFormat::Csv => Source::Records(reader),
                InputFormat::GeoJson => Source::Features(Walker::new(reader, self.start)),
                InputFormat::Json => Source::Locations(Walker::new(reader, self.start)),
            },
            header: self.header.clone(),
            element: Element::default(),
            record: Record::default(),
            text: Vec::new(),
            is_first: true,
        }
    }

    fn of_csv(body: Body, max_places: usize) -> Result<Self, Refused> {
        let mut reader = body.reader(0);
        let mut record = Record::default();
        let mut line = 0;
        let mut read = |record: &mut Record| {
            line += 1;
            record.read(&mut *reader).or(Err(Refused::Malformed {
                at: format!("record {line} of the CSV"),
                expected: "shorter: is a quote left open?".into(),
            }))
        };
        if !read(&mut record)? {
            return Err(Refused::Malformed {
                at: "the body".to_owned(),
                expected: "CSV with a header".into(),
            });
        }
        let header = Header::read(&record)?;
        let mut places = 0;
        while read(&mut record)? {
            places += 1;
            if places > max_places {
                return Err(Refused::TooManyPlaces { limit: max_places });
            }
        }
        Ok(Self {
            format: InputFormat::Csv,
            header: Some(header),
            places,
            start: 0,
            body,
        })
    }

    fn of_json(body: Body, options: &mut Options, max_places: usize) -> Result<Self, Refused> {
        let mut walker = Walker::new(body.reader(0), 0);
        let found = find_array(&mut walker, options, max_places);
        let at = usize::try_from(walker.at()).unwrap_or(usize::MAX);
        let found = found.map_err(|fault| match fault {
            Fault::Refused(refused) => refused,
            Fault::Stop(Stop::TooLong) => Refused::Malformed {
                at: format!("the value before octet {at}"),
                expected: "shorter than 64 KiB".into(),
            },
            Fault::Stop(Stop::Syntax | Stop::Io(_)) => Refused::NotJson { at },
        })?;
        let (format, start, places) = found.ok_or_else(|| Refused::Malformed {
            at: "the body".to_owned(),
            expected: "an object with an array locations, or a GeoJSON feature collection".into(),
        })?;
        Ok(Self {
            format,
            header: None,
            places,
            start,
            body,
        })
    }
}

enum Fault {
    Refused(Refused),
    Stop(Stop),
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// Walks over the members of the body: the array of places by its start and length, options by value.
fn find_array(
    walker: &mut Walker,
    options: &mut Options,
    max_places: usize,
) -> Result<Option<(InputFormat, u64, usize)>, Fault> {
    let mut found = None;
    let mut text = Vec::new();
    let mut names = Vec::new();
    let mut others = Vec::new();
    walker.expect(b'{')?;
    let mut is_first = true;
    while !walker.take(b'}')? {
        if !is_first {
            walker.expect(b',')?;
        }
        is_first = false;
        walker.value(&mut text)?;
        let name: String = serde_json::from_slice(&text).or(Err(Stop::Syntax))?;
        if names.contains(&name) {
            let expected = "without members that come twice".into();
            let at = "the body".to_owned();
            return Err(Refused::Malformed { at, expected }.into());
        }
        walker.expect(b':')?;
        let format = match name.as_str() {
            "locations" => Some(InputFormat::Json),
            "features" => Some(InputFormat::GeoJson),
            _ => None,
        };
        names.push(name.clone());
        if let Some(format) = format {
            if found.is_some() || walker.peek()? != Some(b'[') {
                let at = if found.is_some() {
                    "the body".to_owned()
                } else {
                    name
                };
                let expected = "one array, of locations or of features".into();
                return Err(Refused::Malformed { at, expected }.into());
            }
            let start = walker.at();
            let places = count(walker, max_places)?;
            found = Some((format, start, places));
            continue;
        }
        walker.value(&mut text)?;
        let value = serde_json::from_slice(&text).or(Err(Stop::Syntax))?;
        others.push((name, value));
    }
    if walker.peek()?.is_some() {
        return Err(Stop::Syntax.into());
    }
    // A feature collection may have members that are none of ours (RFC 7946 §6.1).
    let is_geojson = matches!(found, Some((InputFormat::GeoJson, ..)));
    for (name, value) in others {
        match options.take_member(&name, &value, &["locations"]) {
            Err(Refused::Unknown { at, .. }) if is_geojson && at == Options::A_MEMBER => {}
            taken => taken?,
        }
    }
    Ok(found)
}

fn count(walker: &mut Walker, max_places: usize) -> Result<usize, Fault> {
    let mut text = Vec::new();
    let mut places = 0;
    walker.expect(b'[')?;
    while !walker.take(b']')? {
        if places > 0 {
            walker.expect(b',')?;
        }
        walker.value(&mut text)?;
        places += 1;
        if places > max_places {
            return Err(Refused::TooManyPlaces { limit: max_places }.into());
        }
    }
    Ok(places)
}

impl Places {
    /// The next place; none after the last.
    ///
    /// # Errors
    /// What the reader says; the body was read through before, so that its shape is known.
    pub fn next_place(&mut self) -> std::io::Result<Option<Place<'_>>> {
        let is_first = std::mem::take(&mut self.is_first);
        if let Source::Records(reader) = &mut self.source {
            let has_header = !is_first || self.record.read(&mut **reader)?;
            if !has_header || !self.record.read(&mut **reader)? {
                return Ok(None);
            }
            return Ok(Some(self.place_of_record()));
        }
        let (Source::Features(walker) | Source::Locations(walker)) = &mut self.source else {
            return Ok(None);
        };
        if !step(walker, is_first, &mut self.text)? {
            return Ok(None);
        }
        let position = match self.source {
            Source::Features(_) => self.element.read_feature(&self.text),
            Source::Locations(_) | Source::Records(_) => self.element.read_location(&self.text),
        };
        Ok(Some(Place {
            position,
            id: self.element.id.as_deref(),
            carried: Carried::Members(&self.element.members),
        }))
    }

    fn place_of_record(&self) -> Place<'_> {
        let header = self.header.as_ref();
        let columns = header.map_or(0, |header| header.names.len());
        let field = |index: Option<usize>| index.and_then(|index| self.record.field(index));
        let position = if self.record.len() != columns {
            Err(PlaceFault::WrongNumberOfFields)
        } else if std::str::from_utf8(self.record.text()).is_err() {
            Err(PlaceFault::NotUtf8)
        } else {
            position(
                field(header.map(|header| header.latitude)).as_deref(),
                field(header.map(|header| header.longitude)).as_deref(),
            )
        };
        Place {
            position,
            id: None,
            carried: Carried::Record(&self.record),
        }
    }
}

/// Walks to the next member of the array, into `text`; `false` after the last.
fn step(walker: &mut Walker, is_first: bool, text: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut walk = || {
        if is_first {
            walker.expect(b'[')?;
        }
        if walker.take(b']')? {
            return Ok(false);
        }
        if !is_first {
            walker.expect(b',')?;
        }
        walker.value(text).map(|()| true)
    };
    walk().map_err(|stop| match stop {
        Stop::Io(error) => error,
        Stop::Syntax | Stop::TooLong => std::io::ErrorKind::InvalidData.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(text: &str, is_csv: bool) -> Result<(Survey, Options), Refused> {
        let mut options = Options::default();
        let body = Body::Memory(text.as_bytes().to_vec().into());
        Survey::of(body, is_csv, &mut options, 3).map(|survey| (survey, options))
    }

    fn positions(text: &str, is_csv: bool) -> Vec<Result<(f64, f64), PlaceFault>> {
        let mut places = survey(text, is_csv).unwrap().0.places();
        let mut positions = Vec::new();
        while let Some(place) = places.next_place().unwrap() {
            positions.push(place.position);
        }
        positions
    }

    #[test]
    fn places_are_found_wherever_the_array_stands() {
        let text =
            "{\"perils\":[\"fire\"],\"locations\":[{\"lat\":1,\"lon\":2},5 ],\"years\":2030}";
        assert_eq!(
            positions(text, false),
            [Ok((1.0, 2.0)), Err(PlaceFault::Malformed)]
        );
        let (found, options) = survey(text, false).unwrap();
        assert_eq!((found.count(), found.format()), (2, InputFormat::Json));
        assert_eq!(options.items("years"), Some(&["2030".to_owned()][..]));
        let features = "{\"type\":\"FeatureCollection\",\"name\":\"x\",\"features\":[]}";
        assert_eq!(
            survey(features, false).unwrap().0.format(),
            InputFormat::GeoJson
        );
    }

    #[test]
    fn csv_lines_are_places_and_a_broken_line_is_one_that_says_so() {
        let text = "lat,lon,name\n1,2,a\n1,2\nx,2,b";
        assert_eq!(
            positions(text, true),
            [
                Ok((1.0, 2.0)),
                Err(PlaceFault::WrongNumberOfFields),
                Err(PlaceFault::LatitudeNotANumber)
            ]
        );
    }

    #[test]
    fn a_body_without_places_or_with_too_many_is_refused() {
        for (text, is_csv) in [
            ("", true),
            ("a,b\n", true),
            ("{}", false),
            ("[]", false),
            ("", false),
            ("{\"locations\":5}", false),
            ("{\"locations\":[],\"features\":[]}", false),
            ("{\"locations\":[],\"locations\":[]}", false),
            ("{\"locations\":[],\"colour\":1}", false),
            ("{\"locations\":[]} x", false),
            ("{\"locations\":[", false),
        ] {
            assert!(survey(text, is_csv).is_err(), "{text}");
        }
        let four = "{\"locations\":[1,2,3,4]}";
        assert!(matches!(
            survey(four, false),
            Err(Refused::TooManyPlaces { limit: 3 })
        ));
        let four = "lat,lon\n1,1\n1,1\n1,1\n1,1\n";
        assert!(matches!(
            survey(four, true),
            Err(Refused::TooManyPlaces { limit: 3 })
        ));
    }
}
