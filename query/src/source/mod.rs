//! Readers of what publishers have: CSV, JSON, GeoJSON, `FlatGeobuf` and Parquet, packed or not, in one file or many.
//!
//! A source is read twice. The first pass looks at all rows, and the types of the columns follow from all their values;
//! the second makes batches. Memory is bounded by one row and one batch. What cannot be read is told with its file, its
//! line and its column, and nothing that is ambiguous is decided: the publisher says it in the description.

mod batch;
mod column;
mod columns;
mod csv;
mod evidence;
mod fault;
mod files;
mod flatgeobuf;
mod format;
mod hints;
mod json;
mod looks;
mod moment;
mod open;
mod parquet;
mod places;
mod read;
mod reader;
mod row;
mod shape;
mod steps;
mod survey;
mod window;

pub use fault::{Fault, Place, Seen, Shown, What};
pub use files::{Input, files};
pub use hints::{ColumnHint, CsvHints, DateOrder, DecimalMark, GeometryHint, Hints, step_ms, zone};
pub use reader::{Reader, open};

#[cfg(test)]
mod tests;
