//! Faults of the rules of a configuration.

use super::{CollectionId, NotAnId, OpenWithDemands};

/// Reason why the rules of a configuration cannot stand together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Two rules for one collection: which one holds would be a matter of order.
    #[error("the dataset {id} is listed twice")]
    ListedTwice {
        /// The collection.
        id: CollectionId,
        /// Position of the first rule, counted from 0.
        first: usize,
        /// That of the second one.
        second: usize,
    },
    /// A name that no collection can have.
    #[error("the dataset {name:?} cannot be: {reason}")]
    NotAnId {
        /// The name.
        name: String,
        /// Position of its rule, counted from 0.
        index: usize,
        /// The reason why none can have it.
        reason: NotAnId,
    },
    /// A rule that is open and demands something.
    #[error("{reason}")]
    OpenWithDemands {
        /// Position of the rule, counted from 0; none: `[defaults]`.
        index: Option<usize>,
        /// The fault.
        #[source]
        reason: OpenWithDemands,
    },
}
