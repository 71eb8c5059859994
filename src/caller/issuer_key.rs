//! Names of issuers, as certificates and revocation lists are matched by them.

use super::{
    der::{SEQUENCE, element},
    distinguished_name::canonical,
};

/// The name of an issuer as it is compared, RFC 5280 §7.1.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct IssuerKey(Vec<u8>);

impl IssuerKey {
    /// The key of a `Name` in DER; one that cannot be read is compared byte for byte.
    pub(super) fn of(name: &[u8]) -> Self {
        Self(canonical(name).unwrap_or_else(|| name.to_vec()))
    }

    /// The key of the content of a `Name` that is in its canonical form already.
    pub(super) fn of_canonical(content: &[u8]) -> Self {
        Self(element(SEQUENCE, content))
    }
}
