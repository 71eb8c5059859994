//! Result for one place: its values, each with its origin.

use std::ops::Range;

use super::Interpolation;
use crate::dataset::{
    grid::{CellIndex, Value},
    perils::places::PlaceFault,
};

/// Result for one place.
#[derive(Clone, Debug, Default)]
pub struct PlaceResult {
    /// Status of the place.
    pub status: Status,
    /// The cells that values come from.
    pub cells: Vec<UsedCell>,
    /// One for each of [`Subset::outputs`](super::Subset::outputs); empty unless the status is `ok`.
    pub values: Vec<Value>,
    /// Origin of the values, but for those of `overrides`.
    pub(super) origin: Origin,
    /// Cells that were looked through around this place and those before it.
    pub(super) searched: u64,
    /// Values of another origin: most often none.
    pub(super) overrides: Vec<(Range<usize>, Origin)>,
}

/// Status of a place.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Status {
    /// The place was not understood.
    Invalid(PlaceFault),
    /// It has values, or reasons why there are none.
    #[default]
    Ok,
    /// As [`Status::Ok`], but not all cells within the radius were looked through for what is missing.
    OkSearchEnded,
    /// It lies outside the grid.
    Outside,
}

/// A cell that values come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsedCell {
    /// Its index.
    pub index: CellIndex,
    /// The position of its grid among [`Values::parts`](crate::dataset::perils::Values::parts).
    pub part: usize,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Great-circle distance from the place, in kilometres.
    pub distance_km: f64,
}

/// Origin of a value: a cell, and the way from there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Origin {
    /// Position in [`PlaceResult::cells`]: the cell, or the nearest of those it was interpolated between. There is none
    /// at that position where the grid of the value's coverage ends before the place.
    pub cell: usize,
    /// Interpolation by which it came from there.
    pub interpolation: Interpolation,
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            cell: 0,
            interpolation: Interpolation::Nearest,
        }
    }
}

impl PlaceResult {
    /// The values, each with its origin.
    pub fn values_with_origin(&self) -> impl Iterator<Item = (Value, Origin)> {
        let values = self.values.iter().enumerate();
        values.map(|(at, value)| (*value, self.origin(at)))
    }

    /// The origin of the value at `at`.
    #[must_use]
    pub fn origin(&self, at: usize) -> Origin {
        let overrides = self
            .overrides
            .iter()
            .find(|(values, _)| values.contains(&at));
        overrides.map_or(self.origin, |(_, origin)| *origin)
    }

    /// The cell of the value at `at`; none when there is no such value.
    #[must_use]
    pub fn cell(&self, at: usize) -> Option<&UsedCell> {
        self.values.get(at)?;
        self.cells.get(self.origin(at).cell)
    }

    /// The interpolations by which the values came from cells, that of the first value first, each once.
    pub fn interpolations(&self) -> impl Iterator<Item = Interpolation> {
        let first = (!self.values.is_empty()).then(|| self.origin(0).interpolation);
        let others = [Interpolation::Nearest, Interpolation::Bilinear].into_iter();
        let others = others.filter(move |other| Some(*other) != first);
        let is_used = |way: &Interpolation| {
            self.values_with_origin()
                .any(|(_, origin)| origin.interpolation == *way)
        };
        let others = others.filter(move |way| !self.overrides.is_empty() && is_used(way));
        first.into_iter().chain(others)
    }

    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.values.clear();
        self.origin = Origin::default();
        self.overrides.clear();
    }
}

impl Status {
    /// As answers name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Ok | Self::OkSearchEnded => "ok",
            Self::Outside => "outside",
        }
    }

    /// Reason why there are no values, or why there may be fewer than there could be.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Invalid(fault) => Some(fault.name()),
            Self::Ok => None,
            Self::OkSearchEnded => Some("search_limit"),
            Self::Outside => Some("outside_extent"),
        }
    }
}
