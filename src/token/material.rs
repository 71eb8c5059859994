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
mod tests {
    use std::{fs, process::Command};

    use super::*;

    /// Has `openssl` (or another command) make files in a folder; tells what the last of them holds.
    fn made(commands: &[&str], file: &str) -> Option<Material> {
        let folder = tempfile::tempdir().unwrap();
        for command in commands {
            let words: Vec<_> = command
                .split(' ')
                .map(|word| if word == "''" { "" } else { word })
                .collect();
            let output = Command::new(words[0])
                .args(&words[1..])
                .current_dir(&folder)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{command}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Material::of(&fs::read(folder.path().join(file)).unwrap())
    }

    const KEY: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key";
    const CERTIFICATE: &str = "openssl req -x509 -key key -subj /CN=a -out cert";

    #[test]
    fn what_openssl_writes_is_known_by_its_form() {
        use Material as M;
        let cases: [(&[&str], M); 17] = [
            (&[KEY, "openssl pkey -in key -out out"], M::PrivateKey),
            (
                &[
                    KEY,
                    "openssl pkey -in key -aes256 -passout pass:secret -out out",
                ],
                M::EncryptedKey,
            ),
            (
                &[
                    KEY,
                    "openssl ec -in key -aes256 -passout pass:secret -out out",
                ],
                M::EncryptedKey,
            ),
            (
                &[KEY, "openssl pkey -in key -outform DER -out out"],
                M::PrivateKeyDer,
            ),
            (
                &[KEY, "openssl ec -in key -outform DER -out out"],
                M::PrivateKeyDer,
            ),
            (
                &[
                    "openssl genrsa -traditional -out key 2048",
                    "openssl rsa -in key -traditional -outform DER -out out",
                ],
                M::PrivateKeyDer,
            ),
            (
                &["openssl genrsa -traditional -aes128 -passout pass:secret -out out 2048"],
                M::EncryptedKey,
            ),
            (
                &[
                    KEY,
                    "openssl pkcs8 -topk8 -in key -outform DER -passout pass:secret -out out",
                ],
                M::EncryptedKeyDer,
            ),
            (
                &[
                    KEY,
                    "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in key -outform DER -passout pass:secret -out out",
                ],
                M::EncryptedKeyDer,
            ),
            (
                &[KEY, "openssl pkey -in key -pubout -out out"],
                M::PublicKey,
            ),
            (
                &["openssl ecparam -name prime256v1 -out out"],
                M::Parameters,
            ),
            (
                &[KEY, "openssl req -new -key key -subj /CN=a -out out"],
                M::Request,
            ),
            (
                &[KEY, CERTIFICATE, "openssl x509 -in cert -out out"],
                M::Certificate,
            ),
            (
                &[
                    KEY,
                    CERTIFICATE,
                    "openssl x509 -in cert -outform DER -out out",
                ],
                M::CertificateDer,
            ),
            (
                &[KEY, CERTIFICATE, "openssl x509 -in cert -trustout -out out"],
                M::TrustedCertificate,
            ),
            (
                &[
                    KEY,
                    CERTIFICATE,
                    "openssl pkcs12 -export -in cert -inkey key -passout pass:secret -out out",
                ],
                M::Pkcs12,
            ),
            (
                &[
                    KEY,
                    CERTIFICATE,
                    "openssl crl2pkcs7 -nocrl -certfile cert -out out",
                ],
                M::Pkcs7,
            ),
        ];
        for (commands, expected) in cases {
            assert_eq!(made(commands, "out"), Some(expected), "{commands:?}");
        }
        let der = "openssl crl2pkcs7 -nocrl -certfile cert -outform DER -out out";
        assert_eq!(made(&[KEY, CERTIFICATE, der], "out"), Some(M::Pkcs7Der));
    }

    #[test]
    fn other_files_are_known_by_how_they_begin() {
        use Material as M;
        let openssh =
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
        let cases: [(&[u8], Option<M>); 10] = [
            (b"", Some(M::Empty)),
            (b" \r\n\n", Some(M::Empty)),
            (b"{\"kty\":\"RSA\"}", Some(M::Json)),
            (b"PuTTY-User-Key-File-3: ssh-rsa\n", Some(M::Putty)),
            (b"\xfe\xed\xfe\xed\0\0\0\x02", Some(M::JavaKeyStore)),
            (b"\xff\xfe-\0-\0", Some(M::Utf16)),
            (openssh.as_bytes(), Some(M::OpenSsh)),
            (
                b"\xef\xbb\xbf-----BEGIN PRIVATE KEY-----\r\n",
                Some(M::ByteOrderMark),
            ),
            (b"hello", None),
            (b"\x30\x03\x02\x01\x05", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(
                Material::of(bytes),
                expected,
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = Material::of(&bytes);
            let _ = Material::of(&[&[0x30][..], &bytes].concat());
        }
    }
}
