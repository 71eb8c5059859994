//! Peril values on the wire: the old contract against a reading of the CSV files in Python, and `/v1`.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../clauses/site.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "shared with the clauses, which need more of it"
)]
mod site;

mod bad_input;
mod bounded;
mod broken_store;
mod collections;
mod contract;
mod counted;
mod described;
mod edr;
mod edr_classes;
mod edr_formats;
mod edr_forms;
mod edr_statistics;
mod formats;
mod full_scale;
mod gridded;
mod input;
mod open_data;
mod portfolio;
mod query;
mod reference;
mod sample;
mod unlisted;
