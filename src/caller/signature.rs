//! Signatures of issuers: which are verified, and over what.

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};
use webpki::aws_lc_rs as algorithm;

use super::{
    der::{self, Element, OBJECT_IDENTIFIER},
    object,
    view::View,
};

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

/// An algorithm that is asked about rewritten certificates and verifies what was signed.
#[derive(Clone, Copy)]
pub(super) struct OverOriginal<'v> {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    views: &'v [&'v View],
}

/// Each of [`SIGNATURE_ALGORITHMS`] for the certificates of `views` and no others.
pub(super) fn over_originals<'v>(views: &'v [&'v View]) -> Vec<OverOriginal<'v>> {
    SIGNATURE_ALGORITHMS
        .iter()
        .map(|algorithm| OverOriginal {
            algorithm: *algorithm,
            views,
        })
        .collect()
}

impl OverOriginal<'_> {
    pub(super) fn as_dyn(&self) -> &dyn SignatureVerificationAlgorithm {
        self
    }
}

impl SignatureVerificationAlgorithm for OverOriginal<'_> {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let originals = self
            .views
            .iter()
            .filter_map(|view| view.signed(message, signature));
        let mut verified = originals.map(|original| {
            self.algorithm
                .verify_signature(public_key, original, signature)
        });
        let is_verified = verified.any(|verified| verified.is_ok());
        is_verified.then_some(()).ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

impl std::fmt::Debug for OverOriginal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OverOriginal({} certificates)", self.views.len())
    }
}

/// `true` when the key, content of a `SubjectPublicKeyInfo`, signed the certificate; `None` when that cannot
/// be told, for a kind of key or signature that is not verified here.
pub(super) fn is_signed_by(certificate: &View, key: &[u8]) -> Option<bool> {
    let [kind, bits]: [Element<'_>; 2] = der::elements(key)?.try_into().ok()?;
    let [0, bits @ ..] = bits.content else {
        return None;
    };
    if !is_supported(&certificate.algorithm) || !is_key_supported(kind.content) {
        return None;
    }
    let (signed, signature) = certificate.signature();
    let is_good = SIGNATURE_ALGORITHMS
        .iter()
        .filter(|algorithm| algorithm.public_key_alg_id().as_ref() == kind.content)
        .filter(|algorithm| algorithm.signature_alg_id().as_ref() == certificate.algorithm)
        .any(|algorithm| algorithm.verify_signature(bits, signed, signature).is_ok());
    Some(is_good)
}

/// `true` when signatures that name this algorithm, content of an `AlgorithmIdentifier`, are verified.
pub(super) fn is_supported(algorithm: &[u8]) -> bool {
    SIGNATURE_ALGORITHMS
        .iter()
        .any(|known| known.signature_alg_id().as_ref() == algorithm)
}

/// `true` when signatures by keys of this algorithm, content of an `AlgorithmIdentifier`, are verified.
pub(super) fn is_key_supported(algorithm: &[u8]) -> bool {
    SIGNATURE_ALGORITHMS
        .iter()
        .any(|known| known.public_key_alg_id().as_ref() == algorithm)
}

/// The name of an algorithm from the content of its `AlgorithmIdentifier`.
pub(super) fn name(algorithm: &[u8]) -> String {
    let parts = der::elements(algorithm).unwrap_or_default();
    match parts.first() {
        Some(kind) if kind.tag == OBJECT_IDENTIFIER => object::name(kind.content),
        _ => "without a name".to_owned(),
    }
}
