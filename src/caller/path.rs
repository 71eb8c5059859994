//! The path from a client's certificate to a trust anchor, RFC 5280 §6.1.

use std::{cell::RefCell, time::Duration};

use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki::{
    Cert, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, KeyUsage,
    RequiredEkuNotFoundContext, VerifiedPath,
};

use super::{
    Authority, CertificateRefused, LeafRules, RevocationLists, TrustAnchors,
    leaf::Leaf,
    policies,
    refused::PathFault,
    revocation::{PointNames, Revocation, RevocationSubject, revocation},
    signature::{self, OverOriginal, is_signed_by, over_originals},
    validity::Validity,
    view::View,
};
use crate::clock::Timestamp;

/// Rules of every path: anchors, revocation lists, and the lists' grace.
pub(super) struct PathRules {
    anchors: TrustAnchors,
    grace: Duration,
    pub(super) leaf_rules: LeafRules,
    lists: RevocationLists,
}

impl PathRules {
    pub(super) fn new(anchors: TrustAnchors, lists: RevocationLists, grace: Duration) -> Self {
        Self {
            anchors,
            grace,
            leaf_rules: LeafRules::default(),
            lists,
        }
    }

    pub(super) fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    pub(super) fn lists(&self) -> &RevocationLists {
        &self.lists
    }

    /// Finds a path that passes every check at `now`; the result is the time in which it stands.
    ///
    /// The path builder checks signatures, dates, EKU, `cA`, path lengths, critical extensions and
    /// name constraints, within a budget of work; each path that it finds is then judged by us. It is
    /// shown only what may stand above this certificate and can be used now, so that nobody is refused
    /// for the fault of a stranger in the bundle.
    pub(super) fn judge(
        &self,
        leaf: &Leaf<'_>,
        now: Timestamp,
    ) -> Result<Validity, CertificateRefused> {
        let own = leaf.judge(now)?;
        self.leaf_rules.judge(leaf)?;
        let above = self.anchors.above(&leaf.view);
        let candidates = Candidates::usable(&above, now);
        let (trusted, intermediates) = (candidates.trusted(), candidates.intermediates());
        let verdict = RefCell::new(None);
        let verify_path = |path: &VerifiedPath<'_>| {
            let issuers = candidates.issuers(path, &trusted);
            let judged = self.judge_candidate(leaf, path, issuers, now);
            let is_good = judged.is_ok();
            verdict.replace(Some(judged));
            if is_good {
                Ok(())
            } else {
                Err(webpki::Error::UnknownIssuer)
            }
        };
        let entity = leaf.end_entity().map_err(|reason| refusal(reason, leaf))?;
        let views = candidates.views(leaf);
        let algorithms = over_originals(&views);
        let algorithms: Vec<_> = algorithms.iter().map(OverOriginal::as_dyn).collect();
        let found = entity.verify_for_usage(
            &algorithms,
            &trusted,
            &intermediates,
            now.unix_time(),
            ForClients,
            // Revocation is judged with the candidate: lists are verified once, not per certificate.
            None,
            Some(&verify_path),
        );
        match (found, verdict.take()) {
            (Ok(_), Some(Ok(validity))) => Ok(own.and(validity)),
            (_, Some(Err(refused))) => Err(refused),
            (Err(reason), _) => {
                Err(unusable_issuer(&reason, &above, now).unwrap_or_else(|| refusal(reason, leaf)))
            }
            // A path that was not judged does not count.
            (Ok(_), None) => Err(refusal(webpki::Error::UnknownIssuer, leaf)),
        }
    }

    /// The checks that the path builder leaves out, on a path whose signatures are good.
    fn judge_candidate(
        &self,
        leaf: &Leaf<'_>,
        path: &VerifiedPath<'_>,
        issuers: Option<Vec<&Authority>>,
        now: Timestamp,
    ) -> Result<Validity, CertificateRefused> {
        let issuers = issuers.ok_or_else(|| refusal(UNKNOWN, leaf))?;
        let mut validity = Validity::ALWAYS;
        for issuer in &issuers {
            validity = validity.and(issuer.judge(now)?);
        }
        anchor_path_length(&issuers)?;
        email_constraints(leaf, &issuers)?;
        required_policy(leaf, &issuers)?;
        Ok(validity.and(self.revocation(leaf, path, &issuers, now)?))
    }

    /// RFC 5280 §6.3: the client's issuer must have a list; any other issuer's list is honoured.
    fn revocation(
        &self,
        leaf: &Leaf<'_>,
        path: &VerifiedPath<'_>,
        issuers: &[&Authority],
        now: Timestamp,
    ) -> Result<Validity, CertificateRefused> {
        if !self.lists.are_configured {
            return Ok(Validity::ALWAYS);
        }
        let own_points = leaf.distribution_points();
        let own: (&Cert<'_>, Option<&PointNames>, bool) =
            (path.end_entity(), own_points.as_ref(), false);
        let others = path.intermediate_certificates().zip(issuers);
        let others = others.map(|(ca, facts)| (ca, facts.distribution_points.as_ref(), true));
        let mut validity = Validity::ALWAYS;
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
            match revocation(&self.lists.lists, &subject, self.grace, now)? {
                Revocation::NotRevoked(listed) => validity = validity.and(listed),
                Revocation::Unlisted if is_ca => (),
                Revocation::Unknown | Revocation::Unlisted => {
                    let issuer = issuer.subject().to_owned();
                    return Err(CertificateRefused::RevocationUnknown { issuer });
                }
            }
        }
        Ok(validity)
    }
}

/// The certificates of the bundle that a path over a client's certificate may have.
struct Candidates<'a> {
    roots: Vec<&'a Authority>,
    intermediates: Vec<&'a Authority>,
}

impl<'a> Candidates<'a> {
    fn usable(above: &[(&'a Authority, &'a View)], now: Timestamp) -> Self {
        let usable = above.iter().map(|(authority, _)| *authority);
        let usable = usable.filter(|authority| authority.judge(now).is_ok());
        let (roots, intermediates) = usable.partition(|authority| authority.is_anchor());
        Self {
            roots,
            intermediates,
        }
    }

    /// Those whose signatures may be asked about.
    fn views<'v>(&self, leaf: &'v Leaf<'_>) -> Vec<&'v View>
    where
        'a: 'v,
    {
        let intermediates = self.intermediates.iter().map(|authority| &authority.view);
        std::iter::once(&leaf.view).chain(intermediates).collect()
    }

    /// In the order of `roots`.
    fn trusted(&self) -> Vec<TrustAnchor<'a>> {
        let trusted = |authority: &&'a Authority| TrustAnchor {
            subject: authority.trusted.subject.as_ref().into(),
            subject_public_key_info: authority.trusted.subject_public_key_info.as_ref().into(),
            name_constraints: authority
                .trusted
                .name_constraints
                .as_ref()
                .map(|constraints| constraints.as_ref().into()),
        };
        self.roots.iter().map(trusted).collect()
    }

    fn intermediates(&self) -> Vec<CertificateDer<'a>> {
        let der = |authority: &&'a Authority| CertificateDer::from(authority.view.der.as_ref());
        self.intermediates.iter().map(der).collect()
    }

    /// The path's issuers, the client's first and the trust anchor last: an element of `trusted`, which
    /// is told apart from others of its name and key.
    fn issuers(
        &self,
        path: &VerifiedPath<'_>,
        trusted: &[TrustAnchor<'_>],
    ) -> Option<Vec<&'a Authority>> {
        let known = |certificate: &Cert<'_>| {
            let der = certificate.der();
            let mut intermediates = self.intermediates.iter().copied();
            intermediates.find(|authority| authority.view.der == der)
        };
        let mut pairs = trusted.iter().zip(&self.roots);
        let root = pairs.find(|(trusted, _)| std::ptr::addr_eq(*trusted, path.anchor()));
        let root = root.map(|(_, root)| *root);
        path.intermediate_certificates()
            .map(known)
            .chain([root])
            .collect()
    }
}

/// The certificate above that cannot be used, where that is why there is no path.
///
/// It counts when it signed what is below it. Where that cannot be told, for a key or a signature of
/// another kind, it counts only when no other of its name can be used.
fn unusable_issuer(
    reason: &webpki::Error,
    above: &[(&Authority, &View)],
    now: Timestamp,
) -> Option<CertificateRefused> {
    use webpki::Error as E;
    if !matches!(reason, E::UnknownIssuer | E::InvalidSignatureForPublicKey) {
        return None;
    }
    let has_usable_twin = |authority: &Authority| {
        let mut twins = above.iter().map(|(other, _)| *other);
        twins.any(|twin| twin.view.subject == authority.view.subject && twin.judge(now).is_ok())
    };
    let is_issuer = |(authority, child): &(&Authority, &View)| {
        is_signed_by(child, &authority.view.key).unwrap_or_else(|| !has_usable_twin(authority))
    };
    let refused = |found: &(&Authority, &View)| {
        let refused = found.0.judge(now).err()?;
        is_issuer(found).then_some(refused)
    };
    above.iter().find_map(refused)
}

/// RFC 5280 §6.1.3 (f): where a CA asks for it, some policy holds along the whole path.
fn required_policy(leaf: &Leaf<'_>, issuers: &[&Authority]) -> Result<(), CertificateRefused> {
    let Some((anchor, intermediates)) = issuers.split_last() else {
        return Ok(());
    };
    let own = leaf.policies();
    let from_the_top = intermediates.iter().rev().map(|issuer| &issuer.policies);
    let path: Vec<_> = from_the_top.chain([&own]).collect();
    if policies::hold(&anchor.policies, path.into_iter()) {
        Ok(())
    } else {
        Err(CertificateRefused::PolicyRequired)
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
    let path = |reason| CertificateRefused::Path { reason };
    match reason {
        E::CaUsedAsEndEntity => CertificateRefused::CaAsClient,
        E::EmptyEkuExtension | E::RequiredEkuNotFoundContext(_) => CertificateRefused::Purpose,
        // The second: the issuer's key is of another kind than the signature claims to be by.
        E::InvalidSignatureForPublicKey
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => CertificateRefused::Signature,
        E::InvalidNetworkMaskConstraint
        | E::MalformedDnsIdentifier
        | E::MalformedNameConstraint
        | E::UnsupportedNameType => path(PathFault::NameMalformed),
        E::MaximumNameConstraintComparisonsExceeded
        | E::MaximumPathBuildCallsExceeded
        | E::MaximumSignatureChecksExceeded => path(PathFault::Excessive),
        E::MaximumPathDepthExceeded => path(PathFault::TooDeep),
        E::NameConstraintViolation => CertificateRefused::NameConstraint,
        E::PathLenConstraintViolated => CertificateRefused::PathTooLong,
        E::SignatureAlgorithmMismatch => path(PathFault::AlgorithmMismatch),
        E::UnknownIssuer => CertificateRefused::UnknownIssuer {
            issuer: leaf.issuer(),
        },
        E::UnsupportedCertVersion => CertificateRefused::Version,
        E::UnsupportedSignatureAlgorithmContext(context) => {
            CertificateRefused::SignatureUnsupported {
                algorithm: signature::name(&context.signature_algorithm_id),
            }
        }
        _ => path(PathFault::Malformed),
    }
}

const UNKNOWN: webpki::Error = webpki::Error::UnknownIssuer;

/// `id-kp-clientAuth`, 1.3.6.1.5.5.7.3.2.
const CLIENT_AUTH: KeyPurposeId<'static> =
    KeyPurposeId::new(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]);

/// `anyExtendedKeyUsage`, 2.5.29.37.0.
const ANY_EXTENDED_KEY_USAGE: KeyPurposeId<'static> = KeyPurposeId::new(&[0x55, 0x1d, 0x25, 0x00]);
