//! Geometries of a query: places, lines and areas in degrees, whatever order they were written in.

/// A place in degrees (CRS84): longitude from -360 to 360, latitude from -90 to 90.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// East of Greenwich.
    pub longitude: f64,
    /// North of the equator.
    pub latitude: f64,
}

/// A geometry that a query may have as its `coords` (EDR 1.1 `/req/edr/coords-definition`).
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    /// `LINESTRING` or `MULTILINESTRING`: each line by itself.
    Lines(Vec<Line>),
    /// `POINT` or `MULTIPOINT`.
    Points(Vec<Waypoint>),
    /// `POLYGON` or `MULTIPOLYGON`: each polygon with its rings, the exterior first.
    Polygons(Vec<Vec<Ring>>),
}

/// The waypoints of a line, two or more.
pub type Line = Vec<Waypoint>;

/// The positions of a closed ring: four or more, the last is the first.
pub type Ring = Vec<Position>;

/// A place, and what a Z or an M says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waypoint {
    /// On the earth.
    pub position: Position,
    /// Z: height in the units of the vertical reference system.
    pub height: Option<f64>,
    /// M: seconds since 1970-01-01T00:00:00Z.
    pub seconds: Option<f64>,
}

impl Geometry {
    /// The name in WKT of the kind, without `MULTI`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Lines(_) => "LINESTRING",
            Self::Points(_) => "POINT",
            Self::Polygons(_) => "POLYGON",
        }
    }
}
