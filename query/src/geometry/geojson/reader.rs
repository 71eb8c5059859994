//! Reader of a geometry object: its members by `serde`, its positions straight from their text.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::geometry::{GeometryFault, MAX_DEPTH, Part, Position, Sink, scan::Scan};

/// A geometry object. Members that RFC 7946 does not know are passed over (§6.1), but for a system of its own.
#[derive(Deserialize)]
struct Object<'t> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'t, str>,
    #[serde(borrow)]
    coordinates: Option<&'t RawValue>,
    #[serde(borrow)]
    geometries: Option<Vec<&'t RawValue>>,
    #[serde(borrow)]
    crs: Option<&'t RawValue>,
}

type Read<T> = Result<T, GeometryFault>;

/// Reads a geometry.
///
/// # Errors
/// [`GeometryFault`], the first.
pub fn read(text: &str, sink: &mut impl Sink) -> Result<(), GeometryFault> {
    geometry(text, 0, sink)
}

fn geometry(text: &str, depth: usize, sink: &mut impl Sink) -> Read<()> {
    let object: Object<'_> =
        serde_json::from_str(text).map_err(|error| json(&error.to_string()))?;
    if let Some(crs) = object.crs {
        let name = crs.get();
        if !name.contains("CRS84") {
            return Err(json(
                "it has a crs of its own that is not CRS84 (RFC 7946 §4)",
            ));
        }
    }
    let part = part_of(&object.kind).ok_or_else(|| json("its type is no geometry"))?;
    if part == Part::GeometryCollection {
        if depth == MAX_DEPTH {
            return Err(GeometryFault::TooDeep { limit: MAX_DEPTH });
        }
        let members = object
            .geometries
            .ok_or_else(|| json("it has no geometries"))?;
        sink.open(part, false);
        for member in members {
            geometry(member.get(), depth + 1, sink)?;
        }
        sink.close(part);
        return Ok(());
    }
    let coordinates = object
        .coordinates
        .ok_or_else(|| json("it has no coordinates"))?;
    let mut reader = Reader {
        scan: Scan::new(coordinates.get()),
        has_z: false,
    };
    reader.has_z = reader.has_z_ahead()?;
    reader.part(part, sink)
}

struct Reader<'t> {
    scan: Scan<'t>,
    has_z: bool,
}

impl Reader<'_> {
    fn part(&mut self, part: Part, sink: &mut impl Sink) -> Read<()> {
        sink.open(part, self.has_z);
        match part {
            Part::Point => self.point(sink)?,
            Part::LineString | Part::Ring => self.list(|reader| reader.position(sink))?,
            Part::Polygon => self.list(|reader| reader.part(Part::Ring, sink))?,
            Part::MultiPoint => self.list(|reader| reader.part(Part::Point, sink))?,
            Part::MultiLineString => self.list(|reader| reader.part(Part::LineString, sink))?,
            Part::MultiPolygon => self.list(|reader| reader.part(Part::Polygon, sink))?,
            Part::GeometryCollection => return Err(self.scan.expected("another geometry")),
        }
        sink.close(part);
        Ok(())
    }

    /// A position, or `[]` for a point without a place.
    fn point(&mut self, sink: &mut impl Sink) -> Read<()> {
        let start = self.scan.at();
        if self.scan.take(b'[') && self.scan.take(b']') {
            return Ok(());
        }
        self.scan.back_to(start);
        self.position(sink)
    }

    /// Two numbers, a height, and what RFC 7946 §3.1.1 leaves to be passed over.
    fn position(&mut self, sink: &mut impl Sink) -> Read<()> {
        self.scan.count()?;
        self.scan.expect(b'[', "a position")?;
        let x = self.scan.number()?;
        self.scan.expect(b',', "a second number")?;
        let y = self.scan.number()?;
        let z = if self.scan.take(b',') {
            Some(self.scan.number()?)
        } else {
            None
        };
        if z.is_some() != self.has_z {
            return Err(self.scan.expected("a height in all positions or in none"));
        }
        while self.scan.take(b',') {
            self.scan.number()?;
        }
        self.scan.expect(b']', "a number or ]")?;
        let xy = [x, y];
        sink.position(Position { xy, z });
        Ok(())
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.scan.expect(b'[', "an array")?;
        if self.scan.take(b']') {
            return Ok(());
        }
        item(self)?;
        while self.scan.take(b',') {
            item(self)?;
        }
        self.scan.expect(b']', ", or ]")
    }

    /// A third number in the first position.
    fn has_z_ahead(&mut self) -> Read<bool> {
        let start = self.scan.at();
        while self.scan.take(b'[') || self.scan.take(b']') || self.scan.take(b',') {}
        let mut numbers = 0;
        while numbers < 3 && self.scan.is_at_a_number() {
            self.scan.number()?;
            numbers += 1;
            if !self.scan.take(b',') {
                break;
            }
        }
        self.scan.back_to(start);
        Ok(numbers > 2)
    }
}

fn part_of(name: &str) -> Option<Part> {
    let parts = [
        Part::Point,
        Part::LineString,
        Part::Polygon,
        Part::MultiPoint,
        Part::MultiLineString,
        Part::MultiPolygon,
        Part::GeometryCollection,
    ];
    parts.into_iter().find(|part| part.name() == name)
}

fn json(reason: &str) -> GeometryFault {
    let reason = reason.into();
    GeometryFault::Json { reason }
}
