//! Answers to data queries: CoverageJSON 1.0 (OGC 21-069r2), `NetCDF`, and tables with a row for each cell.

mod axes;
mod extent;
mod json;
mod media;
mod netcdf;
mod ranges;
mod rows;
mod send;

#[cfg(test)]
mod tests;

pub use media::Format;
pub(crate) use send::{Means, answer};
