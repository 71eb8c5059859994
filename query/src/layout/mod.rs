//! A table on the disk: immutable Parquet files, and a manifest that says which of them a version is made of.
//!
//! ```text
//! current                 the version that is served, and below it the one before
//! {version}.json          a manifest
//! parts/{digest}.parquet  rows, in the order of the table
//! parts/{digest}.arrow    of records the same rows, to take one by its key
//! ```
//!
//! Whatever is written is written aside, synced and renamed, so that a table is always whole and one of two versions. A
//! file has the digest of its octets as its name, and a version the digest of what its manifest says: the same rows are
//! the same version on every machine.
//!
//! Records lie in the order of their keys, series in the order of their keys and times, features in the order of a
//! Hilbert curve through the centres of their boxes, so that what is asked for together lies together.

pub(crate) mod arrow_file;
mod batches;
mod boxes;
mod change;
pub(crate) mod digest;
mod duplicates;
mod fault;
pub(crate) mod folder;
mod geo;
pub(crate) mod guard;
pub(crate) mod manifest;
mod merge;
pub(crate) mod mmap;
mod options;
pub(crate) mod order;
mod parts;
mod prepare;
mod properties;
mod runs;
pub(crate) mod scalar;
mod sizes;
mod sorted;
mod sorter;
pub(crate) mod statistics;
pub(crate) mod stored;
mod writer;

pub use change::{Change, Changed, Mode};
pub use digest::{Digest, NotADigest};
pub use fault::{Duplicate, RowFault, RowFaultKind, There, WriteError};
pub use folder::{Folder, FolderError};
pub use manifest::{ColumnStatistics, File, Manifest, ManifestFault, Part};
pub use options::Options;
pub use scalar::Scalar;
pub use sizes::Sizes;
pub(crate) use stored::Stored;
pub use writer::Writer;

#[cfg(test)]
pub(crate) mod tests;
