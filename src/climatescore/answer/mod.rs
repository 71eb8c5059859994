//! The answers of the old `ClimateScore` contract, byte for byte.
//!
//! All JSON is as that service wrote it: members sorted by name, nothing between them, ASCII with
//! escapes, and a line feed at the end. Answers are put together from texts that are made once and
//! numbers of fixed point.

mod echo;
mod listing;
mod peril;
mod records;
mod send;

pub use listing::listing;
pub use peril::{all_perils, one_peril};
pub use records::{LocationAnswer, Segments};
pub(super) use send::{locations, whole};
