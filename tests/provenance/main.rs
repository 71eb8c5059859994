//! Records of provenance and the tools of the trust framework that they are for: ib1-directory mints the certificates,
//! ib1-provenance signs what perild verifies and verifies what perild signs.
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

mod answers;
mod faults;
mod framework;
mod reference;
mod walk;
