//! The grammar of well-known binary, with limits on depth and positions.

use crate::geometry::{GeometryFault, MAX_DEPTH, MAX_POSITIONS, Part, Position, Sink, curved};

/// Octets, read up to `at`.
pub(super) struct Reader<'w> {
    octets: &'w [u8],
    at: usize,
    positions: usize,
}

/// The octets before each geometry.
#[derive(Clone, Copy)]
struct Head {
    part: Part,
    is_little: bool,
    has_z: bool,
    /// Numbers of a position.
    ordinates: usize,
}

type Read<T> = Result<T, GeometryFault>;

impl<'w> Reader<'w> {
    pub(super) fn new(octets: &'w [u8]) -> Self {
        let (at, positions) = (0, 0);
        Self {
            octets,
            at,
            positions,
        }
    }

    pub(super) fn read(mut self, sink: &mut impl Sink) -> Read<()> {
        self.geometry(None, 0, sink)?;
        if self.at == self.octets.len() {
            return Ok(());
        }
        Err(GeometryFault::GoesOn { at: self.at })
    }

    fn geometry(&mut self, within: Option<Head>, depth: usize, sink: &mut impl Sink) -> Read<()> {
        let head = self.head(within)?;
        let Head { part, has_z, .. } = head;
        sink.open(part, has_z);
        match part {
            Part::Point => self.point(head, sink)?,
            Part::LineString | Part::Ring => self.positions(head, sink)?,
            Part::Polygon => {
                for _ in 0..self.count(head, COUNT)? {
                    sink.open(Part::Ring, has_z);
                    self.positions(head, sink)?;
                    sink.close(Part::Ring);
                }
            }
            Part::MultiPoint
            | Part::MultiLineString
            | Part::MultiPolygon
            | Part::GeometryCollection => {
                if depth == MAX_DEPTH {
                    return Err(GeometryFault::TooDeep { limit: MAX_DEPTH });
                }
                for _ in 0..self.count(head, SHORTEST)? {
                    self.geometry(Some(head), depth + 1, sink)?;
                }
            }
        }
        sink.close(part);
        Ok(())
    }

    fn head(&mut self, within: Option<Head>) -> Read<Head> {
        let start = self.at;
        let is_little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            [found] => return Err(GeometryFault::ByteOrder { at: start, found }),
        };
        let at = self.at;
        let found = self.number(is_little)?;
        let fault = GeometryFault::Type { at, found };
        let plain = found & !(HAS_Z | HAS_M | HAS_SRID);
        let part = match plain % 1000 {
            1 => Part::Point,
            2 => Part::LineString,
            3 => Part::Polygon,
            4 => Part::MultiPoint,
            5 => Part::MultiLineString,
            6 => Part::MultiPolygon,
            7 => Part::GeometryCollection,
            curve => {
                let curved = curved::of_number(curve);
                return Err(curved.map_or(fault, |found| GeometryFault::Curved { at, found }));
            }
        };
        let (has_z, has_m) = match plain / 1000 {
            0 => (found & HAS_Z != 0, found & HAS_M != 0),
            1 => (true, false),
            2 => (false, true),
            3 => (true, true),
            _ => return Err(fault),
        };
        // Parts of one kind have heights where the whole has: as text they have as many numbers in a position.
        let fits = |whole: Head| {
            let is_alike = whole.has_z == has_z || whole.part == Part::GeometryCollection;
            whole.part.may_hold(part) && is_alike
        };
        if !within.is_none_or(fits) {
            return Err(fault);
        }
        if found & HAS_SRID != 0 {
            let srid = self.number(is_little)?;
            if !DEGREES.contains(&srid) {
                return Err(GeometryFault::Srid { srid });
            }
        }
        Ok(Head {
            part,
            is_little,
            has_z,
            ordinates: 2 + usize::from(has_z) + usize::from(has_m),
        })
    }

    /// A position, or numbers that are none for a point without a place.
    fn point(&mut self, head: Head, sink: &mut impl Sink) -> Read<()> {
        let at = self.at;
        let position = self.position(head)?;
        if position.xy.iter().all(|number| number.is_nan()) {
            return Ok(());
        }
        self.tell(position, at, sink)
    }

    fn positions(&mut self, head: Head, sink: &mut impl Sink) -> Read<()> {
        for _ in 0..self.count(head, head.ordinates * NUMBER)? {
            let at = self.at;
            let position = self.position(head)?;
            self.tell(position, at, sink)?;
        }
        Ok(())
    }

    fn tell(&mut self, position: Position, at: usize, sink: &mut impl Sink) -> Read<()> {
        let Position { xy, z } = position;
        if !xy.into_iter().chain(z).all(f64::is_finite) {
            return Err(GeometryFault::NotFinite { at });
        }
        self.positions += 1;
        if self.positions > MAX_POSITIONS {
            let limit = MAX_POSITIONS;
            return Err(GeometryFault::TooManyPositions { limit });
        }
        sink.position(position);
        Ok(())
    }

    fn position(&mut self, head: Head) -> Read<Position> {
        let is_little = head.is_little;
        let xy = [self.double(is_little)?, self.double(is_little)?];
        let mut beyond = [None; 2];
        for ordinate in beyond.iter_mut().take(head.ordinates - 2) {
            *ordinate = Some(self.double(is_little)?);
        }
        let [third, _] = beyond;
        let z = third.filter(|_| head.has_z);
        Ok(Position { xy, z })
    }

    /// The number of those that follow, of which each has so many octets at least.
    fn count(&mut self, head: Head, octets: usize) -> Read<u32> {
        let at = self.at;
        let count = self.number(head.is_little)?;
        let room = self.octets.len() - self.at;
        let needed = usize::try_from(count).ok();
        let needed = needed.and_then(|count| count.checked_mul(octets));
        if needed.is_some_and(|needed| needed <= room) {
            return Ok(count);
        }
        Err(GeometryFault::Count { count, at })
    }

    fn number(&mut self, is_little: bool) -> Read<u32> {
        let octets = self.take()?;
        let number = if is_little {
            u32::from_le_bytes(octets)
        } else {
            u32::from_be_bytes(octets)
        };
        Ok(number)
    }

    fn double(&mut self, is_little: bool) -> Read<f64> {
        let octets = self.take()?;
        let number = if is_little {
            f64::from_le_bytes(octets)
        } else {
            f64::from_be_bytes(octets)
        };
        Ok(number)
    }

    fn take<const N: usize>(&mut self) -> Read<[u8; N]> {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let fault = GeometryFault::EndsEarly { at: self.at };
        let octets = rest.first_chunk().ok_or(fault)?;
        self.at += N;
        Ok(*octets)
    }
}

/// Bits of a type as `PostGIS` writes it.
const HAS_Z: u32 = 0x8000_0000;
const HAS_M: u32 = 0x4000_0000;
const HAS_SRID: u32 = 0x2000_0000;
/// Numbers of systems that are degrees of WGS 84, longitude first in binary: none is said, or 4326.
const DEGREES: [u32; 2] = [0, 4326];
/// Octets of a double.
const NUMBER: usize = 8;
/// Octets of a ring without positions.
const COUNT: usize = 4;
/// Octets of the shortest geometry: byte order, type and a number of parts.
const SHORTEST: usize = 9;
