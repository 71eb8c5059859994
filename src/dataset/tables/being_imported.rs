//! Tables that are on their way for the first time: who asks for one is told to come back.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
};

use crate::policy::CollectionId;

/// The collections whose first import has not ended yet; whoever has a copy sees the same.
#[derive(Clone, Debug, Default)]
pub struct BeingImported(Arc<RwLock<HashSet<CollectionId>>>);

impl BeingImported {
    /// These, and no others.
    pub fn replace(&self, ids: impl IntoIterator<Item = CollectionId>) {
        let ids = ids.into_iter().collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ids;
    }

    /// The import of `id` has ended.
    pub fn remove(&self, id: &CollectionId) {
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        ids.remove(id);
    }

    /// `true` where `id` is among them.
    #[must_use]
    pub fn contains(&self, id: &CollectionId) -> bool {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ids.contains(id)
    }
}
