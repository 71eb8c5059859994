//! Addresses that lists are fetched from, and whose lists they are for.

use std::collections::{BTreeMap, BTreeSet};

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use url::Url;

use super::crl_file::CrlFile;
use crate::{
    caller::{IssuerKey, PointNames, published_at},
    config::Config,
};

/// Every address that certificates, lists and the configuration name.
#[derive(Default)]
pub(super) struct Sources {
    /// Issuer whose lists an http address is for; nobody in particular when the configuration names it.
    pub(super) addresses: BTreeMap<Url, BTreeSet<IssuerKey>>,
    /// The points that certificates name, each with the issuer whose list is published there.
    pub(super) points: Vec<(IssuerKey, PointNames)>,
    /// Addresses of other kinds, or that are none.
    pub(super) unusable: BTreeSet<String>,
}

impl Sources {
    pub(super) fn of(config: &Config, anchors_pem: &[u8], files: &[CrlFile]) -> Self {
        let mut sources = Self::default();
        // A certificate that cannot be read names nothing, and `perild check` says what is wrong with it.
        let own = std::fs::read(&config.directory.certificate).unwrap_or_default();
        for der in [anchors_pem, &own]
            .into_iter()
            .flat_map(CertificateDer::pem_slice_iter)
            .flatten()
        {
            let Some((issuer, points)) = published_at(&der) else {
                continue;
            };
            for address in points.uris() {
                sources.add(address, Some(issuer.clone()));
            }
            sources.points.push((issuer, points));
        }
        for stored in files.iter().flat_map(CrlFile::lists) {
            for address in stored.list.published_at() {
                sources.add(address, Some(stored.list.issuer_key().clone()));
            }
        }
        for url in &config.consumers.revocation_urls {
            sources.add(url.as_str(), None);
        }
        sources
    }

    fn add(&mut self, address: &str, issuer: Option<IssuerKey>) {
        let url = Url::parse(address).ok();
        match url.filter(|url| matches!(url.scheme(), "http" | "https")) {
            Some(url) => self.addresses.entry(url).or_default().extend(issuer),
            None => {
                self.unusable.insert(address.escape_debug().to_string());
            }
        }
    }
}
