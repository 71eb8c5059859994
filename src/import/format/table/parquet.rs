//! Parquet tables, read a few thousand rows at a time.

mod column;
mod file;

use std::{fs::File, path::Path};

use arrow_array::RecordBatch;

use super::{
    super::{FormatError, Naming, refused::shown},
    Roles, RowFault,
    gather::{Gathered, Gatherer, Row},
};
pub(super) use column::Column;
pub(super) use file::ParquetFile;

pub(super) fn read(file: File, naming: &Naming, folder: &Path) -> Result<Gathered, FormatError> {
    let file = ParquetFile::open(file)?;
    let roles = Roles::of(&file.names, naming)?;
    let names = file.names.clone();
    let mut gatherer = Gatherer::new(roles.clone(), naming, folder);
    let mut before = 0;
    for batch in file.batches(&wanted(&roles), BATCH)? {
        let batch = batch?;
        take(&batch, &names, &roles, naming, before, &mut gatherer)?;
        before += u64::try_from(batch.num_rows()).unwrap_or(0);
    }
    gatherer.finish()
}

/// The places of the columns that are read.
fn wanted(roles: &Roles) -> Vec<usize> {
    let mut wanted = vec![roles.latitude, roles.longitude];
    wanted.extend(roles.variable);
    wanted.extend(roles.dimensions.iter().map(|(_, at)| *at));
    wanted.extend(roles.values.iter().map(|(_, at)| *at));
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn take(
    batch: &RecordBatch,
    names: &[String],
    roles: &Roles,
    naming: &Naming,
    before: u64,
    gatherer: &mut Gatherer,
) -> Result<(), FormatError> {
    let name = |at: usize| names.get(at).map_or("", String::as_str);
    let column = |at: usize, role| Column::named(batch, name(at), role);
    let number = |at: usize, role| Column::numeric(batch, name(at), role);
    let latitude = number(roles.latitude, "latitudes")?;
    let longitude = number(roles.longitude, "longitudes")?;
    let dimensions = roles
        .dimensions
        .iter()
        .map(|(_, at)| column(*at, "a dimension"));
    let dimensions: Vec<Column<'_>> = dimensions.collect::<Result<_, _>>()?;
    let values = roles.values.iter().map(|(_, at)| number(*at, "values"));
    let values: Vec<Column<'_>> = values.collect::<Result<_, _>>()?;
    let variable = roles
        .variable
        .map(|at| column(at, "names of variables"))
        .transpose()?;
    for at in 0..batch.num_rows() {
        let row = before + u64::try_from(at).unwrap_or(0) + 1;
        let (Some(north), Some(east)) = (latitude.micro(at), longitude.micro(at)) else {
            gatherer.fault(row, RowFault::Missing(shown("latitude or longitude")));
            continue;
        };
        let labels: Vec<_> = dimensions.iter().map(|column| column.text(at)).collect();
        let labels: Vec<&str> = labels
            .iter()
            .map(|label| label.as_deref().unwrap_or(""))
            .collect();
        let numbers = values.iter().map(|column| {
            let number = column.number(at)?;
            let is_missing = naming.missing.iter().any(|text| text.parse() == Ok(number));
            (!is_missing).then_some(number)
        });
        let numbers: Vec<Option<f64>> = numbers.collect();
        let name = variable
            .as_ref()
            .map(|column| column.text(at).unwrap_or_default());
        gatherer.take(&Row {
            number: row,
            latitude: north,
            longitude: east,
            labels: &labels,
            variable: name.as_deref(),
            values: &numbers,
        })?;
    }
    Ok(())
}

const BATCH: usize = 8192;
