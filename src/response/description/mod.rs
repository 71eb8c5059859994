//! The description of the interface: OpenAPI, made from the tables that answer the requests.
//!
//! Routes, perils, limits, rules and refusals are asked what they are; only what no table holds is
//! written here. [`Published`] is what `/openapi.json` and `/docs` send.

mod document;
mod page;
mod paths;
mod problems;
mod publish;
mod schemas;
mod version;

pub use document::{Described, Description};
pub use publish::Published;
pub use version::Version;
