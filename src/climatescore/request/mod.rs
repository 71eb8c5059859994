//! Requests of the old `ClimateScore` contract, read as that service read them.
//!
//! Where it was lenient the reading is as lenient, and says so in `has_quirk`: the answer stands, and carries a
//! warning. Where it failed with a status 500 there is a [`Refused`](crate::dataset::perils::Refused) instead.

mod json;
mod location;
mod number;
mod point;

pub use json::{Json, JsonFault, Text};
pub use location::LocationRequest;
pub use number::float;
pub use point::{Filter, Point};
