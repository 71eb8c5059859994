//! The answers of `GET /{peril}` and `GET /allperils`.

use super::echo::float;
use crate::{
    climatescore::{
        Column, Peril,
        request::{Filter, Point},
    },
    dataset::perils::{Found, Values},
};

/// The answer for one peril; `values` hold the columns that `filter` lets pass, by name.
#[must_use]
pub fn one_peril(
    peril: Peril,
    point: Point,
    filter: &Filter,
    columns: &[Column],
    values: &Values,
) -> String {
    let Some(found) = find(values, point) else {
        return format!("{NO_ROW}\n");
    };
    format!("{}\n", object(peril, filter, columns, &found))
}

/// The answer for all seven: `values` hold every column of each peril, by name, in the order of
/// [`Peril::ALL`].
#[must_use]
pub fn all_perils(point: Point, values: &[(Peril, Vec<Column>, Values)]) -> String {
    let objects: Vec<_> = values
        .iter()
        .map(|(peril, columns, values)| match find(values, point) {
            Some(found) => object(*peril, &Filter::default(), columns, &found),
            None => NO_ROW.to_owned(),
        })
        .collect();
    let mut found = values
        .iter()
        .filter_map(|(_, _, values)| find(values, point));
    let (key, latitude, longitude) = found
        .next()
        .map_or_else(|| off_grid(point), |found| coordinates(&found));
    format!(
        "{{\"data\":[{}],\"key\":\"{key}\",\"latitude\":{latitude},\"longitude\":{longitude},\"peril\":\"all\"}}\n",
        objects.join(",")
    )
}

/// The cell of a place; columns of one peril are of one store.
fn find(values: &Values, point: Point) -> Option<Found<'_>> {
    let part = values.parts().first()?;
    part.find(point.latitude, point.longitude)
}

fn object(peril: Peril, filter: &Filter, columns: &[Column], found: &Found<'_>) -> String {
    let (key, latitude, longitude) = coordinates(found);
    let mut members: Vec<(&str, String)> = columns
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

/// Text of the old service for a key without a row; the member's name does end in a colon.
const NO_ROW: &str = "{\"message:\":\"Error\"}";
