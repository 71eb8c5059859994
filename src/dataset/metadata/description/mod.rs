//! Descriptions of collections: one file of TOML beside the data (`docs/description.md`).

mod catalog_entry;
mod columned;
mod coverage;
mod dimension;
mod draft;
mod fault;
mod keys;
mod lifecycle;
mod pattern;
mod problem;
mod remedy;
mod resolve;
mod rule;
mod source;
mod table;
mod variable;

pub use super::dimension::{Dimension, DimensionValues};
pub use columned::TableLayout;
pub use coverage::{CoverageLayout, Form};
pub use draft::{Draft, Read};
pub use fault::DescriptionFault;
pub use lifecycle::LifecycleLines;
pub use pattern::{NamePattern, Part};
pub use problem::{Problem, UnfitSuccessor};
pub use resolve::{Described, Profiles};
pub use rule::DescribedRule;
pub use source::Source;
pub use table::Lined;
pub use variable::Variable;

/// Bytes of the longest description.
pub const MOST_BYTES: u64 = 256 * 1024;

#[cfg(test)]
mod tests;
