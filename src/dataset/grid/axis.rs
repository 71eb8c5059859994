//! Axes of grid points, and the point nearest to a place.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MICRO, value::units};

/// Regularly spaced coordinates, ascending, in degrees (EPSG:4326).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Axis {
    /// The first coordinate in millionths of a degree.
    first: i64,
    /// `step_parts` steps in millionths of a degree: a third of a degree is 1,000,000 in 3 parts.
    step_total: i64,
    step_parts: u32,
    /// The number of coordinates.
    count: u32,
}

/// A grid point by its places on both axes, counted from 0.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CellIndex {
    /// From south to north.
    pub latitude: u32,
    /// From west to east.
    pub longitude: u32,
}

/// Both axes of a grid: latitude first, then longitude.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct GridShape {
    /// South to north.
    pub latitude: Axis,
    /// West to east.
    pub longitude: Axis,
}

/// Latitude and longitude with two decimals each and nothing between them, as `37.75-122.50`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    latitude: f64,
    longitude: f64,
}

impl Axis {
    /// The axis of `count` coordinates from `first`, each `step_total / step_parts` after the other;
    /// both in millionths of a degree.
    ///
    /// `None` without a coordinate, without a step, beyond what coordinates can be, or more than once
    /// around the earth.
    #[must_use]
    pub fn new(first: i64, step_total: i64, step_parts: u32, count: u32) -> Option<Self> {
        let axis = Self {
            first,
            step_total,
            step_parts,
            count,
        };
        axis.is_sound().then_some(axis)
    }

    /// The number of coordinates.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Distance of two coordinates in degrees.
    #[must_use]
    pub fn step(&self) -> f64 {
        units(self.step_total) / f64::from(self.step_parts)
    }

    /// The first and the last coordinate in degrees.
    #[must_use]
    pub fn extent(&self) -> (f64, f64) {
        (self.coordinate(0), self.coordinate(self.count - 1))
    }

    /// The coordinate at `index` in millionths of a degree.
    #[must_use]
    pub fn micro(&self, index: u32) -> i64 {
        let parts = i64::from(self.step_parts);
        let from_first = (self.step_total * i64::from(index) * 2 + parts).div_euclid(parts * 2);
        self.first + from_first
    }

    /// The coordinate at `index` in degrees.
    #[must_use]
    pub fn coordinate(&self, index: u32) -> f64 {
        units(self.micro(index))
    }

    /// The index of the coordinate nearest to `degrees`; ties go to the even multiple of the step.
    ///
    /// `None` for what rounds to no coordinate, NaN and infinities.
    #[must_use]
    pub fn nearest(&self, degrees: f64) -> Option<u32> {
        let origin = self.origin();
        let steps = self.steps(degrees - units(self.first - self.multiple(origin)));
        self.checked(steps.round_ties_even() - units(origin * MICRO))
    }

    /// The index of the last coordinate at or before `degrees`, and how far `degrees` lies on the way
    /// to the next, 0 to 1. At the last coordinate that is the one before it, and 1.
    ///
    /// `None` outside the extent, and when there is only one coordinate.
    #[must_use]
    pub fn between(&self, degrees: f64) -> Option<(u32, f64)> {
        let steps = self.steps(degrees - units(self.first));
        // A coordinate has six decimals, and doubles have few of those exactly.
        let whole = steps.round();
        let is_on_a_line = (steps - whole).abs() * self.step() < HALF_A_MILLIONTH;
        let steps = if is_on_a_line { whole } else { steps };
        let last = f64::from(self.count.checked_sub(2)?);
        if !(0.0..=last + 1.0).contains(&steps) {
            return None;
        }
        let lower = steps.floor().min(last);
        self.checked(lower).map(|index| (index, steps - lower))
    }

    /// The index of the coordinate that is `micro` millionths of a degree; when the step is no whole
    /// number of them, give or take the one that writing six decimals may have cost.
    #[must_use]
    pub fn index_of(&self, micro: i64) -> Option<u32> {
        let parts = i64::from(self.step_parts);
        let from_first = (micro - self.first).checked_mul(parts * 2)?;
        let index = (from_first + self.step_total).div_euclid(self.step_total * 2);
        let index = u32::try_from(index).ok().filter(|at| *at < self.count)?;
        let tolerance = i64::from(self.step_total % parts != 0);
        ((self.micro(index) - micro).abs() <= tolerance).then_some(index)
    }

    /// Degrees in steps: by an exact factor where there is one, as the old service multiplies by 4.
    pub(in crate::dataset) fn steps(&self, degrees: f64) -> f64 {
        let parts = i64::from(self.step_parts) * MICRO;
        if parts % self.step_total == 0 {
            degrees * units(parts / self.step_total * MICRO)
        } else {
            degrees / self.step()
        }
    }

    /// The multiple of the step that the first coordinate is nearest to, counted from 0 degrees.
    fn origin(&self) -> i64 {
        let parts = i64::from(self.step_parts);
        (self.first * parts * 2 + self.step_total).div_euclid(self.step_total * 2)
    }

    /// `steps` steps in millionths of a degree.
    fn multiple(&self, steps: i64) -> i64 {
        let parts = i64::from(self.step_parts);
        (self.step_total * steps * 2 + parts).div_euclid(parts * 2)
    }

    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 0 to below a u32"
    )]
    fn checked(&self, index: f64) -> Option<u32> {
        (0.0..f64::from(self.count))
            .contains(&index)
            .then_some(index as u32)
    }

    /// `true` when the numbers can be an axis: what comes from a file is asked before it is used.
    pub(super) fn is_sound(&self) -> bool {
        let bound = MAX_DEGREES * MICRO;
        (-bound..=bound).contains(&self.first)
            && (1..=bound).contains(&self.step_total)
            && (1..=MAX_COUNT).contains(&self.step_parts)
            && (1..=MAX_COUNT).contains(&self.count)
            && self.micro(self.count - 1) <= bound
            && self.micro(self.count - 1) - self.first <= bound
    }
}

impl GridShape {
    /// The cell nearest to a place in degrees; nothing wraps around.
    #[must_use]
    pub fn nearest(&self, latitude: f64, longitude: f64) -> Option<CellIndex> {
        Some(CellIndex {
            latitude: self.latitude.nearest(latitude)?,
            longitude: self.longitude.nearest(longitude)?,
        })
    }

    /// The number of cells.
    #[must_use]
    pub fn cells(&self) -> u64 {
        u64::from(self.latitude.count) * u64::from(self.longitude.count)
    }

    /// The cell's number: south to north, and in each row west to east, counted from 0.
    #[must_use]
    pub fn number(&self, cell: CellIndex) -> u32 {
        cell.latitude * self.longitude.count + cell.longitude
    }

    /// The cell of that number.
    #[must_use]
    pub fn cell(&self, number: u32) -> CellIndex {
        CellIndex {
            latitude: number / self.longitude.count,
            longitude: number % self.longitude.count,
        }
    }

    /// Latitude and longitude of a cell in degrees.
    #[must_use]
    pub fn coordinates(&self, cell: CellIndex) -> (f64, f64) {
        let latitude = self.latitude.coordinate(cell.latitude);
        (latitude, self.longitude.coordinate(cell.longitude))
    }

    /// The cell's key.
    #[must_use]
    pub fn key(&self, cell: CellIndex) -> Key {
        let (latitude, longitude) = self.coordinates(cell);
        Key::new(latitude, longitude)
    }

    /// `true` when the axes can be a grid whose cells can be numbered.
    pub(crate) fn is_sound(&self) -> bool {
        let fits = u32::try_from(self.cells()).is_ok_and(|cells| cells < u32::MAX - 64);
        self.latitude.is_sound() && self.longitude.is_sound() && fits
    }
}

impl Key {
    /// The key of these coordinates in degrees.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Self {
        Self {
            latitude,
            longitude,
        }
    }

    /// Latitude and longitude in degrees, with the decimals that they have of six.
    #[must_use]
    pub fn place(self) -> String {
        let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
        format!("{}, {}", rounded(self.latitude), rounded(self.longitude))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}{:.2}", self.latitude, self.longitude)
    }
}

/// In degrees: nearer to a line than this, a coordinate of six decimals is on it.
const HALF_A_MILLIONTH: f64 = 0.5e-6;
/// No coordinate is further from 0.
const MAX_DEGREES: i64 = 360;
/// No axis has more coordinates: a thousandth of a degree around the world.
pub(crate) const MAX_COUNT: u32 = 400_000;

#[cfg(test)]
mod tests;
