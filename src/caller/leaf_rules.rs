//! Demands of a scheme on clients' own certificates, beside those of RFC 5280 and FAPI.

use super::{CertificateRefused, key::KeyKind, leaf::Leaf};

/// Demands on clients' own certificates; those of issuers are not judged by them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeafRules {
    /// The kinds of keys that may be in them.
    pub keys: Vec<KeyKind>,
    /// `true` when a DNS name in them may be a wildcard (RFC 6125 §6.4.3).
    pub wildcards: bool,
}

impl LeafRules {
    /// Judges a certificate that has passed the checks of every scheme.
    pub(super) fn judge(&self, leaf: &Leaf<'_>) -> Result<(), CertificateRefused> {
        let kind = leaf.key_kind()?;
        if !self.keys.contains(&kind) {
            return Err(CertificateRefused::KeyNotAllowed { kind });
        }
        if !self.wildcards && leaf.has_wildcard() {
            return Err(CertificateRefused::Wildcard);
        }
        Ok(())
    }
}

impl Default for LeafRules {
    fn default() -> Self {
        Self {
            keys: KeyKind::ALL.to_vec(),
            wildcards: true,
        }
    }
}
