//! The table that rows could be: what tells them apart, and where and when they are.

use std::fmt::Write;

use super::column::{self, Column, LATITUDES, LONGITUDES};
use crate::dataset::{Kind, metadata::FieldType};

/// Roles of columns in a table that is imported.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct FoundTable {
    pub(super) kind: Kind,
    pub(super) key: Option<FoundKey>,
    pub(super) time: Option<FoundTime>,
    /// Columns of longitudes and latitudes.
    pub(super) degrees: Option<(String, String)>,
}

/// The column that tells rows, or series, apart.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct FoundKey {
    pub(super) name: String,
    /// Its name says so as well; else its values alone do, and the next rows may not.
    pub(super) is_named_so: bool,
}

/// The time of a row.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum FoundTime {
    /// A moment, with the time from one row of a series to the next where that is regular.
    At(String, Option<String>),
    /// From one column to the other.
    During(String, String),
}

impl FoundTable {
    /// The table that `columns` of `rows` make: series where rows have a time and something that is not of each row alone,
    /// features where there are places, records where one column tells rows apart.
    pub(super) fn of(columns: &[Column], rows: u64, has_geometry: bool) -> Option<Self> {
        let degrees = named(columns, LONGITUDES)
            .zip(named(columns, LATITUDES))
            .filter(|_| !has_geometry);
        let is_place = has_geometry || degrees.is_some();
        let unique = columns.iter().filter(|column| column.is_key(rows));
        let unique: Vec<_> = unique.collect();
        let called = unique.iter().find(|column| is_id(&column.name));
        let during = during(columns);
        let at = columns.iter().find(|column| is_time(column, rows));
        let of_series = columns.iter().filter(|column| is_word(column, rows));
        let of_series: Vec<_> = of_series.collect();
        let named_so = of_series.iter().find(|column| is_id(&column.name));
        let of_series = named_so.or(of_series.first());
        let key = |column: &&Column| FoundKey {
            name: column.name.clone(),
            is_named_so: is_id(&column.name),
        };
        let (kind, key, time) = match (called, at, of_series) {
            (Some(called), ..) if !is_place => (Kind::Records, Some(key(called)), None),
            (None, Some(at), Some(series)) if !is_place && during.is_none() => {
                let time = FoundTime::At(at.name.clone(), at.step());
                (Kind::Series, Some(key(series)), Some(time))
            }
            _ if is_place => (
                Kind::Features,
                called.or(unique.first()).map(key),
                during.map(|(begin, end)| FoundTime::During(begin, end)),
            ),
            _ => (Kind::Records, Some(key(unique.first()?)), None),
        };
        Some(Self {
            kind,
            key,
            time,
            degrees,
        })
    }

    /// The lines of a description, each a comment: a publisher decides.
    pub(super) fn lines(&self, text: impl Fn(&str) -> String) -> String {
        let mut lines = String::from(
            "# ? To have the rows asked by key, place or time, and not the file alone: these lines in place of the kind above.\n",
        );
        let mut add = |line: String| {
            let _ = writeln!(lines, "# {line}");
        };
        add(format!("kind = {}", text(self.kind.name())));
        if let Some(FoundKey { name, is_named_so }) = &self.key {
            let doubt = match (is_named_so, self.kind) {
                (true, _) => "",
                (false, Kind::Series) => "   # ? the columns that tell series apart",
                (false, _) => {
                    "   # ? the columns that tell rows apart: the values of this one differ by now"
                }
            };
            add(format!("key = [{}]{doubt}", text(name)));
        }
        match &self.time {
            Some(FoundTime::At(name, step)) => {
                add(format!("time = {}", text(name)));
                if let Some(step) = step {
                    add(format!("step = {}", text(step)));
                }
            }
            Some(FoundTime::During(begin, end)) => {
                add(format!("begin = {}", text(begin)));
                add(format!("end = {}", text(end)));
            }
            None => {}
        }
        if let Some((longitude, latitude)) = &self.degrees {
            add(format!("longitude = {}", text(longitude)));
            add(format!("latitude = {}", text(latitude)));
        }
        lines
    }
}

fn named(columns: &[Column], names: &[&str]) -> Option<String> {
    column::named(columns, names).map(|column| column.name.clone())
}

/// `true` for names of what tells rows apart: `id`, `meter_id`, `sku`.
fn is_id(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = ["_id", " id", "-id", "_key", "_code", "_number"];
    IDS.contains(&&*name) || ends.iter().any(|end| name.ends_with(end))
}

/// Two columns of times, of which one is the begin and the other the end of what a row says.
fn during(columns: &[Column]) -> Option<(String, String)> {
    let time = |name: &str| {
        let mut columns = columns.iter();
        let found = columns.find(|column| column.name.eq_ignore_ascii_case(name))?;
        let is_time = matches!(
            found.field_type(),
            Some(FieldType::Date | FieldType::DateTime)
        );
        is_time.then(|| found.name.clone())
    };
    DURING
        .iter()
        .find_map(|(begin, end)| time(begin).zip(time(end)))
}

fn is_time(column: &Column, rows: u64) -> bool {
    let of_type = matches!(
        column.field_type(),
        Some(FieldType::Date | FieldType::DateTime)
    );
    of_type && column.values == rows
}

/// `true` for columns that could name the series that each row is of.
fn is_word(column: &Column, rows: u64) -> bool {
    let is_id = is_id(&column.name) && column.field_type() == Some(FieldType::Integer);
    (column.field_type() == Some(FieldType::String) || is_id) && column.values == rows
}

const IDS: [&str; 12] = [
    "id", "key", "sku", "code", "uuid", "uprn", "mpan", "mprn", "meter", "sensor", "station",
    "name",
];
const DURING: [(&str, &str); 6] = [
    ("from", "until"),
    ("from", "to"),
    ("begin", "end"),
    ("start", "end"),
    ("start_time", "end_time"),
    ("valid_from", "valid_to"),
];
