//! Consumers' certificates: the header in which they arrive, their issuers, and those that are revoked.

use std::{path::Path, time::Duration};

use actix_web::http::header::HeaderName;

use super::Examination;
use crate::{
    caller::{
        Authority, Callers, LeafRules, MappedBytes, RevocationList, RevocationListReader,
        RevocationLists, TrustAnchors,
    },
    config::Severity,
    edge::{CertificateFormat, ProxyHeaders},
};

impl Examination<'_> {
    pub(super) fn proxy_headers(&mut self) -> Option<ProxyHeaders> {
        let consumers = &self.config.consumers;
        let certificate_header = self.header(
            "consumers.certificate_header",
            &consumers.certificate_header,
        )?;
        if certificate_header == UNVERIFIED {
            let finding =
                "in this field a balancer in pass-through mode hands over what it has not verified";
            let remedy =
                "set the balancer's mutual TLS to verify, and X-Amzn-Mtls-Clientcert-Leaf here";
            self.error("consumers.certificate_header", finding.to_owned(), remedy);
            return None;
        }
        if consumers.certificate_format == CertificateFormat::PemFolded {
            let finding = "HTTP parsers, ours included, refuse the folded lines that nginx sends as $ssl_client_cert";
            let remedy = "let nginx send $ssl_client_escaped_cert and set pem-urlencoded; pem-folded only reads what a hop has unfolded";
            self.warn("consumers.certificate_format", finding.to_owned(), remedy);
        }
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
        Some(ProxyHeaders {
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
                format!("\"{name}\" is no header field name"),
                "use letters, digits and -",
            );
        }
        header
    }

    pub(super) fn callers(&mut self) -> Option<Callers> {
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
        self.unusable_cas(key, &anchors);
        let lists = self.lists(&anchors)?;
        let grace = Duration::from_secs(consumers.crl_grace_seconds);
        let callers = Callers::new(anchors, lists, grace, REMEMBERED_CALLERS);
        Some(callers.with_leaf_rules(self.leaf_rules()?))
    }

    fn leaf_rules(&mut self) -> Option<LeafRules> {
        let consumers = &self.config.consumers;
        if consumers.certificate_keys.is_empty() {
            let finding = "no key may be in a certificate, so nobody could call".to_owned();
            let remedy = "name RSA, P-256 or P-384";
            self.error("consumers.certificate_keys", finding, remedy);
            return None;
        }
        Some(LeafRules {
            keys: consumers.certificate_keys.clone(),
            wildcards: consumers.wildcard_names,
        })
    }

    /// The revocation lists, each file given up before the next is read.
    fn lists(&mut self, anchors: &TrustAnchors) -> Option<RevocationLists> {
        let consumers = &self.config.consumers;
        let mut reader = RevocationListReader::new(anchors, consumers.crl_max_age());
        for (index, path) in consumers.revocation_lists.iter().enumerate() {
            let key = format!("{LISTS}[{index}]");
            let content = self.read(&key, path, MappedBytes::of_file)?;
            reader.read(&path.display().to_string(), &content);
        }
        match reader.finish() {
            Ok(lists) => {
                self.judge_lists(&lists);
                Some(lists)
            }
            Err(errors) => {
                for error in errors {
                    self.error(LISTS, error.to_string(), error.remedy());
                }
                None
            }
        }
    }

    fn judge_lists(&mut self, lists: &RevocationLists) {
        for delta in lists.deltas() {
            let finding = format!(
                "{} holds a delta list of {}, which is left out; the complete list beside it is used",
                delta.name(),
                delta.issuer()
            );
            self.warn(LISTS, finding, "remove it");
        }
        for list in lists.iter() {
            let what = format!("{} of {}", list.name(), list.issuer());
            if let Some(reason) = list.unsigned() {
                let finding = format!("{what} {reason}; its issuer's certificates are refused");
                self.warn(LISTS, finding, reason.remedy());
            }
            let period = (list.this_update(), list.ends());
            self.period_left(
                LISTS,
                &what,
                period,
                Severity::Warning,
                "fetch a newer list; until then its issuer's certificates are refused",
            );
        }
        if lists.der_bytes() >= MANY_BYTES {
            let finding = format!(
                "the lists have {} MB and {} entries: they take {} MB of memory, and {} MB while they are read anew",
                megabytes(lists.der_bytes()),
                lists.iter().map(RevocationList::len).sum::<usize>(),
                megabytes(lists.held_bytes()),
                megabytes(lists.reading_bytes()),
            );
            self.warn(
                LISTS,
                finding,
                "let MemoryMax of perild.service leave room for that",
            );
        }
    }

    /// The CAs whose clients are all refused, each with the reason.
    fn unusable_cas(&mut self, key: &str, anchors: &TrustAnchors) {
        let path = &self.config.consumers.trust_anchors;
        let never = |ca: &Authority| {
            let (subject, serial) = (ca.subject(), ca.serial());
            format!(
                "{subject} (serial {serial}) in {} can never be used",
                path.display()
            )
        };
        for ca in anchors.iter() {
            if let Some(reason) = ca.unusable() {
                let finding = format!("{}: {reason}", never(ca));
                self.warn(key, finding, UNUSABLE_CA);
            } else if ca.not_before() > self.now {
                let (subject, from) = (ca.subject(), ca.not_before());
                let finding = format!("{subject} in {} is valid from {from} on", path.display());
                let remedy = "its clients are refused until then; see that the clock is right";
                self.warn(key, finding, remedy);
            }
        }
        for ca in anchors.iter().filter(|ca| ca.may_issue()) {
            let kinds = ca.uncomputed_constraints();
            if !kinds.is_empty() {
                let finding = format!(
                    "{} in {} constrains names of kinds that are not computed here: {}",
                    ca.subject(),
                    path.display(),
                    kinds.join(", ")
                );
                let remedy = "below it, certificates with such names are refused; others are taken";
                self.warn(key, finding, remedy);
            }
        }
        for ca in anchors.without_root().filter(|ca| ca.may_issue()) {
            let finding = format!(
                "{}: no root of the bundle signed what leads to it",
                never(ca)
            );
            let remedy = "its clients are refused; add the root that it leads to, or leave it out";
            self.warn(key, finding, remedy);
        }
    }

    pub(super) fn anchors(&mut self, key: &str, path: &Path) -> Option<(Vec<u8>, TrustAnchors)> {
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
                "get the CA's new certificate",
            );
        }
        Some((pem, anchors))
    }
}

/// In millions of bytes, rounded up.
const fn megabytes(bytes: usize) -> usize {
    bytes.div_ceil(1_000_000)
}

const LISTS: &str = "consumers.revocation_lists";

/// Lists of this size are worth a word: the daemon itself takes little more.
const MANY_BYTES: usize = 4_000_000;

const UNUSABLE_CA: &str =
    "its clients are refused; ask the directory for another certificate of the CA, or leave it out";

/// Number of verified certificates that are kept.
const REMEMBERED_CALLERS: u64 = 4_096;

/// Header field in which an AWS balancer puts a chain that nobody has verified (IB1-HDR-1).
const UNVERIFIED: &str = "x-amzn-mtls-clientcert";
