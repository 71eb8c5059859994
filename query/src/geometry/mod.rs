//! Geometries: how they are read and written, where they lie, and how one lies to another.
//!
//! They lie in tables as well-known binary in degrees of WGS 84, longitude first. Readers ([`wkb`], [`wkt`],
//! [`geojson`]) tell a [`Sink`] of parts and positions, and what is made of them (a box, the binary, GeoJSON, a
//! geometry of `geo`) is a sink: nothing is copied in between, and what a reader has bounded is bounded for all.

mod admit;
mod area;
mod bbox;
mod boxes;
mod crossings;
mod crs;
mod curved;
pub mod geojson;
mod hilbert;
mod pairs;
mod parts;
mod prepared;
mod relation;
mod scan;
mod simplify;
mod turned;
pub mod wkb;
pub mod wkt;

pub use admit::{Admitted, Invalid, Warning, admit};
pub use area::{Areas, Side};
pub use bbox::{Bbox, BboxFault};
pub(crate) use boxes::Boxes;
pub use crs::Crs;
pub use hilbert::hilbert;
pub use parts::{Part, Position, Sink};
pub use prepared::{Prepared, Relating};
pub use relation::Relation;
pub use simplify::{pixel_at, simplify};
pub use turned::{in_crs, of_crs};

/// Faults of octets or of a text that is no geometry.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum GeometryFault {
    /// More in each other than a reader follows.
    #[error("collections lie deeper in each other than {limit}")]
    TooDeep {
        /// The depth that they may have.
        limit: usize,
    },
    /// The octets end within the geometry.
    #[error("the geometry ends before its end, at octet {at}")]
    EndsEarly {
        /// The octet that was missing.
        at: usize,
    },
    /// Something behind the geometry.
    #[error("something follows the geometry, at octet {at}")]
    GoesOn {
        /// The octet behind its end.
        at: usize,
    },
    /// A number that says how many there are, of which there cannot be as many.
    #[error(
        "{count} parts or positions are announced at octet {at}, and there is no room for them"
    )]
    Count {
        /// The number.
        count: u32,
        /// Its octet.
        at: usize,
    },
    /// A byte order that is neither 0 nor 1.
    #[error("the byte order at octet {at} is {found}, and not 0 or 1")]
    ByteOrder {
        /// Its octet.
        at: usize,
        /// Its value.
        found: u8,
    },
    /// A curve or a surface.
    #[error("at octet {at} of the geometry is a {found}: make lines or polygons of it")]
    Curved {
        /// Its octet.
        at: usize,
        /// Its name.
        found: &'static str,
    },
    /// A type that is none, or not one that may stand there.
    #[error("the type {found} at octet {at} is no geometry that may stand there")]
    Type {
        /// Its octet.
        at: usize,
        /// Its value.
        found: u32,
    },
    /// Geometries of which no relation can be computed, for their areas contradict each other.
    #[error("the relation of the geometries cannot be computed: their areas contradict each other")]
    Unrelated,
    /// A geometry in another coordinate reference system.
    #[error("the geometry is in the system {srid}, and not in 4326")]
    Srid {
        /// Its number.
        srid: u32,
    },
    /// A coordinate that is infinite or not a number.
    #[error("a coordinate is not finite, at octet {at}")]
    NotFinite {
        /// Its octet.
        at: usize,
    },
    /// More positions than one geometry may have.
    #[error("the geometry has more than {limit} positions")]
    TooManyPositions {
        /// The number that it may have.
        limit: usize,
    },
    /// A text in which something else was to come.
    #[error("at octet {at} of the geometry {expected} was expected")]
    Expected {
        /// The octet.
        at: usize,
        /// The word for it.
        expected: &'static str,
    },
    /// A text that is not JSON, or not of the members that GeoJSON has.
    #[error("the geometry is no GeoJSON: {reason}")]
    Json {
        /// The reader's words.
        reason: Box<str>,
    },
}

/// The box of a geometry in well-known binary: west, south, east, north; none of an empty one and of what is none.
#[must_use]
pub fn bounds(wkb: &[u8]) -> Option<[f64; 4]> {
    let mut bounds = Bounds::default();
    wkb::read(wkb, &mut bounds).ok()?;
    bounds.get()
}

/// The box of all positions that came by.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    sides: [f64; 4],
}

impl Bounds {
    /// The box: west, south, east, north; none when no position came.
    #[must_use]
    pub fn get(self) -> Option<[f64; 4]> {
        let [west, .., east, _] = self.sides;
        (west <= east).then_some(self.sides)
    }

    /// Makes the box hold a position.
    pub fn add(&mut self, [x, y]: [f64; 2]) {
        let [west, south, east, north] = self.sides;
        self.sides = [west.min(x), south.min(y), east.max(x), north.max(y)];
    }
}

impl Default for Bounds {
    fn default() -> Self {
        let sides = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        Self { sides }
    }
}

impl Sink for Bounds {
    fn position(&mut self, position: Position) {
        self.add(position.xy);
    }
}

/// Positions of one geometry, at most: a hundred times the largest country at its finest.
pub const MAX_POSITIONS: usize = 1 << 22;
/// Collections in each other, at most.
pub const MAX_DEPTH: usize = 8;

/// `true` where two boxes have a place in common, sides and corners among them.
pub(crate) fn boxes_meet(one: [f64; 4], other: [f64; 4]) -> bool {
    let ([w, s, e, n], [west, south, east, north]) = (one, other);
    w <= east && west <= e && s <= north && south <= n
}
