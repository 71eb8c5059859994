//! policy: turns a bound token and the collection asked for into a [`Permit`].
//!
//! Knows scopes, classes and rules. Knows no I/O, no HTTP, no clock and no file layout. The
//! ecosystem's access-rule language joins here: as one more condition of a [`Clause`].

mod class;
mod clause;
mod collection_id;
mod decision;
mod listed;
mod nameless;
mod permit;
mod rule;

pub use class::Class;
pub use clause::{Clause, OpenWithScope};
pub use collection_id::{CollectionId, NotAnId, is_reserved};
pub use decision::{Denied, Policy, PolicyError, Published, Withheld};
pub use listed::{DatasetRule, Defaults, Publish, Publishers};
pub use nameless::{Nameless, nameless, nearest};
pub use permit::Permit;
pub use rule::{Origin, Rule};
