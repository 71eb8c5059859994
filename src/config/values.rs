//! The keys and their final types; `deploy/perild.toml` says what each is for.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;
use url::Url;

use super::{
    CatalogSettings, ImportSettings, ProvenanceSettings, forms, profile::Profile,
    tokens::TokensTable,
};
use crate::{
    audit::OnFailure,
    caller::KeyKind,
    edge::{CertificateFormat, Listen, Loopback, Network},
    log::Overflow,
    policy::{DatasetRule, Defaults, Publishers},
};

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The address to listen at when systemd hands no socket over.
    #[serde(default = "default_listen", deserialize_with = "forms::listen")]
    pub listen: Listen,
    /// The address that consumers use.
    #[serde(default, deserialize_with = "forms::optional_https")]
    pub base_url: Option<Url>,
    /// The scheme whose settings stand below those that are configured.
    #[serde(default)]
    pub profile: Profile,
    /// Folders.
    #[serde(default)]
    pub paths: Paths,
    /// The directory and our identity toward it.
    pub directory: Directory,
    /// Issuers of consumers' certificates, and the header in which they arrive.
    #[serde(default)]
    pub consumers: Consumers,
    /// Questions to the directory about tokens.
    #[serde(default)]
    pub introspection: Introspection,
    /// The kinds of access tokens that are accepted.
    #[serde(default)]
    pub tokens: TokensTable,
    /// The server's own limits.
    #[serde(default)]
    pub server: Server,
    /// Numbers for Prometheus.
    #[serde(default)]
    pub metrics: Metrics,
    /// Records.
    #[serde(default)]
    pub log: Log,
    /// The file of records that shows when one was changed.
    #[serde(default)]
    pub audit: Audit,
    /// Limits of one request for peril values.
    #[serde(default)]
    pub perils: PerilLimits,
    /// Defaults for collections without a rule, and which of them there are.
    #[serde(default)]
    pub defaults: Defaults,
    /// Lists of who is blocked and who is approved.
    #[serde(default)]
    pub access: Access,
    /// Questions of the governance service.
    #[serde(default)]
    pub heartbeat: Heartbeat,
    /// Choices of those who describe collections.
    #[serde(default)]
    pub publishers: Publishers,
    /// The catalogue as harvesters find it.
    #[serde(default)]
    pub catalog: CatalogSettings,
    /// Imports by the daemon itself.
    #[serde(default)]
    pub import: ImportSettings,
    /// Signed records of what left, and for whom.
    #[serde(default)]
    pub provenance: ProvenanceSettings,
    /// Datasets with rules of their own.
    #[serde(default)]
    pub datasets: Vec<DatasetRule>,
}

/// `[paths]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Paths {
    /// Files offered as they are.
    pub shared_data: PathBuf,
    /// Files open to everyone, served by nginx.
    pub public: PathBuf,
    /// Data that perild keeps for itself.
    pub state: PathBuf,
}

/// `[directory]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// The issuer identifier, byte for byte.
    #[serde(deserialize_with = "forms::issuer")]
    pub issuer: String,
    /// URL of the discovery document; none: derived from the issuer.
    #[serde(default, deserialize_with = "forms::optional_https")]
    pub discovery_url: Option<Url>,
    /// The introspection endpoint; none: from discovery.
    #[serde(default, deserialize_with = "forms::optional_https")]
    pub introspection_endpoint: Option<Url>,
    /// This provider's client id at the directory.
    #[serde(deserialize_with = "forms::not_empty")]
    pub client_id: String,
    /// PEM chain shown to the directory.
    #[serde(default = "default_certificate")]
    pub certificate: PathBuf,
    /// Its private key, PEM.
    #[serde(default = "default_private_key")]
    pub private_key: PathBuf,
    /// PEM bundle: who may be the directory.
    #[serde(default = "default_directory_anchors")]
    pub trust_anchors: PathBuf,
    /// The audience a token must name, if it names any.
    #[serde(default, deserialize_with = "forms::optional_text")]
    pub audience: Option<String>,
}

/// `[consumers]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Consumers {
    /// PEM bundle: who issues consumers' certificates.
    pub trust_anchors: PathBuf,
    /// CRL files.
    pub revocation_lists: Vec<PathBuf>,
    /// URLs of newer ones, beside those in certificates and lists.
    #[serde(deserialize_with = "forms::urls")]
    pub revocation_urls: Vec<Url>,
    /// Seconds that a list is believed past its next update.
    pub crl_grace_seconds: u64,
    /// Seconds after its issue that a list without next update is believed; 0 refuses such lists.
    pub crl_max_age_seconds: u64,
    /// Field name that carries the certificate.
    pub certificate_header: String,
    /// Its encoding.
    pub certificate_format: CertificateFormat,
    /// Field name that carries nginx's verdict; empty: none.
    pub verify_header: String,
    /// `true` when the verdict must be there.
    pub require_verify_header: bool,
    /// Kinds of keys that their certificates may have.
    pub certificate_keys: Vec<KeyKind>,
    /// `true` when a DNS name of theirs may be a wildcard.
    pub wildcard_names: bool,
}

/// `[access]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// Clients, organisations, members, applications and accounts that get nothing that is not open; a name a line.
    #[serde(deserialize_with = "forms::optional_path")]
    pub blocked: Option<PathBuf>,
    /// Clients and organisations that are approved, for rules with `approved = true`; a name a line.
    #[serde(deserialize_with = "forms::optional_path")]
    pub approved: Option<PathBuf>,
    /// Beginnings of the scopes that are licences of the registry.
    pub licence_prefixes: Vec<String>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            blocked: None,
            approved: None,
            licence_prefixes: vec!["https://".to_owned()],
        }
    }
}

/// `[heartbeat]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Heartbeat {
    /// Clients that may ask for statistics; empty: whoever has a token.
    pub clients: Vec<String>,
}

/// `[introspection]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Introspection {
    /// Seconds that an answer may be remembered.
    pub cache_seconds: u32,
    /// Number of answers that are remembered.
    pub cache_entries: u64,
    /// Milliseconds that one question may take.
    #[serde(deserialize_with = "forms::positive")]
    pub timeout_ms: u64,
    /// `true` when answers must be signed.
    pub signed: bool,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Users who may connect to the unix socket.
    pub proxy_uids: Vec<User>,
    /// Networks that may connect over TCP; empty: this machine.
    #[serde(deserialize_with = "forms::networks")]
    pub trusted_peers: Vec<Network>,
    /// Location prefix of nginx for `X-Accel-Redirect`; empty: perild sends the bytes.
    #[serde(deserialize_with = "forms::accel_prefix")]
    pub accel_prefix: String,
    /// Threads that answer requests; 0: one for each processor.
    pub workers: usize,
    /// Seconds that running downloads may go on after a stop.
    pub shutdown_seconds: u64,
    /// Bytes of small files kept in memory.
    pub file_memory_bytes: u64,
}

/// `[metrics]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Address of `/metrics` when systemd hands no socket over for it; none: nowhere.
    #[serde(deserialize_with = "forms::optional_loopback")]
    pub listen: Option<Loopback>,
}

/// `[log]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Choice when records come faster than they are written.
    pub on_overflow: Overflow,
}

/// `[audit]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// The file; none: records are in the journal alone.
    #[serde(deserialize_with = "forms::optional_path")]
    pub file: Option<PathBuf>,
    /// The key by which accounts get their pseudonyms; none: no account is recorded.
    #[serde(deserialize_with = "forms::optional_path")]
    pub key_file: Option<PathBuf>,
    /// Choice when a decision cannot be recorded.
    pub on_failure: OnFailure,
}

/// `[perils]`
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct PerilLimits {
    /// Places in one request of `/v1/location`.
    #[serde(deserialize_with = "forms::positive")]
    pub max_places: u64,
    /// Places in one request of the old `/location`.
    #[serde(deserialize_with = "forms::positive")]
    pub max_contract_places: u64,
    /// Bytes of one request's body.
    #[serde(deserialize_with = "forms::positive")]
    pub max_body_bytes: u64,
    /// Bytes of a body that are kept in memory; the rest waits in a file below `paths.state`.
    #[serde(deserialize_with = "forms::positive")]
    pub body_memory_bytes: u64,
    /// Bodies beyond 64 KiB that may be held at once.
    #[serde(deserialize_with = "forms::positive")]
    pub max_bodies: u64,
    /// Columns of a CSV body.
    #[serde(deserialize_with = "forms::positive")]
    pub max_columns: u64,
    /// Bytes of the names of these columns together.
    #[serde(deserialize_with = "forms::positive")]
    pub max_header_bytes: u64,
    /// Places times the columns and values that each of them has.
    #[serde(deserialize_with = "forms::positive")]
    pub max_cells: u64,
    /// Bytes of an answer, as they are estimated before it begins.
    #[serde(deserialize_with = "forms::positive")]
    pub max_answer_bytes: u64,
    /// Farthest that a valid cell may be looked for, in kilometres.
    pub max_radius_km: u32,
    /// Cells of the grid that one request may have looked through for that.
    #[serde(deserialize_with = "forms::positive")]
    pub max_search_cells: u64,
    /// Long answers that may be under way at once.
    #[serde(deserialize_with = "forms::positive")]
    pub max_streams: u64,
}

/// A user of this machine, by number or by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(untagged)]
pub enum User {
    /// A user id.
    Id(u32),
    /// A user name.
    Name(String),
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            shared_data: "/srv/perild/shared_data".into(),
            public: "/srv/perild/public".into(),
            state: "/var/lib/perild".into(),
        }
    }
}

impl Consumers {
    /// Highest age of a revocation list without next update; `None` when such lists are refused.
    #[must_use]
    pub fn crl_max_age(&self) -> Option<Duration> {
        let seconds = self.crl_max_age_seconds;
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }
}

impl Default for Consumers {
    fn default() -> Self {
        Self {
            trust_anchors: "/etc/perild/certs/consumers-ca.pem".into(),
            revocation_lists: Vec::new(),
            revocation_urls: Vec::new(),
            crl_grace_seconds: 0,
            crl_max_age_seconds: 0,
            certificate_header: "X-OE-CLIENT-CERT".into(),
            certificate_format: CertificateFormat::default(),
            verify_header: "X-OE-CLIENT-VERIFY".into(),
            require_verify_header: false,
            certificate_keys: KeyKind::ALL.to_vec(),
            wildcard_names: true,
        }
    }
}

impl Default for Introspection {
    fn default() -> Self {
        Self {
            cache_seconds: 60,
            cache_entries: 10_000,
            timeout_ms: 3_000,
            signed: false,
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            proxy_uids: vec![User::Name("www-data".into()), User::Name("nginx".into())],
            trusted_peers: Vec::new(),
            accel_prefix: String::new(),
            workers: 0,
            shutdown_seconds: 30,
            file_memory_bytes: 8 * 1024 * 1024,
        }
    }
}

impl Default for PerilLimits {
    fn default() -> Self {
        Self {
            max_places: 1_000_000,
            max_contract_places: 10_000,
            max_body_bytes: 256 * 1024 * 1024,
            body_memory_bytes: 1024 * 1024,
            max_bodies: 64,
            max_columns: 1_000,
            max_header_bytes: 32 * 1024,
            max_cells: 200_000_000,
            max_answer_bytes: 64 * 1024 * 1024 * 1024,
            max_radius_km: 200,
            max_search_cells: 100_000_000,
            max_streams: 32,
        }
    }
}

fn default_listen() -> Listen {
    Listen::Unix("/run/perild/perild.sock".into())
}

fn default_certificate() -> PathBuf {
    "/etc/perild/certs/a.pem".into()
}

fn default_private_key() -> PathBuf {
    "/etc/perild/certs/a.key".into()
}

fn default_directory_anchors() -> PathBuf {
    "/etc/perild/certs/directory-ca.pem".into()
}
