//! Data queries of OGC API Environmental Data Retrieval 1.1 (19-086r6): what the parameters of a request select of a
//! coverage.
//!
//! [`Parameters`] are read first, with what the coverage has of dimensions. With a coverage that a permit has let
//! through they make a [`Selection`]: variables, places along dimensions, and cells.

mod along;
mod cells;
mod datetime;
mod given;
mod kind;
mod parameters;
mod place;
mod selection;
mod slice;
mod statistics;
mod wanted;

#[cfg(test)]
pub(crate) mod tests;

pub use cells::{Cells, Spot};
pub use kind::QueryKind;
pub use parameters::Parameters;
pub use place::Place;
pub use selection::{Limits, Selection};
pub use slice::Slice;
pub use statistics::{AreaStatistics, ColumnStatistics};
pub use wanted::{Limit, Side, Statistic, Wanted};
