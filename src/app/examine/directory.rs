//! The directory, and what we show to it.

use std::{os::unix::fs::MetadataExt, path::Path, time::Duration};

use zeroize::Zeroizing;

use super::{Examination, own_files};
use crate::{
    clock::Timestamp,
    token::{Identity, TokenSettings},
};

impl Examination<'_> {
    pub(super) fn tokens(&mut self) -> Option<TokenSettings> {
        let directory = &self.config.directory;
        let identity = self.identity();
        let anchors = self.anchors("directory.trust_anchors", &directory.trust_anchors);
        let kinds = self.token_kinds();
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
            binding: self.config.tokens.binding,
            kinds: kinds?,
            keys: self.keys(),
            signed_answers: introspection.signed,
        })
    }

    fn identity(&mut self) -> Option<Identity> {
        let directory = &self.config.directory;
        let certificate = self.file("directory.certificate", &directory.certificate);
        let key = self.file("directory.private_key", &directory.private_key);
        let key = key.map(Zeroizing::new);
        self.private_key_mode("directory.private_key", &directory.private_key);
        let (certificate, key) = (certificate?, key?);
        let paths = (&directory.certificate, &directory.private_key);
        if let Some((finding, remedy)) = own_files::key_with_certificate(&certificate, paths) {
            self.error("directory.certificate", finding, &remedy);
            return None;
        }
        let identity = match Identity::from_pem(&certificate, &key) {
            Ok(identity) => identity,
            Err(error) => {
                let (key, path) = if error.is_of_key() {
                    ("directory.private_key", paths.1)
                } else {
                    ("directory.certificate", paths.0)
                };
                let finding = format!("{}: {error}", path.display());
                self.error(key, finding, &own_files::remedy(&error, path));
                return None;
            }
        };
        if let Some(finding) = own_files::chain_out_of_order(identity.certificate_chain()) {
            let finding = format!("{}: {finding}", paths.0.display());
            let remedy = "put each certificate before its issuer's, one's own first";
            self.warn("directory.certificate", finding, remedy);
        }
        let end = identity
            .certificate_chain()
            .first()
            .and_then(|leaf| not_after(leaf));
        if let Some(end) = end {
            let what = format!("the certificate {}", directory.certificate.display());
            self.days_left_by_the_clock(
                "directory.certificate",
                &what,
                end,
                "create a new transport certificate at the directory",
            );
        }
        Some(identity)
    }

    /// A key that others can read is no secret (INT-4).
    pub(super) fn private_key_mode(&mut self, key: &str, path: &Path) {
        let Ok(metadata) = path.metadata() else {
            return;
        };
        let mode = metadata.mode() & 0o777;
        let finding = format!("{} has mode {mode:04o}", path.display());
        let remedy = format!("chmod 0600 {}", path.display());
        if mode & 0o007 != 0 {
            self.error(
                key,
                finding + ": everyone on this machine can read it",
                &remedy,
            );
        } else if mode & 0o020 != 0 {
            self.warn(key, finding + ": its group can change it", &remedy);
        }
    }
}

fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    Some(Timestamp::from_seconds(
        certificate.validity().not_after.timestamp(),
    ))
}
