//! Tables of records, features and series for those who have a permit.
//!
//! Rows are had for a permit and in no other way: a table is made by [`Tables::table`] alone, from a permit.
//!
//! ```compile_fail,E0624
//! use perild::dataset::tables::PermittedTable;
//! let made = PermittedTable::new;
//! ```
//!
//! The table behind one that may be read is out of reach, and so is every other:
//!
//! ```compile_fail,E0616
//! fn of_another(table: perild::dataset::tables::PermittedTable) {
//!     let inner = table.0;
//! }
//! ```
//!
//! ```compile_fail,E0616
//! fn of_all(tables: &perild::dataset::tables::Tables) {
//!     let all = &tables.open;
//! }
//! ```
//!
//! And the twin that compiles:
//!
//! ```
//! use perild::{
//!     dataset::tables::{PermittedTable, Refused, Tables},
//!     policy::Permit,
//! };
//!
//! fn with_a_permit(tables: &Tables, permit: &Permit) -> Result<PermittedTable, Refused> {
//!     tables.table(permit)
//! }
//! ```

mod asked;
mod being_imported;
mod datetime;
mod filter;
mod held;
mod item_key;
mod page;
pub mod parameters;
mod permitted;
mod readings;
mod refused;
mod store;
mod sums;
mod tolerance;

#[cfg(test)]
mod tests;

pub use asked::{Asked, Counting};
pub use being_imported::BeingImported;
pub use item_key::ItemKey;
pub use page::{Page, PageSize};
pub use parameters::Parameters;
pub use permitted::PermittedTable;
pub use readings::{PERSEUS, Reading, Readings, ReadingsAsked, UnitCode};
pub use refused::Refused;
pub use store::{Damaged, TABLES, Tables};
pub use sums::{Batches, LatestRows, Sums};
pub use tolerance::Tolerance;
