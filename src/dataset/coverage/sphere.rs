//! The earth as a sphere: distances along great circles, and areas between parallels and meridians.
//!
//! Sines come from one library for every machine, for an answer's bytes must be the same on all of them.

use std::f64::consts::PI;

use super::Position;

/// Great-circle distance in metres.
#[must_use]
pub fn distance_m(from: Position, to: Position) -> f64 {
    let half_sine = |degrees: f64| libm::sin(degrees.to_radians() / 2.0).powi(2);
    let parallels = cosine(from.latitude) * cosine(to.latitude);
    let square = half_sine(to.latitude - from.latitude)
        + parallels * half_sine(to.longitude - from.longitude);
    2.0 * EARTH_M * libm::asin(square.sqrt().min(1.0))
}

/// Sine of a latitude in degrees.
pub(super) fn sine(latitude: f64) -> f64 {
    libm::sin(latitude.to_radians())
}

/// Cosine of a latitude in degrees, 0 at the poles.
pub(super) fn cosine(latitude: f64) -> f64 {
    libm::cos(latitude.to_radians()).max(0.0)
}

/// Area in square centimetres of `degrees` of longitude between parallels whose sines differ by `sines`.
pub(super) fn area_cm2(degrees: f64, sines: f64) -> f64 {
    const EARTH_CM: f64 = EARTH_M * 100.0;
    degrees.to_radians() * sines * EARTH_CM * EARTH_CM
}

/// Degrees of latitude that are `metres` long.
pub(super) fn degrees_of(metres: f64) -> f64 {
    metres / M_A_DEGREE
}

/// Mean radius of the earth (IUGG), in metres.
pub const EARTH_M: f64 = 6_371_008.8;
/// Half of a great circle, than which no two places are further apart, in metres.
pub const FARTHEST_M: f64 = EARTH_M * PI;
/// A degree of latitude in metres.
const M_A_DEGREE: f64 = EARTH_M * PI / 180.0;
/// In degrees: nearer than this, two coordinates of six decimals are the same.
pub(super) const EDGE_OF_THE_WORLD: f64 = 1e-6;
