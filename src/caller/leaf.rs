//! The client's own certificate: what it says, and the checks that path validation leaves out.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{DistributionPointName, GeneralName, ParsedExtension, X509Extension},
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
        OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
    },
    prelude::FromDer,
    public_key::PublicKey,
    time::ASN1Time,
    x509::{X509Name, X509Version},
};

use super::{
    CertificateFacts, CertificateRefused, CertificateUnreadable, Thumbprint, name, window::Window,
};
use crate::clock::Timestamp;

/// A certificate that could be read; nothing in it is believed yet.
pub(super) struct Leaf<'d> {
    certificate: X509Certificate<'d>,
    der: &'d CertificateDer<'d>,
}

impl<'d> Leaf<'d> {
    /// Reads DER that is one certificate and nothing else.
    pub(super) fn read(der: &'d CertificateDer<'d>) -> Result<Self, CertificateUnreadable> {
        use webpki::Error::{BadDer, BadDerTime, TrailingData};
        // The second parser refuses BER within the certificate, which the first lets pass (CERT-5).
        if let Err(BadDer | BadDerTime | TrailingData(_)) = EndEntityCert::try_from(der) {
            return Err(CertificateUnreadable::Structure);
        }
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => Ok(Self { certificate, der }),
            _ => Err(CertificateUnreadable::Structure),
        }
    }

    pub(super) fn end_entity(&self) -> Result<EndEntityCert<'_>, webpki::Error> {
        EndEntityCert::try_from(self.der)
    }

    pub(super) fn distribution_points(&self) -> Option<Vec<String>> {
        distribution_points(&self.certificate)
    }

    pub(super) fn has_email(&self) -> bool {
        self.certificate.subject().iter_email().next().is_some()
    }

    pub(super) fn issuer(&self) -> String {
        name::printed_unvouched(self.certificate.issuer())
    }

    /// What is kept of a certificate that was verified.
    pub(super) fn facts(&self) -> CertificateFacts {
        self.facts_named(name::printed)
    }

    /// The same of one that was not, or not yet: its names are cut when they are long.
    pub(super) fn unvouched_facts(&self) -> CertificateFacts {
        self.facts_named(name::printed_unvouched)
    }

    fn facts_named(&self, printed: fn(&X509Name<'_>) -> String) -> CertificateFacts {
        CertificateFacts {
            issuer: printed(self.certificate.issuer()),
            not_after: moment(self.certificate.validity().not_after),
            serial: serial(&self.certificate),
            subject: printed(self.certificate.subject()),
            thumbprint: Thumbprint::of(self.der),
        }
    }

    /// The checks that need no issuer; the result is the certificate's own dates.
    pub(super) fn judge(&self, now: Timestamp) -> Result<Window, CertificateRefused> {
        if self.certificate.version() != X509Version::V3 {
            return Err(CertificateRefused::Version);
        }
        if self.certificate.extensions_map().is_err() {
            return Err(CertificateRefused::ExtensionMalformed);
        }
        let window = self.in_date(now)?;
        self.usage()?;
        self.key()?;
        Ok(window)
    }

    /// RFC 5280 §4.1.2.5: both ends belong to the validity, and no clock skew is granted.
    fn in_date(&self, now: Timestamp) -> Result<Window, CertificateRefused> {
        let not_before = moment(self.certificate.validity().not_before);
        let not_after = moment(self.certificate.validity().not_after);
        if now < not_before {
            return Err(CertificateRefused::NotYetValid { not_before, now });
        }
        if now > not_after {
            return Err(CertificateRefused::Expired { not_after, now });
        }
        Ok(Window::new(not_before, not_after))
    }

    /// RFC 5280 §4.2.1.3: a client signs the handshake.
    fn usage(&self) -> Result<(), CertificateRefused> {
        match self.certificate.key_usage() {
            Ok(Some(usage)) if !usage.value.digital_signature() => {
                Err(CertificateRefused::KeyUsage)
            }
            Ok(_) => Ok(()),
            Err(_) => Err(CertificateRefused::ExtensionMalformed),
        }
    }

    /// FAPI 1.0 Part 2 §8.6: RSA of at least 2048 bits, or P-256 or P-384.
    fn key(&self) -> Result<(), CertificateRefused> {
        let key = self.certificate.public_key();
        let algorithm = &key.algorithm.algorithm;
        let curve = key
            .algorithm
            .parameters
            .as_ref()
            .and_then(|curve| curve.as_oid().ok());
        let unsupported = |oid: String| {
            let algorithm = oid.chars().take(OID_CHARACTERS).collect();
            CertificateRefused::KeyUnsupported { algorithm }
        };
        if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            return match curve {
                Some(curve) if curve == OID_EC_P256 || curve == OID_NIST_EC_P384 => Ok(()),
                Some(curve) => Err(unsupported(curve.to_id_string())),
                None => Err(unsupported(algorithm.to_id_string())),
            };
        }
        match key.parsed() {
            Ok(PublicKey::RSA(rsa)) if *algorithm == OID_PKCS1_RSAENCRYPTION => {
                match bit_length(rsa.modulus) {
                    2048.. => Ok(()),
                    bits => Err(CertificateRefused::KeyTooShort { bits }),
                }
            }
            _ => Err(unsupported(algorithm.to_id_string())),
        }
    }
}

/// The time as the clock counts it.
pub(super) fn moment(time: ASN1Time) -> Timestamp {
    Timestamp::from_seconds(time.timestamp())
}

/// The serial number in hexadecimal, without the octet that only carries the sign.
pub(super) fn serial(certificate: &X509Certificate<'_>) -> String {
    match certificate.raw_serial() {
        [0, number @ ..] if !number.is_empty() => name::hex(number),
        number => name::hex(number),
    }
}

/// Where the certificate says that its revocation is published; `None` when it does not say.
///
/// Points that are malformed, for some reasons only, or of another issuer are left out.
pub(super) fn distribution_points(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let extension = certificate.get_extension_unique(&OID_X509_EXT_CRL_DISTRIBUTION_POINTS);
    let points = match extension.map(|found| found.map(X509Extension::parsed_extension)) {
        Ok(None) => return None,
        Ok(Some(ParsedExtension::CRLDistributionPoints(points))) => points,
        Ok(Some(_)) | Err(_) => return Some(Vec::new()),
    };
    let usable = points
        .iter()
        .filter(|point| point.reasons.is_none() && point.crl_issuer.is_none());
    Some(
        usable
            .flat_map(|point| uris(point.distribution_point.as_ref()))
            .collect(),
    )
}

/// Where a certificate in DER says that its revocation is published; nowhere when it cannot be read.
pub(crate) fn published_at(der: &[u8]) -> Vec<String> {
    let certificate = x509_parser::parse_x509_certificate(der).ok();
    certificate
        .and_then(|(_, certificate)| distribution_points(&certificate))
        .unwrap_or_default()
}

/// The URIs of a distribution point's full name.
pub(super) fn uris(point: Option<&DistributionPointName<'_>>) -> Vec<String> {
    let Some(DistributionPointName::FullName(names)) = point else {
        return Vec::new();
    };
    let uri = |name: &GeneralName<'_>| match name {
        GeneralName::URI(uri) => Some((*uri).to_owned()),
        _ => None,
    };
    names.iter().filter_map(uri).collect()
}

fn bit_length(number: &[u8]) -> usize {
    let first = number
        .iter()
        .position(|octet| *octet != 0)
        .unwrap_or(number.len());
    match number.get(first..) {
        Some([high, rest @ ..]) => {
            let high = 8 - high.leading_zeros();
            8 * rest.len() + usize::try_from(high).unwrap_or(0)
        }
        _ => 0,
    }
}

const OID_CHARACTERS: usize = 64;
