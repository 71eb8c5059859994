//! The catalogue: everything that is published, in the words of DCAT and OGC API.
//!
//! It is made at the start and at each reload, of what is imported, of the descriptions beside the data and of the
//! configuration's rules, and does not change in between. A file belongs to one collection, whose rule holds for it.

mod candidates;
mod claiming;
mod claims;
mod collection;
mod folder;
mod kind;
mod load;
mod renewed;
mod succession;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{FileName, metadata::description::DescriptionFault};
use crate::policy::CollectionId;
use candidates::Before;
use claims::Claims;
use folder::Known;

pub use collection::{Collection, Held, Holding, Representation};
pub use kind::Kind;
pub use load::Sources;

/// All collections.
#[derive(Debug, Default)]
pub struct Catalog {
    collections: Vec<Arc<Collection>>,
    /// Those that are in public lists.
    listed: Vec<Arc<Collection>>,
    positions: HashMap<CollectionId, usize>,
    /// Addresses of their own, each with its collection; none where several want it.
    aliases: HashMap<Box<str>, Option<usize>>,
    /// Successors, each with the collections whose place it takes.
    predecessors: HashMap<CollectionId, Vec<usize>>,
    claims: Claims,
    faults: Vec<DescriptionFault>,
    unpublished: Vec<CollectionId>,
    is_listed: bool,
    known: Known,
    published: Before,
}

impl Catalog {
    /// The collection `id`.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<Collection>> {
        self.collections.get(*self.positions.get(id)?)
    }

    /// The collection that has the address `path` of its own.
    #[must_use]
    pub fn aliased(&self, path: &str) -> Option<&Arc<Collection>> {
        self.collections.get((*self.aliases.get(path)?)?)
    }

    /// `true` when a collection has an address of its own.
    #[must_use]
    pub fn has_aliases(&self) -> bool {
        !self.aliases.is_empty()
    }

    /// Addresses that several collections want as their own, so that none has it.
    pub fn disputed_aliases(&self) -> impl Iterator<Item = &str> {
        let disputed = self.aliases.iter().filter(|(_, owner)| owner.is_none());
        disputed.map(|(path, _)| &**path)
    }

    /// The collections whose place the collection `id` takes, in order of their ids.
    pub fn predecessors(&self, id: &CollectionId) -> impl Iterator<Item = &Arc<Collection>> {
        let positions = self.predecessors.get(id).into_iter().flatten();
        positions.filter_map(|position| self.collections.get(*position))
    }

    /// The collections, in order of their ids.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Collection>> {
        self.collections.iter()
    }

    /// Those that come after the id `after` in order of their ids, whether there is one of that id or not; all
    /// without it.
    #[must_use]
    pub fn after(&self, after: Option<&str>) -> &[Arc<Collection>] {
        behind(&self.collections, after)
    }

    /// As [`Self::after`], of those that are in public lists: what is in none costs those who list nothing.
    #[must_use]
    pub fn listed_after(&self, after: Option<&str>) -> &[Arc<Collection>] {
        behind(&self.listed, after)
    }

    /// The number of collections.
    #[must_use]
    pub fn len(&self) -> usize {
        self.collections.len()
    }

    /// `true` where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.collections.is_empty()
    }

    /// The collection that `file` belongs to, whose rule holds for it; none when it is not published.
    ///
    /// It says so of files that have come since the catalogue was made as well.
    #[must_use]
    pub fn collection_of(&self, file: &FileName) -> Option<CollectionId> {
        self.claims.owner(file)
    }

    /// `true` when the folder could be listed; else nothing is published of it but what a rule names.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// `true` when a broken description describes a collection of that name, which is not published for that.
    #[must_use]
    pub fn is_broken(&self, name: &str) -> bool {
        self.claims.broken.contains(name)
    }

    /// Everything that is wrong with descriptions, by their files.
    #[must_use]
    pub fn faults(&self) -> &[DescriptionFault] {
        &self.faults
    }

    /// Files of the folder that no description and no rule speaks of: they are not published.
    #[must_use]
    pub fn unpublished(&self) -> &[CollectionId] {
        &self.unpublished
    }

    fn new(
        collections: BTreeMap<CollectionId, Arc<Collection>>,
        faults: impl Iterator<Item = DescriptionFault>,
    ) -> Self {
        let ids = collections.keys().cloned().enumerate();
        let positions = ids.map(|(position, id)| (id, position)).collect();
        let mut faults: Vec<_> = faults.collect();
        faults.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        let collections: Vec<_> = collections.into_values().collect();
        let listed = collections.iter().filter(|one| one.is_listed());
        Self {
            positions,
            aliases: aliases(&collections),
            predecessors: predecessors(&collections),
            listed: listed.cloned().collect(),
            collections,
            faults,
            ..Self::default()
        }
    }
}

/// The addresses that `collections` have of their own.
fn aliases(collections: &[Arc<Collection>]) -> HashMap<Box<str>, Option<usize>> {
    let mut aliases = HashMap::new();
    for (position, collection) in collections.iter().enumerate() {
        if let Some(alias) = collection.alias() {
            let owner = aliases.entry(alias.into()).or_insert(Some(position));
            if *owner != Some(position) {
                *owner = None;
            }
        }
    }
    aliases
}

/// The successors that `collections` name, each with those that name it.
fn predecessors(collections: &[Arc<Collection>]) -> HashMap<CollectionId, Vec<usize>> {
    let mut predecessors: HashMap<_, Vec<_>> = HashMap::new();
    for (position, collection) in collections.iter().enumerate() {
        if let Some(successor) = &collection.metadata().lifecycle.successor {
            let of_one = predecessors.entry(successor.clone()).or_default();
            of_one.push(position);
        }
    }
    predecessors
}

/// Those of `collections`, which are in order of their ids, behind the id `after`.
fn behind<'c>(collections: &'c [Arc<Collection>], after: Option<&str>) -> &'c [Arc<Collection>] {
    let first = after.map_or(0, |after| {
        collections.partition_point(|collection| collection.id().as_str() <= after)
    });
    collections.get(first..).unwrap_or_default()
}

impl<'c> IntoIterator for &'c Catalog {
    type IntoIter = std::slice::Iter<'c, Arc<Collection>>;
    type Item = &'c Arc<Collection>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
