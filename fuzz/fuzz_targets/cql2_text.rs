//! A filter in CQL2 text: it is refused, or read back as it is written and computed.
#![no_main]

#[path = "shared/filtered.rs"]
mod filtered;

use libfuzzer_sys::fuzz_target;
use perild_query::cql2::{self, Options};

fuzz_target!(|filter: &str| {
    filtered::check(cql2::text(filter, &filtered::SCHEMA, Options::default()));
});
