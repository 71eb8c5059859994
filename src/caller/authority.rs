//! A CA certificate of the bundle and what it may do.

use std::fmt;

use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki::EndEntityCert;
use x509_parser::{
    certificate::X509Certificate, extensions::KeyUsage,
    oid_registry::OID_X509_EXT_NAME_CONSTRAINTS, prelude::FromDer, x509::X509Version,
};

use super::{
    CertificateRefused, IssuerKey, der, extensions, key, leaf, name, policies::Policies,
    revocation::PointNames, signature, unusable::Unusable, validity::Validity, view::View,
};
use crate::clock::Timestamp;

/// One certificate of the bundle: a trust anchor, or an intermediate that leads to one.
pub struct Authority {
    pub(super) der: CertificateDer<'static>,
    pub(super) distribution_points: Option<PointNames>,
    pub(super) email: Email,
    pub(super) may_sign_lists: bool,
    not_after: Timestamp,
    not_before: Timestamp,
    organisations: Vec<String>,
    pub(super) path_len: Option<usize>,
    pub(super) policies: Policies,
    serial: String,
    subject: String,
    pub(super) trusted: TrustAnchor<'static>,
    uncomputed_constraints: Vec<&'static str>,
    unusable: Option<Unusable>,
    pub(super) view: View,
}

/// Its constraints on e-mail addresses in subjects.
pub(super) struct Email {
    pub(super) is_constrained: bool,
    pub(super) is_in_subject: bool,
}

impl Authority {
    /// `true` when its subject is its issuer: such a certificate is a trust anchor.
    #[must_use]
    pub fn is_anchor(&self) -> bool {
        self.view.subject == self.view.issuer
    }

    /// `true` when it can make a path; if it cannot, [`Self::unusable`] says why.
    #[must_use]
    pub fn may_issue(&self) -> bool {
        self.unusable.is_none()
    }

    /// Its last valid moment.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Its first valid moment.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
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

    /// The kinds of names that it constrains and that are not compared here: below it, certificates
    /// with names of these kinds are refused, RFC 5280 §4.2.1.10.
    #[must_use]
    pub fn uncomputed_constraints(&self) -> &[&'static str] {
        &self.uncomputed_constraints
    }

    /// The reason why no path over it is ever good, whatever the time and the client.
    #[must_use]
    pub fn unusable(&self) -> Option<&Unusable> {
        self.unusable.as_ref()
    }

    /// Its subject as names are compared.
    pub(super) fn subject_key(&self) -> IssuerKey {
        IssuerKey::of_canonical(&self.view.subject)
    }

    /// Its issuer as names are compared.
    pub(super) fn issuer_key(&self) -> IssuerKey {
        IssuerKey::of_canonical(&self.view.issuer)
    }

    /// `true` when `above` bears its issuer's name and signed it.
    pub(super) fn is_issued_by(&self, above: &Self) -> bool {
        let is_named = self.view.issuer == above.view.subject;
        is_named && signature::is_signed_by(&self.view, &above.view.key) == Some(true)
    }

    pub(super) fn organisations(&self) -> &[String] {
        &self.organisations
    }

    /// Reads one certificate; `None` when it is not one.
    pub(super) fn read(der: &CertificateDer<'static>) -> Option<Self> {
        let view = View::of(der)?;
        let Ok(([], certificate)) = X509Certificate::from_der(der) else {
            return None;
        };
        let is_self_issued = view.subject == view.issuer;
        let policies = Policies::read(&certificate, is_self_issued);
        let basic = certificate.basic_constraints().ok().flatten();
        let uncomputed_constraints = extensions::uncomputed_constraints(&certificate);
        let email = Email {
            is_constrained: uncomputed_constraints.contains(&extensions::EMAIL_ADDRESSES),
            is_in_subject: certificate.subject().iter_email().next().is_some(),
        };
        Some(Self {
            der: der.clone(),
            distribution_points: PointNames::of_certificate(&certificate),
            email,
            may_sign_lists: may(&certificate, KeyUsage::crl_sign),
            not_after: leaf::moment(certificate.validity().not_after),
            not_before: leaf::moment(certificate.validity().not_before),
            organisations: organisations(&certificate),
            path_len: basic
                .and_then(|basic| basic.value.path_len_constraint)
                .map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            serial: leaf::serial(&certificate),
            subject: name::printed(certificate.subject()),
            trusted: TrustAnchor {
                subject: view.subject.clone().into(),
                subject_public_key_info: view.key.clone().into(),
                name_constraints: name_constraints(&certificate).map(|bytes| bytes.to_vec().into()),
            },
            uncomputed_constraints,
            unusable: unusable(&certificate, &view, policies.is_none()),
            policies: policies.unwrap_or_default(),
            view,
        })
    }

    /// Judges that it may issue certificates at `now`, and while which dates that holds.
    pub(super) fn judge(&self, now: Timestamp) -> Result<Validity, CertificateRefused> {
        let issuer = || self.subject.clone();
        match &self.unusable {
            None => (),
            Some(Unusable::MayNotSign) => {
                return Err(CertificateRefused::IssuerMayNotSign { issuer: issuer() });
            }
            Some(Unusable::NotCa) => {
                return Err(CertificateRefused::IssuerNotCa { issuer: issuer() });
            }
            Some(reason) => {
                let (issuer, reason) = (issuer(), reason.clone());
                return Err(CertificateRefused::IssuerUnusable { issuer, reason });
            }
        }
        let (not_before, not_after) = (self.not_before, self.not_after);
        let validity = Validity::new(not_before, not_after);
        if !validity.contains(now) {
            let issuer = issuer();
            return Err(CertificateRefused::IssuerOutOfDate {
                issuer,
                not_before,
                not_after,
                now,
            });
        }
        Ok(validity)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({}, until {})", self.subject, self.not_after)
    }
}

/// The first reason for which no path over the certificate can be good.
fn unusable(
    certificate: &X509Certificate<'_>,
    view: &View,
    has_bad_policies: bool,
) -> Option<Unusable> {
    if certificate.version() != X509Version::V3 {
        return Some(Unusable::Version);
    }
    if let Some(extension) = extensions::malformed(certificate) {
        return Some(Unusable::ExtensionMalformed { extension });
    }
    if !certificate.is_ca() {
        return Some(Unusable::NotCa);
    }
    if !may(certificate, KeyUsage::key_cert_sign) {
        return Some(Unusable::MayNotSign);
    }
    if let Some(extension) = extensions::unknown_critical(certificate) {
        return Some(Unusable::CriticalExtension { extension });
    }
    if has_bad_policies {
        return Some(Unusable::Policies);
    }
    if let Err(reason) = key::judge_issuer(certificate.public_key(), view) {
        return Some(Unusable::Key { reason });
    }
    // Nobody looks at the signature of an anchor: it is trusted for standing in the bundle.
    let is_anchor = view.subject == view.issuer;
    if !is_anchor && !signature::is_supported(&view.algorithm) {
        let algorithm = signature::name(&view.algorithm);
        return Some(Unusable::Signature { algorithm });
    }
    if !is_anchor && !extensions::is_for_clients(certificate) {
        return Some(Unusable::Purpose);
    }
    if extensions::constrains_directory_names(certificate) {
        return Some(Unusable::NameConstraints);
    }
    EndEntityCert::try_from(&view.der)
        .is_err()
        .then_some(Unusable::Structure)
}

fn name_constraints<'c>(certificate: &X509Certificate<'c>) -> Option<&'c [u8]> {
    let extensions = certificate.extensions().iter();
    let mut constraints = extensions.filter(|found| found.oid == OID_X509_EXT_NAME_CONSTRAINTS);
    der::content(constraints.next()?.value, der::SEQUENCE)
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
