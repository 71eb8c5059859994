//! Peril values for those who have a permit: what requests ask for, and what the store has for them.
//!
//! Knows no HTTP: requests come as octets, and leave as columns and places that the [`Values`] of a
//! permit are read for.

pub mod places;
pub mod query;
mod refused;
mod store;

pub use refused::Refused;
pub use store::{CellValues, Found, Perils, Values};
