//! dataset: turns a [`Permit`](crate::policy::Permit) into a [`Selection`].
//!
//! Knows names, formats and the files on the disk. Knows nothing of HTTP, of tokens, or of how the
//! permit was earned. Each kind of data is a file or folder of its own beside [`Files`]
//! and [`grid`]; [`perils`] reads requests for what a grid holds.

mod beneath;
mod body;
pub mod catalog;
mod checksums;
mod content_digest;
pub mod coverage;
mod digests;
pub mod edr;
mod entity_tag;
mod files;
pub mod grid;
pub mod located;
mod memory;
pub mod metadata;
pub(crate) mod mmap;
mod name;
pub mod perils;
mod regular_file;
mod source_files;
pub mod tables;
mod version;

pub use body::{FileBytes, FileChanged, Piece};
pub use catalog::{Catalog, Collection, Kind};
pub use checksums::{Checksum, Checksums};
pub use digests::Pending;
pub use entity_tag::EntityTag;
pub use files::{Absent, FileContent, Files, READABLE, Selection, Withheld};
pub use name::{FileName, MediaType};
pub use perils::Perils;
pub use source_files::{SourceFiles, SourceFilesError};
pub use version::FileIdentity;
