//! Faults of a revocation list, and what helps.

use std::fmt;

/// A file, or one list in it, that cannot be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevocationListError {
    /// The file.
    pub name: String,
    /// Position of the PEM block, counted from one.
    pub position: Option<usize>,
    /// The fault.
    pub fault: RevocationListFault,
}

impl RevocationListError {
    /// The remedy, as an instruction.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.fault.remedy()
    }
}

impl fmt::Display for RevocationListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(position) = self.position {
            write!(f, ", list {position}")?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl std::error::Error for RevocationListError {}

/// Fault of a revocation list that cannot be used, RFC 5280 §5.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RevocationListFault {
    /// The algorithm that the signature is made with is not the one that was signed, §5.1.1.2.
    #[error("the signature algorithm within the list is not the one beside the signature")]
    AlgorithmsDiffer,
    /// For attribute certificates, which no client shows.
    #[error("it is for attribute certificates only")]
    AttributeCertificates,
    /// A critical extension of the list that is not understood here, §5.2.
    #[error("it has the critical extension {oid}, which is not supported")]
    CriticalExtension {
        /// The extension.
        oid: String,
    },
    /// A critical extension of an entry that is not understood here, §5.3.
    #[error(
        "its entry for certificate {serial} has the critical extension {oid}, which is not supported"
    )]
    CriticalEntryExtension {
        /// The extension.
        oid: String,
        /// The entry's serial number in hexadecimal.
        serial: String,
    },
    /// Fewer bytes than the list says that it has.
    #[error("it is cut short: {present} of {announced} octets are there")]
    CutShort {
        /// Their number.
        present: usize,
        /// The number that there should be.
        announced: usize,
    },
    /// Only the changes since another list, §5.2.4, and that one is not there.
    #[error("it is a delta list, which only adds to a complete list, and that is not there")]
    DeltaAlone,
    /// No list at all.
    #[error("no revocation list in it: {content}")]
    Empty {
        /// The content that is there instead.
        content: &'static str,
    },
    /// Entries of other issuers' certificates, §5.2.5 and §5.3.3.
    #[error("it is an indirect list, with certificates of other issuers, which is not supported")]
    Indirect,
    /// Something that does not follow the syntax of §5.1.
    #[error("it is no well-formed list: {part} cannot be read")]
    Malformed {
        /// The part.
        part: &'static str,
    },
    /// No `nextUpdate`, and no setting that says how old the list may become.
    #[error(
        "it does not say when the next list is due (no nextUpdate), \
         and consumers.crl_max_age_seconds is not set"
    )]
    NoNextUpdate,
    /// A PEM block that is cut short or not base64.
    #[error("the PEM block {fault}")]
    Pem {
        /// Its fault.
        fault: &'static str,
    },
    /// An extension that is there twice, §4.2.
    #[error("it has the extension {oid} twice")]
    Repeated {
        /// The extension.
        oid: String,
    },
    /// For certain reasons only, §5.2.5: who is not on it may still be revoked.
    #[error("it has only those who are revoked for certain reasons, which is not supported")]
    SomeReasons,
    /// Something behind the end of the list.
    #[error("{bytes} octets follow the end of the list")]
    Trailing {
        /// Their number, white space at the end included.
        bytes: usize,
    },
    /// Neither version 1 nor version 2, §5.1.2.1.
    #[error("it is a list of version {version}; versions 1 and 2 are known")]
    Version {
        /// The version, which is one more than the number in the list.
        version: u32,
    },
}

impl RevocationListFault {
    /// The remedy, as an instruction. Fetching again helps only where the file was damaged.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::AlgorithmsDiffer | Self::Malformed { .. } | Self::Repeated { .. } => {
                "fetch it again; when it is the same, its issuer has to mend it"
            }
            Self::AttributeCertificates => {
                "remove it, and add its issuer's list of user certificates"
            }
            Self::CriticalExtension { .. } | Self::CriticalEntryExtension { .. } => {
                "ask its issuer for a list without that extension"
            }
            Self::CutShort { .. } | Self::Pem { .. } => "fetch it again",
            Self::DeltaAlone => "add the complete list of the same issuer, or remove this one",
            Self::Empty { .. } => "put a list in PEM or DER there; perild crl fetches it",
            Self::Indirect | Self::SomeReasons => {
                "ask for the complete list that the certificates' own issuer signs"
            }
            Self::NoNextUpdate => {
                "set consumers.crl_max_age_seconds to how old such a list may become"
            }
            Self::Trailing { .. } => "fetch it again; several lists in one file have to be PEM",
            Self::Version { .. } => "ask its issuer for a list of version 2",
        }
    }
}
