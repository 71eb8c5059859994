//! Peril values on a regular grid of latitude and longitude: one store, mapped into memory.
//!
//! A [`Grid`] is one Arrow IPC file (`docs/store.md`). A place leads to a [`CellIndex`] by rounding to
//! the nearest grid point, the cell leads to a [`Cell`], and the cell's [`Row`] holds one [`Value`] for
//! each of the 96 [`Column`]s.

mod about;
mod axis;
mod catalogue;
mod column;
mod index;
mod projection;
mod reader;
mod row;
mod schema;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use about::{About, ColumnStatistics, Provenance, StoreVersion};
pub use axis::{Axis, CellIndex, GridShape, Key};
pub use catalogue::{Metric, Peril};
pub use column::Column;
pub use projection::{Scenario, Year};
pub use reader::{Cell, Grid, StoreError};
pub use row::{NARROW_NOT_APPLICABLE, NARROW_NOT_COVERED};
pub use row::{RawValues, Row, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED};
pub(crate) use value::units;
pub use value::{MICRO, Value};
pub use writer::{StoreWriter, WriteError};

/// Name of the store within `paths.state`.
pub const STORE_NAME: &str = "perils.arrow";
