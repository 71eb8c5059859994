//! dataset: turns a [`Permit`](crate::policy::Permit) into a [`Selection`].
//!
//! Knows names, formats and the files on the disk. Knows nothing of HTTP, of tokens, or of how the
//! permit was earned. Each kind of data is a file or folder of its own beside [`files`].

mod body;
pub mod files;
mod memory;
mod name;

pub use body::{FileBytes, FileChanged, Piece};
pub use files::{Absent, Files, Identity, Selection, Source};
pub use name::{FileName, MediaType};
