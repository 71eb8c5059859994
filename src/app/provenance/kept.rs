//! The signer of a site, and the origins that it has signed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    caller::SignerCertificate,
    clock::Timestamp,
    config::Recipient,
    policy::{CollectionId, Names},
    provenance::{SealKey, Signer},
    response::prepared::Prepared,
};

/// The signer of a site, and what its records tell.
#[derive(Debug)]
pub struct Provenance {
    pub(in crate::app) signer: Signer,
    pub(in crate::app) seal: SealKey,
    pub(in crate::app) to: Recipient,
    /// The collections; empty: all.
    pub(in crate::app) collections: Names,
    /// The parameters that are told.
    pub(in crate::app) parameters: Names,
    /// The time at which the site was made: that of versions that say no time.
    pub(in crate::app) since: Timestamp,
}

/// Origins of open data: signed when they are asked for first.
#[derive(Default)]
pub(in crate::app) struct PublicOrigins(Mutex<HashMap<CollectionId, Arc<Prepared>>>);

impl Provenance {
    pub(super) fn is_of(&self, collection: &CollectionId) -> bool {
        self.collections.is_empty() || self.collections.contains(collection.as_str())
    }

    /// The certificate that records are signed with.
    #[must_use]
    pub fn certificate(&self) -> &SignerCertificate {
        self.signer.certificate()
    }
}

impl PublicOrigins {
    pub(super) fn get(&self, id: &CollectionId) -> Option<Arc<Prepared>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(id).cloned()
    }

    pub(super) fn insert(&self, id: &CollectionId, prepared: &Arc<Prepared>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(id.clone(), Arc::clone(prepared));
    }
}
