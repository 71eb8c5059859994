//! Parameters of an address that ask for rows: `column=value` and `datetime` (OGC 17-069r4 §7.15.4, §7.15.5).

mod datetime;

pub use datetime::{DatetimeFault, Ends, datetime};

use crate::{
    literal::{Given, Literal, LiteralFault, instant},
    predicate::{Comparison, Folding, Pattern, Predicate, TypeFault},
    schema::{ColumnType, TableSchema},
};

/// A parameter that asks for no rows of the table.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParameterFault {
    /// A text that is no value of the column.
    #[error("{column}: {fault}")]
    Literal {
        /// The column.
        column: Box<str>,
        /// The fault.
        fault: LiteralFault,
    },
    /// A column that is not compared.
    #[error(transparent)]
    Type(#[from] TypeFault),
    /// A column that is not there.
    #[error("there is no column {}", Given(.0))]
    Unknown(Box<str>),
}

/// Rows with the value in the column. Of a column of text, a `*` at the end stands for any text, and a backslash before it
/// takes it at its word; of a column of times, a day is all of it in UTC.
///
/// # Errors
/// [`ParameterFault`]
pub fn equals(schema: &TableSchema, name: &str, value: &str) -> Result<Predicate, ParameterFault> {
    let unknown = || ParameterFault::Unknown(name.into());
    let (column, known) = schema.column(name).ok_or_else(unknown)?;
    let column = (column, Folding::default());
    let literal = match known.column_type {
        ColumnType::Text => match prefix(value) {
            Wanted::Begin(prefix) => {
                return Ok(Predicate::like(schema, column, Pattern::beginning(prefix))?);
            }
            Wanted::Whole(text) => Literal::Text(text.into()),
        },
        ColumnType::DateTime if instant::day(value).is_some() => {
            read(name, value, ColumnType::Date)?
        }
        other => read(name, value, other)?,
    };
    Ok(Predicate::comparing(
        schema,
        column,
        Comparison::Equal,
        &literal,
    )?)
}

/// A value, or the begin of values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wanted<'v> {
    /// All values that begin so.
    Begin(&'v str),
    /// The value.
    Whole(std::borrow::Cow<'v, str>),
}

/// The value, or with a `*` at the end, the begin of values; a backslash before the `*` takes it at its word.
#[must_use]
pub fn prefix(value: &str) -> Wanted<'_> {
    match value.strip_suffix('*') {
        None => Wanted::Whole(value.into()),
        Some(begin) => match begin.strip_suffix('\\') {
            None => Wanted::Begin(begin),
            Some(begin) => Wanted::Whole(format!("{begin}*").into()),
        },
    }
}

fn read(name: &str, value: &str, column_type: ColumnType) -> Result<Literal, ParameterFault> {
    Literal::parse(value, column_type).map_err(|fault| ParameterFault::Literal {
        column: name.into(),
        fault,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Kind};

    fn schema() -> TableSchema {
        let columns = [
            ("sku", ColumnType::Text),
            ("price", ColumnType::Number),
            ("stock", ColumnType::Integer),
            ("sold", ColumnType::Boolean),
            ("since", ColumnType::Date),
            ("seen", ColumnType::DateTime),
            ("shape", ColumnType::Geometry),
        ];
        let columns = columns.map(|(name, column_type)| Column::new(name, column_type));
        TableSchema {
            kind: Kind::Records,
            columns: columns.into(),
            key: vec!["sku".into()],
            time: None,
            geometry: None,
            step_ms: None,
        }
    }

    #[test]
    fn a_column_has_the_value_or_begins_with_it() {
        for (name, value, expected) in [
            ("sku", "AB12", r#""sku" = 'AB12'"#),
            ("sku", "AB*", r#""sku" LIKE 'AB%'"#),
            ("sku", "*", r#""sku" LIKE '%'"#),
            ("sku", "10%_*", r#""sku" LIKE '10\%\_%'"#),
            ("sku", r"AB\*", r#""sku" = 'AB*'"#),
            ("sku", "A*B", r#""sku" = 'A*B'"#),
            ("sku", "", r#""sku" = ''"#),
            ("sku", "007", r#""sku" = '007'"#),
            ("sku", "' OR 1=1", r#""sku" = '\' OR 1=1'"#),
            ("price", "1.50", r#""price" = 1.5"#),
            ("stock", "12", r#""stock" = 12"#),
            ("sold", "true", r#""sold" = TRUE"#),
            ("since", "2020-01-01", r#""since" = DATE('2020-01-01')"#),
            (
                "seen",
                "2020-01-01T00:00:00+01:00",
                r#""seen" = TIMESTAMP('2019-12-31T23:00:00Z')"#,
            ),
            (
                "seen",
                "1970-01-01",
                concat!(
                    r#""seen" >= TIMESTAMP('1970-01-01T00:00:00Z') AND "#,
                    r#""seen" <= TIMESTAMP('1970-01-01T23:59:59.999Z')"#
                ),
            ),
            ("price", "1*", r#"price: "1*" is no number"#),
            ("price", "NaN", r#"price: "NaN" is no number"#),
            ("stock", "1.5", r#"stock: "1.5" is no integer"#),
            ("sold", "yes", r#"sold: "yes" is no boolean"#),
            ("since", "01/02/2020", r#"since: "01/02/2020" is no date"#),
            ("seen", "noon", r#"seen: "noon" is no date-time"#),
            (
                "shape",
                "POINT(0 0)",
                r#"shape: "POINT(0 0)" is no geometry"#,
            ),
            ("sku\n", "1", r#"there is no column "sku?""#),
        ] {
            let found = equals(&schema(), name, value);
            let found = found.map_or_else(
                |fault| fault.to_string(),
                |predicate| predicate.text(&schema()),
            );
            assert_eq!(found, expected, "{name}={value}");
        }
    }
}
