//! Parquet with a row for each cell, and the values of dimensions in the names of its columns.

use std::fs::File;

use arrow_array::RecordBatch;

use super::{
    Roles, RowFault, RowFaults, TableFault, none,
    parquet::{Column, ParquetFile},
    place,
};
use crate::{
    dataset::grid::WIDE_NOT_COVERED,
    import::{
        Place, Record,
        format::{
            CfFault, Coverage, Dimension, FormatError, Gridded, Naming, Take, Variable,
            naming::WideColumns, quantity::Quantity, refused::shown,
        },
    },
};

/// A file whose schema fits its description.
pub(super) struct Wide {
    coverage: Coverage,
    file: Option<ParquetFile>,
    latitude: String,
    longitude: String,
    /// The columns with values, in the order of the coverage's.
    values: Vec<String>,
    /// One for each of them.
    quantities: Vec<Quantity>,
    /// The places of all of these in the file.
    wanted: Vec<usize>,
}

impl Wide {
    pub(super) fn open(
        file: File,
        naming: &Naming,
        columns: &WideColumns,
    ) -> Result<Self, FormatError> {
        let file = ParquetFile::open(file)?;
        let (latitude, longitude) = Roles::of_place(&file.names, naming)?;
        let mut wanted = vec![latitude, longitude];
        let missing = |name: &String| !file.names.contains(name);
        if let Some(missing) = columns.names.iter().find(|name| missing(name)) {
            return Err(TableFault::NoColumn(shown(missing)).into());
        }
        for (at, name) in file.names.iter().enumerate() {
            if columns.names.contains(name) {
                wanted.push(at);
            } else if ![latitude, longitude].contains(&at) && !columns.is_ignored(name) {
                return Err(TableFault::OtherColumn(shown(name)).into());
            }
        }
        let name = |at: usize| file.names.get(at).cloned().unwrap_or_default();
        let coverage = coverage(naming, columns);
        let mut quantities = Vec::with_capacity(columns.names.len());
        for variable in &coverage.variables {
            let quantity = Quantity::new(variable.decimals, &naming.not_applicable);
            let quantity = quantity.ok_or_else(|| {
                FormatError::cf(&variable.name, CfFault::Decimals(variable.decimals))
            })?;
            let quantity = quantity.without(&naming.missing);
            quantities.extend(std::iter::repeat_n(quantity, coverage.columns()));
        }
        Ok(Self {
            coverage,
            latitude: name(latitude),
            longitude: name(longitude),
            values: columns.names.clone(),
            quantities,
            wanted,
            file: Some(file),
        })
    }

    /// Hands over the rows of `batch`, before which there are `before`.
    fn take(
        &self,
        batch: &RecordBatch,
        before: u64,
        faults: &mut RowFaults,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let latitude = Column::numeric(batch, &self.latitude, "latitudes")?;
        let longitude = Column::numeric(batch, &self.longitude, "longitudes")?;
        let columns = self.values.iter();
        let columns = columns.map(|name| Column::numeric(batch, name, "values"));
        let columns: Vec<_> = columns.collect::<Result<_, _>>()?;
        let mut values = vec![WIDE_NOT_COVERED; columns.len()];
        for at in 0..batch.num_rows() {
            let row = before + u64::try_from(at).unwrap_or(0) + 1;
            let record = match record(&latitude, &longitude, at) {
                Ok(record) => record,
                Err(fault) => {
                    faults.note(row, fault);
                    continue;
                }
            };
            let all = values.iter_mut().zip(&columns).zip(&self.quantities);
            for ((value, column), quantity) in all {
                match quantity.stored(column.number(at).unwrap_or(f64::NAN)) {
                    Ok(stored) => *value = stored,
                    Err(fault) => faults.note(row, fault.into()),
                }
            }
            // Nothing comes of a table with a fault: it is read on for its other faults only.
            if faults.is_empty() {
                take(record, &values)?;
            }
        }
        Ok(())
    }
}

impl Gridded for Wide {
    fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    fn has_exact_places(&self) -> bool {
        // Binary numbers were rounded to millionths, each by itself.
        false
    }

    fn read(&mut self, take: &mut Take<'_>) -> Result<(), FormatError> {
        let Some(file) = self.file.take() else {
            return Err(TableFault::NoRow.into());
        };
        let rows = (BATCH_VALUES / self.wanted.len().max(1)).clamp(1, MOST_ROWS);
        let (mut before, mut faults) = (0, RowFaults::default());
        for batch in file.batches(&self.wanted, rows)? {
            let batch = batch?;
            self.take(&batch, before, &mut faults, take)?;
            before += u64::try_from(batch.num_rows()).unwrap_or(0);
        }
        if before == 0 {
            return Err(TableFault::NoRow.into());
        }
        none(faults)
    }
}

impl std::fmt::Debug for Wide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wide")
            .field("coverage", &self.coverage)
            .finish_non_exhaustive()
    }
}

fn record(latitude: &Column<'_>, longitude: &Column<'_>, at: usize) -> Result<Record, RowFault> {
    let (Some(north), Some(east)) = (latitude.micro(at), longitude.micro(at)) else {
        return Err(RowFault::Missing(shown("latitude or longitude")));
    };
    let (latitude, longitude) = place::of(north, east)?;
    Ok(Record {
        place: Place {
            latitude,
            longitude,
        },
        written_longitude: i32::try_from(east).unwrap_or(longitude),
        rounded: 0,
    })
}

/// The columns as the description has them.
fn coverage(naming: &Naming, columns: &WideColumns) -> Coverage {
    let variables = naming.variables.iter().map(|name| Variable {
        name: name.clone(),
        decimals: naming.decimals(name),
        ..Variable::default()
    });
    let dimensions = columns.dimensions.iter().map(|(name, labels)| Dimension {
        name: name.clone(),
        labels: labels.clone(),
        bounds: None,
        unit: None,
        title: None,
        standard_name: None,
        calendar: None,
    });
    Coverage {
        variables: variables.collect(),
        dimensions: dimensions.collect(),
        ..Coverage::default()
    }
}

/// Values of a batch.
const BATCH_VALUES: usize = 4 << 20;
const MOST_ROWS: usize = 8192;
