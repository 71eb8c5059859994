//! The query of `GET /{peril}` and `GET /allperils`.

use super::float;
use crate::{
    climatescore::{Column, Peril, Scenario, Year},
    dataset::perils::Refused,
};

/// A place by its query parameters `lat` and `lon`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Degrees north, finite, otherwise as sent.
    pub latitude: f64,
    /// Degrees east, finite, otherwise as sent.
    pub longitude: f64,
}

/// The query parameters `year` and `scenario`: texts that a column's name must contain.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Filter {
    year: String,
    scenario: String,
}

impl Point {
    /// Reads the place from `parameters`, of which the first of a name counts.
    ///
    /// # Errors
    /// [`Refused::Malformed`], where the old service failed.
    pub fn read(parameters: &[(String, String)]) -> Result<Self, Refused> {
        let coordinate = |name: &str| {
            first(parameters, name)
                .and_then(float)
                .filter(|number| (number * 4.0).is_finite())
                .ok_or_else(|| Refused::Malformed {
                    at: name.to_owned(),
                    expected: "a finite number".into(),
                })
        };
        Ok(Self {
            latitude: coordinate("lat")?,
            longitude: coordinate("lon")?,
        })
    }
}

impl Filter {
    /// Reads both texts from `parameters`; an empty one is as good as none.
    #[must_use]
    pub fn read(parameters: &[(String, String)]) -> Self {
        let text = |name| first(parameters, name).unwrap_or_default().to_owned();
        Self {
            year: text("year"),
            scenario: text("scenario"),
        }
    }

    /// `true` when there is a filter at all.
    #[must_use]
    pub fn is_given(&self) -> bool {
        !(self.year.is_empty() && self.scenario.is_empty())
    }

    /// `true` when a column of that name passes: it contains both texts.
    #[must_use]
    pub fn passes(&self, name: &str) -> bool {
        name.contains(&self.year) && name.contains(&self.scenario)
    }

    /// `true` when a stricter reader would have refused it: not one of the years, not one of the scenarios.
    #[must_use]
    pub fn has_quirk(&self) -> bool {
        let is_year = Year::ALL
            .iter()
            .any(|year| self.year == year.number().to_string());
        let is_scenario = Scenario::ALL.iter().any(|one| self.scenario == one.name());
        !((self.year.is_empty() || is_year) && (self.scenario.is_empty() || is_scenario))
    }

    /// The columns of `peril` that pass, by their names in ascending order.
    #[must_use]
    pub fn columns(&self, peril: Peril) -> Vec<Column> {
        let passing = peril.columns().filter(|column| self.passes(column.name()));
        let mut columns: Vec<_> = passing.collect();
        columns.sort_by_key(|column| column.name());
        columns
    }
}

fn first<'p>(parameters: &'p [(String, String)], name: &str) -> Option<&'p str> {
    let mut values = parameters.iter().filter(|(given, _)| given == name);
    values.next().map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    fn passing(peril: Peril, year: &str, scenario: &str) -> usize {
        Filter::read(&parameters(&[("year", year), ("scenario", scenario)]))
            .columns(peril)
            .len()
    }

    #[test]
    fn a_filter_is_a_part_of_a_columns_name() {
        for (peril, year, scenario, count) in [
            (Peril::Wind, "2030", "ssp126", 1),
            (Peril::Wind, "20", "", 10),
            (Peril::CombinedFlood, "20", "", 12),
            (Peril::Wind, "100", "", 12),
            (Peril::Fire, "100", "", 2),
            (Peril::CombinedFlood, "200", "", 12),
            (Peril::Heat, "35", "", 12),
            (Peril::Hail, "abc", "", 0),
            (Peril::Hail, "", "metric", 12),
            (Peril::Drought, "1262", "", 6),
            (Peril::Wind, "key", "", 0),
        ] {
            assert_eq!(
                passing(peril, year, scenario),
                count,
                "{peril:?} {year} {scenario}"
            );
        }
    }

    #[test]
    fn only_known_years_and_scenarios_are_no_quirk() {
        let has_quirk = |year, scenario| {
            Filter::read(&parameters(&[("year", year), ("scenario", scenario)])).has_quirk()
        };
        assert!(!has_quirk("", "") && !has_quirk("2075", "ssp585"));
        assert!(has_quirk("20", "") && has_quirk("2075", "SSP585"));
    }

    #[test]
    fn the_first_of_a_name_counts_and_a_place_is_two_finite_numbers() {
        let given = parameters(&[("lat", " +1.5"), ("lon", "1_0"), ("lat", "x")]);
        assert_eq!(
            Point::read(&given).unwrap(),
            Point {
                latitude: 1.5,
                longitude: 10.0
            }
        );
        for broken in [
            &[("lat", "1")][..],
            &[("lat", "nan"), ("lon", "1")],
            &[("lat", "1"), ("lon", "inf")],
            &[("lat", "1"), ("lon", "1e308")],
            &[("lat", ""), ("lon", "1")],
        ] {
            assert!(Point::read(&parameters(broken)).is_err(), "{broken:?}");
        }
    }
}
