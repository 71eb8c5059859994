//! response: turns a selection or a refusal into the HTTP answer.
//!
//! Knows media types, caching, problem details and challenges. Knows nothing of where data comes
//! from or how a permit was earned. [`problem`] alone maps refusals to statuses.

pub(crate) mod accept;
pub(crate) mod batches;
mod body;
pub mod catalogue;
mod challenge;
mod coding;
pub mod conditions;
pub mod coverage;
pub(crate) mod fields;
pub mod file;
pub mod items;
pub(crate) mod kept_text;
pub(crate) mod lifecycle;
pub mod location;
pub mod media;
pub(crate) mod number;
mod part;
pub(crate) mod pieces;
pub(crate) mod prepared;
pub mod problem;
pub(crate) mod provenance;
mod range;
mod reason;
mod refusal;
pub(crate) mod representation;
mod row_count;
pub mod statistics;
mod stream;
pub mod sums;
pub(crate) mod validators;
pub(crate) mod write_buffer;

pub use challenge::{Challenge, ErrorCode};
pub use coding::Coding;
pub use reason::Reason;
pub use refusal::Refusal;
pub(crate) use representation::share;
pub use row_count::RowCount;
pub use stream::{Sink, StreamBody};
pub(crate) use write_buffer::LOW_WATER_BYTES;
