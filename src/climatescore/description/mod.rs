//! The old service in the OpenAPI document.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON object made here takes a member of any name"
)]

mod examples;
mod operations;
mod parameters;
mod schemas;

pub(crate) use examples::example;
pub(crate) use parameters::parameters;
pub(crate) use schemas::all as schemas;
