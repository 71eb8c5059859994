//! Smooth random fields over the globe, the same on every machine: sums and products only.

use super::chance::mixed;

/// A field that changes over about `spacing` degrees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    seed: u64,
    spacing: f64,
}

impl Field {
    pub(super) fn new(seed: u64, number: u64, spacing: f64) -> Self {
        Self {
            seed: mixed(seed ^ mixed(number)),
            spacing,
        }
    }

    /// The field at a place in degrees, 0 to 1; it goes on over the date line.
    pub(super) fn at(&self, latitude: f64, longitude: f64) -> f64 {
        let (south, north_part) = split((latitude + 90.0) / self.spacing);
        let (west, east_part) = split((longitude + 180.0) / self.spacing);
        let around = whole(360.0 / self.spacing).max(1);
        let corner = |up: i64, right: i64| {
            let column = (west + right).rem_euclid(around);
            fraction(mixed(
                self.seed ^ mixed((south + up).cast_unsigned() << 32 | column.cast_unsigned()),
            ))
        };
        let (up, right) = (smooth(north_part), smooth(east_part));
        let low = corner(0, 0) + (corner(0, 1) - corner(0, 0)) * right;
        let high = corner(1, 0) + (corner(1, 1) - corner(1, 0)) * right;
        low + (high - low) * up
    }
}

/// Whole and rest of a number that is not negative.
fn split(number: f64) -> (i64, f64) {
    let floor = number.floor();
    (whole(floor), number - floor)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "degrees and parts of them"
)]
fn whole(number: f64) -> i64 {
    number as i64
}

fn smooth(part: f64) -> f64 {
    part * part * (3.0 - 2.0 * part)
}

/// The upper bits as a number from 0 to below 1.
fn fraction(bits: u64) -> f64 {
    let upper = u32::try_from(bits >> 32).unwrap_or(0);
    f64::from(upper) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_within_its_bounds_and_goes_on_over_the_date_line() {
        let field = Field::new(1, 2, 6.0);
        for step in 0..2000 {
            let place = f64::from(step) * 0.09 - 90.0;
            assert!((0.0..=1.0).contains(&field.at(place, place * 2.0)));
            let (west, east) = (field.at(place, -179.999_9), field.at(place, 179.999_9));
            assert!((west - east).abs() < 0.01, "{place}: {west} {east}");
        }
    }
}
