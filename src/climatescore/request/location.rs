//! The body of `POST /location`.

use std::borrow::Cow;

use super::{Json, JsonFault};
use crate::{
    climatescore::{Column, Peril, Scenario, Year},
    dataset::perils::Refused,
};

/// Request in a body of `POST /location`.
#[derive(Clone, Debug)]
pub struct LocationRequest {
    /// Latitude and longitude of each place in degrees, finite, otherwise as sent.
    pub places: Vec<(f64, f64)>,
    /// The perils that the body selects, in record order.
    pub perils: Vec<Peril>,
    /// The columns of these perils that the body selects, in record order.
    pub columns: Vec<Column>,
    /// `perils` as sent; none when all are meant.
    pub perils_sent: Option<Json>,
    /// `scenarios` as sent; none when both are meant.
    pub scenarios_sent: Option<Json>,
    /// `years` as sent; none when all are meant.
    pub years_sent: Option<Json>,
    /// `true` when something in it was passed over that a stricter reader would have refused.
    pub has_quirk: bool,
}

impl LocationRequest {
    /// Reads `body`, with at most `max_places` places.
    ///
    /// # Errors
    /// [`Refused`], where the old service failed or found nothing.
    pub fn read(body: &[u8], max_places: usize) -> Result<Self, Refused> {
        let most = max_places.saturating_mul(VALUES_OF_A_PLACE);
        let most = most.saturating_add(VALUES_BESIDE);
        let body = Json::read(body, most).map_err(|fault| match fault {
            JsonFault::NotJson(at) => Refused::NotJson { at },
            JsonFault::TooManyValues => {
                malformed("the body", format!("JSON of at most {most} values"))
            }
        })?;
        let locations = match &body {
            Json::Object(_) => body.member("locations").ok_or(Refused::NoLocations)?,
            Json::Array(_) => return Err(Refused::NoLocations),
            _ => return Err(malformed("the body", "an object")),
        };
        let places = places(locations, max_places)?;
        let is_all = |value: &&Json| matches!(value, Json::Array(items) if items.is_empty());
        let sent = |name| body.member(name).filter(|value| !is_all(value)).cloned();
        let (perils_sent, scenarios_sent, years_sent) =
            (sent("perils"), sent("scenarios"), sent("years"));
        for (name, filter) in [
            ("perils", &perils_sent),
            ("scenarios", &scenarios_sent),
            ("years", &years_sent),
        ] {
            if filter.as_ref().is_some_and(|sent| sent.size() > LONGEST) {
                return Err(malformed(name, "shorter"));
            }
        }
        let mut choice = Choice::new(!places.is_empty());
        let perils = choice.perils(perils_sent.as_ref())?;
        let years = choice.years(years_sent.as_ref())?;
        let scenarios = choice.scenarios(scenarios_sent.as_ref())?;
        let is_chosen = |column: &Column| {
            perils.contains(&column.peril())
                && scenarios.contains(&column.scenario())
                && years.contains(&column.year())
        };
        Ok(Self {
            places,
            columns: Column::all().filter(is_chosen).collect(),
            perils,
            perils_sent,
            scenarios_sent,
            years_sent,
            has_quirk: choice.has_quirk,
        })
    }
}

fn places(locations: &Json, max_places: usize) -> Result<Vec<(f64, f64)>, Refused> {
    let Json::Array(items) = locations else {
        return if is_empty(locations) {
            Ok(Vec::new())
        } else {
            Err(malformed("locations", "an array"))
        };
    };
    if items.len() > max_places {
        return Err(Refused::TooManyPlaces { limit: max_places });
    }
    let place = |(index, item): (usize, &Json)| {
        let coordinate = |name| {
            let number = item.member(name).and_then(Json::float);
            let at = || format!("locations[{index}].{name}");
            // The old service multiplied by four on the way to the grid, and failed beyond a double.
            number
                .filter(|number| (number * 4.0).is_finite())
                .ok_or_else(|| malformed(&at(), "a finite number"))
        };
        Ok((coordinate("latitude")?, coordinate("longitude")?))
    };
    items.iter().enumerate().map(place).collect()
}

/// Filters of one request, as they were taken.
struct Choice {
    has_quirk: bool,
    /// `true` when the old service came to look at the next filter: it had a place, and what it looked at
    /// before let something through. What it never looked at could be anything.
    is_looked_at: bool,
}

impl Choice {
    fn new(has_places: bool) -> Self {
        Self {
            has_quirk: false,
            is_looked_at: has_places,
        }
    }

    fn perils(&mut self, sent: Option<&Json>) -> Result<Vec<Peril>, Refused> {
        let known: Vec<_> = Peril::ALL.iter().map(|peril| peril.listed_name()).collect();
        let is_chosen = self.names("perils", sent, &known)?;
        let perils = Peril::ALL.into_iter();
        Ok(self.chosen(perils.filter(|peril| is_chosen(peril.listed_name()))))
    }

    fn scenarios(&mut self, sent: Option<&Json>) -> Result<Vec<Scenario>, Refused> {
        let known = Scenario::ALL.map(Scenario::name);
        let is_chosen = self.names("scenarios", sent, &known)?;
        let scenarios = Scenario::ALL.into_iter();
        Ok(self.chosen(scenarios.filter(|scenario| is_chosen(scenario.name()))))
    }

    /// Names that `sent` holds, as Python's `in` says: an item of an array, a member of an object, a
    /// part of a string.
    fn names<'j>(
        &mut self,
        at: &str,
        sent: Option<&'j Json>,
        known: &[&str],
    ) -> Result<impl Fn(&str) -> bool + use<'j>, Refused> {
        let has_quirk = match sent {
            None => false,
            Some(Json::Array(items)) => {
                let is_known = |item: &Json| matches!(item, Json::Text(text) if known.iter().any(|name| text.is(name)));
                !items.iter().all(is_known)
            }
            Some(Json::Object(_) | Json::Text(_)) => true,
            Some(_) if self.is_looked_at => return Err(malformed(at, "an array of names")),
            Some(_) => true,
        };
        self.has_quirk |= has_quirk;
        Ok(move |name: &str| match sent {
            Some(Json::Array(items)) => items
                .iter()
                .any(|item| matches!(item, Json::Text(text) if text.is(name))),
            Some(Json::Object(members)) => members.keys().any(|text| text.is(name)),
            Some(Json::Text(text)) => text.contains(name),
            Some(_) => false,
            None => true,
        })
    }

    /// Years that `sent` holds: items that are equal as numbers.
    fn years(&mut self, sent: Option<&Json>) -> Result<Vec<Year>, Refused> {
        let is_year = |item: &Json, year: Year| match item {
            Json::Integer(digits) => digits.parse() == Ok(year.number()),
            Json::Float(number) => number.to_bits() == f64::from(year.number()).to_bits(),
            _ => false,
        };
        let items = match sent {
            None => return Ok(Year::ALL.to_vec()),
            Some(Json::Array(items)) => items.as_slice(),
            Some(Json::Object(_)) => &[],
            Some(_) if self.is_looked_at => {
                return Err(malformed("years", "an array of numbers"));
            }
            Some(_) => &[],
        };
        let is_known = |item| Year::ALL.iter().any(|year| is_year(item, *year));
        self.has_quirk |= items.is_empty() || !items.iter().all(is_known);
        let years = Year::ALL.into_iter();
        Ok(self.chosen(years.filter(|year| items.iter().any(|item| is_year(item, *year)))))
    }

    fn chosen<T>(&mut self, all: impl Iterator<Item = T>) -> Vec<T> {
        let chosen: Vec<_> = all.collect();
        self.is_looked_at &= !chosen.is_empty();
        chosen
    }
}

/// `true` when there is nothing in it to go through: what the old service took for no places.
fn is_empty(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Text(text) => text.units().is_empty(),
        Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Float(_) => false,
    }
}

fn malformed(at: &str, expected: impl Into<Cow<'static, str>>) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

/// Values of the JSON for one place: what clients carry along is passed over, and read all the same.
const VALUES_OF_A_PLACE: usize = 32;
/// Values of the JSON beside its places.
const VALUES_BESIDE: usize = 1_000;
/// Octets that a filter may take in memory: it is kept for as long as the answer is sent, which repeats it.
const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<LocationRequest, Refused> {
        LocationRequest::read(body.as_bytes(), 3)
    }

    fn columns(filters: &str) -> (usize, bool) {
        let request = read(&format!("{{\"locations\":[],{filters}}}")).unwrap();
        (request.columns.len(), request.has_quirk)
    }

    #[test]
    fn what_is_absent_or_empty_means_all() {
        for filters in ["\"x\":1", "\"perils\":[],\"scenarios\":[],\"years\":[]"] {
            assert_eq!(columns(filters), (96, false), "{filters}");
        }
    }

    #[test]
    fn filters_select_as_the_old_service_did_and_its_leniency_is_noted() {
        for (filters, chosen) in [
            ("\"perils\":[\"fire\",\"fire\"]", (12, false)),
            ("\"perils\":[\"combinedFlood\"]", (12, false)),
            ("\"perils\":[\"heat\"],\"years\":[2030.0]", (4, false)),
            ("\"perils\":[\"combinedflood\"]", (0, true)),
            ("\"perils\":\"windfire\"", (24, true)),
            ("\"scenarios\":\"ssp126\"", (48, true)),
            ("\"scenarios\":[\"ssp126\",\"SSP585\"]", (48, true)),
            ("\"years\":[\"2030\"]", (0, true)),
            ("\"years\":[2030,2031]", (16, true)),
            ("\"years\":[true,null,[]]", (0, true)),
            ("\"perils\":\"\"", (0, true)),
            ("\"scenarios\":{}", (0, true)),
            ("\"years\":{}", (0, true)),
        ] {
            assert_eq!(columns(filters), chosen, "{filters}");
        }
    }

    #[test]
    fn coordinates_may_be_strings_and_booleans() {
        let request = read(
            "{\"locations\":[{\"latitude\":\" 1_0.5 \",\"longitude\":true,\"locationId\":\"x\"}]}",
        );
        assert_eq!(request.unwrap().places, [(10.5, 1.0)]);
        for empty in ["[]", "{}", "\"\""] {
            let request = read(&format!("{{\"locations\":{empty}}}")).unwrap();
            assert!(request.places.is_empty());
        }
    }

    #[test]
    fn a_filter_that_was_never_looked_at_may_be_anything() {
        for body in [
            "{\"locations\":[],\"perils\":null,\"scenarios\":5,\"years\":\"x\"}",
            "{\"locations\":[{\"latitude\":1,\"longitude\":1}],\"perils\":[\"x\"],\"scenarios\":5,\"years\":null}",
            "{\"locations\":[{\"latitude\":1,\"longitude\":1}],\"years\":[1999],\"scenarios\":null}",
        ] {
            let request = read(body).unwrap();
            assert!(request.columns.is_empty() && request.has_quirk, "{body}");
        }
    }

    #[test]
    fn what_ended_in_a_fault_is_refused_with_its_place() {
        for (body, at) in [
            ("null", "the body"),
            ("\"locations\"", "the body"),
            ("{\"locations\":null}", "locations"),
            ("{\"locations\":{\"a\":1}}", "locations"),
            ("{\"locations\":[1]}", "locations[0].latitude"),
            (
                "{\"locations\":[{\"latitude\":1}]}",
                "locations[0].longitude",
            ),
            (
                "{\"locations\":[{\"latitude\":NaN,\"longitude\":1}]}",
                "locations[0].latitude",
            ),
            (
                "{\"locations\":[{\"latitude\":1e308,\"longitude\":1}]}",
                "locations[0].latitude",
            ),
            (
                "{\"locations\":[{\"latitude\":1,\"longitude\":1}],\"perils\":null}",
                "perils",
            ),
            (
                "{\"locations\":[{\"latitude\":1,\"longitude\":1}],\"scenarios\":5}",
                "scenarios",
            ),
            (
                "{\"locations\":[{\"latitude\":1,\"longitude\":1}],\"years\":2030}",
                "years",
            ),
            (
                "{\"locations\":[{\"latitude\":1,\"longitude\":1}],\"years\":\"2030\"}",
                "years",
            ),
        ] {
            match read(body) {
                Err(Refused::Malformed { at: found, .. }) => assert_eq!(found, at),
                other => panic!("{body}: {other:?}"),
            }
        }
        assert!(matches!(read("{}"), Err(Refused::NoLocations)));
        assert!(matches!(read("[]"), Err(Refused::NoLocations)));
        assert!(matches!(
            read("{\"locations\":["),
            Err(Refused::NotJson { at: 14 })
        ));
        let long = format!("{{\"locations\":[],\"years\":\"{}\"}}", "2".repeat(40_000));
        match read(&long) {
            Err(Refused::Malformed { at, .. }) => assert_eq!(at, "years"),
            other => panic!("{other:?}"),
        }
        let four = format!("{{\"locations\":[{}1]}}", "1,".repeat(3));
        assert!(matches!(
            read(&four),
            Err(Refused::TooManyPlaces { limit: 3 })
        ));
    }
}
