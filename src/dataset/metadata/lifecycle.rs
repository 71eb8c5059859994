//! The end of a collection: since when it is deprecated, when it goes, and what comes after it.

use super::Moment;
use crate::policy::CollectionId;

/// The announced end of a collection (OE-CHG-3); empty when none is announced.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Lifecycle {
    /// The moment from which it should not be used for anything new (RFC 9745).
    pub deprecated: Option<Moment>,
    /// The moment from which it may be gone (RFC 8594).
    pub sunset: Option<Moment>,
    /// The collection to use in its place.
    pub successor: Option<CollectionId>,
}
