//! The description of the interface: OpenAPI, made from the tables that answer the requests.
//!
//! Routes, perils, limits, rules and refusals are asked what they are; only what no table holds is
//! written here. [`Published`] is what `/openapi.json` and `/docs` send.
//!
//! A schema of a request says what is taken, not only what is wise to send: whoever generates requests from
//! the document finds that what it allows is answered and what it forbids is refused. Each answer that the
//! tests receive is held against it.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON object made here takes a member of any name"
)]

pub(crate) mod access;
mod api;
pub(crate) mod discovery;
mod document;
pub(crate) mod edr;
pub(crate) mod harvest;
mod headers;
pub(crate) mod items;
mod json_first;
mod named;
pub(crate) mod operation;
pub(crate) mod page;
mod parameters;
pub(crate) mod paths;
mod problems;
pub(crate) mod provenance;
mod publish;
mod readings;
pub(crate) mod reference;
pub(crate) mod schemas;
pub(crate) mod sums;
mod version;

pub use document::{DescribedRoute, Description};
pub use json_first::JsonFirst;
pub use named::{Named, named};
pub(crate) use operation::Operation;
pub use publish::Published;
pub use version::Version;
