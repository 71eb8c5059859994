//! The path from a client's certificate to a trust anchor, RFC 5280 §6.1.

use std::{cell::RefCell, time::Duration};

use rustls_pki_types::SignatureVerificationAlgorithm;
use webpki::{
    Cert, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, KeyUsage,
    RequiredEkuNotFoundContext, VerifiedPath, aws_lc_rs as algorithm,
};

use super::{
    Authority, CertificateRefused, RevocationList, RevocationLists, TrustAnchors,
    leaf::Leaf,
    revocation::{Revocation, RevocationSubject, revocation},
    window::Window,
};
use crate::clock::Timestamp;

/// What every path is judged by: anchors, revocation lists, and the lists' grace.
pub(super) struct PathRules {
    anchors: TrustAnchors,
    grace: Duration,
    lists: Vec<RevocationList>,
}

impl PathRules {
    pub(super) fn new(anchors: TrustAnchors, lists: RevocationLists, grace: Duration) -> Self {
        let lists = lists.signed_by(&anchors);
        Self {
            anchors,
            grace,
            lists,
        }
    }

    pub(super) fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    pub(super) fn lists(&self) -> &[RevocationList] {
        &self.lists
    }

    /// Finds a path that passes every check at `now`; the result is the time in which it stands.
    ///
    /// The path builder checks signatures, dates, EKU, `cA`, path lengths, critical extensions and
    /// name constraints, within a budget of work; each path that it finds is then judged by us.
    pub(super) fn judge(
        &self,
        leaf: &Leaf<'_>,
        now: Timestamp,
    ) -> Result<Window, CertificateRefused> {
        let own = leaf.judge(now)?;
        let verdict = RefCell::new(None);
        let verify_path = |path: &VerifiedPath<'_>| {
            let judged = self.judge_candidate(leaf, path, now);
            let is_good = judged.is_ok();
            verdict.replace(Some(judged));
            if is_good {
                Ok(())
            } else {
                Err(webpki::Error::UnknownIssuer)
            }
        };
        let entity = leaf.end_entity().map_err(|reason| refusal(reason, leaf))?;
        let found = entity.verify_for_usage(
            SIGNATURE_ALGORITHMS,
            self.anchors.trusted(),
            self.anchors.ders(),
            now.unix_time(),
            ForClients,
            // Revocation is judged with the candidate: lists are verified once, not per certificate.
            None,
            Some(&verify_path),
        );
        match (found, verdict.take()) {
            (Ok(_), Some(Ok(window))) => Ok(own.and(window)),
            (_, Some(Err(refused))) => Err(refused),
            (Err(reason), _) => Err(refusal(reason, leaf)),
            // A path that was not judged does not count.
            (Ok(_), None) => Err(refusal(webpki::Error::UnknownIssuer, leaf)),
        }
    }

    /// The checks that the path builder leaves out, on a path whose signatures are good.
    fn judge_candidate(
        &self,
        leaf: &Leaf<'_>,
        path: &VerifiedPath<'_>,
        now: Timestamp,
    ) -> Result<Window, CertificateRefused> {
        let issuers = self.issuers(path).ok_or_else(|| refusal(UNKNOWN, leaf))?;
        let mut window = Window::ALWAYS;
        for issuer in &issuers {
            window = window.and(issuer.judge(now)?);
        }
        anchor_path_length(&issuers)?;
        email_constraints(leaf, &issuers)?;
        Ok(window.and(self.revocation(leaf, path, &issuers, now)?))
    }

    /// The path's issuers, the client's first and the trust anchor last.
    fn issuers(&self, path: &VerifiedPath<'_>) -> Option<Vec<&Authority>> {
        let known = |der: &Cert<'_>| self.anchors.intermediate(&der.der());
        path.intermediate_certificates()
            .map(known)
            .chain([self.anchors.root(path.anchor())])
            .collect()
    }

    /// RFC 5280 §6.3: the client's issuer must have a list; any other issuer's list is honoured.
    fn revocation(
        &self,
        leaf: &Leaf<'_>,
        path: &VerifiedPath<'_>,
        issuers: &[&Authority],
        now: Timestamp,
    ) -> Result<Window, CertificateRefused> {
        if self.lists.is_empty() {
            return Ok(Window::ALWAYS);
        }
        let own_points = leaf.distribution_points();
        let own: (&Cert<'_>, Option<&[String]>, bool) =
            (path.end_entity(), own_points.as_deref(), false);
        let others = path.intermediate_certificates().zip(issuers);
        let others = others.map(|(ca, facts)| (ca, facts.distribution_points.as_deref(), true));
        let mut window = Window::ALWAYS;
        for ((certificate, distribution_points, is_ca), issuer) in
            std::iter::once(own).chain(others).zip(issuers)
        {
            let subject = RevocationSubject {
                distribution_points,
                is_ca,
                issuer: certificate.issuer(),
                issuer_key: &issuer.trusted.subject_public_key_info,
                serial: certificate.serial(),
            };
            match revocation(&self.lists, &subject, self.grace, now)? {
                Revocation::NotRevoked(listed) => window = window.and(listed),
                Revocation::Unlisted if is_ca => (),
                Revocation::Unknown | Revocation::Unlisted => {
                    let issuer = issuer.subject().to_owned();
                    return Err(CertificateRefused::RevocationUnknown { issuer });
                }
            }
        }
        Ok(window)
    }
}

/// RFC 5280 §4.2.1.9 for the anchor itself, which the path builder knows by name and key only.
fn anchor_path_length(issuers: &[&Authority]) -> Result<(), CertificateRefused> {
    let intermediates = issuers.len().saturating_sub(1);
    match issuers.last().and_then(|anchor| anchor.path_len) {
        Some(most) if intermediates > most => Err(CertificateRefused::PathTooLong),
        _ => Ok(()),
    }
}

/// RFC 5280 §4.2.1.10: constraints on addresses hold for `emailAddress` in subjects as well.
fn email_constraints(leaf: &Leaf<'_>, issuers: &[&Authority]) -> Result<(), CertificateRefused> {
    let mut below_has_email = leaf.has_email();
    for issuer in issuers {
        if issuer.email.is_constrained && below_has_email {
            return Err(CertificateRefused::NameConstraint);
        }
        below_has_email |= issuer.email.is_in_subject;
    }
    Ok(())
}

/// RFC 5280 §4.2.1.12: no EKU at all, or one with `clientAuth` or `anyExtendedKeyUsage`.
struct ForClients;

impl ExtendedKeyUsageValidator for ForClients {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        let (mut is_present, mut is_for_clients) = (false, false);
        for purpose in purposes {
            let purpose = purpose?;
            is_present = true;
            is_for_clients |= purpose == CLIENT_AUTH || purpose == ANY_EXTENDED_KEY_USAGE;
        }
        if is_for_clients || !is_present {
            return Ok(());
        }
        let required = KeyUsage::client_auth();
        let context = RequiredEkuNotFoundContext {
            required,
            present: Vec::new(),
        };
        Err(webpki::Error::RequiredEkuNotFoundContext(context))
    }
}

/// The path builder's error as a fact of ours.
fn refusal(reason: webpki::Error, leaf: &Leaf<'_>) -> CertificateRefused {
    use webpki::Error as E;
    match reason {
        E::CaUsedAsEndEntity => CertificateRefused::CaAsClient,
        E::EmptyEkuExtension | E::RequiredEkuNotFoundContext(_) => CertificateRefused::Purpose,
        E::ExtensionValueInvalid | E::MalformedExtensions => CertificateRefused::ExtensionMalformed,
        E::InvalidSignatureForPublicKey => CertificateRefused::Signature,
        E::NameConstraintViolation => CertificateRefused::NameConstraint,
        E::PathLenConstraintViolated => CertificateRefused::PathTooLong,
        E::UnknownIssuer => CertificateRefused::UnknownIssuer {
            issuer: leaf.issuer(),
        },
        E::UnsupportedCertVersion => CertificateRefused::Version,
        E::UnsupportedCriticalExtension => CertificateRefused::CriticalExtension,
        E::UnsupportedSignatureAlgorithmContext(_)
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            CertificateRefused::SignatureUnsupported
        }
        reason => CertificateRefused::Path { reason },
    }
}

const UNKNOWN: webpki::Error = webpki::Error::UnknownIssuer;

/// `id-kp-clientAuth`, 1.3.6.1.5.5.7.3.2.
const CLIENT_AUTH: KeyPurposeId<'static> =
    KeyPurposeId::new(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]);

/// `anyExtendedKeyUsage`, 2.5.29.37.0.
const ANY_EXTENDED_KEY_USAGE: KeyPurposeId<'static> = KeyPurposeId::new(&[0x55, 0x1d, 0x25, 0x00]);

/// Signatures of issuers: RSA of 2048 bits or more, P-256, P-384, never SHA-1 or MD5 (PKIX-10).
pub(super) static SIGNATURE_ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    algorithm::ECDSA_P256_SHA256,
    algorithm::ECDSA_P256_SHA384,
    algorithm::ECDSA_P256_SHA512,
    algorithm::ECDSA_P384_SHA256,
    algorithm::ECDSA_P384_SHA384,
    algorithm::ECDSA_P384_SHA512,
    algorithm::RSA_PKCS1_2048_8192_SHA256,
    algorithm::RSA_PKCS1_2048_8192_SHA384,
    algorithm::RSA_PKCS1_2048_8192_SHA512,
    algorithm::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    algorithm::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    algorithm::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
];
