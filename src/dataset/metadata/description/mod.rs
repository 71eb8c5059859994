//! Descriptions of collections: one file of TOML beside the data (`docs/description.md`).

mod coverage;
mod draft;
mod problem;
mod resolve;
mod source;
mod table;

pub use coverage::{CoverageLayout, Dimension, DimensionValues, Form, NamePattern, Part, Variable};
pub use draft::{DescribedRule, Draft, Read};
pub use problem::{DescriptionFault, Problem};
pub use resolve::{Described, Profiles};
pub use source::Source;
pub use table::Lined;

/// Bytes of the longest description.
pub const MOST_BYTES: u64 = 256 * 1024;

#[cfg(test)]
mod tests;
