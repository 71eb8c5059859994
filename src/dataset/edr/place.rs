//! The geometry of a data query, read from its text.

use super::{
    QueryKind,
    given::{Given, malformed},
};
use crate::dataset::{
    coverage::{
        BoundingBox, Crs, Geometry, LengthUnit, Line, Position, Ring, Waypoint, WktFault, WktLimits,
    },
    perils::Refused,
};

/// The geometry of a data query.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// In polygons.
    Area(Vec<Vec<Ring>>),
    /// In a box.
    Cube(BoundingBox),
    /// At places; whether they were written as several.
    Positions(Vec<Position>, bool),
    /// No further than a distance from a place.
    Radius {
        /// The place.
        centre: Position,
        /// The distance along a great circle.
        metres: f64,
    },
    /// Along lines, one after the other.
    Trajectory(Vec<Line>),
}

impl Place {
    /// Reads the place of a query of `kind`.
    pub(super) fn read(kind: QueryKind, given: &Given<'_>, crs: Crs) -> Result<Self, Refused> {
        let (at, expected) = match kind {
            QueryKind::Area => ("coords", "POLYGON or MULTIPOLYGON"),
            QueryKind::Cube => ("bbox", "four numbers"),
            QueryKind::Position => ("coords", "POINT or MULTIPOINT"),
            QueryKind::Radius => ("coords", "one POINT"),
            QueryKind::Trajectory => ("coords", "LINESTRING or MULTILINESTRING"),
        };
        let text = given.required(at, expected)?;
        if kind == QueryKind::Cube {
            let read = BoundingBox::read(text, crs);
            let read = read.map_err(|fault| malformed(at, format!("{expected}: {fault}")));
            return Ok(Self::Cube(read?));
        }
        let geometry = Geometry::read(text, crs, WKT);
        let geometry = geometry.map_err(|error| match error.fault {
            WktFault::TooLong { limit } => too_much("octets of coords", limit),
            WktFault::TooManyPositions { limit } => too_much("positions of coords", limit),
            _ => malformed(at, format!("{expected} as well-known text: {error}")),
        })?;
        match (kind, geometry) {
            (QueryKind::Area, Geometry::Polygons(polygons)) => Ok(Self::Area(polygons)),
            (QueryKind::Position, Geometry::Points(points)) => {
                let is_several = text
                    .get(.."MULTI".len())
                    .is_some_and(|start| start.eq_ignore_ascii_case("MULTI"));
                let positions = points.iter().map(|point| point.position);
                Ok(Self::Positions(positions.collect(), is_several))
            }
            (QueryKind::Radius, Geometry::Points(points)) => match points.as_slice() {
                [centre] => Self::around(centre, given),
                _ => Err(malformed(at, expected)),
            },
            (QueryKind::Trajectory, Geometry::Lines(lines)) => Self::along(lines),
            (_, other) => Err(malformed(at, format!("{expected}, not {}", other.kind()))),
        }
    }

    fn around(centre: &Waypoint, given: &Given<'_>) -> Result<Self, Refused> {
        let within = given.required("within", "a distance")?;
        let unit = given.required("within-units", "one of m, km, mi and NM")?;
        let unit: LengthUnit = unit.parse().or(Err(Refused::Unknown {
            at: "within-units".to_owned(),
            known: LengthUnit::LISTED.join(", ").into(),
        }))?;
        let metres = unit.metres(within);
        let metres = metres.map_err(|fault| malformed("within", format!("a distance: {fault}")))?;
        Ok(Self::Radius {
            centre: centre.position,
            metres,
        })
    }

    /// Lines without times: `datetime` chooses them for the whole of a line.
    fn along(lines: Vec<Line>) -> Result<Self, Refused> {
        let mut waypoints = lines.iter().flatten();
        if waypoints.any(|waypoint| waypoint.seconds.is_some()) {
            return Err(malformed(
                "coords",
                "a line without M: times are chosen by datetime, for all of the line",
            ));
        }
        Ok(Self::Trajectory(lines))
    }
}

/// More than `limit`, whether one more or many.
pub(super) fn too_much(what: &'static str, limit: usize) -> Refused {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    Refused::TooMuch {
        what,
        found: limit.saturating_add(1),
        limit,
    }
}

/// An outline of a million positions, each written with all digits that a double has.
const WKT: WktLimits = WktLimits {
    max_bytes: 64 << 20,
    max_positions: 1 << 20,
};
