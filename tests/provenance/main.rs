//! Records of provenance and the tools of the trust framework that they are for: ib1-directory mints the certificates,
//! ib1-provenance signs what perild verifies and verifies what perild signs.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

#[path = "../support/mod.rs"]
mod support;

mod framework;
mod reference;
