//! The keys and their final types; `deploy/perild.toml` says what each is for.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::{
    CatalogSettings, Consumers, ImportSettings, PerilLimits, ProvenanceSettings, Server, forms,
    profile::Profile, tokens::TokensTable,
};
use crate::{
    audit::OnFailure,
    edge::{Listen, Loopback},
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

impl Default for Paths {
    fn default() -> Self {
        Self {
            shared_data: "/srv/perild/shared_data".into(),
            public: "/srv/perild/public".into(),
            state: "/var/lib/perild".into(),
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
