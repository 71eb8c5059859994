//! Signers of provenance records: their certificates (IB1, §16.3).

use std::time::Duration;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA256_ASN1, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};
use rustls_pki_types::CertificateDer;
use x509_parser::{
    certificate::X509Certificate,
    extensions::ParsedExtension,
    oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384},
    prelude::FromDer,
    x509::SubjectPublicKeyInfo,
};

use super::{
    CertificateRefused, CertificateUnreadable, Membership, RevocationLists, TrustAnchors,
    leaf::Leaf, path::PathRules,
};
use crate::clock::Timestamp;

/// A certificate with which a member of a trust framework signs.
#[derive(Clone, Debug)]
pub struct SignerCertificate {
    serial: Box<str>,
    organisation: Box<str>,
    member: Box<str>,
    application: Box<str>,
    roles: Box<[Box<str>]>,
    curve: Curve,
    key: Box<[u8]>,
    not_after: Timestamp,
}

/// Curves whose signatures are verified, over SHA-256.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Curve {
    /// P-256: the one that perild signs with.
    P256,
    /// P-384.
    P384,
}

/// The fault of a signer's certificate.
#[derive(Debug, thiserror::Error)]
pub enum SignerRefused {
    /// It has no URI that names the application, or several.
    #[error("the certificate does not name one application: its one URI name")]
    NoApplication,
    /// It does not say which key issued it.
    #[error("the certificate has no authority key identifier")]
    NoAuthorityKey,
    /// It names no member.
    #[error("the certificate names no member")]
    NoMember,
    /// Its subject names no organisation.
    #[error("the certificate's subject names no organisation")]
    NoOrganisation,
    /// It states no roles.
    #[error("the certificate states no roles")]
    NoRoles,
    /// No path leads from it to an anchor at the time of the signature.
    #[error(transparent)]
    Path(#[from] CertificateRefused),
    /// Its key is of another kind.
    #[error("the certificate's key is neither on P-256 nor on P-384")]
    Key,
    /// It is no certificate.
    #[error(transparent)]
    Unreadable(#[from] CertificateUnreadable),
}

impl SignerCertificate {
    /// Reads what a certificate says; nothing in it is believed yet.
    ///
    /// # Errors
    /// [`SignerRefused`] where something is missing that a signer's certificate has.
    pub fn read(der: &CertificateDer<'_>) -> Result<Self, SignerRefused> {
        let Ok(([], certificate)) = X509Certificate::from_der(der) else {
            return Err(CertificateUnreadable::Structure.into());
        };
        let membership = Membership::read(&certificate).map_err(CertificateRefused::from)?;
        let mut organisations = certificate.subject().iter_organization();
        let organisation = organisations.find_map(|name| name.as_str().ok());
        let organisation = organisation.ok_or(SignerRefused::NoOrganisation)?.into();
        let member = membership.member().ok_or(SignerRefused::NoMember)?.into();
        let application = membership.application();
        let application = application.ok_or(SignerRefused::NoApplication)?.into();
        if membership.roles().is_empty() {
            return Err(SignerRefused::NoRoles);
        }
        if !names_its_issuers_key(&certificate) {
            return Err(SignerRefused::NoAuthorityKey);
        }
        let key = certificate.public_key();
        Ok(Self {
            serial: certificate.tbs_certificate.serial.to_string().into(),
            organisation,
            member,
            application,
            roles: membership.roles().into(),
            curve: curve(key).ok_or(SignerRefused::Key)?,
            key: (&*key.subject_public_key.data).into(),
            not_after: Timestamp::from_seconds(certificate.validity().not_after.timestamp()),
        })
    }

    /// As [`Self::read`], of a certificate from which a path led to one of `anchors` at the time of a signature.
    /// Revocation is not looked at: lists say what holds now.
    ///
    /// # Errors
    /// [`SignerRefused`].
    pub fn verify(
        der: &CertificateDer<'_>,
        anchors: TrustAnchors,
        at: Timestamp,
    ) -> Result<Self, SignerRefused> {
        let signer = Self::read(der)?;
        let rules = PathRules::new(anchors, RevocationLists::default(), Duration::ZERO);
        rules.judge(&Leaf::read(der)?, at)?;
        Ok(signer)
    }

    /// `true` where `signature`, ECDSA in DER (RFC 3279 §2.2.3), is that of `text` by its key.
    #[must_use]
    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        let algorithm: &EcdsaVerificationAlgorithm = match self.curve {
            Curve::P256 => &ECDSA_P256_SHA256_ASN1,
            Curve::P384 => &ECDSA_P384_SHA256_ASN1,
        };
        let key = UnparsedPublicKey::new(algorithm, &self.key);
        key.verify(text, signature).is_ok()
    }

    /// The serial number in decimal.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The organisation in the subject's name.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// The member's URL.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// The application's URL.
    #[must_use]
    pub fn application(&self) -> &str {
        &self.application
    }

    /// The roles.
    #[must_use]
    pub fn roles(&self) -> &[Box<str>] {
        &self.roles
    }

    /// The curve of its key.
    #[must_use]
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// The point on the curve that is its key, uncompressed.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.key
    }

    /// The last moment at which it is valid.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

/// The serial number of a certificate in decimal, as records name it; none of what is no certificate.
#[must_use]
pub fn decimal_serial(der: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(certificate.tbs_certificate.serial.to_string())
}

/// `true` when the subject of `issuer` is the issuer that `certificate` names.
#[must_use]
pub fn names_as_issuer(certificate: &CertificateDer<'_>, issuer: &CertificateDer<'_>) -> bool {
    let read = |der| X509Certificate::from_der(der).ok();
    let (Some((_, certificate)), Some((_, issuer))) = (read(certificate), read(issuer)) else {
        return false;
    };
    certificate.issuer().as_raw() == issuer.subject().as_raw()
}

fn names_its_issuers_key(certificate: &X509Certificate<'_>) -> bool {
    let mut extensions = certificate.extensions().iter();
    extensions.any(|extension| {
        matches!(
            extension.parsed_extension(),
            ParsedExtension::AuthorityKeyIdentifier(issuer) if issuer.key_identifier.is_some()
        )
    })
}

fn curve(key: &SubjectPublicKeyInfo<'_>) -> Option<Curve> {
    if key.algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return None;
    }
    let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
    if curve == OID_EC_P256 {
        Some(Curve::P256)
    } else {
        (curve == OID_NIST_EC_P384).then_some(Curve::P384)
    }
}
