//! Values that a permit has let through: whole coverages, and columns of several of them.

use std::{ops::Range, sync::Arc};

use super::{Description, Served};
use crate::dataset::grid::{
    Cell, CellIndex, ColumnIndex, Columns, Grid, GridShape, Key, RawValues, Row, Value,
};

/// Store and columns of a coverage.
#[derive(Clone, Debug)]
pub(super) struct Backing {
    pub(super) grid: Arc<Grid>,
    pub(super) served: Arc<Served>,
    pub(super) first_column: u32,
}

/// A coverage with its values: made from a permit for it alone.
#[derive(Clone, Debug)]
pub struct Coverage {
    description: Arc<Description>,
    backing: Backing,
    columns: Range<usize>,
}

/// Columns that may be read, store by store.
#[derive(Clone, Debug)]
pub struct Values {
    parts: Arc<[Part]>,
}

/// Neighbouring columns of one store.
#[derive(Clone, Debug)]
pub struct Part {
    pub(super) grid: Arc<Grid>,
    served: Arc<Served>,
    /// Positions in a row of the store; [`ABSENT`] has no values.
    columns: Box<[u32]>,
    /// All positions in a row lie here.
    span: Range<usize>,
}

/// Parts as they come together.
pub(super) struct Parts<'b> {
    primary: &'b Backing,
    parts: Vec<(&'b Backing, Vec<u32>)>,
}

/// Values of one cell at the columns of a [`Part`], or of a [`Coverage`].
#[derive(Clone, Copy, Debug)]
pub struct CellValues<'v> {
    columns: &'v [u32],
    row: Option<Row<'v>>,
}

/// The values of a coverage at one of its cells.
#[derive(Clone, Copy, Debug)]
pub struct CoverageCell<'v> {
    row: Option<Row<'v>>,
}

/// The cell that the old contract finds for a place.
#[derive(Clone, Copy, Debug)]
pub struct Found<'v> {
    /// Degrees north of the cell.
    pub latitude: f64,
    /// Degrees east of the cell.
    pub longitude: f64,
    /// The cell's key.
    pub key: Key,
    /// Its values.
    pub values: CellValues<'v>,
}

impl Coverage {
    pub(super) fn new(description: Arc<Description>, backing: Backing) -> Self {
        let index = |column: u32| usize::try_from(column).unwrap_or(usize::MAX);
        let first = backing.first_column;
        let end = first.saturating_add(description.coverage.columns.count());
        Self {
            description,
            columns: index(first)..index(end),
            backing,
        }
    }

    /// Its description.
    #[must_use]
    pub fn description(&self) -> &Arc<Description> {
        &self.description
    }

    /// Its variables and dimensions.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.description.coverage.columns
    }

    /// The extent of its cells.
    #[must_use]
    pub fn shape(&self) -> &GridShape {
        self.backing.grid.shape()
    }

    /// The cell at `index`; none when no source has a line for it.
    #[must_use]
    pub fn cell(&self, index: CellIndex) -> Option<CoverageCell<'_>> {
        match self.part(index) {
            Cell::OffGrid => None,
            Cell::Empty => Some(CoverageCell { row: None }),
            Cell::Row(row) => Some(CoverageCell { row: Some(row) }),
        }
    }

    /// Asks memory for the cells at `indexes` together: [`Coverage::cell`] then waits for none of them. Of more than
    /// sixteen the first are asked for.
    pub fn fetch(&self, indexes: impl Iterator<Item = CellIndex>) {
        Grid::fetch(indexes.map(|index| self.part(index)));
    }

    /// Every cell with a row, south to north and west to east.
    pub fn rows(&self) -> impl Iterator<Item = (CellIndex, CoverageCell<'_>)> {
        let rows = self.backing.grid.rows();
        rows.map(|(index, row)| {
            let row = Some(row.part(self.columns.clone()));
            (index, CoverageCell { row })
        })
    }

    /// The first of `columns` in which the row of the grid at `latitude` has a cell with values of the store.
    #[must_use]
    pub fn first_with_row(&self, latitude: u32, columns: Range<u32>) -> Option<u32> {
        self.backing.grid.first_with_row(latitude, columns)
    }

    /// As [`Coverage::first_with_row`], the last of them.
    #[must_use]
    pub fn last_with_row(&self, latitude: u32, columns: Range<u32>) -> Option<u32> {
        self.backing.grid.last_with_row(latitude, columns)
    }

    fn part(&self, index: CellIndex) -> Cell<'_> {
        self.backing.grid.part(index, self.columns.clone())
    }
}

impl<'v> CoverageCell<'v> {
    /// The value of one column.
    #[must_use]
    pub fn value(self, column: ColumnIndex) -> Value {
        self.row
            .map_or(Value::NotCovered, |row| row.value(column.number()))
    }

    /// Hands on the values at `columns`, in their order: faster than one by one.
    pub fn each(self, columns: &[ColumnIndex], mut take: impl FnMut(Value)) {
        match self.row {
            Some(row) => row.each(columns, take),
            None => columns.iter().for_each(|_| take(Value::NotCovered)),
        }
    }

    /// The numbers as they lie in the store, one for each column; none for a cell without values.
    #[must_use]
    pub fn raw(self) -> Option<RawValues<'v>> {
        self.row.map(Row::raw)
    }
}

impl Values {
    /// Neighbouring columns, store by store, in the order in which they were asked for.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The number of columns.
    #[must_use]
    pub fn count(&self) -> usize {
        self.parts.iter().map(Part::count).sum()
    }

    /// The stores, each once.
    pub fn stores(&self) -> impl Iterator<Item = &Served> {
        let parts = self.parts.iter().enumerate();
        parts.filter_map(|(at, part)| {
            let before = self.parts.get(..at).unwrap_or_default();
            let is_new = before
                .iter()
                .all(|other| !Arc::ptr_eq(&other.served, &part.served));
            is_new.then_some(&*part.served)
        })
    }
}

impl Part {
    /// The number of its columns.
    #[must_use]
    pub fn count(&self) -> usize {
        self.columns.len()
    }

    /// The extent of the cells.
    #[must_use]
    pub fn shape(&self) -> &GridShape {
        self.grid.shape()
    }

    /// The cell at `index`; none when no source has a line for it.
    #[must_use]
    pub fn cell(&self, index: CellIndex) -> Option<CellValues<'_>> {
        let row = match self.grid.cell(index) {
            Cell::OffGrid => return None,
            Cell::Empty => None,
            Cell::Row(row) => Some(row),
        };
        Some(CellValues {
            columns: &self.columns,
            row,
        })
    }

    /// Asks memory for the cells at `indexes` together.
    pub fn fetch(&self, indexes: impl Iterator<Item = CellIndex>) {
        Grid::fetch(indexes.map(|index| self.grid.part(index, self.span.clone())));
    }

    /// The cell nearest to a place in degrees, without any wrapping.
    #[must_use]
    pub fn find(&self, latitude: f64, longitude: f64) -> Option<Found<'_>> {
        let index = self.grid.nearest(latitude, longitude)?;
        let values = self.cell(index)?;
        let (latitude, longitude) = self.grid.shape().coordinates(index);
        Some(Found {
            latitude,
            longitude,
            key: self.grid.shape().key(index),
            values,
        })
    }

    /// As [`Part::find`] for each of `places`, whose rows memory is asked for together.
    pub fn find_all<'v>(&'v self, places: &[(f64, f64)], mut take: impl FnMut(Found<'v>)) {
        for some in places.chunks(Grid::TOGETHER) {
            let indexes = some
                .iter()
                .filter_map(|place| self.grid.nearest(place.0, place.1));
            self.fetch(indexes);
            let found = some.iter().filter_map(|place| self.find(place.0, place.1));
            found.for_each(&mut take);
        }
    }
}

impl<'b> Parts<'b> {
    /// Parts of which those without a store of their own are looked up in `primary`.
    pub(super) fn new(primary: &'b Backing) -> Self {
        Self {
            primary,
            parts: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, backing: Option<&'b Backing>, column: ColumnIndex) {
        let position = backing.map_or(ABSENT, |backing| {
            backing.first_column.saturating_add(column.number())
        });
        // What has no values lies wherever its neighbours lie.
        let is_new =
            |last: &Backing| backing.is_some_and(|backing| !Arc::ptr_eq(&backing.grid, &last.grid));
        match self.parts.last_mut() {
            Some((last, columns)) if !is_new(last) => columns.push(position),
            Some((last, columns)) if columns.iter().all(|column| *column == ABSENT) => {
                *last = backing.unwrap_or(self.primary);
                columns.push(position);
            }
            _ => self
                .parts
                .push((backing.unwrap_or(self.primary), vec![position])),
        }
    }

    pub(super) fn finish(mut self) -> Values {
        if self.parts.is_empty() {
            self.parts.push((self.primary, Vec::new()));
        }
        let part = |(backing, columns): (&Backing, Vec<u32>)| Part {
            grid: Arc::clone(&backing.grid),
            served: Arc::clone(&backing.served),
            span: span(&columns),
            columns: columns.into(),
        };
        Values {
            parts: self.parts.into_iter().map(part).collect(),
        }
    }
}

impl<'v> CellValues<'v> {
    /// One value for each column, in their order.
    pub fn iter(self) -> impl Iterator<Item = Value> + use<'v> {
        self.columns.iter().map(move |column| self.value(*column))
    }

    /// Hands on one value for each column, in their order: faster than one by one.
    pub fn each(self, mut take: impl FnMut(Value)) {
        match self.row {
            Some(row) => row.each(self.columns, take),
            None => self.columns.iter().for_each(|_| take(Value::NotCovered)),
        }
    }

    fn value(self, column: u32) -> Value {
        self.row.map_or(Value::NotCovered, |row| row.value(column))
    }
}

/// The part of a row in which all of `columns` lie.
fn span(columns: &[u32]) -> Range<usize> {
    let index = |column: u32| usize::try_from(column).unwrap_or(usize::MAX);
    let present = || columns.iter().copied().filter(|column| *column != ABSENT);
    match (present().min(), present().max()) {
        (Some(first), Some(last)) => index(first)..index(last) + 1,
        _ => 0..0,
    }
}

/// A column without values: beyond the end of every row.
const ABSENT: u32 = u32::MAX;
