//! Sums of series, and their latest rows.

mod media;
mod send;

pub use media::Format;
pub(crate) use send::{Begun, answer};
