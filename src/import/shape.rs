//! The grid on which the places of all sources lie.

use std::collections::{BTreeSet, HashSet};

use super::{
    Request,
    axis_fit::{self, Known},
    parsed::Parsed,
    read_source::ReadSource,
    request::AxisStep,
};
use crate::dataset::grid::{Axis, GridShape};

/// The grid that takes most places of all sources; none when there is no regular one.
pub(super) fn shape(sources: &[ReadSource], request: &Request, rounds: bool) -> Option<GridShape> {
    let all = |of: fn(&Parsed) -> &HashSet<i32>| -> BTreeSet<i32> {
        let parsed = sources.iter().map(|source| &source.parsed);
        parsed.flat_map(of).copied().collect()
    };
    let latitudes = all(|source| &source.latitudes);
    let longitudes = all(|source| &source.longitudes);
    let own_step = |axis: &Axis| micro_step(axis).unwrap_or(SINGLE_STEP);
    let known = |step: Option<AxisStep>, single_step: i64| Known {
        step,
        single_step,
        is_rounded: rounds,
    };
    let (north, east) = request.step.map_or((None, None), |step| {
        (Some(step.latitude), Some(step.longitude))
    });
    let (latitude, longitude) = if latitudes.len() == 1 {
        let longitude = axis_fit::fit(&longitudes, known(east, SINGLE_STEP))?;
        let latitude = axis_fit::fit(&latitudes, known(north, own_step(&longitude)))?;
        (latitude, longitude)
    } else {
        let latitude = axis_fit::fit(&latitudes, known(north, SINGLE_STEP))?;
        let longitude = axis_fit::fit(&longitudes, known(east, own_step(&latitude)))?;
        (latitude, longitude)
    };
    let shape = GridShape {
        latitude,
        longitude,
    };
    let places: u64 = sources.iter().map(|source| source.parsed.rows).sum();
    let bound = MAX_EMPTY_CELLS.saturating_add(places.saturating_mul(MAX_CELLS_A_PLACE));
    (shape.is_sound() && shape.cells() <= bound).then_some(shape)
}

/// The step of an axis in millionths, if it is a whole number of them.
fn micro_step(axis: &Axis) -> Option<i64> {
    (axis.count() > 1).then(|| axis.micro(1) - axis.micro(0))
}

/// The step when all places are one.
const SINGLE_STEP: i64 = 250_000;
/// A grid may be this much larger than what lies on it.
const MAX_CELLS_A_PLACE: u64 = 64;
const MAX_EMPTY_CELLS: u64 = 50_000_000;
