//! From a configuration to the parts of a site, with everything that is wrong said at once.

mod access;
mod audit;
mod awaited;
mod collections;
mod consumers;
mod directory;
mod listening;
mod own_files;
mod provenance;
mod tokens;

use std::{collections::BTreeMap, io, path::Path, sync::Arc, time::Duration};

use super::{Provenance, Route};
use crate::{
    audit::AuditSettings,
    caller::Callers,
    clock::Timestamp,
    config::{Awaited, Config, Finding, PerilLimits, SettingPlaces, Severity},
    dataset::{Catalog, Files, Perils, tables::Tables},
    description::{Description, Published, named},
    edge::{Intake, Peers, ProxyHeaders},
    fair_semaphore::FairSemaphore,
    harvest::Ingredients,
    metrics::Ends,
    policy::{Names, Policy},
    token::TokenSettings,
};
pub use collections::Holdings;

pub(super) use listening::peers;

/// Parts of a site, each read and checked.
pub struct Parts {
    pub(super) peers: Peers,
    pub(super) proxy_headers: ProxyHeaders,
    pub(super) audit: AuditSettings,
    pub(super) callers: Callers,
    pub(super) heartbeat_clients: Names,
    pub(super) tokens: TokenSettings,
    pub(super) catalog: Arc<Catalog>,
    pub(super) policy: Policy,
    pub(super) files: Files,
    pub(super) accel_prefix: String,
    pub(super) base_url: Box<str>,
    /// The directory that the metadata of the protected resource name, where they are published.
    pub(super) issuer_of_metadata: Option<String>,
    pub(super) perils: Perils,
    pub(super) tables: Tables,
    pub(super) peril_limits: PerilLimits,
    pub(super) intake: Intake,
    pub(super) description: Published,
    pub(super) harvest: Ingredients,
    pub(super) provenance: Option<Arc<Provenance>>,
    pub(super) ends: BTreeMap<String, Ends>,
}

impl Parts {
    /// The consumers.
    #[must_use]
    pub fn callers(&self) -> &Callers {
        &self.callers
    }

    /// The settings for tokens.
    #[must_use]
    pub fn token_settings(&self) -> &TokenSettings {
        &self.tokens
    }

    /// Only what is needed to ask the directory.
    #[must_use]
    pub fn into_token_settings(self) -> TokenSettings {
        self.tokens
    }
}

/// Parts of the site before, which lends what has not changed since.
#[derive(Clone, Copy)]
pub struct Previous<'p> {
    /// Its catalogue.
    pub catalog: &'p Catalog,
    /// Its tables.
    pub tables: &'p Tables,
}

/// Findings.
pub struct Examined {
    /// The parts of a site; there when no finding keeps one from being.
    pub parts: Option<Parts>,
    /// The policy of what is published, as far as its rules can stand.
    pub holdings: Option<Holdings>,
    /// The findings, worst first.
    pub findings: Vec<Finding>,
}

/// Reads every file that `config` names, but for descriptions that `previous` has and that have not changed since.
#[must_use]
pub fn examine(
    config: &Config,
    places: &SettingPlaces,
    previous: Option<Previous<'_>>,
    now: Timestamp,
) -> Examined {
    let mut examination = Examination {
        config,
        places,
        previous,
        now,
        ends: BTreeMap::new(),
        findings: Vec::new(),
        of_collections: Vec::new(),
    };
    let (parts, holdings) = examination.parts();
    let mut findings = examination.findings;
    let mut severities = findings.iter().map(|fault| fault.severity);
    let has_error = severities.any(|severity| severity == Severity::Error);
    findings.extend(examination.of_collections);
    findings.sort_by_key(|fault| fault.severity);
    Examined {
        parts: parts.filter(|_| !has_error),
        holdings,
        findings,
    }
}

struct Examination<'c> {
    config: &'c Config,
    places: &'c SettingPlaces,
    now: Timestamp,
    previous: Option<Previous<'c>>,
    ends: BTreeMap<String, Ends>,
    findings: Vec<Finding>,
    /// The faults of single collections, which keep no other from being served.
    of_collections: Vec<Finding>,
}

impl Examination<'_> {
    fn parts(&mut self) -> (Option<Parts>, Option<Holdings>) {
        let perils = self.perils();
        let tables = self.tables();
        let is_there = self.folder();
        let perils_there = perils.as_ref().filter(|_| is_there);
        let holdings = perils_there.and_then(|perils| self.holdings(perils, &tables));
        (self.whole(perils, tables, holdings.clone()), holdings)
    }

    fn whole(
        &mut self,
        perils: Option<Perils>,
        tables: Tables,
        holdings: Option<Holdings>,
    ) -> Option<Parts> {
        self.listen();
        self.metrics();
        let peers = self.peers();
        let proxy_headers = self.proxy_headers();
        let callers = self.callers();
        let tokens = self.tokens();
        let audit = self.audit();
        self.profile();
        let provenance = self.provenance();
        let accel_prefix = self.config.server.accel_prefix.clone();
        let limits = &self.config.perils;
        let Holdings { catalog, policy } = holdings?;
        self.provenance_is_of(&catalog);
        let files = self.files(&catalog);
        Some(Parts {
            peers: peers?,
            proxy_headers: proxy_headers?,
            audit: audit?,
            callers: callers?,
            heartbeat_clients: {
                let clients = self.config.heartbeat.clients.iter();
                clients.map(|client| client.as_str().into()).collect()
            },
            tokens: tokens?,
            description: self.description(&policy, &catalog),
            harvest: self.harvest(&policy, &catalog),
            provenance,
            catalog,
            policy,
            files,
            accel_prefix,
            base_url: self.base_url().into(),
            issuer_of_metadata: self
                .config
                .tokens
                .resource_metadata
                .then(|| self.config.directory.issuer.clone()),
            perils: perils?,
            tables,
            ends: std::mem::take(&mut self.ends),
            peril_limits: limits.clone(),
            intake: Intake {
                limit_bytes: limits.max_body_bytes,
                memory_bytes: usize::try_from(limits.body_memory_bytes).unwrap_or(usize::MAX),
                folder: self.config.paths.state.clone(),
                slots: Arc::new(FairSemaphore::new(
                    usize::try_from(limits.max_bodies).unwrap_or(usize::MAX),
                )),
                wait: WAIT_FOR_TURN,
            },
        })
    }

    /// The address of the whole, without a slash at its end.
    fn base_url(&self) -> &str {
        let base_url = self.config.base_url.as_ref();
        base_url.map_or("", |url| url.as_str().trim_end_matches('/'))
    }

    fn harvest(&self, policy: &Policy, catalog: &Arc<Catalog>) -> Ingredients {
        Ingredients {
            base_url: self.base_url().into(),
            catalog: Arc::clone(catalog),
            policy: policy.clone(),
            settings: self.config.catalog.clone(),
            issuer: self.config.directory.issuer.as_str().into(),
            folder: self.config.paths.shared_data.as_path().into(),
            now: self.now,
        }
    }

    fn description(&self, policy: &Policy, catalog: &Catalog) -> Published {
        let (policy, config) = (policy.clone(), self.config.clone());
        let collections = named(catalog);
        let describe = move |version| {
            let description = Description {
                routes: &Route::described(),
                base_url: config.base_url.as_ref(),
                policy: &policy,
                limits: &config.perils,
                collections: &collections,
                signs_records: config.provenance.certificate.is_some(),
            };
            description.document(version)
        };
        Published::new(describe, self.now)
    }

    fn file(&mut self, key: &str, path: &Path) -> Option<Vec<u8>> {
        self.read(key, path, |path| std::fs::read(path))
    }

    /// The file as `read` takes it; where that fails, the file is what is wrong.
    fn read<T>(
        &mut self,
        key: &str,
        path: &Path,
        read: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Option<T> {
        match read(path) {
            Ok(content) => Some(content),
            Err(error) => {
                let remedy = "put the file there, readable by the user that perild runs as, or correct the path";
                let finding = format!("cannot read {}: {error}", path.display());
                self.await_for(awaited::of_file(&error), key, finding, remedy);
                None
            }
        }
    }

    /// Says how long `what` is good; a warning from 30 days before its end.
    ///
    /// The first such end of each `key` is kept for the metrics.
    fn days_left(&mut self, key: &str, what: &str, end: Timestamp, remedy: &str) {
        let fault = self.end(key, what, end, Severity::Warning, remedy);
        self.findings.push(fault);
    }

    /// As [`Self::days_left`], for what keeps a start waiting past its end: the clock may be wrong.
    fn days_left_by_the_clock(&mut self, key: &str, what: &str, end: Timestamp, remedy: &str) {
        let mut fault = self.end(key, what, end, Severity::Error, remedy);
        if fault.severity == Severity::Error {
            fault.remedy += ", or set the clock if it is wrong: timedatectl set-ntp true";
            fault = fault.awaiting(Some(Awaited::Clock));
        }
        self.findings.push(fault);
    }

    /// As [`Self::days_left`] for what is renewed in a `period` of its own, from its issue to its end.
    fn period_left(
        &mut self,
        key: &str,
        what: &str,
        period: (Timestamp, Timestamp),
        ended: Severity,
        remedy: &str,
    ) {
        self.note_end(key, period.1, Finding::notice(Some(period)));
        let place = self.places.of(key);
        let fault = Finding::of_period(place, what, period, self.now, ended, remedy);
        self.findings.push(fault);
    }

    fn end(
        &mut self,
        key: &str,
        what: &str,
        end: Timestamp,
        ended: Severity,
        remedy: &str,
    ) -> Finding {
        self.note_end(key, end, Finding::notice(None));
        Finding::of_end(self.places.of(key), what, end, self.now, ended, remedy)
    }

    fn note_end(&mut self, key: &str, end: Timestamp, notice: Duration) {
        let found = Ends {
            first: end,
            warned_of: end.before(notice),
        };
        let noted = self.ends.entry(key.to_owned()).or_insert(found);
        *noted = noted.and(found);
    }

    fn error(&mut self, key: &str, finding: String, remedy: &str) {
        self.find(Severity::Error, key, finding, remedy);
    }

    /// An error that `awaited` would mend, where there is such a thing.
    fn await_for(&mut self, awaited: Option<Awaited>, key: &str, finding: String, remedy: &str) {
        let fault = Finding::new(Severity::Error, self.places.of(key), finding, remedy);
        self.findings.push(fault.awaiting(awaited));
    }

    fn warn(&mut self, key: &str, finding: String, remedy: &str) {
        self.find(Severity::Warning, key, finding, remedy);
    }

    fn fine(&mut self, key: &str, finding: String) {
        self.find(Severity::Fine, key, finding, "");
    }

    fn find(&mut self, severity: Severity, key: &str, finding: String, remedy: &str) {
        let place = self.places.of(key);
        let fault = Finding::new(severity, place, finding, remedy);
        self.findings.push(fault);
    }
}

/// Time that a body may wait for its slot, unread.
const WAIT_FOR_TURN: Duration = Duration::from_secs(10);
