//! State that a reload may change, whole or not at all.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_web::HttpRequest;
use tokio::sync::Semaphore;

use super::{
    Parts, Previous,
    planned::Planned,
    provenance::{Provenance, PublicOrigins},
};
use crate::{
    audit::{AuditTrail, OpenError},
    caller::Callers,
    config::PerilLimits,
    dataset::{Catalog, Files, Perils, tables::Tables},
    description::Published,
    discovery::ResourceMetadata,
    edge::{Intake, Limits, Peers, ProxyHeaders},
    fair_semaphore::FairSemaphore,
    harvest,
    metrics::Ends,
    policy::{CollectionId, Names, Policy},
    response::location::Schemas,
    token::{StartError, Tokens},
};

/// The rooms as one configuration sets them up.
pub struct Site {
    /// The peers that may connect to the sockets.
    pub peers: Peers,
    /// The limits of a request.
    pub limits: Limits,
    /// The header fields in which certificates arrive.
    pub proxy_headers: ProxyHeaders,
    /// The records of decisions.
    pub audit: AuditTrail,
    /// Those who may ask for statistics; empty: whoever has a token.
    pub heartbeat_clients: Names,
    /// The consumers.
    pub callers: Arc<Callers>,
    /// The tokens of consumers, as the directory knows them.
    pub tokens: Arc<Tokens>,
    /// Everything that is published.
    pub catalog: Arc<Catalog>,
    /// The rule of each collection.
    pub policy: Policy,
    /// The address of the whole, without a slash at its end.
    pub base_url: Box<str>,
    /// The files.
    pub files: Arc<Files>,
    /// nginx's internal location, or empty.
    pub accel_prefix: String,
    /// The peril values.
    pub perils: Perils,
    /// Tables of records, features and series.
    pub tables: Tables,
    /// The limits of a request to the perils.
    pub peril_limits: PerilLimits,
    /// The intake of bodies.
    pub intake: Intake,
    /// The description of all this.
    pub description: Arc<Published>,
    /// The catalogue as harvesters find it.
    pub harvest: harvest::Published,
    /// The signer of records of provenance, where there is one.
    pub provenance: Option<Arc<Provenance>>,
    pub(super) public_origins: PublicOrigins,
    /// Slots of long answers.
    pub streams: Arc<FairSemaphore>,
    /// Slots of reading few rows of tables: as many as there are processors.
    pub queries: Arc<FairSemaphore>,
    /// Turns of those who walk through many.
    pub planned: Arc<Planned>,
    /// Those who may read a long body of the old contract.
    pub readers: Arc<Semaphore>,
    /// Schemas of answers from these perils.
    pub schemas: Arc<Schemas>,
    /// When that ends which each key of the configuration names.
    pub ends: BTreeMap<String, Ends>,
    /// Metadata of the protected resource with their URL, where they are published.
    pub(super) resource_metadata: Option<Arc<(ResourceMetadata, String)>>,
    pub(super) has_warned: AtomicBool,
}

/// Reason why there is no site, though all its parts are good.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// The audit file.
    #[error("audit.file: {0}")]
    Audit(#[from] OpenError),
    /// The client toward the directory.
    #[error(transparent)]
    Tokens(#[from] StartError),
}

impl Site {
    /// Puts the rooms together; `previous` lends what the directory has said already.
    ///
    /// # Errors
    /// [`AssemblyError`].
    pub fn assemble(
        parts: Parts,
        previous: Option<&Self>,
        runtime: &tokio::runtime::Handle,
    ) -> Result<Self, AssemblyError> {
        let tokens = Tokens::start(
            parts.tokens,
            previous.map(|site| &*site.tokens),
            runtime.clone(),
        )?;
        let previous_harvest = previous.map(|site| &site.harvest);
        let harvest = harvest::Published::new(parts.harvest, previous_harvest);
        let resource_metadata = parts.issuer_of_metadata.and_then(|issuer| {
            let scopes = scopes(&parts.catalog, &parts.policy);
            ResourceMetadata::new(&parts.base_url, &issuer, scopes)
        });
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        // Last: another file is not begun for a site that does not come about.
        let audit = AuditTrail::open(parts.audit, previous.map(|site| &site.audit))?;
        Ok(Self {
            audit,
            resource_metadata: resource_metadata.map(|metadata| {
                let url = metadata.url();
                Arc::new((metadata, url))
            }),
            peers: parts.peers,
            limits: Limits::default(),
            proxy_headers: parts.proxy_headers,
            heartbeat_clients: parts.heartbeat_clients,
            callers: Arc::new(parts.callers),
            tokens: Arc::new(tokens),
            catalog: parts.catalog,
            policy: parts.policy,
            base_url: parts.base_url,
            files: Arc::new(
                parts
                    .files
                    .with_digests(&parts.intake.folder, previous.map(|site| &*site.files)),
            ),
            accel_prefix: parts.accel_prefix,
            perils: parts.perils,
            tables: parts.tables,
            intake: parts.intake,
            description: Arc::new(
                parts
                    .description
                    .following(previous.map(|site| &*site.description)),
            ),
            harvest,
            provenance: parts.provenance,
            public_origins: PublicOrigins::default(),
            streams: Arc::new(FairSemaphore::new(
                usize::try_from(parts.peril_limits.max_streams).unwrap_or(usize::MAX),
            )),
            queries: Arc::new(FairSemaphore::new(processors.max(FEWEST_QUERIES))),
            planned: Arc::new(Planned::new(processors)),
            readers: Arc::new(Semaphore::new(READERS)),
            schemas: Arc::default(),
            peril_limits: parts.peril_limits,
            ends: parts.ends,
            has_warned: AtomicBool::new(false),
        })
    }

    /// Its parts for who reads all anew.
    #[must_use]
    pub fn previous(&self) -> Previous<'_> {
        Previous {
            catalog: &self.catalog,
            tables: &self.tables,
        }
    }

    /// URL of the metadata of the protected resource, where they are published.
    pub(super) fn resource_metadata_url(&self) -> Option<&str> {
        self.resource_metadata
            .as_ref()
            .map(|metadata| metadata.1.as_str())
    }

    /// The collections by name: the perils and what has a rule in the configuration first.
    pub(super) fn collections(&self) -> impl Iterator<Item = CollectionId> {
        let coverages = self.perils.descriptions().iter();
        let coverages = coverages.map(|one| one.collection.clone());
        let coverages: Vec<_> = [Perils::group().clone()]
            .into_iter()
            .chain(coverages)
            .collect();
        let ids = self.catalog.iter().map(|collection| collection.id());
        let is_listed = |id: &&CollectionId| self.policy.lists(id.as_str());
        let (listed, others): (Vec<_>, Vec<_>) = ids.partition(is_listed);
        let files = listed.into_iter().chain(others).cloned();
        coverages.into_iter().chain(files)
    }

    /// Says once that certificates arrive under another name than the configured one (CERT-13).
    pub fn notice_other_certificate_headers(&self, request: &HttpRequest) {
        if self.has_warned.load(Ordering::Relaxed) {
            return;
        }
        if let Some(name) = self.proxy_headers.unexpected_certificate_header(request) {
            self.has_warned.store(true, Ordering::Relaxed);
            tracing::warn!(
                "{name} is sent and not looked at: consumers.certificate_header is {}",
                self.proxy_headers.certificate_header
            );
        }
    }
}

/// The scopes that rules demand of collections that everyone may know of, licences among them.
fn scopes<'p>(catalog: &'p Catalog, policy: &'p Policy) -> impl Iterator<Item = Box<str>> + 'p {
    let is_known = |id: &&CollectionId| {
        let found = catalog.get(id.as_str());
        found.is_none_or(|found| found.is_listed())
    };
    let rules = policy
        .ids()
        .filter(is_known)
        .filter_map(|id| policy.rule(id));
    let clauses = rules.flat_map(|rule| rule.clauses());
    clauses.flat_map(|clause| {
        let licences = clause.conditions().licences.iter();
        clause.scope().iter().chain(licences).map(Box::from)
    })
}

/// Long bodies of the old contract that are read at once, each into a hundred megabytes at most.
const READERS: usize = 4;
/// Queries of tables that are read at once on one processor.
const FEWEST_QUERIES: usize = 2;
