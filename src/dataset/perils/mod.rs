//! Values of coverages for those who have a permit: what requests ask for, and what the stores have for them.
//!
//! Knows no HTTP: requests come as bytes, and leave as columns and places that the [`Values`] of a
//! permit are read for.
//!
//! Values are had for a permit and in no other way. What describes a coverage leads to none:
//!
//! ```compile_fail,E0599
//! fn of_a_description(described: &perild::dataset::perils::Description) {
//!     described.cell(perild::dataset::grid::CellIndex { latitude: 0, longitude: 0 });
//! }
//! ```
//!
//! A coverage is made by [`Perils::coverage`] alone, from a permit:
//!
//! ```compile_fail,E0624
//! use perild::dataset::perils::Coverage;
//! let made = Coverage::new;
//! ```
//!
//! The store behind columns that may be read is out of reach, with all that they have not:
//!
//! ```compile_fail,E0616
//! fn of_other_columns(part: &perild::dataset::perils::Part) {
//!     let all = part.grid.rows();
//! }
//! ```
//!
//! ```compile_fail,E0616
//! fn of_another_coverage(coverage: perild::dataset::perils::Coverage) {
//!     let store = coverage.backing;
//! }
//! ```
//!
//! And the twin that compiles:
//!
//! ```
//! use perild::{
//!     dataset::{Perils, perils::{Coverage, Refused}},
//!     policy::Permit,
//! };
//!
//! fn with_a_permit(perils: &Perils, permit: &Permit) -> Result<Coverage, Refused> {
//!     perils.coverage(permit)
//! }
//! ```

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
