//! The client certificate as the proxy forwards it: four header formats, one DER (CERT-4, CERT-5).
//!
//! The format is configured and never guessed, so each decoder may be strict.

mod pem;
mod structured;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls_pki_types::CertificateDer;
use serde::Deserialize;

/// Format of the certificate in the proxy's header.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateFormat {
    /// Percent-encoded PEM: nginx's `$ssl_client_escaped_cert`, AWS ALB, Python's `quote`.
    #[default]
    PemUrlencoded,
    /// PEM whose line ends became spaces or tabs when a proxy unfolded nginx's `$ssl_client_cert`.
    PemFolded,
    /// Base64 of the DER on one line, RFC 4648 §4.
    DerBase64,
    /// A Structured Field byte sequence of the DER, RFC 9440 §2.1.
    Rfc9440,
}

impl CertificateFormat {
    /// The format's name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PemUrlencoded => "pem-urlencoded",
            Self::PemFolded => "pem-folded",
            Self::DerBase64 => "der-base64",
            Self::Rfc9440 => "rfc9440",
        }
    }
}

impl fmt::Display for CertificateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The certificate header of one request, not yet decoded; prints redacted.
#[derive(Clone, Copy)]
pub struct ForwardedCertificate<'r> {
    format: CertificateFormat,
    text: &'r [u8],
}

impl<'r> ForwardedCertificate<'r> {
    /// Longest certificate text that is looked at, in bytes once percent-decoded (LIM-4).
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Takes the header's value as it came, to be read as `format`.
    #[must_use]
    pub const fn new(format: CertificateFormat, text: &'r [u8]) -> Self {
        Self { format, text }
    }

    /// The format that the configuration gives for this header.
    #[must_use]
    pub const fn format(&self) -> CertificateFormat {
        self.format
    }

    /// The header's bytes as they came: for hashing, never for printing.
    #[must_use]
    pub const fn text(&self) -> &'r [u8] {
        self.text
    }

    /// The certificate's DER, exactly the bytes that the proxy encoded.
    ///
    /// Only the outermost framing is judged here: one `SEQUENCE`, definite minimal length, nothing
    /// after it (CERT-5).
    ///
    /// # Errors
    ///
    /// The first fault of the value against its format's rules.
    pub fn der(&self) -> Result<CertificateDer<'static>, CertificateSyntax> {
        let der = match self.format {
            CertificateFormat::PemUrlencoded => pem::urlencoded(self.text)?,
            CertificateFormat::PemFolded => pem::folded(self.text)?,
            CertificateFormat::DerBase64 => base64(within_limit(self.text)?)?,
            CertificateFormat::Rfc9440 => structured::byte_sequence(within_limit(self.text)?)?,
        };
        one_sequence(&der)?;
        Ok(CertificateDer::from(der))
    }
}

impl fmt::Debug for ForwardedCertificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ForwardedCertificate({}, {} octets redacted)",
            self.format,
            self.text.len()
        )
    }
}

/// Fault of the certificate header; positions and sizes, never content.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertificateSyntax {
    /// Not base64 with its padding and zero pad bits, RFC 4648 §3.5.
    #[error("the certificate is not strict base64")]
    Base64,
    /// A control byte, given with its place in the decoded text.
    #[error("control octet 0x{byte:02x} at octet {at} of the certificate")]
    ControlOctet {
        /// Position in the decoded text, counted from zero.
        at: usize,
        /// The byte itself.
        byte: u8,
    },
    /// Not exactly one DER `SEQUENCE` of definite, minimal length, X.690 §10.1.
    #[error("the certificate is not exactly one DER SEQUENCE")]
    Der,
    /// A `%` that two hexadecimal digits do not follow, or a byte that encoding never leaves.
    #[error("bad percent-encoding at octet {at} of the certificate header")]
    Escape {
        /// Position in the header's value, counted from zero.
        at: usize,
    },
    /// Not exactly one `CERTIFICATE` block with white space around it, RFC 7468 §2.
    #[error("the certificate is not exactly one PEM block labelled CERTIFICATE")]
    Label,
    /// Not one Structured Field byte sequence, RFC 9651 §3.3.5.
    #[error("bad structured field at octet {at} of the certificate header")]
    StructuredField {
        /// Position in the header's value, counted from zero.
        at: usize,
    },
    /// Longer than [`ForwardedCertificate::MAX_BYTES`].
    #[error("the certificate is longer than {limit} octets")]
    TooLarge {
        /// The limit, in bytes of decoded text.
        limit: usize,
    },
}

fn within_limit(text: &[u8]) -> Result<&[u8], CertificateSyntax> {
    let limit = ForwardedCertificate::MAX_BYTES;
    if text.len() > limit {
        return Err(CertificateSyntax::TooLarge { limit });
    }
    Ok(text)
}

fn base64(text: &[u8]) -> Result<Vec<u8>, CertificateSyntax> {
    // The decoder's own error quotes a byte of the certificate, so it is not kept.
    STANDARD.decode(text).ok().ok_or(CertificateSyntax::Base64)
}

/// Demands one `SEQUENCE` that fills `der`, its length definite and minimal (X.690 §8.1.3, §10.1).
fn one_sequence(der: &[u8]) -> Result<(), CertificateSyntax> {
    let (length, content) = match der {
        [0x30, length @ 0..=0x7f, content @ ..]
        | [0x30, 0x81, length @ 0x80..=0xff, content @ ..] => (usize::from(*length), content),
        [0x30, 0x82, high @ 1..=0xff, low, content @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), content)
        }
        // Longer forms cannot be minimal within the size limit, 0x80 is the indefinite form.
        _ => return Err(CertificateSyntax::Der),
    };
    if length == content.len() {
        Ok(())
    } else {
        Err(CertificateSyntax::Der)
    }
}
