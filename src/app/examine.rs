//! From a configuration to the parts of a site, with everything that is wrong said at once.

use std::{fs::Metadata, os::unix::fs::MetadataExt, path::Path, time::Duration};

use actix_web::http::header::HeaderName;

use crate::{
    caller::{Callers, RevocationLists, TrustAnchors},
    clock::Timestamp,
    config::{Config, Fault, Places, Severity, User},
    dataset::Files,
    edge::{Hop, Listen, Peers, guard_directory},
    policy::{Policy, PolicyError},
    token::{Identity, TokenSettings},
};

/// What a site is assembled from; each part read and checked.
pub struct Parts {
    pub(super) peers: Peers,
    pub(super) hop: Hop,
    pub(super) callers: Callers,
    pub(super) tokens: TokenSettings,
    pub(super) policy: Policy,
    pub(super) files: Files,
    pub(super) accel_prefix: String,
}

/// Reads every file that `config` names; the parts are there when no finding is an error.
#[must_use]
pub fn examine(config: &Config, places: &Places, now: Timestamp) -> (Option<Parts>, Vec<Fault>) {
    let mut examination = Examination {
        config,
        places,
        now,
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
    findings: Vec<Fault>,
}

impl Examination<'_> {
    fn parts(&mut self) -> Option<Parts> {
        self.listen();
        let peers = self.peers();
        let hop = self.hop();
        let callers = self.callers();
        let tokens = self.tokens();
        let policy = self.policy();
        let files = self.files();
        let accel_prefix = self.config.server.accel_prefix.clone();
        Some(Parts {
            peers: peers?,
            hop: hop?,
            callers: callers?,
            tokens: tokens?,
            policy: policy?,
            files,
            accel_prefix,
        })
    }

    fn listen(&mut self) {
        match &self.config.listen {
            Listen::Tcp(address) => self.warn(
                "listen",
                format!(
                    "every user of this machine can connect to {address} and claim any certificate"
                ),
                "use a unix socket where other people have accounts",
            ),
            Listen::Unix(path) => {
                if let Err(error) = guard_directory(path) {
                    self.error("listen", error.to_string(), "");
                }
            }
        }
    }

    /// Users that this machine does not have are passed over: one list serves several distributions.
    fn peers(&mut self) -> Option<Peers> {
        let listed = &self.config.server.proxy_uids;
        if listed.is_empty() {
            return Some(Peers::by_file_mode());
        }
        let uids: Vec<u32> = listed.iter().filter_map(uid).collect();
        if uids.is_empty() {
            let finding = "none of these users exists, so nobody could connect".to_owned();
            self.error(
                "server.proxy_uids",
                finding,
                "name the user that nginx runs as, or leave the list empty",
            );
            return None;
        }
        Some(Peers::only(uids))
    }

    fn hop(&mut self) -> Option<Hop> {
        let consumers = &self.config.consumers;
        let certificate_header = self.header(
            "consumers.certificate_header",
            &consumers.certificate_header,
        )?;
        let verify_header = match consumers.verify_header.as_str() {
            "" => None,
            name => Some(self.header("consumers.verify_header", name)?),
        };
        if consumers.require_verify_header && verify_header.is_none() {
            let finding = "the verify header is required and has no name".to_owned();
            self.error(
                "consumers.require_verify_header",
                finding,
                "set verify_header",
            );
            return None;
        }
        Some(Hop {
            certificate_header,
            certificate_format: consumers.certificate_format,
            verify_header,
            require_verify: consumers.require_verify_header,
        })
    }

    fn header(&mut self, key: &str, name: &str) -> Option<HeaderName> {
        let header = HeaderName::try_from(name).ok();
        if header.is_none() {
            self.error(
                key,
                format!("{name:?} is no header field name"),
                "use letters, digits and -",
            );
        }
        header
    }

    fn callers(&mut self) -> Option<Callers> {
        let consumers = &self.config.consumers;
        let key = "consumers.trust_anchors";
        let anchors = self.anchors(key, &consumers.trust_anchors)?.1;
        if anchors.looks_public() {
            let finding = format!(
                "{} looks like a bundle of public web CAs",
                consumers.trust_anchors.display()
            );
            self.warn(
                key,
                finding,
                "give only the CAs that issue consumers' certificates",
            );
        }
        let mut lists = Vec::new();
        for (index, path) in consumers.revocation_lists.iter().enumerate() {
            let key = format!("consumers.revocation_lists[{index}]");
            lists.push((path.display().to_string(), self.file(&key, path)?));
        }
        let lists = match RevocationLists::from_pem_or_der(lists) {
            Ok(lists) => lists,
            Err(error) => {
                self.error(
                    "consumers.revocation_lists",
                    error.to_string(),
                    "fetch the list again from its issuer",
                );
                return None;
            }
        };
        let grace = Duration::from_secs(consumers.crl_grace_seconds);
        let callers = Callers::new(anchors, lists, grace, REMEMBERED_CALLERS);
        self.lists(&callers);
        Some(callers)
    }

    fn lists(&mut self, callers: &Callers) {
        let key = "consumers.revocation_lists";
        for list in callers.unverified_lists() {
            let finding = format!(
                "{} is not signed by a CA of consumers.trust_anchors",
                list.name()
            );
            self.warn(
                key,
                finding,
                "its issuer's certificates are refused; add the issuer or drop the list",
            );
        }
        for list in callers.lists() {
            let what = format!("{} of {}", list.name(), list.issuer());
            self.days_left(
                key,
                &what,
                list.next_update(),
                Severity::Warning,
                "fetch a newer list; until then its issuer's certificates are refused",
            );
        }
    }

    fn tokens(&mut self) -> Option<TokenSettings> {
        let directory = &self.config.directory;
        let identity = self.identity();
        let anchors = self.anchors("directory.trust_anchors", &directory.trust_anchors);
        let introspection = &self.config.introspection;
        Some(TokenSettings {
            issuer: directory.issuer.clone(),
            discovery_url: directory.discovery_url.clone(),
            introspection_endpoint: directory.introspection_endpoint.clone(),
            client_id: directory.client_id.clone(),
            audience: directory.audience.clone(),
            identity: identity?,
            trust_anchors_pem: anchors?.0,
            cache_seconds: introspection.cache_seconds,
            cache_entries: introspection.cache_entries,
            timeout: Duration::from_millis(introspection.timeout_ms),
        })
    }

    fn identity(&mut self) -> Option<Identity> {
        let directory = &self.config.directory;
        let certificate = self.file("directory.certificate", &directory.certificate);
        let key = self.file("directory.private_key", &directory.private_key);
        self.private_key_mode(&directory.private_key);
        let identity = match Identity::from_pem(&certificate?, &key?) {
            Ok(identity) => identity,
            Err(error) => {
                let remedy = "the key made by `perild keygen` and the certificate that the directory issued for it belong together";
                self.error("directory.private_key", error.to_string(), remedy);
                return None;
            }
        };
        let end = identity
            .certificate_chain()
            .first()
            .and_then(|leaf| not_after(leaf));
        if let Some(end) = end {
            let what = format!("the certificate {}", directory.certificate.display());
            self.days_left(
                "directory.certificate",
                &what,
                end,
                Severity::Error,
                "create a new transport certificate at the directory",
            );
        }
        Some(identity)
    }

    /// A key that others can read is no secret (INT-4).
    fn private_key_mode(&mut self, path: &Path) {
        let Ok(metadata) = path.metadata() else {
            return;
        };
        let mode = metadata.mode() & 0o777;
        let finding = format!("{} has mode {mode:04o}", path.display());
        let remedy = format!("chmod 0600 {}", path.display());
        if mode & 0o007 != 0 {
            self.error(
                "directory.private_key",
                finding + ": everyone on this machine can read it",
                &remedy,
            );
        } else if mode & 0o020 != 0 {
            self.warn(
                "directory.private_key",
                finding + ": its group can change it",
                &remedy,
            );
        }
    }

    fn anchors(&mut self, key: &str, path: &Path) -> Option<(Vec<u8>, TrustAnchors)> {
        let pem = self.file(key, path)?;
        let anchors = match TrustAnchors::from_pem(&pem) {
            Ok(anchors) => anchors,
            Err(error) => {
                self.error(
                    key,
                    format!("{}: {error}", path.display()),
                    "give the CA certificates in PEM; `perild cacerts` installs them",
                );
                return None;
            }
        };
        for authority in anchors.iter() {
            let what = format!("{} in {}", authority.subject(), path.display());
            self.days_left(
                key,
                &what,
                authority.not_after(),
                Severity::Warning,
                "get the CA's new certificate",
            );
        }
        Some((pem, anchors))
    }

    fn policy(&mut self) -> Option<Policy> {
        match Policy::new(&self.config.datasets, &self.config.defaults) {
            Ok(policy) => Some(policy),
            Err(error @ PolicyError::ListedTwice { index, .. }) => {
                self.error(
                    &format!("datasets[{index}].name"),
                    error.to_string(),
                    "leave one of them",
                );
                None
            }
            Err(error @ PolicyError::ScopeUnreadable { .. }) => {
                self.error("datasets", error.to_string(), "");
                None
            }
        }
    }

    fn files(&mut self) -> Files {
        let root = &self.config.paths.shared_data;
        let key = "paths.shared_data";
        match root.metadata() {
            Ok(found) if !found.is_dir() => {
                self.error(key, format!("{} is not a folder", root.display()), "")
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
                self.error(key, format!("{}: {error}", root.display()), &remedy);
            }
        }
        let server = &self.config.server;
        Files::new(
            root.clone(),
            server.file_memory_bytes,
            !server.accel_prefix.is_empty(),
        )
    }

    fn file(&mut self, key: &str, path: &Path) -> Option<Vec<u8>> {
        match std::fs::read(path) {
            Ok(content) => Some(content),
            Err(error) => {
                let remedy = "put the file there, readable by the user that perild runs as, or correct the path";
                self.error(
                    key,
                    format!("cannot read {}: {error}", path.display()),
                    remedy,
                );
                None
            }
        }
    }

    /// Says how long `what` is good; past its end with severity `ended`, and a warning from 30 days before.
    fn days_left(&mut self, key: &str, what: &str, end: Timestamp, ended: Severity, remedy: &str) {
        let days = self.now.until(end).as_secs() / SECONDS_A_DAY;
        if end <= self.now {
            self.find(ended, key, format!("{what} ended at {end}"), remedy);
        } else if days < 30 {
            self.warn(key, format!("{what} ends in {days} days, at {end}"), remedy);
        } else {
            self.fine(key, format!("{what} is good for {days} days"));
        }
    }

    fn error(&mut self, key: &str, finding: String, remedy: &str) {
        self.find(Severity::Error, key, finding, remedy);
    }

    fn warn(&mut self, key: &str, finding: String, remedy: &str) {
        self.find(Severity::Warning, key, finding, remedy);
    }

    fn fine(&mut self, key: &str, finding: String) {
        self.find(Severity::Fine, key, finding, "");
    }

    fn find(&mut self, severity: Severity, key: &str, finding: String, remedy: &str) {
        let place = self.places.of(key);
        self.findings.push(Fault {
            severity,
            place,
            finding,
            remedy: remedy.to_owned(),
        });
    }
}

fn uid(user: &User) -> Option<u32> {
    match user {
        User::Id(uid) => Some(*uid),
        User::Name(name) => nix::unistd::User::from_name(name)
            .ok()
            .flatten()
            .map(|user| user.uid.as_raw()),
    }
}

fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    Some(Timestamp::from_seconds(
        certificate.validity().not_after.timestamp(),
    ))
}

fn is_open_to_all(found: &Metadata) -> bool {
    found.mode() & 0o002 != 0
}

/// How many verified certificates are remembered.
const REMEMBERED_CALLERS: u64 = 4_096;

const SECONDS_A_DAY: u64 = 86_400;
