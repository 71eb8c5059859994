//! Places as sources write them.

use crate::dataset::grid::Key;

/// A place in millionths of a degree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// North is positive.
    pub latitude: i32,
    /// East is positive.
    pub longitude: i32,
}

impl Place {
    /// Its key, as the old service names the cell.
    #[must_use]
    pub fn key(self) -> Key {
        let [latitude, longitude] = [self.latitude, self.longitude].map(f64::from);
        Key::new(latitude / MICRO_DEGREES, longitude / MICRO_DEGREES)
    }

    /// The same place with a longitude of at most 180.
    #[inline]
    pub(super) fn west_below_zero(self) -> Self {
        let is_west = self.longitude > HALF_TURN;
        let longitude = self.longitude - if is_west { 2 * HALF_TURN } else { 0 };
        Self { longitude, ..self }
    }
}

/// Half the way around the earth in millionths of a degree.
pub(super) const HALF_TURN: i32 = 180_000_000;
/// The distance by which rounding may move a coordinate, in millionths of a degree: some eleven metres.
pub(super) const ROUNDED_OFF: i32 = 100;
/// [`MICRO`] as a double.
const MICRO_DEGREES: f64 = 1e6;
