//! The answers of `GET /{peril}` and `GET /allperils`.

use super::echo::float;
use crate::{
    climatescore::request::{Filter, Point},
    dataset::{
        grid::Peril,
        perils::{Found, Values},
    },
};

/// The answer for one peril; `values` hold the columns that `filter` lets pass, by name.
#[must_use]
pub fn one_peril(peril: Peril, point: Point, filter: &Filter, values: &Values) -> String {
    let Some(found) = values.find(point.latitude, point.longitude) else {
        return format!("{NO_ROW}\n");
    };
    format!("{}\n", object(peril, filter, values, &found))
}

/// The answer for all seven: `values` hold every column of each peril, by name, in the order of
/// [`Peril::ALL`].
#[must_use]
pub fn all_perils(point: Point, values: &[(Peril, Values)]) -> String {
    let place = |values: &Values| {
        let found = values.find(point.latitude, point.longitude)?;
        Some(coordinates(&found))
    };
    let objects: Vec<_> = values
        .iter()
        .map(
            |(peril, values)| match values.find(point.latitude, point.longitude) {
                Some(found) => object(*peril, &Filter::default(), values, &found),
                None => NO_ROW.to_owned(),
            },
        )
        .collect();
    let (key, latitude, longitude) = values
        .first()
        .and_then(|(_, values)| place(values))
        .unwrap_or_else(|| off_grid(point));
    format!(
        "{{\"data\":[{}],\"key\":\"{key}\",\"latitude\":{latitude},\"longitude\":{longitude},\"peril\":\"all\"}}\n",
        objects.join(",")
    )
}

fn object(peril: Peril, filter: &Filter, values: &Values, found: &Found<'_>) -> String {
    let (key, latitude, longitude) = coordinates(found);
    let mut members: Vec<(&str, String)> = values
        .columns()
        .iter()
        .zip(found.values.iter())
        .map(|(column, value)| (column.name(), value.to_string()))
        .collect();
    let place = [
        ("key", key.clone()),
        ("latitude", six_decimals(found.latitude)),
        ("longitude", six_decimals(found.longitude)),
    ];
    members.extend(place.into_iter().filter(|(name, _)| filter.passes(name)));
    members.sort_by_key(|(name, _)| *name);
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":\"{value}\""))
        .collect();
    format!(
        "{{\"data\":{{{}}},\"key\":\"{key}\",\"latitude\":{latitude},\"longitude\":{longitude},\"peril\":\"{}\"}}",
        members.join(","),
        peril.name()
    )
}

fn coordinates(found: &Found<'_>) -> (String, String, String) {
    (
        found.key.to_string(),
        float(found.latitude),
        float(found.longitude),
    )
}

/// A place without a row, rounded to the quarter degree as the old service rounded every place.
fn off_grid(point: Point) -> (String, String, String) {
    // Adding zero turns a negative zero into a plain one.
    let rounded = |degrees: f64| (degrees * 4.0).round_ties_even() / 4.0 + 0.0;
    let (latitude, longitude) = (rounded(point.latitude), rounded(point.longitude));
    (
        format!("{latitude:.2}{longitude:.2}"),
        float(latitude),
        float(longitude),
    )
}

fn six_decimals(degrees: f64) -> String {
    // By way of a value: a coordinate of the table has six decimals as every other number there.
    format!("{degrees:.6}")
}

/// What the old service said for a key without a row; the member's name does end in a colon.
const NO_ROW: &str = "{\"message:\":\"Error\"}";
