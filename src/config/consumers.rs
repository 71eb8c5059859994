//! Consumers' certificates: `[consumers]`.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;
use url::Url;

use super::forms;
use crate::{caller::KeyKind, edge::CertificateFormat};

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
