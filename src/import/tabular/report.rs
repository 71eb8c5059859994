//! Words of an import of a table that is done.

use std::{
    fmt::{self, Display},
    path::PathBuf,
};

use perild_query::{
    Column, Time,
    layout::{Changed, Manifest},
    source::Reader,
};

/// A table that was imported.
#[derive(Clone, Debug)]
pub struct ImportedTable {
    /// The id of its collection.
    pub id: Box<str>,
    /// The folder that it lies in.
    pub folder: PathBuf,
    /// The manifest of its version.
    pub manifest: Manifest,
    /// Rows that were changed, where not all are new.
    pub changed: Option<Changed>,
    /// Rows without a value, for each column of the source.
    nulls: Vec<u64>,
    /// Sentences for the publisher.
    notes: Vec<String>,
}

impl ImportedTable {
    pub(super) fn new(
        id: Box<str>,
        folder: PathBuf,
        manifest: Manifest,
        changed: Option<Changed>,
        reader: &Reader,
    ) -> Self {
        let absent = changed.and_then(|changed| Some((changed.absent, changed.first_absent?)));
        let absent = absent.map(|(count, first)| {
            let place = reader.place_of(first);
            format!("{count} keys are of no row of the table, the first in {place}")
        });
        let nulls = reader.nulls();
        let emptied = emptied(&manifest, changed, &nulls, reader.rows());
        let notes = reader.notes().into_iter().chain(absent).chain(emptied);
        Self {
            notes: notes.collect(),
            id,
            folder,
            manifest,
            changed,
            nulls,
        }
    }

    /// The roles of a column, for the report.
    fn roles(&self, column: &Column) -> String {
        let table = &self.manifest.schema;
        let is_key = table.key.contains(&column.name);
        let is = |name: &str| *name == *column.name;
        let time = table.time.as_ref().map_or("", |time| match time {
            Time::At { column } if is(column) => "time",
            Time::During { begin, .. } if is(begin) => "begin",
            Time::During { end, .. } if is(end) => "end",
            _ => "",
        });
        let shape = table.geometry.as_deref().is_some_and(is);
        let roles = [
            if is_key { "key" } else { "" },
            time,
            if shape { "geometry" } else { "" },
        ];
        let roles = roles.into_iter().filter(|role| !role.is_empty());
        roles.collect::<Vec<_>>().join(", ")
    }
}

impl Display for ImportedTable {
    /// The table, a line a column, then what somebody should look at.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = &self.manifest.schema;
        let kind: &str = table.kind.into();
        writeln!(
            f,
            "{}: {kind}, {} rows, none rejected",
            self.id, self.manifest.rows
        )?;
        if let Some(changed) = self.changed {
            said(&changed, f)?;
        }
        writeln!(
            f,
            "{:<40} {:<10} {:>12} {:<14} role",
            "column", "type", "no value", "unit"
        )?;
        for (position, column) in table.columns.iter().enumerate().take(MOST_COLUMNS) {
            let nulls = self.nulls.get(position).map(ToString::to_string);
            let line = format!(
                "{:<40} {:<10} {:>12} {:<14} {}",
                column.name.escape_debug().to_string(),
                column.column_type.name(),
                nulls.as_deref().unwrap_or("-"),
                column.unit.as_deref().unwrap_or(""),
                self.roles(column)
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        let more = table.columns.len().saturating_sub(MOST_COLUMNS);
        if more > 0 {
            writeln!(f, "and {more} more columns")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        write!(
            f,
            "stored in {}, version {}",
            self.folder.display(),
            self.manifest.version
        )
    }
}

/// A sentence on columns that files of a change leave out: a row takes the place of another with all its columns.
fn emptied(
    manifest: &Manifest,
    changed: Option<Changed>,
    nulls: &[u64],
    rows: u64,
) -> Option<String> {
    let replaced = changed.map(|changed| changed.replaced)?;
    let columns = manifest.schema.columns.iter().zip(nulls);
    let columns = columns.filter(|(_, nulls)| **nulls == rows);
    let names: Vec<_> = columns
        .map(|(column, _)| column.name.escape_debug().to_string())
        .collect();
    (replaced > 0 && !names.is_empty()).then(|| {
        format!(
            "{replaced} rows were replaced by rows without a value of {}, and have none from now on",
            names.join(", ")
        )
    })
}

/// The rows that a change brought, and whether it brought any.
fn said(changed: &Changed, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Changed {
        added,
        replaced,
        same,
        removed,
        is_as_before,
        ..
    } = changed;
    write!(
        f,
        "{added} rows added, {replaced} replaced, {removed} removed"
    )?;
    if *same > 0 {
        write!(f, ", {same} there already as they are")?;
    }
    if *is_as_before {
        write!(f, ": nothing has changed, and the version stays")?;
    }
    writeln!(f)
}

/// Columns of one table that are told of.
const MOST_COLUMNS: usize = 100;
