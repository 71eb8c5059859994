//! Commands that a person types: one module each.

mod arguments;
mod cause;
mod moment;

pub mod audit;
pub mod cacerts;
pub mod catalog;
pub mod check;
pub mod crl;
pub mod describe;
pub mod dev;
pub mod explain;
pub mod get;
pub mod healthcheck;
pub mod import;
pub mod keygen;
pub mod openapi;
pub mod provenance;
pub mod reload;
pub mod sample;
pub mod serve;
pub mod usage;

pub use arguments::{Arguments, Command};
