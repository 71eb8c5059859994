//! Resources that collections of other kinds have.

use std::sync::Arc;

use crate::{
    dataset::{Collection, tables::Refused},
    response::Refusal,
};

/// The refusal of a resource that collections of other kinds have; that of nothing where there is no collection. Only
/// who may have the collection is told its kind.
pub(super) fn of_another_kind(collection: Option<&Arc<Collection>>) -> Refusal {
    collection.map_or(Refusal::NoRoute, |collection| {
        let kind = collection.kind();
        Refused::OtherKind { kind }.into()
    })
}
