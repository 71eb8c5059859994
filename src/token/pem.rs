//! Faults of a PEM file, in words of our own.
//!
//! The reader's error quotes the line that it met. That of a private key whose line ends were lost is the whole
//! key, and errors are printed and logged; so nothing of what was read is kept.

use rustls_pki_types::pem::Error;

/// Fault of a PEM file that cannot be read (RFC 7468 §2).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PemFault {
    /// A line `-----BEGIN` that does not end with dashes.
    #[error("the line -----BEGIN is cut short")]
    BeginningCutShort,
    /// There is nothing of the kind that was looked for.
    #[error("it has no section of that kind")]
    Missing,
    /// A section without its last line.
    #[error("no line -----END ends a section, or the line ends are missing")]
    NoEnd,
    /// The content of a section is not base64.
    #[error("a section is not base64")]
    NotBase64,
    /// Whatever else the reader met.
    #[error("it is not PEM")]
    NotPem,
}

impl From<Error> for PemFault {
    fn from(error: Error) -> Self {
        match error {
            Error::Base64Decode(_) => Self::NotBase64,
            Error::IllegalSectionStart { .. } => Self::BeginningCutShort,
            Error::MissingSectionEnd { .. } => Self::NoEnd,
            Error::NoItemsFound => Self::Missing,
            _ => Self::NotPem,
        }
    }
}
