//! A catalogue whose tables are others than at its load: one that was imported meanwhile is told of at once.

use std::{collections::HashMap, sync::Arc};

use super::{Catalog, Collection, Holding};

impl Catalog {
    /// The collections of this catalogue, by the same descriptions, files and rules, of whose tables `tables` hold what
    /// there is now. The folder is not looked at: a changed description waits for a reload.
    #[must_use]
    pub fn with_tables(&self, tables: &dyn Holding) -> Self {
        let held = tables.held().into_iter();
        let mut held: HashMap<_, _> = held.map(|held| (held.id.clone(), held)).collect();
        let collections = self.collections.iter().map(|collection| {
            let placed = collection.description.as_ref();
            let placed = placed.filter(|_| collection.kind.table().is_some());
            let Some(placed) = placed else {
                return Arc::clone(collection);
            };
            let id = collection.id.clone();
            let held = held.remove(&id);
            let files = collection.representations.clone();
            let mut renewed = Collection::described_as(id, placed, held, files);
            // The load has taken back a successor that nobody can be sent to; its description has it still.
            let settled = &collection.metadata.lifecycle;
            renewed.metadata.lifecycle.clone_from(settled);
            if renewed == **collection {
                Arc::clone(collection)
            } else {
                Arc::new(renewed)
            }
        });
        let collections = collections.map(|collection| (collection.id.clone(), collection));
        Self {
            claims: self.claims.clone(),
            unpublished: self.unpublished.clone(),
            is_listed: self.is_listed,
            known: self.known.clone(),
            published: self.published.clone(),
            ..Self::new(collections.collect(), self.faults.iter().cloned())
        }
    }
}
