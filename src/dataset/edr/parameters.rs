//! The parameters of a data query, before it is known what the coverage has.

use crate::dataset::{
    coverage::{BoundingBox, Crs, Geometry, Position, Ring, WktLimits},
    perils::Refused,
};

/// A kind of data query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum QueryKind {
    /// `area`: the cells that a polygon covers.
    Area,
    /// `cube`: the cells that a bounding box meets.
    Cube,
    /// `position`: the cells nearest to places.
    Position,
}

/// What the parameters of a data query say.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Where.
    pub place: Place,
    /// The system in which places are written, and answered.
    pub crs: Crs,
    /// Names of variables; none: all.
    pub names: Option<Vec<String>>,
    /// Items of `subset`.
    pub subset: Vec<String>,
    /// Times, as they were written.
    pub datetime: Option<String>,
    /// The format of the answer, by name.
    pub format: Option<String>,
}

/// Where data is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// In polygons.
    Area(Vec<Vec<Ring>>),
    /// In a box.
    Cube(BoundingBox),
    /// At places; whether they were written as several.
    Positions(Vec<Position>, bool),
}

impl QueryKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Position, Self::Area, Self::Cube];

    /// The last part of its path.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Cube => "cube",
            Self::Position => "position",
        }
    }

    /// The parameters that it takes.
    #[must_use]
    pub const fn parameters(self) -> [&'static str; 7] {
        let place = match self {
            Self::Area | Self::Position => "coords",
            Self::Cube => "bbox",
        };
        [
            place,
            "crs",
            "datetime",
            "f",
            "parameter-name",
            "subset",
            "z",
        ]
    }
}

impl Parameters {
    /// Reads the `parameters` of a query of `kind`.
    ///
    /// An empty one is one that is not given. `z` is taken and left, for no coverage has a vertical extent
    /// (`/req/edr/REQ_rc-z-response`).
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a parameter that the query does not take and a system that is not known,
    /// [`Refused::Malformed`] and [`Refused::TooMuch`] for one that cannot be read.
    pub fn read(kind: QueryKind, parameters: &[(String, String)]) -> Result<Self, Refused> {
        let names = kind.parameters();
        let mut given: [Option<&str>; 7] = [None; 7];
        let mut subset = Vec::new();
        for (name, value) in parameters {
            let found = names
                .iter()
                .zip(&mut given)
                .find(|(known, _)| *known == name);
            let (known, slot) = found.ok_or_else(|| Refused::Unknown {
                at: "a parameter of the query".to_owned(),
                known: names.join(", ").into(),
            })?;
            match value.trim() {
                "" => {}
                items if *known == "subset" => {
                    subset.extend(items.split(',').map(|item| item.trim().to_owned()));
                }
                _ if slot.is_some() => return Err(malformed(known, "given once")),
                value => *slot = Some(value),
            }
        }
        let [place, crs, datetime, format, names, ..] = given;
        let crs: Crs = crs
            .map_or(Ok(Crs::default()), str::parse)
            .or(Err(Refused::Unknown {
                at: "crs".to_owned(),
                known: Crs::ALL.map(Crs::uri).join(", ").into(),
            }))?;
        let listed = |list: &str| list.split(',').map(|item| item.trim().to_owned()).collect();
        Ok(Self {
            place: Place::read(kind, place, crs)?,
            crs,
            names: names.map(listed),
            subset,
            datetime: datetime.map(ToOwned::to_owned),
            format: format.map(ToOwned::to_owned),
        })
    }
}

impl Place {
    fn read(kind: QueryKind, text: Option<&str>, crs: Crs) -> Result<Self, Refused> {
        let (at, expected) = match kind {
            QueryKind::Area => ("coords", "POLYGON or MULTIPOLYGON"),
            QueryKind::Cube => ("bbox", "four numbers"),
            QueryKind::Position => ("coords", "POINT or MULTIPOINT"),
        };
        let text = text.ok_or_else(|| malformed(at, format!("given: {expected}")))?;
        if kind == QueryKind::Cube {
            let read = BoundingBox::read(text, crs);
            let read = read.map_err(|fault| malformed(at, format!("{expected}: {fault}")));
            return Ok(Self::Cube(read?));
        }
        let geometry = Geometry::read(text, crs, WKT);
        let geometry = geometry
            .map_err(|fault| malformed(at, format!("{expected} as well-known text: {fault}")))?;
        match (kind, geometry) {
            (QueryKind::Area, Geometry::Polygons(polygons)) => Ok(Self::Area(polygons)),
            (QueryKind::Position, Geometry::Points(points)) => {
                let is_several = text
                    .get(.."MULTI".len())
                    .is_some_and(|start| start.eq_ignore_ascii_case("MULTI"));
                let positions = points.iter().map(|point| point.position);
                Ok(Self::Positions(positions.collect(), is_several))
            }
            (_, other) => Err(malformed(at, format!("{expected}, not {}", other.kind()))),
        }
    }
}

pub(super) fn malformed(at: &str, expected: impl Into<std::borrow::Cow<'static, str>>) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

/// More than the longest request line has.
const WKT: WktLimits = WktLimits {
    max_bytes: 1 << 20,
    max_positions: 200_000,
};
