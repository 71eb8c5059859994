//! The site with other tables: one that was imported meanwhile is served without a reload.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{Site, provenance::PublicOrigins};
use crate::{clock::Timestamp, dataset::tables::Tables};

impl Site {
    /// This site with `tables` in place of those before, as of `now`: the same configuration, rules, descriptions and
    /// files, and one memory of tokens.
    #[must_use]
    pub fn with_tables(&self, tables: Tables, now: Timestamp) -> Self {
        let catalog = Arc::new(self.catalog.with_tables(&tables));
        let harvest = self.harvest.with_catalog(Arc::clone(&catalog), now);
        Self {
            audit: self.audit.clone(),
            peers: self.peers.clone(),
            limits: self.limits,
            proxy_headers: self.proxy_headers.clone(),
            heartbeat_clients: self.heartbeat_clients.clone(),
            callers: Arc::clone(&self.callers),
            tokens: Arc::clone(&self.tokens),
            catalog,
            policy: self.policy.clone(),
            base_url: self.base_url.clone(),
            files: Arc::clone(&self.files),
            accel_prefix: self.accel_prefix.clone(),
            perils: self.perils.clone(),
            tables,
            peril_limits: self.peril_limits.clone(),
            intake: self.intake.clone(),
            description: Arc::clone(&self.description),
            harvest,
            provenance: self.provenance.clone(),
            public_origins: PublicOrigins::default(),
            streams: Arc::clone(&self.streams),
            queries: Arc::clone(&self.queries),
            planned: Arc::clone(&self.planned),
            readers: Arc::clone(&self.readers),
            schemas: Arc::clone(&self.schemas),
            ends: self.ends.clone(),
            resource_metadata: self.resource_metadata.clone(),
            has_warned: AtomicBool::new(self.has_warned.load(Ordering::Relaxed)),
        }
    }
}
