//! The grid on the globe: where it meets itself, and how far places are from each other.

use crate::dataset::grid::Axis;

/// Number of columns around the world, when the axis goes around: the last may be the first.
pub(super) fn around(axis: &Axis) -> Option<u32> {
    let (first, last) = axis.extent();
    let gap = first + 360.0 - last;
    if gap.abs() < 1e-6 {
        axis.count().checked_sub(1)
    } else if (gap - axis.step()).abs() < 1e-6 {
        Some(axis.count())
    } else {
        None
    }
}

/// The indexes of the coordinates within `half` degrees of `degrees`.
pub(super) fn indexes(axis: &Axis, degrees: f64, half: f64) -> std::ops::Range<u32> {
    let (first, last) = axis.extent();
    let (low, high) = ((degrees - half).max(first), (degrees + half).min(last));
    if low > high {
        return 0..0;
    }
    match (axis.nearest(low), axis.nearest(high)) {
        (Some(low), Some(high)) => low..high + 1,
        _ => 0..0,
    }
}

/// Great-circle distance on a sphere, in kilometres.
pub(super) fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (from_latitude, to_latitude) = (from.0.to_radians(), to.0.to_radians());
    let half_sine = |radians: f64| (radians / 2.0).sin().powi(2);
    let across = half_sine((to.1 - from.1).to_radians());
    let square =
        half_sine(to_latitude - from_latitude) + from_latitude.cos() * to_latitude.cos() * across;
    2.0 * EARTH_KM * square.sqrt().min(1.0).asin()
}

/// Mean radius of the Earth (IUGG).
const EARTH_KM: f64 = 6371.0088;
/// A degree of latitude.
pub(super) const KM_A_DEGREE: f64 = EARTH_KM * std::f64::consts::PI / 180.0;
