//! Reasons why a certificate is not taken: facts for the log; the answers are written elsewhere.

use super::{
    key::{KeyKind, KeyRefused},
    unusable::Unusable,
};
use crate::{clock::Timestamp, edge::CertificateSyntax};

/// Reason why the header does not hold a certificate at all.
#[derive(
    Clone, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum CertificateUnreadable {
    /// The header's value breaks its format's rules.
    #[error(transparent)]
    Header(#[from] CertificateSyntax),
    /// Its decoded content is no DER certificate, RFC 5280 §4.1.
    #[error("the certificate is not an X.509 certificate in DER")]
    Structure,
}

/// The check of RFC 5280 §6 or of ours that a certificate fails.
#[derive(
    Clone, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum CertificateRefused {
    /// A CA certificate used as a client's, RFC 5280 §4.2.1.9.
    #[error("the certificate is a CA's")]
    CaAsClient,
    /// A critical extension that is not understood here, RFC 5280 §4.2, or that its framework has not critical.
    #[error(
        "the certificate's extension {extension} is critical, and is not one that may be so here"
    )]
    CriticalExtension {
        /// The extension's name.
        extension: String,
    },
    /// Later than the certificate's `notAfter`, RFC 5280 §4.1.2.5.
    #[error("the certificate expired at {not_after}, it is {now}")]
    Expired {
        /// The last valid moment.
        not_after: Timestamp,
        /// The time of the request.
        now: Timestamp,
    },
    /// An extension that is repeated or cannot be read, RFC 5280 §4.2.
    #[error("the certificate's extension {extension} is repeated or malformed")]
    ExtensionMalformed {
        /// The extension's name.
        extension: String,
    },
    /// An issuer on the path is outside its dates; trust anchors are judged as well.
    #[error("the issuer {issuer} is valid from {not_before} to {not_after}, it is {now}")]
    IssuerOutOfDate {
        /// The issuer's subject.
        issuer: String,
        /// Its first valid moment.
        not_before: Timestamp,
        /// Its last valid moment.
        not_after: Timestamp,
        /// The time of the request.
        now: Timestamp,
    },
    /// An issuer without the `cA` flag, RFC 5280 §4.2.1.9.
    #[error("the issuer {issuer} is not a CA")]
    IssuerNotCa {
        /// The issuer's subject.
        issuer: String,
    },
    /// An issuer whose key usage lacks `keyCertSign`, RFC 5280 §4.2.1.3.
    #[error("the issuer {issuer} may not sign certificates")]
    IssuerMayNotSign {
        /// The issuer's subject.
        issuer: String,
    },
    /// An issuer that can never be on a good path; `perild check` names it as well.
    #[error("the issuer {issuer} cannot be used: {reason}")]
    IssuerUnusable {
        /// The issuer's subject.
        issuer: String,
        /// The fault of its certificate.
        reason: Unusable,
    },
    /// A key of a kind that is good elsewhere and not configured here (IB1-TLS-1).
    #[error("the certificate's key is {kind}, which is none of consumers.certificate_keys")]
    KeyNotAllowed {
        /// Its kind.
        kind: KeyKind,
    },
    /// An RSA key of fewer than 2048 bits, FAPI 1.0 Part 2 §8.6.
    #[error("the certificate's RSA key has {bits} bits")]
    KeyTooShort {
        /// The length of its modulus.
        bits: usize,
    },
    /// Neither an RSA key nor one on P-256 or P-384.
    #[error("the certificate's key is of the kind {algorithm}; RSA, P-256 and P-384 are supported")]
    KeyUnsupported {
        /// The name of the algorithm or curve.
        algorithm: String,
    },
    /// The key usage lacks `digitalSignature`, RFC 5280 §4.2.1.3.
    #[error("the certificate's key usage lacks digitalSignature")]
    KeyUsage,
    /// A name outside an issuer's name constraints, RFC 5280 §4.2.1.10.
    ///
    /// Constraints on URIs, e-mail addresses and directory names are not computed: a certificate
    /// with a name of a constrained kind is refused, as that clause allows.
    #[error(
        "a name on the path breaks an issuer's name constraints, or is of a constrained kind that is not computed here"
    )]
    NameConstraint,
    /// Earlier than the certificate's `notBefore`, RFC 5280 §4.1.2.5.
    #[error("the certificate is valid from {not_before}, it is {now}")]
    NotYetValid {
        /// The first valid moment.
        not_before: Timestamp,
        /// The time of the request.
        now: Timestamp,
    },
    /// Whatever else path validation demands, RFC 5280 §6.1.
    #[error("the certificate's path is invalid: {reason}")]
    Path {
        /// The fault that the validation met.
        reason: PathFault,
    },
    /// More issuers on the path than an issuer allows, RFC 5280 §4.2.1.9.
    #[error("the path is longer than an issuer allows")]
    PathTooLong,
    /// Policies that map `anyPolicy`, or whose critical qualifiers are not understood, RFC 5280 §4.2.1.4.
    #[error(
        "the certificate's policies map anyPolicy or have a qualifier that is not understood here"
    )]
    Policies,
    /// A CA asks for a policy that holds along the path, and there is none, RFC 5280 §6.1.3 (f).
    #[error(
        "an issuer requires a certificate policy (policyConstraints), and none holds along the path"
    )]
    PolicyRequired,
    /// The extended key usage has neither `clientAuth` nor `anyExtendedKeyUsage`, RFC 5280 §4.2.1.12.
    #[error("the extended key usage of a certificate on the path is not for clients")]
    Purpose,
    /// One application in an extension and another as the URI name (IB1).
    #[error("the certificate names two applications: one as its URI, another in an extension")]
    TwoApplications,
    /// On its issuer's revocation list, RFC 5280 §6.3.
    #[error("certificate {serial} is revoked by {list}")]
    Revoked {
        /// The serial number in hexadecimal.
        serial: String,
        /// The list's name.
        list: String,
    },
    /// A revocation list that is not in force yet, RFC 5280 §5.1.2.4.
    #[error("the revocation list {list} is in force from {this_update}, it is {now}")]
    RevocationListFuture {
        /// The list's name.
        list: String,
        /// Its `thisUpdate`.
        this_update: Timestamp,
        /// The time of the request.
        now: Timestamp,
    },
    /// A revocation list past its `nextUpdate` and the grace granted, RFC 5280 §5.1.2.5.
    #[error("the revocation list {list} was due for renewal at {next_update}, it is {now}")]
    RevocationListStale {
        /// The list's name.
        list: String,
        /// Its `nextUpdate`.
        next_update: Timestamp,
        /// The time of the request.
        now: Timestamp,
    },
    /// Lists are configured and none that can be trusted covers the certificate.
    #[error("no revocation list covers the certificates of {issuer}")]
    RevocationUnknown {
        /// The issuer's subject.
        issuer: String,
    },
    /// A signature that does not verify under the issuer's key, or by a key that is too short.
    #[error("a signature on the path does not verify")]
    Signature,
    /// A signature by an algorithm that is not accepted, such as SHA-1.
    #[error("a signature on the path is of the kind {algorithm}, which is not accepted")]
    SignatureUnsupported {
        /// The algorithm's name.
        algorithm: String,
    },
    /// No path to a trust anchor, RFC 5280 §6.1.
    #[error("the issuer {issuer} does not lead to a root of consumers.trust_anchors")]
    UnknownIssuer {
        /// The issuer that the certificate names, cut when long.
        issuer: String,
    },
    /// No certificate, found only when the header was read once more.
    #[error(transparent)]
    Unreadable(#[from] CertificateUnreadable),
    /// A DNS name that is a wildcard, where those are not taken (IB1-TLS-1).
    #[error("a DNS name of the certificate is a wildcard, and consumers.wildcard_names is false")]
    Wildcard,
    /// Not version 3, which alone has extensions, RFC 5280 §4.1.2.1.
    #[error("the certificate is not of version 3")]
    Version,
}

impl From<KeyRefused> for CertificateRefused {
    fn from(refused: KeyRefused) -> Self {
        match refused {
            KeyRefused::TooShort { bits } => Self::KeyTooShort { bits },
            KeyRefused::Unsupported { algorithm } => Self::KeyUnsupported { algorithm },
            KeyRefused::Parameters | KeyRefused::TooLong { .. } => Self::KeyUnsupported {
                algorithm: refused.to_string(),
            },
        }
    }
}

/// Fault of a path beside the checks that have a reason of their own.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PathFault {
    /// The two places of the signature's algorithm differ, RFC 5280 §4.1.1.2.
    #[error("a certificate names one signature algorithm inside and another outside")]
    AlgorithmMismatch,
    /// More names, certificates or signatures than are worth looking at.
    #[error("there is more to verify than is done for one certificate")]
    Excessive,
    /// A field or an extension that cannot be read.
    #[error("a field of a certificate on the path is malformed")]
    Malformed,
    /// A name or a constraint on names that cannot be read.
    #[error("a name or a name constraint on the path is malformed")]
    NameMalformed,
    /// More certificates than paths have here.
    #[error("the path has more than six intermediates")]
    TooDeep,
}
