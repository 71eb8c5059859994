//! policy: turns a bound token and the collection asked for into a [`Permit`].
//!
//! Knows scopes, classes and rules. Knows no I/O, no HTTP, no clock and no file layout. The
//! ecosystem's access-rule language joins here: as one more condition in [`Policy::decide`].

mod class;
mod collection_id;
mod listed;
mod permit;
mod rules;

pub use class::Class;
pub use collection_id::{CollectionId, NotAnId, is_reserved};
pub use listed::{DatasetRule, Defaults};
pub use permit::Permit;
pub use rules::{Denied, Policy, PolicyError, Rule};
