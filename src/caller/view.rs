//! Certificates as the path builder reads them.
//!
//! webpki compares names byte for byte, knows no unique identifiers, and takes each algorithm in one
//! encoding only. RFC 5280 is wider. So webpki is shown a rewritten copy, in which what is equal by that
//! RFC is equal in bytes; the signature is verified over what was signed, which is kept beside it.

use rustls_pki_types::CertificateDer;
use x509_parser::{
    asn1_rs::Oid,
    oid_registry::{
        OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA,
        OID_PKCS1_SHA512WITHRSA, OID_X509_EXT_CERTIFICATE_POLICIES,
        OID_X509_EXT_INHIBIT_ANY_POLICY, OID_X509_EXT_POLICY_CONSTRAINTS,
        OID_X509_EXT_POLICY_MAPPINGS,
    },
};

use super::{
    der::{self, BOOLEAN, Element, OBJECT_IDENTIFIER, SEQUENCE},
    distinguished_name::canonical,
};

/// A certificate rewritten, and what its issuer signed.
pub(super) struct View {
    /// The rewritten certificate.
    pub(super) der: CertificateDer<'static>,
    /// The content of its issuer's name, in the one form of RFC 5280 §7.1.
    pub(super) issuer: Vec<u8>,
    /// The content of its `SubjectPublicKeyInfo`.
    pub(super) key: Vec<u8>,
    /// The content of its subject, in the same form as the issuer.
    pub(super) subject: Vec<u8>,
    /// The content of its signature's `AlgorithmIdentifier`, in the encoding that is verified by.
    pub(super) algorithm: Vec<u8>,
    /// The `TBSCertificate` as it was signed.
    signed: Vec<u8>,
    rewritten: Vec<u8>,
    signature: Vec<u8>,
}

impl View {
    /// Rewrites DER that is one certificate; `None` when it has not the shape of RFC 5280 §4.1.
    ///
    /// Names take their one form, unique identifiers are left out (§4.1.2.8: nothing is decided by them),
    /// absent parameters of RSA are `NULL` (RFC 4055 §5), and extensions on policies are not critical:
    /// those are processed by [`super::policies`]. Everything else is copied.
    pub(super) fn of(der: &[u8]) -> Option<Self> {
        let parts = der::elements(der::content(der, SEQUENCE)?)?;
        let [tbs, algorithm, signature] = parts.try_into().ok()?;
        let fields = der::elements(tbs.content)?;
        let (version, fields) = match fields.split_first()? {
            (version, fields) if version.tag == VERSION => (version.whole, fields),
            _ => (&[][..], fields.as_slice()),
        };
        let [serial, inner, issuer, validity, subject, key, extra @ ..] = fields else {
            return None;
        };
        // RFC 5280 §4.1.1.2 asks for the same in both places; one of two is not made equal to the other.
        let is_same = inner.whole == algorithm.whole;
        let algorithm = match rewritten_algorithm(&algorithm) {
            Some(rewritten) if is_same => rewritten,
            _ => algorithm.whole.to_vec(),
        };
        let inner = if is_same { &algorithm } else { inner.whole };
        let (issuer, subject) = (name(issuer)?, name(subject)?);
        let extra: Option<Vec<_>> = extra
            .iter()
            .filter(|field| !UNIQUE_IDENTIFIERS.contains(&field.tag))
            .map(rewritten_extensions)
            .collect();
        let rewritten = [
            version,
            serial.whole,
            inner,
            &issuer,
            validity.whole,
            &subject,
            key.whole,
            &extra?.concat(),
        ];
        let rewritten = der::element(SEQUENCE, &rewritten.concat());
        let whole = [rewritten.as_slice(), &algorithm, signature.whole].concat();
        Some(Self {
            der: der::element(SEQUENCE, &whole).into(),
            issuer: der::content(&issuer, SEQUENCE)?.to_vec(),
            key: key.content.to_vec(),
            subject: der::content(&subject, SEQUENCE)?.to_vec(),
            algorithm: der::content(&algorithm, SEQUENCE)?.to_vec(),
            signed: tbs.whole.to_vec(),
            rewritten,
            // A BIT STRING begins with the number of bits that do not count; webpki asks for none.
            signature: signature.content.get(1..)?.to_vec(),
        })
    }

    /// The signed part, when `rewritten` and `signature` are this certificate's.
    pub(super) fn signed(&self, rewritten: &[u8], signature: &[u8]) -> Option<&[u8]> {
        (self.rewritten == rewritten && self.signature == signature).then_some(&self.signed)
    }

    /// The signed part, and the signature over it.
    pub(super) fn signature(&self) -> (&[u8], &[u8]) {
        (&self.signed, &self.signature)
    }
}

fn name(name: &Element<'_>) -> Option<Vec<u8>> {
    (name.tag == SEQUENCE).then(|| canonical(name.whole).unwrap_or_else(|| name.whole.to_vec()))
}

/// The field `extensions`, in which those on policies are not critical; others as they are.
fn rewritten_extensions(field: &Element<'_>) -> Option<Vec<u8>> {
    if field.tag != EXTENSIONS {
        return Some(field.whole.to_vec());
    }
    let extensions = der::elements(der::content(field.content, SEQUENCE)?)?;
    let extensions: Option<Vec<_>> = extensions.iter().map(rewritten_extension).collect();
    let extensions = der::element(SEQUENCE, &extensions?.concat());
    Some(der::element(EXTENSIONS, &extensions))
}

fn rewritten_extension(extension: &Element<'_>) -> Option<Vec<u8>> {
    match der::elements(extension.content)?.as_slice() {
        [kind, critical, value] if critical.tag == BOOLEAN && is_on_policies(kind) => {
            let rest = [kind.whole, value.whole].concat();
            Some(der::element(SEQUENCE, &rest))
        }
        _ => Some(extension.whole.to_vec()),
    }
}

fn is_on_policies(kind: &Element<'_>) -> bool {
    [
        OID_X509_EXT_CERTIFICATE_POLICIES,
        OID_X509_EXT_INHIBIT_ANY_POLICY,
        OID_X509_EXT_POLICY_CONSTRAINTS,
        OID_X509_EXT_POLICY_MAPPINGS,
    ]
    .iter()
    .any(|known| is(kind, known))
}

/// The content of an `AlgorithmIdentifier` in the encoding that is verified by.
pub(super) fn algorithm(content: &[u8]) -> Vec<u8> {
    let whole = der::element(SEQUENCE, content);
    let element = Element {
        content,
        tag: SEQUENCE,
        whole: &whole,
    };
    let rewritten = rewritten_algorithm(&element);
    let rewritten = rewritten
        .as_deref()
        .and_then(|whole| der::content(whole, SEQUENCE));
    rewritten.unwrap_or(content).to_vec()
}

/// An `AlgorithmIdentifier` of an RSA signature in the encoding that RFC 4055 §5 prefers; `None` for others.
fn rewritten_algorithm(algorithm: &Element<'_>) -> Option<Vec<u8>> {
    match der::elements(algorithm.content)?.as_slice() {
        [kind]
            if [
                OID_PKCS1_SHA256WITHRSA,
                OID_PKCS1_SHA384WITHRSA,
                OID_PKCS1_SHA512WITHRSA,
            ]
            .iter()
            .any(|known| is(kind, known)) =>
        {
            Some(der::element(SEQUENCE, &[kind.whole, NULL].concat()))
        }
        [kind, parameters] if is(kind, &OID_PKCS1_RSASSAPSS) && parameters.tag == SEQUENCE => {
            let parameters = rewritten_pss(parameters.content)?;
            Some(der::element(SEQUENCE, &[kind.whole, &parameters].concat()))
        }
        _ => None,
    }
}

/// `RSASSA-PSS-params`, RFC 4055 §3.1: hashes with `NULL` (§2.1), the trailer of always left out.
fn rewritten_pss(parameters: &[u8]) -> Option<Vec<u8>> {
    let rewritten = |field: &Element<'_>| match (field.tag, field.content) {
        (HASH, hash) => Some(der::element(HASH, &rewritten_hash(hash)?)),
        (MASK, mask) => {
            let [kind, hash] = der::elements(der::content(mask, SEQUENCE)?)?
                .try_into()
                .ok()?;
            let hash = rewritten_hash(hash.whole)?;
            let mask = der::element(SEQUENCE, &[kind.whole, &hash].concat());
            (kind.content == MGF1).then(|| der::element(MASK, &mask))
        }
        (TRAILER, [2, 1, 1]) => Some(Vec::new()),
        _ => Some(field.whole.to_vec()),
    };
    let fields: Option<Vec<_>> = der::elements(parameters)?.iter().map(rewritten).collect();
    Some(der::element(SEQUENCE, &fields?.concat()))
}

fn rewritten_hash(hash: &[u8]) -> Option<Vec<u8>> {
    match der::elements(der::content(hash, SEQUENCE)?)?.as_slice() {
        [kind] => Some(der::element(SEQUENCE, &[kind.whole, NULL].concat())),
        _ => Some(hash.to_vec()),
    }
}

fn is(kind: &Element<'_>, known: &Oid<'_>) -> bool {
    kind.tag == OBJECT_IDENTIFIER && kind.content == known.as_bytes()
}

const NULL: &[u8] = &[5, 0];
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// `issuerUniqueID` and `subjectUniqueID`.
const UNIQUE_IDENTIFIERS: [u8; 2] = [0x81, 0x82];
/// `id-mgf1`, 1.2.840.113549.1.1.8.
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
/// Fields of `RSASSA-PSS-params`.
const HASH: u8 = 0xa0;
const MASK: u8 = 0xa1;
const TRAILER: u8 = 0xa3;
