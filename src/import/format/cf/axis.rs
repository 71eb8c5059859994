//! The coordinates of latitude or longitude: in range, in order, and evenly spaced.

use std::collections::BTreeSet;

use super::{
    super::array::{Array, Arrays},
    CfFault, FormatError, bounds, cf,
    dimension::coordinates,
    fault::MAX_COORDINATES,
};
use crate::import::axis_fit::{self, Known};

/// The coordinates of one axis in the order of the source, rising or falling.
#[derive(Debug)]
pub(super) struct Axis {
    /// In millionths of a degree, on the points of an even axis.
    pub(super) coordinates: Vec<i32>,
}

pub(super) fn latitude(arrays: &dyn Arrays, array: &Array) -> Result<Axis, FormatError> {
    read(arrays, array, "latitudes", (-90.0, 90.0))
}

pub(super) fn longitude(arrays: &dyn Arrays, array: &Array) -> Result<Axis, FormatError> {
    read(arrays, array, "longitudes", (-180.0, 360.0))
}

fn read(
    arrays: &dyn Arrays,
    array: &Array,
    name: &'static str,
    (low, high): (f64, f64),
) -> Result<Axis, FormatError> {
    let count = array.count().unwrap_or(u64::MAX);
    if count > MAX_COORDINATES {
        return Err(cf(array, CfFault::TooMany(count)));
    }
    let degrees = coordinates(arrays, array)?;
    // The pole in single precision, or after a division, is a little beyond itself.
    let is_out = |degrees: &&f64| !(low - NOISE..=high + NOISE).contains(*degrees);
    if let Some(coordinate) = degrees.iter().find(is_out) {
        let coordinate = *coordinate;
        return Err(cf(
            array,
            CfFault::OutOfRange {
                axis: name,
                coordinate,
                low,
                high,
            },
        ));
    }
    is_monotonic(array, &degrees)?;
    is_once_around(array, &degrees)?;
    bounds::of_cells(arrays, array, &degrees)?;
    let degrees = degrees.into_iter().map(|degrees| degrees.clamp(low, high));
    let coordinates = evenly(&degrees.map(micro).collect::<Vec<_>>());
    let coordinates = coordinates.ok_or_else(|| cf(array, CfFault::Irregular))?;
    Ok(Axis { coordinates })
}

/// Strictly rising, or strictly falling: CF §1.3.
fn is_monotonic(array: &Array, degrees: &[f64]) -> Result<(), FormatError> {
    let rises = degrees.first() < degrees.last();
    for (at, pair) in degrees.windows(2).enumerate() {
        if let [before, after] = *pair
            && (if rises {
                before >= after
            } else {
                before <= after
            })
        {
            let at = at + 1;
            return Err(cf(array, CfFault::NotMonotonic { before, after, at }));
        }
    }
    Ok(())
}

/// One meridian may stand at both ends, as 0 and 360.
fn is_once_around(array: &Array, degrees: &[f64]) -> Result<(), FormatError> {
    let (first, last) = (degrees.first(), degrees.last());
    let (Some(first), Some(last)) = (first.copied(), last.copied()) else {
        return Ok(());
    };
    let (west, east) = (first.min(last), first.max(last));
    if east - west > TURN + NOISE {
        return Err(cf(array, CfFault::TooFarAround { west, east }));
    }
    Ok(())
}

/// The same coordinates on the points of an even axis, which the digits of single precision miss a little.
fn evenly(micro: &[i32]) -> Option<Vec<i32>> {
    let known = Known {
        step: None,
        single_step: SINGLE_STEP,
        is_rounded: true,
    };
    let distinct: BTreeSet<i32> = micro.iter().copied().collect();
    let axis = axis_fit::fit(&distinct, known)?;
    let points: Vec<i64> = (0..axis.count()).map(|at| axis.micro(at)).collect();
    let nearest = |micro: &i32| {
        let micro = i64::from(*micro);
        let after = points.partition_point(|point| *point < micro);
        let around = [after.checked_sub(1)?, after];
        let near = around.iter().filter_map(|at| points.get(*at));
        near.copied().min_by_key(|point| (point - micro).abs())
    };
    let first = |micro: &i32| {
        points
            .first()
            .copied()
            .filter(|first| *first >= i64::from(*micro))
    };
    let snapped = micro.iter().map(|micro| {
        let point = first(micro).or_else(|| nearest(micro))?;
        let is_near = (point - i64::from(*micro)).abs() <= BESIDE;
        is_near.then(|| i32::try_from(point).ok()).flatten()
    });
    let snapped: Vec<i32> = snapped.collect::<Option<_>>()?;
    let is_whole = snapped.len() == points.len();
    is_whole.then_some(snapped)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "degrees that a check found within 360"
)]
fn micro(degrees: f64) -> i32 {
    (degrees * MICRO).round() as i32
}

const MICRO: f64 = 1e6;
/// Once around the earth in degrees.
const TURN: f64 = 360.0;
/// Degrees that the last digits may be off.
const NOISE: f64 = 1e-4;
/// The same in millionths: what single precision may cost.
const BESIDE: i64 = 100;
/// The step of an axis with one coordinate.
const SINGLE_STEP: i64 = 250_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_of_single_precision_are_put_where_they_were_meant() {
        let single = |parts: f32| {
            (0..7_u8)
                .map(|at| micro(f64::from(f32::from(at) / parts)))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            evenly(&single(3.0)).unwrap()[1..4],
            [333_333, 666_667, 1_000_000]
        );
        assert_eq!(
            evenly(&single(10.0)).unwrap()[1..4],
            [100_000, 200_000, 300_000]
        );
        let falling: Vec<i32> = single(10.0).into_iter().rev().collect();
        assert_eq!(evenly(&falling).unwrap()[..2], [600_000, 500_000]);
        assert_eq!(evenly(&[51_500_000]), Some(vec![51_500_000]));
    }

    #[test]
    fn coordinates_that_are_not_even_are_no_axis() {
        // The first latitudes of the Gaussian grid N32.
        let gaussian = [87_863_799, 85_096_527, 82_312_913, 79_525_607, 76_736_900];
        assert_eq!(evenly(&gaussian), None);
        assert_eq!(evenly(&[0, 1_000_000, 3_000_000]), None);
        assert_eq!(evenly(&[]), None);
    }
}
