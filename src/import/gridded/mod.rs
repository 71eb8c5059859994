//! Coverages from gridded sources: the columns by the description or the source, then a cell at a time.

mod columns;
pub(super) mod fault;
pub(super) mod known;

use std::{path::Path, sync::Arc};

pub(super) use self::columns::missing_value;
use self::{columns::Arranged, fault::GriddedFault, known::KnownCoverage};
use super::{
    Faults, Record,
    format::{self, Coverage, FormatError, Naming},
    parsed::{OfGrid, ParseError, Parsed},
    rows::Rows,
    table::{Form, Table},
};
use crate::dataset::grid::{
    Columns, CoverageMetadata, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED, decimal,
};

/// Reads the source at `path`, keeping its cells in the directory `folder`; with `rounds`, numbers of text that have more
/// decimals than are kept are rounded.
pub(super) fn read(
    path: &Path,
    known: &KnownCoverage,
    folder: &Path,
    rounds: bool,
) -> Result<Parsed, ParseError> {
    let naming = Naming {
        rounds,
        ..known.naming.clone()
    };
    let mut source = format::open(path, &naming, folder).map_err(GriddedFault::from)?;
    let arranged = Arranged::of(source.coverage(), known)?;
    let table = Arc::new(table(known, source.coverage(), arranged.columns.clone()));
    let of_grid = OfGrid {
        has_rough_places: !source.has_exact_places(),
        skipped: source.coverage().skipped.clone(),
        calendars: calendars(source.coverage()),
        along_time: None,
    };
    let mut rows = Rows::new(folder, table.width())?;
    let mut values = vec![WIDE_NOT_COVERED; table.width()];
    let (mut cell, mut stopped) = (0, None);
    let read = source.read(&mut |record, found| {
        cell += 1;
        arranged.put(found, &mut values);
        let taken = are_possible(&table, record, &values)
            .map_err(ParseError::from)
            .and_then(|()| rows.take(record, &values, cell, true));
        taken.map_err(|error| {
            stopped = Some(error);
            FormatError::Keep(std::io::ErrorKind::Interrupted.into())
        })
    });
    if let Some(error) = stopped {
        return Err(error);
    }
    read.map_err(GriddedFault::from)?;
    rows.finish(table, Faults::default(), Some(of_grid))
}

/// The table of the coverage: names, decimals and lowest values of its columns.
fn table(known: &KnownCoverage, found: &Coverage, columns: Columns) -> Table {
    let names = columns.all().map(|column| columns.name(column).into());
    let forms = columns.all().filter_map(|column| columns.variable(column));
    let forms = forms.map(|variable| Form {
        decimals: variable.decimals,
        minimum: variable.minimum,
    });
    let said = |known: &str, found: Option<&String>| match found {
        Some(found) if known.is_empty() => found.as_str().into(),
        _ => known.into(),
    };
    Table {
        rank: 0,
        names: names.collect(),
        forms: Some(forms.collect()),
        coverage: CoverageMetadata {
            title: said(&known.title, found.title.as_ref()),
            description: known.description.clone(),
            version: known.version.clone(),
            source: known.source.clone(),
            licence: said(&known.licence, found.licence.as_ref()),
            ..CoverageMetadata::named(&known.id, columns)
        },
        not_covered: Vec::new(),
        not_applicable: Vec::new(),
        latitude: Vec::new(),
        longitude: Vec::new(),
        ignored: Vec::new(),
        ignores_others: false,
    }
}

/// No value below the lowest that its variable can have.
fn are_possible(table: &Table, record: Record, values: &[i64]) -> Result<(), GriddedFault> {
    let forms = table.forms.iter().flatten();
    for (at, (form, value)) in forms.zip(values).enumerate() {
        if let Some(minimum) = form.minimum
            && *value < minimum
            && ![WIDE_NOT_COVERED, WIDE_NOT_APPLICABLE].contains(value)
        {
            return Err(GriddedFault::BelowMinimum {
                column: table.name(at).into(),
                latitude: f64::from(record.place.latitude) / 1e6,
                longitude: f64::from(record.place.longitude) / 1e6,
                value: decimal(*value, form.decimals).into(),
                minimum: decimal(minimum, form.decimals).into(),
            });
        }
    }
    Ok(())
}

fn calendars(found: &Coverage) -> Vec<(Box<str>, Box<str>)> {
    let dimensions = found.dimensions.iter();
    let own = dimensions.filter_map(|one| {
        let calendar = one.calendar.as_deref()?;
        Some((one.name.as_str().into(), calendar.into()))
    });
    own.collect()
}
