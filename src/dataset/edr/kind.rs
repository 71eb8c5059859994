//! The kinds of data queries, each with the parameters that it takes.

/// A kind of data query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum QueryKind {
    /// `area`: the cells that a polygon covers.
    Area,
    /// `cube`: the cells that a bounding box meets.
    Cube,
    /// `position`: the cells nearest to places.
    Position,
    /// `radius`: the cells whose grid points lie within a distance of a place.
    Radius,
    /// `trajectory`: the cells that a line passes.
    Trajectory,
}

impl QueryKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Position,
        Self::Radius,
        Self::Area,
        Self::Cube,
        Self::Trajectory,
    ];

    /// The last part of its path.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Cube => "cube",
            Self::Position => "position",
            Self::Radius => "radius",
            Self::Trajectory => "trajectory",
        }
    }

    /// The parameters that it takes beside those that are named like dimensions, in alphabetical order.
    #[must_use]
    pub const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Area => &[
                "above",
                "below",
                "coords",
                "crs",
                "datetime",
                "f",
                "parameter-name",
                "statistics",
                "subset",
                "z",
            ],
            Self::Cube => &[
                "above",
                "bbox",
                "below",
                "crs",
                "datetime",
                "f",
                "parameter-name",
                "statistics",
                "subset",
                "z",
            ],
            Self::Position | Self::Trajectory => &[
                "coords",
                "crs",
                "datetime",
                "f",
                "parameter-name",
                "subset",
                "z",
            ],
            Self::Radius => &[
                "above",
                "below",
                "coords",
                "crs",
                "datetime",
                "f",
                "parameter-name",
                "statistics",
                "subset",
                "within",
                "within-units",
                "z",
            ],
        }
    }

    /// `true` when the query cannot be without the parameter `name`.
    #[must_use]
    pub fn requires(self, name: &str) -> bool {
        self.parameters().contains(&name)
            && matches!(name, "bbox" | "coords" | "within" | "within-units")
    }
}
