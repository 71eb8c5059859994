//! Signer of a revocation list, RFC 5280 §6.3.3 (f) and (g).

use rustls_pki_types::{SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use webpki::RawPublicKeyEntity;
use x509_parser::{certificate::X509Certificate, extensions::ParsedExtension, prelude::FromDer};

use super::certificate_list::CertificateList;
use crate::caller::{
    IssuerKey,
    anchors::TrustAnchors,
    authority::Authority,
    der::{SEQUENCE, element},
    signature::{self, SIGNATURE_ALGORITHMS},
    view,
};

/// Content of the `SubjectPublicKeyInfo` of each CA of the bundle that signed a list; never none.
pub(super) type SignerKeys = Vec<Vec<u8>>;

/// Reason why no CA of the bundle counts as the signer of a list.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unsigned {
    /// By an algorithm that is weak or not known.
    #[error("is signed with {algorithm}, which is not accepted")]
    Algorithm {
        /// The algorithm.
        algorithm: String,
    },
    /// The list names the very key that it should be signed with, and the signature is not good.
    #[error("is damaged or forged: the signature is not that of the CA's key which it names")]
    Damaged,
    /// The CA's key cannot make such signatures, or is of a kind that is not accepted.
    #[error("is not signed with the kind of key that the CA of its issuer's name has")]
    KeyKind,
    /// The CA signed it and may not, RFC 5280 §4.2.1.3.
    #[error("is signed by a CA whose key usage does not allow that (no cRLSign)")]
    MayNotSign,
    /// Nobody in the bundle has the name of the list's issuer.
    #[error("is not signed by a CA of consumers.trust_anchors: none has its issuer's name")]
    NoSuchCa,
    /// Somebody in the bundle has the name, and another key.
    #[error(
        "is not signed by a CA of consumers.trust_anchors: the one of its issuer's name has another key"
    )]
    OtherKey,
}

impl Unsigned {
    /// The remedy, as an instruction.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Algorithm { .. } | Self::KeyKind => {
                "its issuer has to sign with RSA of 2048 bits or more, P-256 or P-384, and SHA-2"
            }
            Self::Damaged => "fetch it again",
            Self::MayNotSign => {
                "its issuer has to give the CA a certificate with cRLSign; put that into consumers.trust_anchors"
            }
            Self::NoSuchCa | Self::OtherKey => {
                "add its issuer's certificate to consumers.trust_anchors, or drop the list"
            }
        }
    }
}

/// The CAs of the list's issuer's name which may sign lists and signed this one.
pub(super) fn signers(
    list: &CertificateList<'_>,
    anchors: &TrustAnchors,
) -> Result<SignerKeys, Unsigned> {
    let algorithms = algorithms(list.algorithm)?;
    let issuer = IssuerKey::of(list.issuer);
    let named = |ca: &&Authority| ca.subject_key() == issuer;
    let mut signers = Vec::new();
    let mut reason = Unsigned::NoSuchCa;
    for ca in anchors.iter().filter(named) {
        match verify(list, ca, &algorithms) {
            Ok(()) if ca.may_sign_lists => {
                signers.push(ca.trusted.subject_public_key_info.as_ref().to_vec());
            }
            Ok(()) => reason = Unsigned::MayNotSign,
            Err(other) if rank(&other) > rank(&reason) => reason = other,
            Err(_) => (),
        }
    }
    if signers.is_empty() {
        return Err(reason);
    }
    Ok(signers)
}

/// Of several CAs of one name, the reason that tells most is kept.
fn rank(reason: &Unsigned) -> u8 {
    match reason {
        Unsigned::Algorithm { .. } | Unsigned::NoSuchCa => 0,
        Unsigned::KeyKind => 1,
        Unsigned::OtherKey => 2,
        Unsigned::Damaged => 3,
        Unsigned::MayNotSign => 4,
    }
}

fn verify(
    list: &CertificateList<'_>,
    ca: &Authority,
    algorithms: &[&dyn SignatureVerificationAlgorithm],
) -> Result<(), Unsigned> {
    use webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext as OtherKind;
    let key = element(SEQUENCE, &ca.trusted.subject_public_key_info);
    let key = SubjectPublicKeyInfoDer::from(key);
    let key = RawPublicKeyEntity::try_from(&key).or(Err(Unsigned::KeyKind))?;
    let mut is_of_kind = false;
    for algorithm in algorithms {
        match key.verify_signature(*algorithm, list.tbs, list.signature) {
            Ok(()) => return Ok(()),
            Err(OtherKind(_)) => (),
            Err(_) => is_of_kind = true,
        }
    }
    Err(match (is_of_kind, list.extensions.authority_key) {
        (false, _) => Unsigned::KeyKind,
        (true, Some(named)) if subject_key(ca).as_deref() == Some(named) => Unsigned::Damaged,
        (true, _) => Unsigned::OtherKey,
    })
}

/// Algorithms that the list's own `AlgorithmIdentifier` may mean.
fn algorithms(
    declared: &[u8],
) -> Result<Vec<&'static dyn SignatureVerificationAlgorithm>, Unsigned> {
    let declared = view::algorithm(declared);
    let is_declared = |algorithm: &&&dyn SignatureVerificationAlgorithm| {
        let known = algorithm.signature_alg_id();
        *known == *declared || [&*known, NULL].concat() == declared
    };
    let found: Vec<_> = SIGNATURE_ALGORITHMS
        .iter()
        .filter(is_declared)
        .copied()
        .collect();
    if found.is_empty() {
        let algorithm = signature::name(&declared);
        return Err(Unsigned::Algorithm { algorithm });
    }
    Ok(found)
}

/// RFC 5280 §4.2.1.2.
fn subject_key(ca: &Authority) -> Option<Vec<u8>> {
    let (_, certificate) = X509Certificate::from_der(&ca.der).ok()?;
    let mut extensions = certificate.iter_extensions();
    extensions.find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(key) => Some(key.0.to_vec()),
        _ => None,
    })
}

/// Parameters that ECDSA has not (RFC 5758 §3.2), and that OpenSSL passes over.
const NULL: &[u8] = &[5, 0];
