//! Data queries of OGC API Environmental Data Retrieval 1.1 (19-086r6): what the parameters of a request select of a
//! coverage.
//!
//! [`Parameters`] are read first, and say nothing of any coverage. With a coverage that a permit has let through they
//! make a [`Selection`]: variables, places along dimensions, and cells.

mod datetime;
mod parameters;
mod selection;
mod slice;

#[cfg(test)]
pub(crate) mod tests;

pub use parameters::{Parameters, QueryKind};
pub use selection::{Cells, Limits, Selection, Spot};
pub use slice::Slice;
