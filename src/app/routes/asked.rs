//! Collections that routes ask for.

use super::{PerilRoute, ProvenanceRoute, Route};
use crate::{dataset::Catalog, policy::CollectionId};

impl Route {
    /// The collection that the path asks for, if it can be one; all perils where the body says which.
    #[must_use]
    pub fn asks(&self, catalog: &Catalog) -> Option<CollectionId> {
        match self {
            Self::Edr(route) => route.collection.clone(),
            Self::File { file, .. } => catalog.collection_of(file.as_ref()?),
            Self::Perils(_) => Some(PerilRoute::asks().clone()),
            Self::Provenance(ProvenanceRoute::Origin(collection)) => collection.clone(),
            Self::Climatescore(route) => Some(route.asks().clone()),
            Self::Table(route) => route.collection.clone(),
            Self::Description
            | Self::Discovery(_)
            | Self::Docs
            | Self::Harvest(_)
            | Self::Health
            | Self::Heartbeat(_)
            | Self::Nothing
            | Self::Provenance(ProvenanceRoute::Record(_))
            | Self::Readiness
            | Self::ResourceMetadata(_)
            | Self::Root => None,
        }
    }

    /// The collection that an answer here speaks of: the one that is asked for, or is told of.
    #[must_use]
    pub fn speaks_of(&self, catalog: &Catalog) -> Option<CollectionId> {
        match self {
            Self::Discovery(route) => CollectionId::parse(route.id()?).ok(),
            _ => self.asks(catalog),
        }
    }
}
