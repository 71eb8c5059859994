//! Values of coverages for those who have a permit: what requests ask for, and what the stores have for them.
//!
//! Knows no HTTP: requests come as octets, and leave as columns and places that the [`Values`] of a
//! permit are read for.

mod description;
mod held;
pub mod places;
pub mod query;
mod refused;
mod store;
mod values;

pub use description::{Description, Origins, Served};
pub use refused::Refused;
pub(crate) use store::stores;
pub use store::{COLLECTIONS, Perils, Unusable};
pub use values::{CellValues, Coverage, CoverageCell, Found, Part, Values};
