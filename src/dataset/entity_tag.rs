//! Entity tags, RFC 9110 §8.8.3.

use aws_lc_rs::digest::{Digest, SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// A strong entity tag without its quotes; it has no comma, so that a list of tags splits at commas.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EntityTag(Box<str>);

impl EntityTag {
    /// The tag of a representation that depends on `version` and on nothing else: 120 bits of its SHA-256.
    #[must_use]
    pub fn of(version: &[u8]) -> Self {
        Self::of_digest(&digest(&SHA256, version))
    }

    /// The tag of a representation of which this is the SHA-256.
    pub(crate) fn of_digest(digest: &Digest) -> Self {
        let bits = digest.as_ref().get(..OCTETS).unwrap_or_default();
        Self(BASE64_URL_SAFE_NO_PAD.encode(bits).into())
    }

    /// A tag as [`Self::of`] makes them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bits = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        (bits.len() == OCTETS).then(|| Self(text.into()))
    }

    /// The tag of the same content in `coding`, which is another representation (RFC 9110 §8.8.3.3).
    #[must_use]
    pub fn coded(&self, coding: &str) -> Self {
        Self(format!("{}.{coding}", self.0).into())
    }

    /// The text between the quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Any text as a tag.
    #[cfg(test)]
    pub(crate) fn for_test(text: &str) -> Self {
        Self(text.into())
    }
}

/// A multiple of three: base64 needs no padding.
const OCTETS: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: HTTP-7
    #[test]
    fn rfc9110_8_8_3_another_version_and_another_coding_have_another_tag() {
        let tag = EntityTag::of(b"1");
        assert_eq!(tag, EntityTag::of(b"1"));
        assert_ne!(tag, EntityTag::of(b"2"));
        assert_ne!(tag, tag.coded("gzip"));
        assert_ne!(tag.coded("zstd"), tag.coded("gzip"));
        assert_eq!(tag.as_str(), "a4ayc_80_OGda4BO_1o_");
        assert_eq!(tag.coded("gzip").as_str(), "a4ayc_80_OGda4BO_1o_.gzip");
    }
}
