//! Well-known text (OGC 06-103r4 §7), as it stands in queries and in columns of CSV.
//!
//! Tags are read in any case, `Z`, `M` and `ZM` apart from them or not. Three numbers without a tag are a height, four a
//! height and a measure; a measure is read and left.

mod writer;

use super::{Crs, GeometryFault, MAX_DEPTH, Part, Position, Sink, curved, scan::Scan, wkb};

/// Reads a geometry, from the first octet to the last.
///
/// # Errors
/// [`GeometryFault`], the first.
pub fn read(text: &str, sink: &mut impl Sink) -> Result<(), GeometryFault> {
    let end = read_first(text, sink)?;
    if text.get(end..).is_some_and(|rest| rest.trim().is_empty()) {
        return Ok(());
    }
    Err(GeometryFault::GoesOn { at: end })
}

/// Reads the geometry that a text begins with: the octets that it has.
///
/// # Errors
/// [`GeometryFault`], the first.
pub fn read_first(text: &str, sink: &mut impl Sink) -> Result<usize, GeometryFault> {
    let mut reader = Reader {
        scan: Scan::new(text),
    };
    reader.geometry(None, 0, sink)?;
    Ok(reader.scan.at())
}

/// The geometry of a text as it lies in a table.
///
/// # Errors
/// [`GeometryFault`], the first.
pub fn to_wkb(text: &str) -> Result<Vec<u8>, GeometryFault> {
    let mut writer = wkb::Writer::default();
    read(text, &mut writer)?;
    Ok(writer.finish())
}

/// Appends a geometry in well-known binary to `text`, its positions in the system and in its order of axes.
///
/// # Errors
/// [`GeometryFault`] of octets that are no geometry; `text` is as it was.
pub fn write(wkb: &[u8], crs: Crs, text: &mut Vec<u8>) -> Result<(), GeometryFault> {
    let start = text.len();
    let written = wkb::read(wkb, &mut writer::Writer::new(text, crs));
    if written.is_err() {
        text.truncate(start);
    }
    written
}

/// The tag that a text begins with, in any case: a parser of more than geometries asks before it reads one.
#[must_use]
pub fn begins(text: &str) -> bool {
    part_of(Scan::new(text).word()).is_some()
}

struct Reader<'t> {
    scan: Scan<'t>,
}

/// Numbers of a position beyond two.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Beyond {
    has_z: bool,
    has_m: bool,
}

type Read<T> = Result<T, GeometryFault>;

impl Reader<'_> {
    fn geometry(&mut self, within: Option<Part>, depth: usize, sink: &mut impl Sink) -> Read<()> {
        self.scan.peek();
        let start = self.scan.at();
        let word = self.scan.word();
        let tag = part_of(word);
        let is_fit = |part| within.is_none_or(|within| within.may_hold(part));
        let Some((part, attached)) = tag.filter(|(part, _)| is_fit(*part)) else {
            self.scan.back_to(start);
            if let Some(found) = curved::of_tag(word) {
                return Err(GeometryFault::Curved { at: start, found });
            }
            return Err(self.scan.expected("POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING, MULTIPOLYGON or GEOMETRYCOLLECTION"));
        };
        let told = match attached {
            Some(beyond) => Some(beyond),
            None => self.dimension(),
        };
        if self.is_empty() {
            sink.open(part, told.is_some_and(|beyond| beyond.has_z));
            sink.close(part);
            return Ok(());
        }
        if part == Part::GeometryCollection {
            return self.collection(depth, told, sink);
        }
        let beyond = match told {
            Some(beyond) => beyond,
            None => self.beyond_ahead()?,
        };
        self.part(part, beyond, sink)
    }

    fn collection(&mut self, depth: usize, told: Option<Beyond>, sink: &mut impl Sink) -> Read<()> {
        if depth == MAX_DEPTH {
            return Err(GeometryFault::TooDeep { limit: MAX_DEPTH });
        }
        let part = Part::GeometryCollection;
        sink.open(part, told.is_some_and(|beyond| beyond.has_z));
        self.list(|reader| reader.geometry(Some(part), depth + 1, sink))?;
        sink.close(part);
        Ok(())
    }

    /// A part in its parentheses.
    fn part(&mut self, part: Part, beyond: Beyond, sink: &mut impl Sink) -> Read<()> {
        sink.open(part, beyond.has_z);
        match part {
            Part::Point => {
                self.scan.expect(b'(', "(")?;
                self.position(beyond, sink)?;
                self.scan.expect(b')', ")")?;
            }
            Part::LineString | Part::Ring => self.list(|reader| reader.position(beyond, sink))?,
            Part::MultiPoint => self.list(|reader| reader.point(beyond, sink))?,
            Part::Polygon => self.list(|reader| reader.member(Part::Ring, beyond, sink))?,
            Part::MultiLineString => {
                self.list(|reader| reader.member(Part::LineString, beyond, sink))?;
            }
            Part::MultiPolygon => self.list(|reader| reader.member(Part::Polygon, beyond, sink))?,
            Part::GeometryCollection => return Err(self.scan.expected("another geometry")),
        }
        sink.close(part);
        Ok(())
    }

    fn member(&mut self, part: Part, beyond: Beyond, sink: &mut impl Sink) -> Read<()> {
        if self.is_empty() {
            sink.open(part, beyond.has_z);
            sink.close(part);
            return Ok(());
        }
        self.part(part, beyond, sink)
    }

    /// A point of several, in parentheses or, as many write it, without.
    fn point(&mut self, beyond: Beyond, sink: &mut impl Sink) -> Read<()> {
        if self.scan.peek() == Some(b'(') || !self.scan.is_at_a_number() {
            return self.member(Part::Point, beyond, sink);
        }
        sink.open(Part::Point, beyond.has_z);
        self.position(beyond, sink)?;
        sink.close(Part::Point);
        Ok(())
    }

    fn position(&mut self, beyond: Beyond, sink: &mut impl Sink) -> Read<()> {
        self.scan.count()?;
        let xy = [self.scan.number()?, self.scan.number()?];
        let z = if beyond.has_z {
            Some(self.scan.number()?)
        } else {
            None
        };
        if beyond.has_m {
            self.scan.number()?;
        }
        sink.position(Position { xy, z });
        Ok(())
    }

    /// Items between parentheses, one or more, with commas between.
    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.scan.expect(b'(', "(")?;
        item(self)?;
        while self.scan.take(b',') {
            item(self)?;
        }
        self.scan.expect(b')', ", or )")
    }

    fn is_empty(&mut self) -> bool {
        self.scan.peek();
        let start = self.scan.at();
        let is_empty = self.scan.word().eq_ignore_ascii_case(b"EMPTY");
        if !is_empty {
            self.scan.back_to(start);
        }
        is_empty
    }

    /// `Z`, `M` or `ZM` where it stands apart.
    fn dimension(&mut self) -> Option<Beyond> {
        self.scan.peek();
        let start = self.scan.at();
        let beyond = beyond_of(&self.scan.word().to_ascii_uppercase());
        if beyond.is_none() {
            self.scan.back_to(start);
        }
        beyond
    }

    /// Numbers that the first position has, which all others must have as well.
    fn beyond_ahead(&mut self) -> Read<Beyond> {
        let start = self.scan.at();
        while self.scan.take(b'(')
            || self.is_empty()
            || self.scan.take(b',')
            || self.scan.take(b')')
        {}
        let mut numbers = 0;
        while numbers < MOST_NUMBERS && self.scan.is_at_a_number() {
            self.scan.number()?;
            numbers += 1;
        }
        self.scan.back_to(start);
        Ok(Beyond {
            has_z: numbers > 2,
            has_m: numbers > 3,
        })
    }
}

fn part_of(word: &[u8]) -> Option<(Part, Option<Beyond>)> {
    let word = word.to_ascii_uppercase();
    TAGS.iter().find_map(|(tag, part)| {
        let rest = word.strip_prefix(tag.as_bytes())?;
        if rest.is_empty() {
            return Some((*part, None));
        }
        beyond_of(rest).map(|beyond| (*part, Some(beyond)))
    })
}

fn beyond_of(word: &[u8]) -> Option<Beyond> {
    let (has_z, has_m) = match word {
        b"Z" => (true, false),
        b"M" => (false, true),
        b"ZM" => (true, true),
        _ => return None,
    };
    Some(Beyond { has_z, has_m })
}

const TAGS: [(&str, Part); 7] = [
    ("POINT", Part::Point),
    ("LINESTRING", Part::LineString),
    ("POLYGON", Part::Polygon),
    ("MULTIPOINT", Part::MultiPoint),
    ("MULTILINESTRING", Part::MultiLineString),
    ("MULTIPOLYGON", Part::MultiPolygon),
    ("GEOMETRYCOLLECTION", Part::GeometryCollection),
];
/// Numbers of a position, at most.
const MOST_NUMBERS: usize = 4;

#[cfg(test)]
mod tests;
