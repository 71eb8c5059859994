//! Geometries that come from outside: judged, and brought into the form that lies in tables.

use super::{
    Areas, Bounds, GeometryFault, Part, Position, Side, Sink,
    crossings::{self, Meeting},
    parts::is_same,
    wkb,
};

/// A geometry that may lie in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// The geometry in well-known binary, rings wound as RFC 7946 §3.1.6 has them: the outer to the left, holes to the
    /// right.
    pub wkb: Vec<u8>,
    /// Its box: west, south, east, north.
    pub bounds: [f64; 4],
    /// Oddities that do not keep it out.
    pub warnings: Vec<Warning>,
}

/// An oddity of a geometry that can be served all the same.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Warning {
    /// A part has no place, and is left out: a `MultiPoint` of GeoJSON has no form for it (RFC 7946 §3.1.3).
    #[error("a part of it is empty, and is left out")]
    EmptyPart,
    /// All of it lies at zero degrees, which mostly stands for a place that is not known.
    #[error("it lies at longitude 0 and latitude 0, perhaps because its place is not known")]
    NullIsland,
    /// A ring comes back to a place of its own, or runs along itself.
    #[error("a ring touches itself")]
    TouchesItself,
}

/// Faults that keep a geometry out of a table, and out of a query.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Invalid {
    /// Nothing has a place.
    #[error("the geometry is empty")]
    Empty,
    /// No geometry at all.
    #[error(transparent)]
    Geometry(#[from] GeometryFault),
    /// A hole that is not within its polygon.
    #[error("a hole is not within its polygon, at {longitude} {latitude}")]
    HoleOutside {
        /// A position of the hole that is outside.
        longitude: f64,
        /// The same.
        latitude: f64,
    },
    /// A latitude beyond a pole.
    #[error("the latitude {latitude} is not within -90 and 90{}", hint(*.longitude, *.latitude))]
    LatitudeOutOfRange {
        /// The longitude beside it.
        longitude: f64,
        /// The latitude.
        latitude: f64,
    },
    /// A line of one position.
    #[error("a line has two positions or more")]
    LineTooShort,
    /// A longitude beyond the date line.
    #[error("the longitude {longitude} is not within -180 and 180{}", hint(*.longitude, *.latitude))]
    LongitudeOutOfRange {
        /// The longitude.
        longitude: f64,
        /// The latitude beside it.
        latitude: f64,
    },
    /// Edges of a polygon go through each other.
    #[error("a polygon's edges cross, beside {longitude} {latitude}")]
    RingsCross {
        /// The begin of one of the edges.
        longitude: f64,
        /// The same.
        latitude: f64,
    },
    /// A ring whose last position is not its first.
    #[error("a ring is not closed: it begins at {longitude} {latitude} and does not end there")]
    RingNotClosed {
        /// Its begin.
        longitude: f64,
        /// The same.
        latitude: f64,
    },
    /// A ring of fewer than four positions.
    #[error("a ring has four positions or more, the last as the first")]
    RingTooShort,
    /// Edges that lie about each other in such numbers that nobody can judge them.
    #[error("the edges of a polygon are tangled")]
    Tangled,
}

/// Judges a geometry in well-known binary of any dialect, and brings it into the form that lies in tables.
///
/// # Errors
/// [`Invalid`], the first fault.
pub fn admit(wkb: &[u8]) -> Result<Admitted, Invalid> {
    let mut judge = Judge::default();
    wkb::read(wkb, &mut judge)?;
    if let Some(fault) = judge.fault {
        return Err(fault);
    }
    let bounds = judge.bounds.get().ok_or(Invalid::Empty)?;
    let [west, south, east, north] = bounds;
    if is_same([west, south], [0.0, 0.0]) && is_same([east, north], [0.0, 0.0]) {
        judge.warn(Warning::NullIsland);
    }
    Ok(Admitted {
        wkb: judge.writer.finish(),
        bounds,
        warnings: judge.warnings,
    })
}

#[derive(Default)]
struct Judge {
    writer: wkb::Writer,
    /// Parts that are open and have no position yet, and whether they have heights.
    placeless: Vec<(Part, bool)>,
    bounds: Bounds,
    warnings: Vec<Warning>,
    fault: Option<Invalid>,
    /// Positions of the ring that is open.
    ring: Vec<Position>,
    is_in_ring: bool,
    /// Rings of the polygon that is open, or positions of a line.
    rings: Vec<Vec<[f64; 2]>>,
    positions: usize,
}

impl Judge {
    fn refuse(&mut self, fault: Invalid) {
        self.fault.get_or_insert(fault);
    }

    fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Writes the ring that was open, wound to the left where it is the first of its polygon, else to the right.
    fn close_ring(&mut self) {
        let ring: Vec<_> = self.ring.iter().map(|position| position.xy).collect();
        if let ([first, ..], [.., last]) = (&*ring, &*ring)
            && !is_same(*first, *last)
        {
            let [longitude, latitude] = *first;
            self.refuse(Invalid::RingNotClosed {
                longitude,
                latitude,
            });
        }
        if ring.len() < LEAST_OF_A_RING {
            self.refuse(Invalid::RingTooShort);
        }
        let area = area(&ring);
        let is_right = if self.rings.is_empty() {
            area >= 0.0
        } else {
            area <= 0.0
        };
        if !is_right {
            self.ring.reverse();
        }
        for position in self.ring.drain(..) {
            self.writer.position(position);
        }
        self.is_in_ring = false;
        self.rings.push(ring);
    }

    fn close_polygon(&mut self) {
        let rings = std::mem::take(&mut self.rings);
        if self.fault.is_some() {
            return;
        }
        match crossings::worst(&rings) {
            Meeting::None => (),
            Meeting::Touching => self.warn(Warning::TouchesItself),
            Meeting::Crossing([longitude, latitude]) => self.refuse(Invalid::RingsCross {
                longitude,
                latitude,
            }),
            Meeting::Tangled => self.refuse(Invalid::Tangled),
        }
        if let [outer, holes @ ..] = &*rings
            && let Some([longitude, latitude]) = outside(outer, holes)
        {
            self.refuse(Invalid::HoleOutside {
                longitude,
                latitude,
            });
        }
    }
}

impl Sink for Judge {
    fn open(&mut self, part: Part, has_z: bool) {
        self.positions = 0;
        self.is_in_ring = part == Part::Ring;
        self.placeless.push((part, has_z));
    }

    fn position(&mut self, mut position: Position) {
        for (part, has_z) in self.placeless.drain(..) {
            self.writer.open(part, has_z);
        }
        let [longitude, latitude] = &mut position.xy;
        *longitude = without_rounding(*longitude, 180.0);
        *latitude = without_rounding(*latitude, 90.0);
        let [longitude, latitude] = position.xy;
        self.positions += 1;
        self.bounds.add(position.xy);
        if !(-180.0..=180.0).contains(&longitude) {
            self.refuse(Invalid::LongitudeOutOfRange {
                longitude,
                latitude,
            });
        }
        if !(-90.0..=90.0).contains(&latitude) {
            self.refuse(Invalid::LatitudeOutOfRange {
                longitude,
                latitude,
            });
        }
        if self.is_in_ring {
            self.ring.push(position);
        } else {
            self.writer.position(position);
        }
    }

    fn close(&mut self, part: Part) {
        match part {
            Part::Ring => self.close_ring(),
            Part::Polygon => self.close_polygon(),
            Part::LineString if self.positions == 1 => self.refuse(Invalid::LineTooShort),
            _ => (),
        }
        match self.placeless.pop() {
            Some(_) => self.warn(Warning::EmptyPart),
            None => self.writer.close(part),
        }
    }
}

/// A position of a hole that is outside the ring around the polygon.
fn outside(outer: &[[f64; 2]], holes: &[Vec<[f64; 2]>]) -> Option<[f64; 2]> {
    if holes.is_empty() {
        return None;
    }
    let mut area = Areas::default();
    area.open(Part::Polygon, false);
    area.open(Part::Ring, false);
    for xy in outer {
        area.position(Position { xy: *xy, z: None });
    }
    area.close(Part::Ring);
    area.close(Part::Polygon);
    let positions = holes.iter().flat_map(|hole| {
        // No edge crosses another, so that a few tell of all.
        hole.iter().step_by(1 + hole.len() / LOOKED_AT_OF_A_HOLE)
    });
    positions
        .copied()
        .find(|position| area.side(*position) == Side::Outside)
}

/// Twice the area within a ring, below zero where it goes to the right.
pub(super) fn area(ring: &[[f64; 2]]) -> f64 {
    let Some([origin_x, origin_y]) = ring.first() else {
        return 0.0;
    };
    let edges = ring.array_windows();
    let shares = edges.map(|[[x, y], [next_x, next_y]]| {
        (x - origin_x) * (next_y - origin_y) - (next_x - origin_x) * (y - origin_y)
    });
    shares.sum()
}

/// `degrees`, or the `limit` that they are beyond by no more than what other programs round.
fn without_rounding(degrees: f64, limit: f64) -> f64 {
    let beyond = degrees.abs() - limit;
    if (0.0..=ROUNDED_DEGREES).contains(&beyond) {
        limit.copysign(degrees)
    } else {
        degrees
    }
}

/// The likely reason why numbers are no degrees.
fn hint(longitude: f64, latitude: f64) -> &'static str {
    if longitude.abs() > A_TURN || latitude.abs() > A_TURN {
        ": perhaps these are metres"
    } else if longitude.abs() <= 90.0 && latitude.abs() <= 180.0 {
        ": perhaps latitude and longitude are swapped"
    } else {
        ""
    }
}

const LEAST_OF_A_RING: usize = 4;
const LOOKED_AT_OF_A_HOLE: usize = 64;
const A_TURN: f64 = 360.0;
/// A tenth of a millimetre: a longitude of 180.00000000000006 is the date line.
const ROUNDED_DEGREES: f64 = 1e-9;

#[cfg(test)]
mod tests;
