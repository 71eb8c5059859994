//! The collections that the description names: some, so that it stays short, and none that is not for everyone to
//! know of.

use crate::{
    dataset::{Catalog, Kind},
    policy::CollectionId,
};

/// A collection by its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Named {
    /// The id.
    pub id: CollectionId,
    /// The kind.
    pub kind: Kind,
    /// The first of its files.
    pub file: Option<Box<str>>,
}

/// The first collections of `catalog` that everyone may know of, but for members of a group, which is described by
/// itself.
#[must_use]
pub fn named(catalog: &Catalog) -> Vec<Named> {
    let listed = catalog
        .iter()
        .filter(|one| one.is_listed() && one.has_data() && one.group().is_none());
    let first = listed.take(MOST_NAMED).map(|one| Named {
        id: one.id().clone(),
        kind: one.kind(),
        file: one.representations().first().map(|file| file.name.clone()),
    });
    first.collect()
}

const MOST_NAMED: usize = 20;
