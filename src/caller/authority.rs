//! A CA certificate of the bundle and what it may do.

use std::fmt;

use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki::anchor_from_trusted_cert;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, KeyUsage},
    prelude::FromDer,
};

use super::{CertificateRefused, leaf, name, window::Window};
use crate::clock::Timestamp;

/// One certificate of the bundle: a trust anchor, or an intermediate that leads to one.
pub struct Authority {
    pub(super) der: CertificateDer<'static>,
    pub(super) distribution_points: Option<Vec<String>>,
    pub(super) email: Email,
    fitness: Fitness,
    is_self_issued: bool,
    pub(super) may_sign_lists: bool,
    not_after: Timestamp,
    not_before: Timestamp,
    organisations: Vec<String>,
    pub(super) path_len: Option<usize>,
    serial: String,
    subject: String,
    pub(super) trusted: TrustAnchor<'static>,
}

/// Whether it may issue certificates, RFC 5280 §4.2.1.3 and §4.2.1.9.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Fitness {
    Issuer,
    MayNotSign,
    NotCa,
}

/// What it has to do with e-mail addresses in subjects.
pub(super) struct Email {
    pub(super) is_constrained: bool,
    pub(super) is_in_subject: bool,
}

impl Authority {
    /// Whether its subject is its issuer: such a certificate is a trust anchor.
    #[must_use]
    pub fn is_anchor(&self) -> bool {
        self.is_self_issued
    }

    /// Whether it is a CA's and may sign certificates; one that may not never makes a path.
    #[must_use]
    pub fn may_issue(&self) -> bool {
        self.fitness == Fitness::Issuer
    }

    /// Its last valid moment.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Its serial number in lower-case hexadecimal.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Its subject as RFC 4514 writes names.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn organisations(&self) -> &[String] {
        &self.organisations
    }

    /// Reads one certificate; `None` when it is not one.
    pub(super) fn read(der: &CertificateDer<'static>) -> Option<Self> {
        let trusted = anchor_from_trusted_cert(der).ok()?.to_owned();
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let basic = certificate
            .basic_constraints()
            .ok()
            .flatten()
            .map(|basic| basic.value);
        let email = Email {
            is_constrained: constrains_email(&certificate),
            is_in_subject: certificate.subject().iter_email().next().is_some(),
        };
        Some(Self {
            der: der.clone(),
            distribution_points: leaf::distribution_points(&certificate),
            email,
            fitness: match basic {
                Some(basic) if basic.ca && may(&certificate, KeyUsage::key_cert_sign) => {
                    Fitness::Issuer
                }
                Some(basic) if basic.ca => Fitness::MayNotSign,
                _ => Fitness::NotCa,
            },
            is_self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
            may_sign_lists: may(&certificate, KeyUsage::crl_sign),
            not_after: leaf::moment(certificate.validity().not_after),
            not_before: leaf::moment(certificate.validity().not_before),
            organisations: organisations(&certificate),
            path_len: basic
                .and_then(|basic| basic.path_len_constraint)
                .map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            serial: leaf::serial(&certificate),
            subject: name::printed(certificate.subject()),
            trusted,
        })
    }

    /// Whether it may issue certificates at `now`, and while which dates that holds.
    pub(super) fn judge(&self, now: Timestamp) -> Result<Window, CertificateRefused> {
        let issuer = || self.subject.clone();
        match self.fitness {
            Fitness::Issuer => (),
            Fitness::MayNotSign => {
                return Err(CertificateRefused::IssuerMayNotSign { issuer: issuer() });
            }
            Fitness::NotCa => return Err(CertificateRefused::IssuerNotCa { issuer: issuer() }),
        }
        let (not_before, not_after) = (self.not_before, self.not_after);
        let window = Window::new(not_before, not_after);
        if !window.contains(now) {
            let issuer = issuer();
            return Err(CertificateRefused::IssuerOutOfDate {
                issuer,
                not_before,
                not_after,
                now,
            });
        }
        Ok(window)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({}, until {})", self.subject, self.not_after)
    }
}

/// RFC 5280 §4.2.1.3: without the extension a key may do all; one that cannot be read allows none.
fn may(certificate: &X509Certificate<'_>, allows: fn(&KeyUsage) -> bool) -> bool {
    match certificate.key_usage() {
        Ok(Some(usage)) => allows(usage.value),
        Ok(None) => true,
        Err(_) => false,
    }
}

fn organisations(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject().iter_organization();
    names
        .filter_map(|name| name.as_str().ok())
        .map(str::to_owned)
        .collect()
}

/// Whether it constrains e-mail addresses; constraints that cannot be read count as doing so.
fn constrains_email(certificate: &X509Certificate<'_>) -> bool {
    let constraints = match certificate.name_constraints() {
        Ok(Some(constraints)) => constraints.value,
        Ok(None) => return false,
        Err(_) => return true,
    };
    [
        &constraints.permitted_subtrees,
        &constraints.excluded_subtrees,
    ]
    .into_iter()
    .flatten()
    .flatten()
    .any(|subtree| matches!(subtree.base, GeneralName::RFC822Name(_)))
}
