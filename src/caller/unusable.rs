//! Reasons why a CA certificate of the bundle can never be on a path.

use super::key::KeyRefused;

/// Reason that keeps a CA certificate off every path, whatever the time and the client.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unusable {
    /// A critical extension that is not understood here, RFC 5280 §4.2.
    #[error("its critical extension {extension} is not understood here")]
    CriticalExtension {
        /// The extension's name.
        extension: String,
    },
    /// An extension that is repeated or cannot be read, RFC 5280 §4.2.
    #[error("its extension {extension} is repeated or malformed")]
    ExtensionMalformed {
        /// The extension's name.
        extension: String,
    },
    /// A key that signatures are not verified with.
    #[error("{reason}")]
    Key {
        /// Its fault.
        reason: KeyRefused,
    },
    /// The key usage lacks `keyCertSign`, RFC 5280 §4.2.1.3.
    #[error("its key usage lacks keyCertSign, so it may not sign certificates")]
    MayNotSign,
    /// Name constraints on directory names, which every subject is, RFC 5280 §4.2.1.10.
    #[error("its name constraints are on directory names, which are not computed here")]
    NameConstraints,
    /// Without the `cA` flag, RFC 5280 §4.2.1.9.
    #[error("it is no CA's: basicConstraints does not say cA")]
    NotCa,
    /// Policies that map `anyPolicy`, or whose critical qualifiers are not understood.
    #[error(
        "its certificate policies map anyPolicy or have a qualifier that is not understood here"
    )]
    Policies,
    /// An extended key usage without `clientAuth` and `anyExtendedKeyUsage`, RFC 5280 §4.2.1.12.
    #[error("its extended key usage is not for clients")]
    Purpose,
    /// Signed by an algorithm that is not accepted, such as SHA-1.
    #[error("it is signed with {algorithm}, which is not accepted")]
    Signature {
        /// The algorithm's name.
        algorithm: String,
    },
    /// A field that is not as RFC 5280 §4.1 has it.
    #[error("a field of it is malformed")]
    Structure,
    /// Not of version 3, which alone has extensions, RFC 5280 §4.1.2.1.
    #[error("it is not of version 3, so it cannot say that it is a CA's")]
    Version,
}
