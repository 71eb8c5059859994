//! A table of `PostgreSQL`, copied into a file beside the tables: a source is read twice.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use perild_query::{
    ColumnType,
    source::{ColumnHint, CsvHints, DecimalMark, Hints, Input},
};
use postgres::Transaction;

use crate::import::{
    DatabaseError, DatabaseFiles,
    database::{Address, snapshot},
};

/// The copy of a table; it is gone with this value.
pub(super) struct Copy {
    path: PathBuf,
    name: String,
}

/// A column of the table: its name, the expression that selects it, and its type where the text does not say it.
struct Selected {
    name: String,
    expression: String,
    column_type: Option<ColumnType>,
}

impl Copy {
    /// Copies the table that `address` names to the file `place`, and adds the types of its columns to `hints`.
    pub(super) fn make(
        address: &str,
        files: &DatabaseFiles,
        place: &Path,
        hints: &mut Hints,
    ) -> Result<Self, DatabaseError> {
        let mut address = Address::parse(address)?;
        let table = address.table.take().ok_or(DatabaseError::NoTableNamed)?;
        let database = address.name();
        let mut client = address.connect(files)?;
        let mut snapshot = snapshot(&mut client)?;
        snapshot.batch_execute(FORMS)?;
        let columns = columns(&mut snapshot, &table)?;
        let selected: Vec<_> = columns
            .iter()
            .map(|column| format!("{} AS {}", column.expression, quoted(&column.name)))
            .collect();
        let copy = Self {
            path: place.to_owned(),
            name: format!("{database}/{table}"),
        };
        let statement = format!(
            "COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, HEADER, NULL '{NULL}')",
            selected.join(", "),
            quoted_path(&table)
        );
        let mut text = snapshot.copy_out(&statement)?;
        let written = create(&copy.path).and_then(|file| {
            let mut file = zstd::Encoder::new(file, 1)?;
            io::copy(&mut text, &mut file)?;
            file.finish()?.sync_all()
        });
        written.map_err(fault)?;
        // The copy has habits of its own, whatever the description says of files.
        hints.csv = CsvHints {
            delimiter: Some(b','),
            decimal: Some(DecimalMark::Point),
            null: Some(NULL.into()),
            ..CsvHints::default()
        };
        for column in columns {
            declare(hints, column);
        }
        Ok(copy)
    }

    /// The copy as a file of the source.
    pub(super) fn input(&self) -> Input {
        Input {
            path: self.path.clone(),
            name: self.name.as_str().into(),
            partitions: Vec::new(),
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The database's own word, where it ended the copy.
fn fault(error: io::Error) -> DatabaseError {
    match error.downcast::<postgres::Error>() {
        Ok(said) => DatabaseError::Database(said),
        Err(error) => DatabaseError::Copy(error),
    }
}

fn columns(snapshot: &mut Transaction<'_>, table: &str) -> Result<Vec<Selected>, DatabaseError> {
    let found = snapshot.query(COLUMNS, &[&quoted_path(table)])?;
    if found.is_empty() {
        return Err(DatabaseError::Absent(table.into()));
    }
    let columns = found.iter().map(|row| {
        let (name, named, category): (String, String, i8) = (row.get(0), row.get(1), row.get(2));
        let (expression, column_type) =
            selected(&quoted(&name), &named, category).ok_or_else(|| {
                DatabaseError::ColumnType {
                    column: name.as_str().into(),
                    named: named.as_str().into(),
                }
            })?;
        Ok(Selected {
            name,
            expression,
            column_type,
        })
    });
    columns.collect()
}

/// The expression that selects the column `name`, and the type of its values.
fn selected(name: &str, type_name: &str, category: i8) -> Option<(String, Option<ColumnType>)> {
    let as_text = format!("{name}::text");
    // The category of arrays, `A`.
    if category == 65 {
        return Some((format!("to_json({name})::text"), Some(ColumnType::Json)));
    }
    let column_type = match type_name {
        "bool" => ColumnType::Boolean,
        "bytea" => return None,
        "date" => ColumnType::Date,
        "float4" | "float8" => ColumnType::Number,
        "geometry" => {
            let shape = format!("ST_AsText(ST_Transform({name}, 4326))");
            return Some((shape, Some(ColumnType::Geometry)));
        }
        "geography" => return Some((format!("ST_AsText({name})"), Some(ColumnType::Geometry))),
        "int2" | "int4" | "int8" => ColumnType::Integer,
        "json" | "jsonb" => ColumnType::Json,
        // A number of any length: its digits say whether it is whole, and whether a double holds it.
        "numeric" => return Some((as_text, None)),
        "timestamp" | "timestamptz" => ColumnType::DateTime,
        _ => ColumnType::Text,
    };
    Some((as_text, Some(column_type)))
}

/// Lets the database's type of a column hold where the publisher has said none.
fn declare(hints: &mut Hints, column: Selected) {
    let Some(column_type) = column.column_type else {
        return;
    };
    let known = hints
        .columns
        .iter_mut()
        .find(|known| *known.name == *column.name);
    match known {
        Some(known) => {
            known.column_type.get_or_insert(column_type);
        }
        None => hints.columns.push(ColumnHint {
            name: column.name.into(),
            column_type: Some(column_type),
            ..ColumnHint::default()
        }),
    }
}

fn create(path: &Path) -> io::Result<File> {
    // One that a killed import left.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// The name of a table, with that of its schema where one is given.
fn quoted_path(table: &str) -> String {
    let names: Vec<_> = table.splitn(2, '.').map(quoted).collect();
    names.join(".")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Columns with their types: of a domain the one that it is made of, whatever lies between.
const COLUMNS: &str = "WITH RECURSIVE base AS ( \
        SELECT a.attnum, a.attname, t.oid, t.typname, t.typcategory, t.typtype, t.typbasetype \
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped \
        UNION ALL \
        SELECT b.attnum, b.attname, t.oid, t.typname, t.typcategory, t.typtype, t.typbasetype \
        FROM base b JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd' \
    ) SELECT attname::text, typname::text, typcategory FROM base WHERE typtype <> 'd' ORDER BY attnum";

/// The forms of values, whatever the server prefers.
const FORMS: &str = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; \
    SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL extra_float_digits = 3";

/// The mark of no value in the copy: an empty text is a text, and no text is this.
const NULL: &str = "\u{1}no value\u{1}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_quotes_and_types_are_those_of_the_catalogue() {
        assert_eq!(quoted_path("s.t\"; DROP"), "\"s\".\"t\"\"; DROP\"");
        assert!(selected("\"b\"", "bytea", 85).is_none());
        assert_eq!(
            selected("\"a\"", "_int4", 65).unwrap().1,
            Some(ColumnType::Json)
        );
    }
}
