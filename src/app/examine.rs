//! From a configuration to the parts of a site, with everything that is wrong said at once.

mod awaited;
mod consumers;
mod directory;
mod listening;
mod own_files;

use std::{
    collections::BTreeMap, fs::Metadata, io, os::unix::fs::MetadataExt, path::Path, sync::Arc,
    time::Duration,
};

use super::Route;
use crate::{
    caller::Callers,
    clock::Timestamp,
    config::{Awaited, Config, Fault, PerilLimits, Places, Severity},
    dataset::{
        FileName, Files, Perils,
        grid::{STORE_NAME, StoreError},
    },
    description::{Description, Published},
    edge::{Hop, Intake, Peers},
    metrics::Ends,
    policy::{Policy, PolicyError},
    token::TokenSettings,
    turns::Turns,
};

pub(super) use listening::peers;

/// What a site is assembled from; each part read and checked.
pub struct Parts {
    pub(super) peers: Peers,
    pub(super) hop: Hop,
    pub(super) callers: Callers,
    pub(super) tokens: TokenSettings,
    pub(super) policy: Policy,
    pub(super) files: Files,
    pub(super) accel_prefix: String,
    pub(super) perils: Perils,
    pub(super) peril_limits: PerilLimits,
    pub(super) intake: Intake,
    pub(super) description: Published,
    pub(super) ends: BTreeMap<String, Ends>,
}

impl Parts {
    /// Only what is needed to ask the directory.
    #[must_use]
    pub fn into_token_settings(self) -> TokenSettings {
        self.tokens
    }
}

/// Reads every file that `config` names; the parts are there when no finding is an error.
#[must_use]
pub fn examine(config: &Config, places: &Places, now: Timestamp) -> (Option<Parts>, Vec<Fault>) {
    let mut examination = Examination {
        config,
        places,
        now,
        ends: BTreeMap::new(),
        findings: Vec::new(),
    };
    let parts = examination.parts();
    let mut findings = examination.findings;
    findings.sort_by_key(|fault| fault.severity);
    let has_error = findings
        .iter()
        .any(|fault| fault.severity == Severity::Error);
    (parts.filter(|_| !has_error), findings)
}

struct Examination<'c> {
    config: &'c Config,
    places: &'c Places,
    now: Timestamp,
    ends: BTreeMap<String, Ends>,
    findings: Vec<Fault>,
}

impl Examination<'_> {
    fn parts(&mut self) -> Option<Parts> {
        self.listen();
        self.metrics();
        let peers = self.peers();
        let hop = self.hop();
        let callers = self.callers();
        let tokens = self.tokens();
        let policy = self.policy();
        let description = policy.as_ref().map(|policy| self.description(policy));
        let files = self.files();
        let accel_prefix = self.config.server.accel_prefix.clone();
        let perils = self.perils();
        let limits = &self.config.perils;
        Some(Parts {
            peers: peers?,
            hop: hop?,
            callers: callers?,
            tokens: tokens?,
            policy: policy?,
            description: description?,
            files,
            accel_prefix,
            perils: perils?,
            ends: std::mem::take(&mut self.ends),
            peril_limits: limits.clone(),
            intake: Intake {
                limit_bytes: limits.max_body_bytes,
                memory_bytes: usize::try_from(limits.body_memory_bytes).unwrap_or(usize::MAX),
                folder: self.config.paths.state.clone(),
                turns: Arc::new(Turns::new(
                    usize::try_from(limits.max_bodies).unwrap_or(usize::MAX),
                )),
                wait: WAIT_FOR_TURN,
            },
        })
    }

    fn description(&self, policy: &Policy) -> Published {
        let (policy, config) = (policy.clone(), self.config.clone());
        let describe = move |version| {
            let description = Description {
                routes: &Route::described(),
                base_url: config.base_url.as_ref(),
                policy: &policy,
                limits: &config.perils,
                datasets: &config.datasets,
            };
            description.document(version)
        };
        Published::new(describe, self.now)
    }

    fn policy(&mut self) -> Option<Policy> {
        let mut datasets = self.config.datasets.clone();
        for dataset in &mut datasets {
            dataset.name = FileName::of_rule(&dataset.name);
        }
        match Policy::new(&datasets, &self.config.defaults) {
            Ok(policy) => Some(policy),
            Err(PolicyError::ListedTwice { id, first, second }) => {
                let first = self.places.of(&format!("datasets[{first}].name"));
                self.error(
                    &format!("datasets[{second}].name"),
                    format!("the dataset {id} is listed already, at {first}"),
                    "leave one of them",
                );
                None
            }
            Err(ref error @ PolicyError::NotAnId { index, .. }) => {
                let key = format!("datasets[{index}].name");
                self.error(&key, error.to_string(), "write the name of a dataset");
                None
            }
            Err(ref error @ PolicyError::OpenWithScope { index, .. }) => {
                let key = index.map_or("defaults.scope".to_owned(), |index| {
                    format!("datasets[{index}].scope")
                });
                let remedy = "leave the scope out, or write class = \"OE-SA\"";
                self.error(&key, error.to_string(), remedy);
                None
            }
        }
    }

    fn files(&mut self) -> Files {
        let root = &self.config.paths.shared_data;
        let key = "paths.shared_data";
        match root.metadata() {
            Ok(found) if !found.is_dir() => {
                self.error(key, format!("{} is not a folder", root.display()), "");
            }
            Ok(found) if is_open_to_all(&found) => {
                let finding = format!(
                    "everyone on this machine can put files into {}",
                    root.display()
                );
                self.warn(key, finding, &format!("chmod o-w {}", root.display()));
            }
            Ok(_) => self.fine(key, format!("{} is there", root.display())),
            Err(error) => {
                let remedy = format!("create it: install -d -m 0755 {}", root.display());
                let finding = format!("{}: {error}", root.display());
                self.await_for(awaited::of_folder(&error), key, finding, &remedy);
            }
        }
        let server = &self.config.server;
        Files::new(
            root.clone(),
            server.file_memory_bytes,
            !server.accel_prefix.is_empty(),
        )
    }

    /// The store of peril values; none is fine, a broken one is not.
    fn perils(&mut self) -> Option<Perils> {
        let state = &self.config.paths.state;
        match Perils::open(state) {
            Ok(perils) => {
                let finding = if perils.is_imported() {
                    format!(
                        "{} is a store of peril values",
                        state.join(STORE_NAME).display()
                    )
                } else {
                    "no peril data has been imported".to_owned()
                };
                self.fine("paths.state", finding);
                Some(perils)
            }
            Err(error) => {
                let finding = format!("{}: {error}", state.join(STORE_NAME).display());
                let awaited = match &error {
                    StoreError::Unreadable(error) => awaited::of_file(error),
                    _ => None,
                };
                let remedy = match &error {
                    StoreError::Unreadable(_) => READABLE_STORE,
                    _ => "",
                };
                self.await_for(awaited, "paths.state", finding, remedy);
                None
            }
        }
    }

    fn file(&mut self, key: &str, path: &Path) -> Option<Vec<u8>> {
        self.read(key, path, |path| std::fs::read(path))
    }

    /// What `read` makes of a file; where that fails, the file is what is wrong.
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
        self.note_end(key, period.1, Fault::notice(Some(period)));
        let place = self.places.of(key);
        let fault = Fault::of_period(place, what, period, self.now, ended, remedy);
        self.findings.push(fault);
    }

    fn end(
        &mut self,
        key: &str,
        what: &str,
        end: Timestamp,
        ended: Severity,
        remedy: &str,
    ) -> Fault {
        self.note_end(key, end, Fault::notice(None));
        Fault::of_end(self.places.of(key), what, end, self.now, ended, remedy)
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
        let fault = Fault::new(Severity::Error, self.places.of(key), finding, remedy);
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
        let fault = Fault::new(severity, place, finding, remedy);
        self.findings.push(fault);
    }
}

fn is_open_to_all(found: &Metadata) -> bool {
    found.mode() & 0o002 != 0
}

const READABLE_STORE: &str = "let the user that perild runs as read it; what `perild import` writes belongs to whoever owns the folder";

/// How long a body may wait for its turn, unread.
const WAIT_FOR_TURN: Duration = Duration::from_secs(10);
