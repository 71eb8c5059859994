//! Finds the cells of places.

use super::{
    LineFault,
    place::{Place, ROUNDED_OFF},
};
use crate::dataset::grid::{Axis, CellIndex, GridShape, units};

/// Finds cells quickly when places follow one another from west to east.
pub(super) struct Locator<'s> {
    shape: &'s GridShape,
    /// `true` when a place a little beside a point is on it.
    rounds: bool,
    longitudes: Vec<i64>,
    latitude: (i64, Option<u32>),
    next_longitude: u32,
}

impl<'s> Locator<'s> {
    pub(super) fn new(shape: &'s GridShape, rounds: bool) -> Self {
        let longitudes = 0..shape.longitude.count();
        Self {
            shape,
            rounds,
            longitudes: longitudes.map(|at| shape.longitude.micro(at)).collect(),
            latitude: (i64::MIN, None),
            next_longitude: 0,
        }
    }

    pub(super) fn find(&mut self, place: Place) -> Option<CellIndex> {
        let (latitude, longitude) = (i64::from(place.latitude), i64::from(place.longitude));
        if self.latitude.0 != latitude {
            self.latitude = (latitude, self.index_of(&self.shape.latitude, latitude));
        }
        let next = usize::try_from(self.next_longitude).ok()?;
        let longitude = if self.longitudes.get(next) == Some(&longitude) {
            self.next_longitude
        } else {
            self.index_of(&self.shape.longitude, longitude)?
        };
        self.next_longitude = longitude + 1;
        Some(CellIndex {
            latitude: self.latitude.1?,
            longitude,
        })
    }

    /// The reason why [`Self::find`] found nothing.
    pub(super) fn off_grid(&self, place: Place) -> LineFault {
        let is_near = |axis: &Axis, micro: i32| near(axis, i64::from(micro)).is_some();
        LineFault::OffGrid {
            latitude: f64::from(place.latitude) / 1e6,
            longitude: f64::from(place.longitude) / 1e6,
            step: self.shape.latitude.step(),
            is_near: is_near(&self.shape.latitude, place.latitude)
                && is_near(&self.shape.longitude, place.longitude),
        }
    }

    fn index_of(&self, axis: &Axis, micro: i64) -> Option<u32> {
        axis.index_of(micro)
            .or_else(|| self.rounds.then(|| near(axis, micro)).flatten())
    }
}

/// The point that is nearest, when rounding may have moved the coordinate away from it.
fn near(axis: &Axis, micro: i64) -> Option<u32> {
    let at = axis.nearest(units(micro))?;
    ((axis.micro(at) - micro).abs() <= i64::from(ROUNDED_OFF)).then_some(at)
}
