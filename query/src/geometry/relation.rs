//! Relations of two geometries (OGC 06-103r4 §6.1.15), as CQL2 names them.

use super::Side;

/// Ways in which one geometry may lie to another.
#[derive(
    Clone,
    Copy,
    Debug,
    Eq,
    Hash,
    PartialEq,
    strum::EnumIter,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[strum(ascii_case_insensitive)]
pub enum Relation {
    /// It has a place in common with the other.
    #[strum(serialize = "s_intersects")]
    Intersects,
    /// It has none.
    #[strum(serialize = "s_disjoint")]
    Disjoint,
    /// No place of it is outside the other, and the insides meet.
    #[strum(serialize = "s_within")]
    Within,
    /// No place of the other is outside it, and the insides meet.
    #[strum(serialize = "s_contains")]
    Contains,
    /// The sides meet, and the insides do not.
    #[strum(serialize = "s_touches")]
    Touches,
    /// The insides meet in less than the larger of them has dimensions, and neither holds the other.
    #[strum(serialize = "s_crosses")]
    Crosses,
    /// Of one dimension: the insides meet in it, and neither holds the other.
    #[strum(serialize = "s_overlaps")]
    Overlaps,
    /// They are the same places.
    #[strum(serialize = "s_equals")]
    Equals,
}

impl Relation {
    /// The name of the function in CQL2.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The answer of two geometries whose boxes do not meet.
    pub(super) fn of_apart(self) -> bool {
        matches!(self, Self::Disjoint)
    }

    /// The answer of a point, which lies on that side of an area, to the area.
    pub(super) fn of_point(self, side: Side) -> bool {
        match self {
            Self::Intersects => side != Side::Outside,
            Self::Disjoint => side == Side::Outside,
            Self::Within => side == Side::Inside,
            Self::Touches => side == Side::Boundary,
            Self::Contains | Self::Crosses | Self::Overlaps | Self::Equals => false,
        }
    }

    /// The answer of an area to a point that lies on that side of it.
    pub(super) fn of_area(self, side: Side) -> bool {
        match self {
            Self::Contains => side == Side::Inside,
            Self::Within => false,
            _ => self.of_point(side),
        }
    }
}
