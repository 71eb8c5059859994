//! Help where our own certificate or key is in a form that is not read.

use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;
use x509_parser::parse_x509_certificate;

use crate::token::{IdentityError, Material};

/// Finding and help when the certificate's file holds a private key.
///
/// A certificate is for everyone to see, so nobody guards the file that is named as one. `paths` are
/// those of the certificate and of the key.
pub(super) fn key_with_certificate(
    certificate: &[u8],
    paths: (&PathBuf, &PathBuf),
) -> Option<(String, String)> {
    let holds = |label: &[u8]| certificate.windows(label.len()).any(|part| part == label);
    if !holds(b"PRIVATE KEY-----") {
        return None;
    }
    let (own, key) = (paths.0.display(), paths.1.display());
    if holds(b"-----BEGIN CERTIFICATE-----") {
        let finding = format!(
            "{own} holds the private key beside the certificate (combined PEM), and a certificate's file is not guarded as a key's is"
        );
        let remedy = format!(
            "part them: openssl pkey -in {own} -out {own}.key && chmod 0600 {own}.key; openssl crl2pkcs7 -nocrl -certfile {own} | openssl pkcs7 -print_certs -out {own}.crt; then name both"
        );
        return Some((finding, remedy));
    }
    let finding = format!("{own} holds a private key: it and {key} are swapped");
    let remedy = "exchange the two; if others could read it, make a new key with `perild keygen`";
    Some((finding, remedy.to_owned()))
}

/// Help against `error`, which is of the file at `path`.
pub(super) fn remedy(error: &IdentityError, path: &Path) -> String {
    let path = path.display();
    match error {
        IdentityError::CertificateMaterial(material) => {
            let Some(command) = as_certificate(*material) else {
                return "save what the directory returned for the request of `perild keygen`, in PEM".to_owned();
            };
            let command = command.replace("FILE", &path.to_string());
            format!("{command}; then name {path}.pem")
        }
        IdentityError::KeyMaterial(material) => {
            let Some(command) = as_key(*material) else {
                return "name the key that `perild keygen` wrote (a.key)".to_owned();
            };
            let command = command.replace("FILE", &path.to_string());
            format!("{command} && chmod 0600 {path}.pem; then name {path}.pem")
        }
        IdentityError::ChainOrder { .. } => {
            "put one's own certificate first, then its issuer's, and so on".to_owned()
        }
        IdentityError::KeyUnusable => {
            "make a new key with `perild keygen`, and a certificate for it at the directory".to_owned()
        }
        IdentityError::CertificateUnreadable(_)
        | IdentityError::CertificateUnusable
        | IdentityError::KeyDoesNotMatch
        | IdentityError::KeyUnreadable(_) => {
            "the key made by `perild keygen` and the certificate that the directory issued for it belong together".to_owned()
        }
    }
}

/// The command that makes a certificate in PEM of `FILE`; `None` when there is none in it.
fn as_certificate(material: Material) -> Option<&'static str> {
    use Material as M;
    match material {
        M::ByteOrderMark => Some(WITHOUT_MARK),
        M::CertificateDer => Some("openssl x509 -inform DER -in FILE -out FILE.pem"),
        M::JavaKeyStore => Some(
            "keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12 && openssl pkcs12 -in FILE.p12 -nokeys -out FILE.pem",
        ),
        M::Pkcs7 => Some("openssl pkcs7 -in FILE -print_certs -out FILE.pem"),
        M::Pkcs7Der => Some("openssl pkcs7 -inform DER -in FILE -print_certs -out FILE.pem"),
        M::Pkcs12 => Some("openssl pkcs12 -in FILE -nokeys -out FILE.pem"),
        M::TrustedCertificate => Some("openssl x509 -in FILE -out FILE.pem"),
        M::Utf16 => Some("iconv -f UTF-16 -t UTF-8 FILE > FILE.pem"),
        M::Certificate
        | M::Empty
        | M::EncryptedKey
        | M::EncryptedKeyDer
        | M::Json
        | M::Parameters
        | M::OpenSsh
        | M::PrivateKey
        | M::PrivateKeyDer
        | M::PublicKey
        | M::Putty
        | M::Request => None,
    }
}

const WITHOUT_MARK: &str = "tail -c +4 FILE > FILE.pem";

/// The command that makes a private key in PEM without a passphrase of `FILE`; `None` when there is none in it.
fn as_key(material: Material) -> Option<&'static str> {
    use Material as M;
    match material {
        M::ByteOrderMark => Some(WITHOUT_MARK),
        M::EncryptedKey => Some("openssl pkey -in FILE -out FILE.pem"),
        M::EncryptedKeyDer => Some("openssl pkcs8 -inform DER -in FILE -out FILE.pem"),
        M::JavaKeyStore => Some(
            "keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12 && openssl pkcs12 -in FILE.p12 -nocerts -nodes -out FILE.pem",
        ),
        M::OpenSsh => Some("cp -p FILE FILE.pem && ssh-keygen -p -m PEM -N '' -f FILE.pem"),
        M::Pkcs12 => Some("openssl pkcs12 -in FILE -nocerts -nodes -out FILE.pem"),
        M::PrivateKeyDer => Some("openssl pkey -inform DER -in FILE -out FILE.pem"),
        M::Putty => Some(
            "puttygen FILE -O private-openssh -o FILE.pem && ssh-keygen -p -m PEM -N '' -f FILE.pem",
        ),
        M::Utf16 => Some("iconv -f UTF-16 -t UTF-8 FILE > FILE.pem"),
        M::Certificate
        | M::CertificateDer
        | M::Empty
        | M::Json
        | M::Parameters
        | M::Pkcs7
        | M::Pkcs7Der
        | M::PrivateKey
        | M::PublicKey
        | M::Request
        | M::TrustedCertificate => None,
    }
}

/// The first certificate that another than its issuer follows, while its issuer stands elsewhere in the chain.
pub(super) fn chain_out_of_order(chain: &[CertificateDer<'_>]) -> Option<String> {
    let names = |der| {
        let (_, certificate) = parse_x509_certificate(der).ok()?;
        let (subject, issuer) = (
            certificate.subject().as_raw(),
            certificate.issuer().as_raw(),
        );
        Some((subject.to_vec(), issuer.to_vec()))
    };
    let names: Option<Vec<_>> = chain.iter().map(|der| names(der.as_ref())).collect();
    let names = names?;
    for (at, (_, issuer)) in names.iter().enumerate() {
        let is_next = names
            .get(at + 1)
            .is_some_and(|(subject, _)| subject == issuer);
        let elsewhere = names.iter().position(|(subject, _)| subject == issuer);
        match elsewhere {
            Some(other) if !is_next && other != at => {
                return Some(format!(
                    "the chain is in the wrong order: the issuer of certificate {} is certificate {}",
                    at + 1,
                    other + 1
                ));
            }
            _ => (),
        }
    }
    None
}
