//! Geometries of features, as well-known binary.

use super::{
    super::fault::What,
    damaged,
    flatbuffer::{Table, Tables},
    header::Header,
};
use crate::geometry::{GeometryFault, MAX_DEPTH, MAX_POSITIONS, Part, Position, Sink, wkb::Writer};

/// A writer of one geometry after the other.
#[derive(Debug)]
pub(super) struct Shapes {
    /// The number of the type that all of them have, 0 where each has its own.
    of_all: u8,
    has_z: bool,
    writer: Writer,
    /// Positions and parts that this one may still have. Parts may be one and the same table, so that a small file
    /// can say a large geometry.
    left: usize,
}

/// Numbers of one part: positions, and their third coordinates.
struct Positions<'b> {
    xy: &'b [[u8; 8]],
    z: Option<&'b [[u8; 8]]>,
}

impl Shapes {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            of_all: header.geometry,
            has_z: header.has_z,
            writer: Writer::default(),
            left: 0,
        }
    }

    /// The geometry that `table` is. Whether its numbers and rings are in order is judged with the geometries of all
    /// formats.
    pub(super) fn of(&mut self, table: Table<'_>) -> Result<&[u8], What> {
        self.writer.clear();
        self.left = MAX_POSITIONS;
        let own = table.octet(TYPE).map_err(damaged)?;
        let number = match (self.of_all, own) {
            (0, number) | (number, 0) => number,
            (one, other) if one == other => one,
            (all, own) => {
                let said = format!("its type is {own}, where the header says {all} of all");
                return Err(What::Geometry(said.into()));
            }
        };
        self.geometry(table, part(number)?, 0)?;
        Ok(self.writer.octets())
    }

    fn geometry(&mut self, table: Table<'_>, part: Part, depth: usize) -> Result<(), What> {
        self.spend(1)?;
        self.writer.open(part, self.has_z);
        match part {
            Part::Point => {
                let positions = self.positions(table)?;
                if positions.len() > 1 {
                    let said = format!("a point has {} positions", positions.len());
                    return Err(What::Geometry(said.into()));
                }
                self.tell(&positions, 0..1)?;
            }
            Part::LineString | Part::Ring => {
                let positions = self.positions(table)?;
                self.tell(&positions, 0..positions.len())?;
            }
            Part::MultiPoint => self.points(table)?,
            Part::Polygon => self.runs(table, Part::Ring)?,
            Part::MultiLineString => self.runs(table, Part::LineString)?,
            Part::MultiPolygon => self.parts(table, Some(Part::Polygon), depth)?,
            Part::GeometryCollection => self.parts(table, None, depth)?,
        }
        self.writer.close(part);
        Ok(())
    }

    fn points(&mut self, table: Table<'_>) -> Result<(), What> {
        let positions = self.positions(table)?;
        for at in 0..positions.len() {
            self.part(Part::Point, &positions, at..at + 1)?;
        }
        Ok(())
    }

    /// Parts that lie one behind the other in the positions: each ends where the table says, a single one at the end.
    fn runs(&mut self, table: Table<'_>, part: Part) -> Result<(), What> {
        let positions = self.positions(table)?;
        let ends = table.vector::<4>(ENDS).map_err(damaged)?;
        let Some(ends) = ends.filter(|ends| !ends.is_empty()) else {
            return if positions.len() == 0 {
                Ok(())
            } else {
                self.part(part, &positions, 0..positions.len())
            };
        };
        let mut begin = 0;
        for end in ends {
            let end = usize::try_from(u32::from_le_bytes(*end)).unwrap_or(usize::MAX);
            if end < begin || end > positions.len() {
                let said = format!("a part of it ends at position {end} of {}", positions.len());
                return Err(What::Geometry(said.into()));
            }
            self.part(part, &positions, begin..end)?;
            begin = end;
        }
        if begin == positions.len() {
            return Ok(());
        }
        let said = format!("its parts end at position {begin} of {}", positions.len());
        Err(What::Geometry(said.into()))
    }

    fn part(
        &mut self,
        part: Part,
        positions: &Positions<'_>,
        range: std::ops::Range<usize>,
    ) -> Result<(), What> {
        self.spend(1)?;
        self.writer.open(part, self.has_z);
        self.tell(positions, range)?;
        self.writer.close(part);
        Ok(())
    }

    /// Parts that are tables of their own, of the type `of` or each of its own.
    fn parts(&mut self, table: Table<'_>, of: Option<Part>, depth: usize) -> Result<(), What> {
        if depth == MAX_DEPTH {
            return Err(refused(&GeometryFault::TooDeep { limit: MAX_DEPTH }));
        }
        if table
            .vector::<8>(XY)
            .map_err(damaged)?
            .is_some_and(|xy| !xy.is_empty())
        {
            return Err(What::Geometry("it has positions where it has parts".into()));
        }
        for table in table
            .tables(PARTS)
            .map_err(damaged)?
            .iter()
            .flat_map(Tables::iter)
        {
            let table = table.map_err(damaged)?;
            let own = table.octet(TYPE).map_err(damaged)?;
            let part = match of {
                Some(part) if own == 0 => part,
                _ => part(own)?,
            };
            if of.is_some_and(|of| of != part) {
                let said = format!(
                    "a {} is a part of it, which may not stand there",
                    part.name()
                );
                return Err(What::Geometry(said.into()));
            }
            self.geometry(table, part, depth + 1)?;
        }
        Ok(())
    }

    fn positions<'b>(&self, table: Table<'b>) -> Result<Positions<'b>, What> {
        let xy = table.vector(XY).map_err(damaged)?.unwrap_or_default();
        let z = table.vector(Z).map_err(damaged)?;
        let z = z.filter(|z| self.has_z || !z.is_empty());
        let z = if self.has_z {
            Some(z.unwrap_or_default())
        } else {
            z
        };
        let positions = Positions { xy, z };
        let heights = positions.z.map_or(positions.len(), <[_]>::len);
        if xy.len() % 2 != 0 || heights != positions.len() || z.is_some() != self.has_z {
            let said = format!(
                "it has {} numbers for longitudes and latitudes, and {} for heights",
                xy.len(),
                z.map_or(0, <[_]>::len)
            );
            return Err(What::Geometry(said.into()));
        }
        Ok(positions)
    }

    fn tell(
        &mut self,
        positions: &Positions<'_>,
        range: std::ops::Range<usize>,
    ) -> Result<(), What> {
        self.spend(range.len())?;
        for position in range.filter_map(|at| positions.at(at)) {
            self.writer.position(position);
        }
        Ok(())
    }

    fn spend(&mut self, count: usize) -> Result<(), What> {
        let limit = MAX_POSITIONS;
        let left = self.left.checked_sub(count);
        self.left = left.ok_or_else(|| refused(&GeometryFault::TooManyPositions { limit }))?;
        Ok(())
    }
}

impl Positions<'_> {
    fn len(&self) -> usize {
        self.xy.len() / 2
    }

    fn at(&self, at: usize) -> Option<Position> {
        let [x, y] = self.xy.get(2 * at..)?.first_chunk()?;
        let z = self.z.and_then(|z| z.get(at));
        Some(Position {
            xy: [f64::from_le_bytes(*x), f64::from_le_bytes(*y)],
            z: z.map(|z| f64::from_le_bytes(*z)),
        })
    }
}

/// The part that a type's number stands for.
fn part(number: u8) -> Result<Part, What> {
    let curve = match number {
        1 => return Ok(Part::Point),
        2 => return Ok(Part::LineString),
        3 => return Ok(Part::Polygon),
        4 => return Ok(Part::MultiPoint),
        5 => return Ok(Part::MultiLineString),
        6 => return Ok(Part::MultiPolygon),
        7 => return Ok(Part::GeometryCollection),
        8 => "CircularString",
        9 => "CompoundCurve",
        10 => "CurvePolygon",
        11 => "MultiCurve",
        12 => "MultiSurface",
        13 => "Curve",
        14 => "Surface",
        15 => "PolyhedralSurface",
        16 => "TIN",
        17 => "Triangle",
        _ => {
            let said = format!("its type is {number}, which is no geometry");
            return Err(What::Geometry(said.into()));
        }
    };
    Err(What::Foreign {
        found: format!("a {curve}").into(),
        remedy: "write lines and polygons, as with ogr2ogr -nlt CONVERT_TO_LINEAR",
    })
}

fn refused(fault: &GeometryFault) -> What {
    What::Geometry(fault.to_string().into())
}

// Fields by their numbers in the schema (feature.fbs).
const ENDS: usize = 0;
const XY: usize = 1;
const Z: usize = 2;
const TYPE: usize = 6;
const PARTS: usize = 7;
