//! Answers to data queries: CoverageJSON 1.0 (OGC 21-069r2), and CSV.

mod axes;
mod json;
mod media;
mod ranges;
mod send;
mod table;

#[cfg(test)]
mod tests;

pub use media::{Media, Negotiated};
pub use send::{Means, answer};
