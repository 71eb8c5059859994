//! The store in service, and what a permit lets through of it.

use std::{
    io,
    path::Path,
    sync::{Arc, LazyLock},
};

use super::Refused;
use crate::{
    dataset::grid::{
        Cell, CellIndex, Column, Grid, Key, Peril, Row, STORE_NAME, StoreError, StoreVersion, Value,
    },
    policy::{CollectionId, Permit},
};

/// The peril values that were imported, if any were.
#[derive(Clone, Debug, Default)]
pub struct Perils {
    grid: Option<Arc<Grid>>,
}

impl Perils {
    /// Opens the store in the folder `state`; without one there are no perils.
    ///
    /// # Errors
    /// [`StoreError`] for a store that cannot be served.
    pub fn open(state: &Path) -> Result<Self, StoreError> {
        match Grid::open(&state.join(STORE_NAME)) {
            Ok(grid) => Ok(Self::of(grid)),
            Err(StoreError::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Serves `grid`.
    #[must_use]
    pub fn of(grid: Grid) -> Self {
        Self {
            grid: Some(Arc::new(grid)),
        }
    }

    /// Whether there is a store.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        self.grid.is_some()
    }

    /// Which import made the store, if there is one.
    #[must_use]
    pub fn version(&self) -> Option<StoreVersion> {
        Some(self.grid.as_ref()?.about().version)
    }

    /// The collection of `peril`; none: of what is said of all of them.
    #[must_use]
    pub fn collection(peril: Option<Peril>) -> &'static CollectionId {
        let mut each = EACH.iter();
        let own = each.find(|(each, _)| Some(*each) == peril);
        own.map_or(&*ALL, |(_, id)| id)
    }

    /// The store as a whole, for what describes it; `permit` must be for all perils' description.
    ///
    /// # Errors
    /// [`Refused::NoStore`].
    pub fn description(&self, permit: &Permit) -> Result<Arc<Grid>, Refused> {
        let grid = self.grid.as_ref().ok_or(Refused::NoStore)?;
        if permit.collection() == &*ALL {
            Ok(Arc::clone(grid))
        } else {
            Err(Refused::NoStore)
        }
    }

    /// The values of those `columns` whose perils `permits` name.
    ///
    /// # Errors
    /// [`Refused::NoStore`].
    pub fn values(&self, permits: &[Permit], columns: &[Column]) -> Result<Values, Refused> {
        let grid = self.grid.as_ref().ok_or(Refused::NoStore)?;
        let is_permitted = |column: &&Column| {
            permits
                .iter()
                .any(|permit| permit.collection().as_str() == column.peril().name())
        };
        Ok(Values {
            grid: Arc::clone(grid),
            columns: columns.iter().filter(is_permitted).copied().collect(),
        })
    }
}

/// Columns of the store that may be read.
#[derive(Clone, Debug)]
pub struct Values {
    grid: Arc<Grid>,
    columns: Arc<[Column]>,
}

/// One cell with the columns that may be read.
#[derive(Clone, Copy, Debug)]
pub struct CellValues<'v> {
    columns: &'v [Column],
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

impl Values {
    /// The columns that may be read, in the order in which they were asked for.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Where the cells lie and what the store says of itself.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
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
        self.grid.fetch(indexes.map(|index| self.grid.cell(index)));
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

    /// As [`Values::find`] for each of `places`, whose rows memory is asked for together.
    pub fn find_all<'v>(&'v self, places: &[(f64, f64)], mut take: impl FnMut(Found<'v>)) {
        for some in places.chunks(Grid::TOGETHER) {
            let cells = some.iter().map(|place| {
                let index = self.grid.nearest(place.0, place.1)?;
                Some(self.grid.cell(index))
            });
            self.grid.fetch(cells.flatten());
            let found = some.iter().filter_map(|place| self.find(place.0, place.1));
            found.for_each(&mut take);
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

    fn value(self, column: Column) -> Value {
        self.row.map_or(Value::NotCovered, |row| row.value(column))
    }
}

/// The collection of each peril.
static EACH: LazyLock<[(Peril, CollectionId); 7]> =
    LazyLock::new(|| Peril::ALL.map(|peril| (peril, id(peril.name()))));
/// That of what is said of all of them.
static ALL: LazyLock<CollectionId> = LazyLock::new(|| id("perils"));

fn id(name: &str) -> CollectionId {
    CollectionId::parse(name).expect("the name of a peril is one lower-case word")
}
