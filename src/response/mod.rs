//! response: turns a selection or a refusal into the HTTP answer.
//!
//! Knows media types, caching, problem details and challenges. Knows nothing of where data comes
//! from or how a permit was earned. [`problem`] alone maps refusals to statuses.

mod accept;
mod body;
pub mod catalogue;
mod challenge;
pub mod conditions;
pub mod file;
pub mod location;
pub(crate) mod number;
pub mod perils;
pub(crate) mod pieces;
pub mod problem;
mod range;
mod reason;
mod refusal;
mod stream;

pub use challenge::{Challenge, ErrorCode};
pub use reason::Reason;
pub use refusal::Refusal;
pub use stream::{Sink, StreamBody};
