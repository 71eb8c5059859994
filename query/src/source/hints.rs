//! The publisher's word on a table: its kind and roles of columns, types, and how values are written.

use jiff::tz::TimeZone;

use crate::schema::{ColumnType, Kind, TableSchema, Time};

/// The publisher's word on a table. Nothing needs to be said but the kind and the key; what is said holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hints {
    /// The kind; none: a table whose columns alone are of interest.
    pub kind: Option<Kind>,
    /// Columns that tell rows apart.
    pub key: Vec<Box<str>>,
    /// The time of a row.
    pub time: Option<Time>,
    /// The geometry of a row.
    pub geometry: Option<GeometryHint>,
    /// Time from one row of a series to the next, in milliseconds.
    pub step_ms: Option<u64>,
    /// The zone of times that are written without their distance from UTC.
    pub zone: Option<TimeZone>,
    /// Columns of which something was said.
    pub columns: Vec<ColumnHint>,
    /// The habits of delimited text.
    pub csv: CsvHints,
    /// The table that the rows are to join: they have its columns and no others.
    pub table: Option<TableSchema>,
}

/// The columns that a geometry comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GeometryHint {
    /// One column: well-known text, or GeoJSON.
    Column(Box<str>),
    /// Two columns of degrees, which make points in a column `geometry`.
    Point {
        /// The column of longitudes.
        longitude: Box<str>,
        /// The column of latitudes.
        latitude: Box<str>,
    },
}

/// The publisher's word on a column.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ColumnHint {
    /// The name.
    pub name: Box<str>,
    /// The type; none: the one that all its values have.
    pub column_type: Option<ColumnType>,
    /// The unit, in UCUM.
    pub unit: Option<Box<str>>,
    /// A definition.
    pub definition: Option<Box<str>>,
}

/// The habits of delimited text, where they cannot be seen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CsvHints {
    /// The character between fields.
    pub delimiter: Option<u8>,
    /// The mark before decimals.
    pub decimal: Option<DecimalMark>,
    /// The order of days such as 01/02/2026.
    pub dates: Option<DateOrder>,
    /// Marks of a value that is not there, beside nothing.
    pub missing: Vec<Box<str>>,
    /// The one mark of a value that is not there, where nothing between two delimiters is a text, as copies of databases
    /// have it.
    pub null: Option<Box<str>>,
}

/// The mark before decimals.
#[derive(Clone, Copy, Debug, Eq, PartialEq, strum::EnumString, strum::VariantNames)]
pub enum DecimalMark {
    /// 1,5.
    #[strum(serialize = ",")]
    Comma,
    /// 1.5.
    #[strum(serialize = ".")]
    Point,
}

/// The order of day and month.
#[derive(Clone, Copy, Debug, Eq, PartialEq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum DateOrder {
    /// 31/01/2026.
    DayFirst,
    /// 01/31/2026.
    MonthFirst,
}

/// The zone that the time zone database has under `name`.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The milliseconds of a length of time as ISO 8601 has it, of days, hours, minutes and seconds: those of months and
/// years differ.
#[must_use]
pub fn step_ms(text: &str) -> Option<u64> {
    let span: jiff::Span = text.strip_prefix('P').and_then(|_| text.parse().ok())?;
    let has_calendar = span.get_years() != 0 || span.get_months() != 0;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let length = span.to_duration(days).ok().filter(|_| !has_calendar)?;
    u64::try_from(length.as_millis()).ok().filter(|ms| *ms > 0)
}

impl Hints {
    /// The column of geometries.
    pub(super) fn geometry_column(&self) -> &str {
        match &self.geometry {
            Some(GeometryHint::Column(name)) => name,
            _ => GEOMETRY,
        }
    }

    pub(super) fn column(&self, name: &str) -> Option<&ColumnHint> {
        self.columns.iter().find(|column| *column.name == *name)
    }

    /// The type of a column is that of the table, of which the publisher has said nothing.
    pub(super) fn is_of_table_alone(&self, name: &str) -> bool {
        let said = self.column(name).and_then(|column| column.column_type);
        self.table.is_some() && said.is_none()
    }

    /// The type that was said of a column, or that follows from its role.
    pub(super) fn declared(&self, name: &str) -> Option<ColumnType> {
        let of_role = match &self.geometry {
            Some(GeometryHint::Column(geometry)) if **geometry == *name => {
                Some(ColumnType::Geometry)
            }
            Some(GeometryHint::Point {
                longitude,
                latitude,
            }) if **longitude == *name || **latitude == *name => Some(ColumnType::Number),
            _ => None,
        };
        let of_table = self.table.as_ref().and_then(|table| table.column(name));
        let of_table = of_table.map(|(_, column)| column.column_type);
        of_table
            .or(of_role)
            .or_else(|| self.column(name)?.column_type)
    }

    /// The columns that rows of the table have, in its order, but for the one that is made of two others.
    pub(super) fn table_columns(&self) -> impl Iterator<Item = &str> {
        let made = matches!(self.geometry, Some(GeometryHint::Point { .. }));
        let columns = self.table.iter().flat_map(|table| &table.columns);
        let columns = columns.map(|column| &*column.name);
        columns.filter(move |name| !(made && *name == GEOMETRY))
    }

    /// The reason for which a file may have no other columns than those of the table.
    pub(super) fn reason_of_others(&self) -> &'static str {
        let is_keys = |table: &TableSchema| table.columns.len() == table.key.len();
        if self.table.as_ref().is_some_and(is_keys) {
            "beside the key none is read"
        } else {
            "the table has none of that name"
        }
    }

    /// A column that cannot be left as text where its times are unclear: it is the table's time.
    pub(super) fn is_time(&self, name: &str) -> bool {
        match &self.time {
            Some(Time::At { column }) => **column == *name,
            Some(Time::During { begin, end }) => **begin == *name || **end == *name,
            None => false,
        }
    }

    /// The part that a column has in telling rows apart, which every row must have.
    pub(super) fn part(&self, name: &str) -> Option<&'static str> {
        if self.key.iter().any(|key| **key == *name) {
            return Some("key");
        }
        if self
            .table
            .as_ref()
            .is_some_and(|table| table.key.iter().any(|key| **key == *name))
        {
            return Some("key");
        }
        let is_of_series = self.kind == Some(Kind::Series);
        (is_of_series && self.is_time(name)).then_some("time")
    }
}

/// The column of geometries where none is named.
pub(super) const GEOMETRY: &str = "geometry";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_of_one_length() {
        for (text, expected) in [
            ("PT30M", Some(1_800_000)),
            ("P1D", Some(86_400_000)),
            ("PT0.5S", Some(500)),
            ("P1M", None),
            ("P1Y", None),
            ("PT0S", None),
            ("-PT30M", None),
            ("30 minutes", None),
            ("30m", None),
            ("", None),
        ] {
            assert_eq!(step_ms(text), expected, "{text}");
        }
        assert!(zone("Europe/London").is_some() && zone("Europe/Londn").is_none());
    }
}
