//! dataset: turns a [`Permit`](crate::policy::Permit) into a [`Selection`].
//!
//! Knows names, formats and the files on the disk. Knows nothing of HTTP, of tokens, or of how the
//! permit was earned. Each kind of data is a file or folder of its own beside [`Files`]
//! and [`grid`]; what a grid is made from comes in through [`import`], [`sample`] makes one up, and
//! [`perils`] reads requests for what it holds.

mod body;
mod files;
pub mod grid;
pub mod import;
mod memory;
mod mmap;
mod name;
pub mod perils;
pub mod sample;
mod version;

pub use body::{FileBytes, FileChanged, Piece};
pub use files::{Absent, Files, READABLE, Selection, Source, Withheld};
pub use name::{FileName, MediaType};
pub use perils::Perils;
pub use version::Identity;
