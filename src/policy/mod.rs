//! policy: turns a bound token and the collection asked for into a [`Permit`].
//!
//! Knows scopes, classes, conditions and rules. Knows no I/O, no HTTP, no clock and no file layout.

mod applicant;
mod class;
mod clause;
mod collection_id;
mod conditions;
mod decision;
mod denied;
mod fault;
mod listed;
mod nameless;
mod names;
mod permit;
mod published;
mod rule;

pub use applicant::Applicant;
pub use class::Class;
pub use clause::{Clause, Lacks, OpenWithDemands};
pub use collection_id::{CollectionId, NotAnId, is_reserved};
pub use conditions::{AssertedFact, Conditions, Unmet};
pub use decision::Policy;
pub use denied::Denied;
pub use fault::PolicyError;
pub use listed::{DatasetRule, Defaults, Publish, Publishers};
pub use nameless::{Nameless, nameless, nearest};
pub use names::{Lists, Names};
pub use permit::Permit;
pub use published::{Published, Withheld};
pub use rule::{Origin, Rule};
