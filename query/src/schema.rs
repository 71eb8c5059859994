//! Columns of a table and what they are for.

use std::{collections::HashSet, sync::Arc};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use serde::{Deserialize, Serialize};

/// The columns of a table and their roles, as its manifest keeps them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TableSchema {
    /// The kind.
    pub kind: Kind,
    /// The columns, in the order of the source.
    pub columns: Vec<Column>,
    /// The columns that tell rows apart: of records and features each row, of series each series, whose rows are
    /// told apart by their time.
    pub key: Vec<Box<str>>,
    /// The time at which a row holds; series have an instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// The column of geometries; features have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Box<str>>,
    /// The time from one row of a series to the next, in milliseconds, where it is always the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_ms: Option<u64>,
}

/// The kind of a table: which questions it answers.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    Eq,
    Hash,
    PartialEq,
    Serialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Rows with a key, sorted by it.
    Records,
    /// Rows with a geometry, near ones beside each other.
    Features,
    /// Values by time, one series after the other.
    Series,
}

/// A column.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The name.
    pub name: Box<str>,
    /// The type.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// `true` when a row may have none.
    pub is_nullable: bool,
    /// The unit, in UCUM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Box<str>>,
    /// The meaning, in a sentence or as a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<Box<str>>,
}

/// The type of a column, of few: what a source has beside them is turned into one of these, or refused.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    Eq,
    Hash,
    PartialEq,
    Serialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ColumnType {
    /// UTF-8.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A double, finite.
    Number,
    /// True or false.
    Boolean,
    /// A day of the Gregorian calendar, without a zone.
    Date,
    /// An instant, in milliseconds since 1970 in UTC.
    DateTime,
    /// A geometry in well-known binary (little-endian, ISO), longitude before latitude in degrees of WGS 84.
    Geometry,
    /// A JSON array or object, as text; it can be had, and is neither compared nor sorted by.
    Json,
}

/// The time at which a row holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Time {
    /// At an instant.
    At {
        /// The column of it.
        column: Box<str>,
    },
    /// From a begin until before an end; a row without one of them is open on that side.
    During {
        /// The column of begins.
        begin: Box<str>,
        /// The column of ends.
        end: Box<str>,
    },
}

/// Reason why columns make no table.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SchemaFault {
    /// Two columns of one name.
    #[error("two columns are called {0}")]
    Twice(Box<str>),
    /// A name that is kept for columns of the layout.
    #[error(
        "a column is called {0}: names that begin with _ are for the layout: leave it out, or name it otherwise"
    )]
    Kept(Box<str>),
    /// A column that is named as a key, a time or a geometry is not there.
    #[error("there is no column {name}, which is named as {role}")]
    Absent {
        /// The column.
        name: Box<str>,
        /// The role that it was to have.
        role: &'static str,
    },
    /// A column of a type that cannot be what it is for.
    #[error("the column {name} is {found}, and {role} is {expected}")]
    Type {
        /// The column.
        name: Box<str>,
        /// The role that it was to have.
        role: &'static str,
        /// Its type.
        found: &'static str,
        /// Types that would do.
        expected: &'static str,
    },
    /// A kind that needs what is not said.
    #[error("{kind} need {what}")]
    Needs {
        /// The kind.
        kind: &'static str,
        /// The thing that is missing.
        what: &'static str,
    },
}

impl Column {
    /// A column of which nothing is said but its type; a row may have no value.
    #[must_use]
    pub fn new(name: &str, column_type: ColumnType) -> Self {
        Self {
            name: name.into(),
            column_type,
            is_nullable: true,
            unit: None,
            definition: None,
        }
    }
}

impl ColumnType {
    /// The word for it in descriptions.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The type of its values in Arrow.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text | Self::Json => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Number => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::DateTime => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Geometry => DataType::Binary,
        }
    }
}

impl TableSchema {
    /// The position and column called `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        let mut columns = self.columns.iter().enumerate();
        columns.find(|(_, column)| &*column.name == name)
    }

    /// The name of a column that hardly differs from `name`, which is none.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.columns.iter().map(|column| &*column.name))
    }

    /// The schema of its batches: the columns, in their order, without those of the layout.
    #[must_use]
    pub fn arrow(&self) -> SchemaRef {
        let columns = self.columns.iter();
        let fields = columns.map(|column| {
            Field::new(
                &*column.name,
                column.column_type.arrow(),
                column.is_nullable,
            )
        });
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    /// Checks that the columns make a table of the kind.
    ///
    /// # Errors
    /// [`SchemaFault`], the first.
    pub fn check(&self) -> Result<(), SchemaFault> {
        let mut names = HashSet::new();
        for column in &self.columns {
            if column.name.starts_with('_') {
                return Err(SchemaFault::Kept(column.name.clone()));
            }
            if !names.insert(&column.name) {
                return Err(SchemaFault::Twice(column.name.clone()));
            }
        }
        for name in &self.key {
            self.role(name, "a key", &KEYS, "text, integer, date or date-time")?;
        }
        match &self.time {
            Some(Time::At { column }) => self.time_role(column)?,
            Some(Time::During { begin, end }) => {
                self.time_role(begin)?;
                self.time_role(end)?;
            }
            None => (),
        }
        if let Some(name) = &self.geometry {
            self.role(name, "a geometry", &[ColumnType::Geometry], "geometry")?;
        }
        self.check_kind()
    }

    fn check_kind(&self) -> Result<(), SchemaFault> {
        let kind = self.kind.into();
        let needs = |is_there: bool, what| {
            let fault = SchemaFault::Needs { kind, what };
            if is_there { Ok(()) } else { Err(fault) }
        };
        needs(!self.key.is_empty(), "a key")?;
        match self.kind {
            Kind::Records => Ok(()),
            Kind::Features => needs(self.geometry.is_some(), "a geometry"),
            Kind::Series => {
                let is_instant = matches!(self.time, Some(Time::At { .. }));
                needs(is_instant, "a time, which is an instant")
            }
        }
    }

    fn time_role(&self, name: &str) -> Result<(), SchemaFault> {
        let types = [ColumnType::Date, ColumnType::DateTime];
        self.role(name, "a time", &types, "date or date-time")
    }

    fn role(
        &self,
        name: &str,
        role: &'static str,
        types: &[ColumnType],
        expected: &'static str,
    ) -> Result<(), SchemaFault> {
        let Some((_, column)) = self.column(name) else {
            let name = name.into();
            return Err(SchemaFault::Absent { name, role });
        };
        if types.contains(&column.column_type) {
            return Ok(());
        }
        Err(SchemaFault::Type {
            name: name.into(),
            role,
            found: column.column_type.name(),
            expected,
        })
    }
}

/// The known name that hardly differs: in a third of its letters at most.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let most = name.chars().count().div_ceil(3);
    let near = known.map(|known| (strsim::osa_distance(&name, &known.to_lowercase()), known));
    let (_, nearest) = near.filter(|(differs, _)| *differs <= most).min()?;
    Some(nearest)
}

/// Octets of a name for which a near one is looked for.
const LONGEST: usize = 64;

const KEYS: [ColumnType; 4] = [
    ColumnType::Text,
    ColumnType::Integer,
    ColumnType::Date,
    ColumnType::DateTime,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn meters() -> TableSchema {
        TableSchema {
            kind: Kind::Series,
            columns: vec![
                Column::new("meter", ColumnType::Text),
                Column::new("from", ColumnType::DateTime),
                Column::new("kwh", ColumnType::Number),
            ],
            key: vec!["meter".into()],
            time: Some(Time::At {
                column: "from".into(),
            }),
            geometry: None,
            step_ms: Some(1_800_000),
        }
    }

    #[test]
    fn columns_that_do_not_fit_the_kind_are_told_and_those_that_do_pass() {
        type Break = fn(&mut TableSchema);
        let cases: [(Break, Option<&str>); 9] = [
            (|_| (), None),
            (
                |table| table.columns.push(Column::new("kwh", ColumnType::Text)),
                Some("two columns are called kwh"),
            ),
            (
                |table| table.columns.push(Column::new("_xmin", ColumnType::Number)),
                Some(
                    "a column is called _xmin: names that begin with _ are for the layout: leave it out, or name it otherwise",
                ),
            ),
            (
                |table| table.key = vec!["mpan".into()],
                Some("there is no column mpan, which is named as a key"),
            ),
            (
                |table| table.key = vec!["kwh".into()],
                Some("the column kwh is number, and a key is text, integer, date or date-time"),
            ),
            (|table| table.key.clear(), Some("series need a key")),
            (
                |table| table.time = None,
                Some("series need a time, which is an instant"),
            ),
            (
                |table| {
                    table.time = Some(Time::During {
                        begin: "from".into(),
                        end: "kwh".into(),
                    });
                },
                Some("the column kwh is number, and a time is date or date-time"),
            ),
            (
                |table| table.kind = Kind::Features,
                Some("features need a geometry"),
            ),
        ];
        for (change, expected) in cases {
            let mut table = meters();
            change(&mut table);
            let found = table.check().err().map(|fault| fault.to_string());
            assert_eq!(found.as_deref(), expected);
        }
    }

    #[test]
    fn a_schema_is_read_back_as_it_was_written() {
        let table = meters();
        let text = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<TableSchema>(&text).unwrap(), table);
        let strange = text.replacen('{', r#"{"strange":1,"#, 1);
        assert!(serde_json::from_str::<TableSchema>(&strange).is_err());
    }

    #[test]
    fn batches_have_the_columns_in_their_order() {
        let arrow = meters().arrow();
        let names: Vec<_> = arrow.fields().iter().map(|field| field.name()).collect();
        assert_eq!(names, ["meter", "from", "kwh"]);
        assert_eq!(
            *arrow.field(1).data_type(),
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
        );
    }
}
