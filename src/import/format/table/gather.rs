//! Rows on their way to cells: their places, columns and values.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use super::{
    super::{
        Coverage, Dimension, FormatError, Labels, Naming, Variable, quantity::Quantity,
        refused::shown,
    },
    Roles, RowFault, RowFaults, TableFault,
    labels::Numbered,
    place,
    sort::{Entry, Sorted, Sorter},
};

/// Takes the rows of a table.
#[derive(Debug)]
pub(super) struct Gatherer {
    roles: Roles,
    naming: Naming,
    sorter: Sorter,
    variables: Numbered,
    quantities: Vec<Quantity>,
    dimensions: Vec<Numbered>,
    /// The variable and the dimensions of a column, and its number.
    columns: HashMap<Box<[u32]>, u32>,
    latitudes: HashSet<i32>,
    longitudes: HashSet<i32>,
    faults: RowFaults,
    rows: u64,
}

/// A table whose rows are all known.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) coverage: Coverage,
    pub(super) sorted: Sorted,
    /// Of each column the place in a cell.
    ranks: Vec<usize>,
}

/// One row.
pub(super) struct Row<'r> {
    /// Counted from 1; the header of CSV is the first.
    pub(super) number: u64,
    /// Millionths of a degree.
    pub(super) latitude: i64,
    /// Millionths of a degree, up to 360.
    pub(super) longitude: i64,
    /// One for each dimension.
    pub(super) labels: &'r [&'r str],
    /// The variable, when a column names it.
    pub(super) variable: Option<&'r str>,
    /// One for each column of values; none when it is missing.
    pub(super) values: &'r [Option<f64>],
}

impl Gatherer {
    pub(super) fn new(roles: Roles, naming: &Naming, folder: &Path) -> Self {
        let dimensions = roles.dimensions.iter().map(|_| Numbered::default());
        Self {
            dimensions: dimensions.collect(),
            roles,
            naming: naming.clone(),
            sorter: Sorter::new(folder),
            variables: Numbered::default(),
            quantities: Vec::new(),
            columns: HashMap::new(),
            latitudes: HashSet::new(),
            longitudes: HashSet::new(),
            faults: RowFaults::default(),
            rows: 0,
        }
    }

    /// Takes a row; what is wrong with it is noted, and an error is what ends the table.
    pub(super) fn take(&mut self, row: &Row<'_>) -> Result<(), FormatError> {
        self.rows += 1;
        let Some((latitude, longitude)) = self.place(row) else {
            return Ok(());
        };
        if let Some(at) = row.labels.iter().position(|label| label.is_empty()) {
            let name = self.roles.dimensions.get(at).map_or("", |(name, _)| name);
            self.fault(row.number, RowFault::Missing(shown(name)));
            return Ok(());
        }
        let mut key = Vec::with_capacity(1 + row.labels.len());
        key.push(0);
        for ((label, numbered), (name, _)) in row
            .labels
            .iter()
            .zip(&mut self.dimensions)
            .zip(&self.roles.dimensions)
        {
            key.push(numbered.number(name, label)?);
        }
        for at in 0..row.values.len() {
            let value = row.values.get(at).copied().flatten();
            let name = match (row.variable, self.roles.values.get(at)) {
                (Some(name), _) => name.to_owned(),
                (None, Some((name, _))) => name.clone(),
                (None, None) => continue,
            };
            if let Some(first) = key.first_mut() {
                *first = match self.variable(&name, row.number)? {
                    Some(number) => number,
                    None => continue,
                };
            }
            let Some(value) = self.stored(&key, value, row.number) else {
                continue;
            };
            let column = self.column(&key)?;
            // Nothing comes of a table with a fault: it is read on for its other faults only.
            if self.faults.is_empty() {
                self.sorter.push(Entry {
                    latitude,
                    longitude,
                    column,
                    row: row.number,
                    written: i32::try_from(row.longitude).unwrap_or(longitude),
                    value,
                })?;
            }
        }
        Ok(())
    }

    pub(super) fn fault(&mut self, row: u64, fault: RowFault) {
        self.faults.note(row, fault);
    }

    /// # Errors
    /// The faults of its rows, and a table that has none.
    pub(super) fn finish(self) -> Result<Gathered, FormatError> {
        super::none(self.faults)?;
        if self.rows == 0 || self.columns.is_empty() {
            return Err(TableFault::NoRow.into());
        }
        for (name, found) in [
            ("latitude", &self.latitudes),
            ("longitude", &self.longitudes),
        ] {
            if found.len() >= MAX_COORDINATES {
                let (column, most) = (shown(name), MAX_COORDINATES);
                return Err(TableFault::TooMany { column, most }.into());
            }
        }
        let mut dimensions = Vec::new();
        let mut orders = Vec::new();
        for ((name, _), numbered) in self.roles.dimensions.iter().zip(&self.dimensions) {
            let (labels, order) = numbered.in_order();
            dimensions.push(dimension(name, labels));
            orders.push(order);
        }
        let variables = self.variables.texts().iter().map(|name| Variable {
            name: (**name).to_owned(),
            decimals: self.naming.decimals(name),
            ..Variable::default()
        });
        let coverage = Coverage {
            latitudes: sorted(self.latitudes),
            longitudes: sorted(self.longitudes),
            variables: variables.collect(),
            dimensions,
            ..Coverage::default()
        };
        let width = self
            .dimensions
            .iter()
            .try_fold(self.variables.len(), |width, numbered| {
                width.checked_mul(numbered.len())
            });
        match width {
            Some(width) if width <= MAX_COLUMNS => (),
            width => return Err(FormatError::TooWide(width.unwrap_or(usize::MAX))),
        }
        let mut ranks = vec![0; self.columns.len()];
        for (key, number) in &self.columns {
            let mut parts = key.iter();
            let variable = parts
                .next()
                .map_or(0, |number| usize::try_from(*number).unwrap_or(0));
            let rank = parts.zip(&orders).fold(variable, |rank, (number, order)| {
                let at = usize::try_from(*number).ok().and_then(|at| order.get(at));
                rank * order.len() + at.copied().unwrap_or(0)
            });
            if let Some(place) = usize::try_from(*number)
                .ok()
                .and_then(|at| ranks.get_mut(at))
            {
                *place = rank;
            }
        }
        Ok(Gathered {
            coverage,
            sorted: self.sorter.finish()?,
            ranks,
        })
    }

    /// Latitude and longitude, west of Greenwich below 0, when a place can have them.
    fn place(&mut self, row: &Row<'_>) -> Option<(i32, i32)> {
        let (latitude, longitude) = match place::of(row.latitude, row.longitude) {
            Ok(place) => place,
            Err(fault) => {
                self.fault(row.number, fault);
                return None;
            }
        };
        if self.latitudes.len().max(self.longitudes.len()) < MAX_COORDINATES {
            self.latitudes.insert(latitude);
            self.longitudes.insert(longitude);
        }
        Some((latitude, longitude))
    }

    /// The number of a variable; none when it is not meant, which is noted.
    fn variable(&mut self, name: &str, row: u64) -> Result<Option<u32>, FormatError> {
        let is_known = self.variables.len();
        let wanted = &self.naming.variables;
        if self.roles.variable.is_some()
            && (name.is_empty() || (!wanted.is_empty() && !wanted.iter().any(|one| one == name)))
        {
            self.fault(row, RowFault::OtherVariable(shown(name)));
            return Ok(None);
        }
        let number = self.variables.number("variable", name)?;
        if self.variables.len() > is_known {
            let decimals = self.naming.decimals(name);
            let quantity = Quantity::new(decimals, &self.naming.not_applicable);
            let too_many = || FormatError::cf(name, super::super::CfFault::Decimals(decimals));
            self.quantities.push(quantity.ok_or_else(too_many)?);
        }
        Ok(Some(number))
    }

    fn stored(&mut self, key: &[u32], value: Option<f64>, row: u64) -> Option<i64> {
        let at = key.first().and_then(|number| usize::try_from(*number).ok());
        let quantity = at.and_then(|at| self.quantities.get(at))?;
        match quantity.stored(value.unwrap_or(f64::NAN)) {
            Ok(stored) => Some(stored),
            Err(fault) => {
                self.fault(row, fault.into());
                None
            }
        }
    }

    fn column(&mut self, key: &[u32]) -> Result<u32, FormatError> {
        if let Some(number) = self.columns.get(key) {
            return Ok(*number);
        }
        if self.columns.len() >= MAX_COLUMNS {
            return Err(FormatError::TooWide(self.columns.len() + 1));
        }
        let number = u32::try_from(self.columns.len()).unwrap_or(u32::MAX);
        self.columns.insert(key.into(), number);
        Ok(number)
    }
}

impl Gathered {
    /// The place in a cell of the column with that number.
    pub(super) fn rank(&self, column: u32) -> usize {
        let at = usize::try_from(column)
            .ok()
            .and_then(|at| self.ranks.get(at));
        at.copied().unwrap_or(usize::MAX)
    }
}

fn dimension(name: &str, labels: Labels) -> Dimension {
    Dimension {
        name: name.to_owned(),
        labels,
        bounds: None,
        unit: None,
        title: None,
        standard_name: None,
        calendar: None,
    }
}

fn sorted(coordinates: HashSet<i32>) -> Vec<i32> {
    let mut sorted: Vec<i32> = coordinates.into_iter().collect();
    sorted.sort_unstable();
    sorted
}

const MAX_COLUMNS: usize = 65_536;
const MAX_COORDINATES: usize = 400_000;
