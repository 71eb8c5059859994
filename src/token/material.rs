//! Material in a file in which a certificate or a private key was looked for.

use rustls_pki_types::PrivateKeyDer;
use x509_parser::{
    asn1_rs::{Any, FromDer as _, Tag},
    certificate::X509Certificate,
};

/// A form in which people keep keys and certificates, other than the PEM that is read here.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Material {
    /// Text after a byte order mark, by which PEM is not found.
    #[error("text that begins with a byte order mark")]
    ByteOrderMark,
    /// PEM of certificates.
    #[error("a certificate")]
    Certificate,
    /// A certificate in DER.
    #[error("a certificate in DER")]
    CertificateDer,
    /// Nothing.
    #[error("nothing: it is empty")]
    Empty,
    /// A private key that a passphrase locks.
    #[error(
        "an encrypted private key, and there is nobody to ask for its passphrase when perild starts"
    )]
    EncryptedKey,
    /// The same in DER.
    #[error(
        "an encrypted private key in DER, and there is nobody to ask for its passphrase when perild starts"
    )]
    EncryptedKeyDer,
    /// A Java key store.
    #[error("a Java key store")]
    JavaKeyStore,
    /// JSON, as a JSON Web Key is.
    #[error("JSON, as of a JSON Web Key")]
    Json,
    /// PEM of parameters of a curve, without the key that they are for.
    #[error("the parameters of a key without the key")]
    Parameters,
    /// An OpenSSH private key.
    #[error("an OpenSSH private key")]
    OpenSsh,
    /// PKCS#7, a bag of certificates.
    #[error("PKCS#7")]
    Pkcs7,
    /// PKCS#7 in DER.
    #[error("PKCS#7 in DER")]
    Pkcs7Der,
    /// PKCS#12, a container of key and certificates (.p12, .pfx).
    #[error("a PKCS#12 container")]
    Pkcs12,
    /// PEM of a private key.
    #[error("a private key")]
    PrivateKey,
    /// A private key in DER.
    #[error("a private key in DER")]
    PrivateKeyDer,
    /// A public key.
    #[error("a public key")]
    PublicKey,
    /// A `PuTTY` private key.
    #[error("a PuTTY private key")]
    Putty,
    /// A request for a certificate.
    #[error("a request for a certificate")]
    Request,
    /// A certificate with OpenSSL's notes on trust.
    #[error("a certificate in OpenSSL's own form (TRUSTED CERTIFICATE)")]
    TrustedCertificate,
    /// Text in UTF-16.
    #[error("text in UTF-16")]
    Utf16,
}

impl Material {
    /// The material that `bytes` are; `None` when they are of no form that is known.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => return Some(Self::ByteOrderMark),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some(Self::Utf16),
            [0xfe, 0xed, 0xfe, 0xed, ..] => return Some(Self::JavaKeyStore),
            [0x30, ..] => return Self::of_der(bytes),
            _ if bytes.trim_ascii().is_empty() => return Some(Self::Empty),
            _ => (),
        }
        let text = String::from_utf8_lossy(bytes);
        match text.trim_start() {
            text if text.starts_with('{') => return Some(Self::Json),
            text if text.starts_with("PuTTY-User-Key-File-") => return Some(Self::Putty),
            _ => (),
        }
        let is_encrypted = text.contains("Proc-Type: 4,ENCRYPTED");
        let labels: Vec<&str> = text.lines().filter_map(label).collect();
        BY_LABEL
            .iter()
            .find(|(known, _)| labels.contains(known))
            .map(|(_, material)| match material {
                Self::PrivateKey if is_encrypted => Self::EncryptedKey,
                material => *material,
            })
    }

    fn of_der(bytes: &[u8]) -> Option<Self> {
        if X509Certificate::from_der(bytes).is_ok() {
            return Some(Self::CertificateDer);
        }
        let (_, outer) = Any::from_der(bytes).ok()?;
        let (_, first) = Any::from_der(outer.data).ok()?;
        match first.tag() {
            Tag::Oid if first.data == SIGNED_DATA => Some(Self::Pkcs7Der),
            // PFX, RFC 7292 §4: version 3.
            Tag::Integer if first.data == [3] => Some(Self::Pkcs12),
            // EncryptedPrivateKeyInfo, RFC 5958 §3: an algorithm of encryption, then bytes.
            Tag::Sequence => {
                let (_, algorithm) = Any::from_der(first.data).ok()?;
                let is_encryption = ENCRYPTIONS
                    .iter()
                    .any(|arc| algorithm.data.starts_with(arc));
                is_encryption.then_some(Self::EncryptedKeyDer)
            }
            // The reader of keys looks at little more than the version.
            _ => PrivateKeyDer::try_from(bytes)
                .ok()
                .map(|_| Self::PrivateKeyDer),
        }
    }
}

/// The label of a line that begins a section of PEM, RFC 7468 §2.
fn label(line: &str) -> Option<&str> {
    let line = line.trim();
    line.strip_prefix("-----BEGIN ")?.strip_suffix("-----")
}

/// Material by the labels of PEM, the most telling first.
const BY_LABEL: [(&str, Material); 14] = [
    ("ENCRYPTED PRIVATE KEY", Material::EncryptedKey),
    ("OPENSSH PRIVATE KEY", Material::OpenSsh),
    ("PRIVATE KEY", Material::PrivateKey),
    ("RSA PRIVATE KEY", Material::PrivateKey),
    ("EC PRIVATE KEY", Material::PrivateKey),
    ("CERTIFICATE", Material::Certificate),
    ("X509 CERTIFICATE", Material::TrustedCertificate),
    ("TRUSTED CERTIFICATE", Material::TrustedCertificate),
    ("PKCS7", Material::Pkcs7),
    ("CERTIFICATE REQUEST", Material::Request),
    ("NEW CERTIFICATE REQUEST", Material::Request),
    ("PUBLIC KEY", Material::PublicKey),
    ("RSA PUBLIC KEY", Material::PublicKey),
    ("EC PARAMETERS", Material::Parameters),
];

/// `id-signedData`, 1.2.840.113549.1.7.2.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// The arcs of PKCS#5 and of the encryptions of PKCS#12.
const ENCRYPTIONS: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01],
];

#[cfg(test)]
mod tests;
