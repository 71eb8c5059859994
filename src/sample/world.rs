//! Made-up values that look like peril values: by latitude, by a few smooth fields, and by warming.

use super::{
    noise::Field,
    tiles::{Ground, ground},
};
use crate::dataset::grid::{
    Columns, MICRO, ProfileCoverage, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED, units,
};

/// The fields of one made-up world.
#[derive(Clone, Copy, Debug)]
pub struct World {
    coast: Field,
    dryness: Field,
    storms: Field,
    relief: Field,
    detail: Field,
    rivers: Field,
    gaps: Field,
}

/// Values of the fields at one place.
struct Site {
    /// Degrees from the equator, as a part of 90.
    polar: f64,
    dryness: f64,
    storms: f64,
    relief: f64,
    detail: f64,
    rivers: f64,
}

impl World {
    /// The world of that seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let field = |number, spacing| Field::new(seed, number, spacing);
        Self {
            coast: field(1, 1.0),
            dryness: field(2, 15.0),
            storms: field(3, 12.0),
            relief: field(4, 4.0),
            detail: field(5, 0.5),
            rivers: field(6, 2.0),
            gaps: field(7, 3.0),
        }
    }

    /// Appends the peril's values at a place, both in millionths; `false` when it is not covered.
    pub(super) fn values(
        &self,
        peril: &ProfileCoverage,
        latitude: i64,
        longitude: i64,
        values: &mut Vec<i64>,
    ) -> bool {
        let (latitude, longitude) = (units(latitude), units(longitude));
        let ground = ground(latitude, longitude);
        if ground == Ground::Sea {
            return false;
        }
        let is_water = ground == Ground::Coast && self.coast.at(latitude, longitude) < 0.55;
        let site = Site {
            polar: latitude.abs() / 90.0,
            dryness: self.dryness.at(latitude, longitude),
            storms: self.storms.at(latitude, longitude),
            relief: self.relief.at(latitude, longitude),
            detail: self.detail.at(latitude, longitude),
            rivers: self.rivers.at(latitude, longitude),
        };
        let has_gap = self.gaps.at(latitude, longitude) > 0.97;
        let columns = &peril.columns;
        for column in columns.all() {
            let Some(variable) = columns.variable(column) else {
                continue;
            };
            let is_applicable = match &*variable.name {
                "fireprobability" => !is_water && site.polar < 0.85,
                "floodedfraction200yr" => !is_water && site.rivers > 0.45,
                _ => true,
            };
            let (is_low, year) = projection(columns, columns.positions(column));
            // Some models end before the century does: the far years are not covered there.
            let ends_early = has_gap && year == LAST_YEAR;
            values.push(match (ends_early, is_applicable) {
                (true, _) => WIDE_NOT_COVERED,
                (false, false) => WIDE_NOT_APPLICABLE,
                (false, true) => micro(site.value(&variable.name, warming(is_low, year))),
            });
        }
        true
    }
}

impl Site {
    /// The value of a metric in its unit, with so many degrees of warming since 2020.
    fn value(&self, metric: &str, warming: f64) -> f64 {
        let wet = 1.0 - self.dryness;
        match metric {
            "windspeed100yr" => {
                let belt = bump(self.polar, 0.2, 0.15) * 14.0 + bump(self.polar, 0.55, 0.25) * 9.0;
                14.0 + belt * (0.5 + self.storms) + 6.0 * self.relief + self.detail + 0.25 * warming
            }
            "onedayprecip100yr" => {
                let tropics = 25.0 + 190.0 * bump(self.polar, 0.05, 0.45);
                (tropics * (0.35 + wet) + 30.0 * self.relief + 5.0 * self.detail)
                    * (1.0 + 0.065 * warming)
            }
            "daysexceeding35c" => self.days_above(35.0, warming),
            "daysexceeding38c" => self.days_above(38.0, warming),
            "dayslargehailpossible" => {
                let season = 7.0 * bump(self.polar, 0.45, 0.3) * self.storms;
                (season * (0.6 + 0.4 * self.relief) + 0.2 * self.detail) * (1.0 + 0.03 * warming)
            }
            "monthsextreme3mospei" => {
                (0.3 + 1.6 * self.dryness + 0.2 * self.detail) * (1.0 + 0.45 * warming).min(4.5)
            }
            "floodedfraction200yr" => {
                let plain = (self.rivers - 0.45) * 1.6 * (1.1 - self.relief);
                (plain * (0.7 + 0.3 * self.detail) * (1.0 + 0.05 * warming)).clamp(0.0, 1.0)
            }
            _ => {
                let fuel = bump(self.dryness, 0.65, 0.5) * (1.0 - self.polar);
                (0.3 * fuel * (0.6 + 0.4 * self.detail) * (1.0 + 0.15 * warming)).clamp(0.0, 0.999)
            }
        }
    }

    /// Days a year above `threshold` degrees Celsius.
    fn days_above(&self, threshold: f64, warming: f64) -> f64 {
        let cooling = 46.0 * self.polar * self.polar;
        let hottest = 34.0 + 7.0 * self.dryness - cooling - 4.0 * self.relief;
        let excess = (hottest + self.detail + 1.3 * warming - threshold) / 3.0;
        // Rises from none over half the year to nearly all of it.
        let share = 0.5 + 0.5 * excess / (1.0 + excess.abs());
        ((share - 0.1) / 0.9).max(0.0) * 300.0
    }
}

/// `true` when a column is of the first scenario, which has the lower emissions, and its year.
fn projection(columns: &Columns, positions: impl Iterator<Item = usize>) -> (bool, i64) {
    let mut positions = positions.zip(columns.dimensions());
    let is_low = positions.next().is_none_or(|(position, _)| position == 0);
    let year = positions
        .next()
        .and_then(|(position, year)| year.values.ordinate(position));
    (is_low, year.map_or(0, |year| year / MICRO))
}

/// Degrees Celsius since 2020.
fn warming(is_low: bool, year: i64) -> f64 {
    match (is_low, year) {
        (true, 2030) => 0.25,
        (true, 2040) => 0.45,
        (true, 2050) => 0.55,
        (true, 2075) => 0.6,
        (true, LAST_YEAR) => 0.5,
        (false, 2030) => 0.35,
        (false, 2040) => 0.75,
        (false, 2050) => 1.2,
        (false, 2075) => 2.5,
        (false, LAST_YEAR) => 3.9,
        _ => 0.0,
    }
}

/// 1 at `middle`, 0 from `width` on.
fn bump(at: f64, middle: f64, width: f64) -> f64 {
    let distance = ((at - middle) / width).abs().min(1.0);
    let rest = 1.0 - distance * distance;
    rest * rest
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "values of at most a few hundred, in millionths"
)]
fn micro(value: f64) -> i64 {
    (value.max(0.0) * 1e6).round() as i64
}

const LAST_YEAR: i64 = 2100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid::Profile;

    #[test]
    fn values_stay_within_what_their_definitions_allow() {
        let world = World::new(3);
        let mut values = Vec::new();
        for peril in &Profile::perils().coverages {
            for latitude in (-90..=90).step_by(3) {
                for longitude in (-180..=180).step_by(3) {
                    values.clear();
                    world.values(peril, latitude * MICRO, longitude * MICRO, &mut values);
                    for (value, column) in values.iter().zip(peril.columns.all()) {
                        if *value > WIDE_NOT_APPLICABLE {
                            let variable = peril.columns.variable(column).unwrap();
                            let bound = variable.maximum.unwrap_or(999 * MICRO);
                            assert!((0..=bound).contains(value), "{column:?} {value}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn heat_grows_with_warming_and_toward_the_equator() {
        let world = World::new(0);
        let heat = Profile::perils().coverage("heat").unwrap();
        let heat = |latitude: i64| {
            let mut values = Vec::new();
            assert!(world.values(heat, latitude * MICRO, 20 * MICRO, &mut values));
            values
        };
        let sahara = heat(22);
        assert!(sahara[11] > sahara[6] || sahara[11] == WIDE_NOT_COVERED);
        assert!(sahara[0] > heat(62)[0]);
    }
}
