//! SHA-256 as lines of an audit file are chained by.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// SHA-256 of a line and of everything before it, printed as 64 digits of lower-case hexadecimal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest before the first line of a chain.
    pub const NOTHING: Self = Self([0; 32]);

    /// SHA-256 over the 32 octets of this digest, then `content`.
    #[must_use]
    pub fn then(self, content: &[u8]) -> Self {
        let mut hasher = Context::new(&SHA256);
        hasher.update(&self.0);
        hasher.update(content);
        Self::finished(hasher)
    }

    /// SHA-256 over `content` alone.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        let mut hasher = Context::new(&SHA256);
        hasher.update(content);
        Self::finished(hasher)
    }

    fn finished(context: Context) -> Self {
        Self::from_octets(context.finish().as_ref())
    }

    /// The 32 octets that a hash function gives.
    pub(super) fn from_octets(hashed: &[u8]) -> Self {
        let mut octets = [0; 32];
        for (octet, hashed) in octets.iter_mut().zip(hashed) {
            *octet = *hashed;
        }
        Self(octets)
    }

    /// Reads exactly 64 digits in lower case: each digest has one form.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (pairs, rest) = text.as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return None;
        }
        let mut octets = [0; 32];
        for (octet, [high, low]) in octets.iter_mut().zip(pairs) {
            *octet = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(octets))
    }

    /// Adds the 64 digits to `text`.
    pub(super) fn push_to(self, text: &mut Vec<u8>) {
        let digit = |nibble: u8| {
            if nibble < 10 {
                b'0' + nibble
            } else {
                b'a' - 10 + nibble
            }
        };
        text.extend(
            self.0
                .iter()
                .flat_map(|octet| [digit(octet >> 4), digit(octet & 15)]),
        );
    }
}

/// SHA-256 of octets that come in pieces, and their number.
#[derive(Clone)]
pub(super) struct Running {
    context: Context,
    bytes: u64,
}

impl Running {
    pub(super) fn new() -> Self {
        Self {
            context: Context::new(&SHA256),
            bytes: 0,
        }
    }

    pub(super) fn add(&mut self, octets: &[u8]) {
        self.context.update(octets);
        let added = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(added);
    }

    /// Number and digest of the octets so far.
    pub(super) fn finish(self) -> (u64, Digest) {
        (self.bytes, Digest::finished(self.context))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(text.as_bytes()).ok_or_else(|| de::Error::custom("no SHA-256 in hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_one_form_and_is_read_from_no_other() {
        let digest = Digest::of(b"");
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest.to_string(), text);
        assert_eq!(Digest::parse(text.as_bytes()), Some(digest));
        let mut pushed = Vec::new();
        digest.push_to(&mut pushed);
        assert_eq!(pushed, text.as_bytes());
        for other in [
            &text.to_uppercase(),
            &text[1..],
            &format!("{text}0"),
            &text.replace('e', "g"),
        ] {
            assert_eq!(Digest::parse(other.as_bytes()), None, "{other}");
        }
    }
}
