//! Values on a regular grid of latitude and longitude: one store, mapped into memory.
//!
//! A [`Grid`] is one Arrow IPC file (`docs/store.md`) that holds one or more coverages. A place leads to a [`CellIndex`]
//! by rounding to the nearest grid point, the cell leads to a [`Cell`], and the cell's [`Row`] holds one [`Value`] for
//! each column of each coverage, as their [`Columns`] say.

mod about;
mod axis;
mod columns;
mod dimension;
mod first_format;
mod index;
mod names;
mod pattern;
mod profile;
mod reader;
mod row;
mod schema;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use about::{ColumnStatistics, CoverageMetadata, Provenance, StoreMetadata, StoreVersion};
pub use axis::{Axis, CellIndex, GridShape, Key};
pub use columns::{ColumnIndex, Columns};
pub use dimension::{Dimension, DimensionValues, Instant, Named, Variable};
pub(crate) use dimension::{millionths, plain};
pub use names::ColumnsError;
pub use pattern::{ColumnPattern, PatternError, distinct};
pub use profile::{Profile, ProfileCoverage, ProfileError};
pub use reader::{Cell, Grid, StoreError};
pub use row::{NARROW_NOT_APPLICABLE, NARROW_NOT_COVERED};
pub use row::{RawValues, Row, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED};
pub use value::{MICRO, Value};
pub(crate) use value::{decimal, power, units, units_of};
pub use writer::{StoreWriter, WriteError};

/// Name of the store within `paths.state`.
pub const STORE_NAME: &str = "perils.arrow";
