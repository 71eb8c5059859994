//! Pseudonyms of accounts: the same account has the same one, and nobody without the key can tell whose it is.

use std::fmt;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

use super::digest::Digest;

/// The key of pseudonyms.
#[derive(Clone)]
pub struct PseudonymKey(Key);

/// Fault of a key's file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key has {octets} octets, and at least {LEAST} are needed")]
pub struct KeyTooShort {
    /// The octets that it has.
    pub octets: usize,
}

impl PseudonymKey {
    /// The key that a file holds, without a line break at its end.
    ///
    /// # Errors
    /// [`KeyTooShort`].
    pub fn read(content: &[u8]) -> Result<Self, KeyTooShort> {
        let key = content.trim_ascii_end();
        if key.len() < LEAST {
            return Err(KeyTooShort { octets: key.len() });
        }
        Ok(Self(Key::new(HMAC_SHA256, key)))
    }

    /// HMAC-SHA-256 of `account`.
    #[must_use]
    pub fn of(&self, account: &str) -> Digest {
        let tag = sign(&self.0, account.as_bytes());
        Digest::from_octets(tag.as_ref())
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey")
    }
}

/// Octets of a key that cannot be guessed, however it is written.
const LEAST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_one_pseudonym_a_key_and_another_under_another_key() {
        let key = PseudonymKey::read(b"0123456789abcdef\n").unwrap();
        let same = PseudonymKey::read(b"0123456789abcdef").unwrap();
        let other = PseudonymKey::read(b"0123456789abcdeg").unwrap();
        assert_eq!(key.of("ann"), same.of("ann"));
        assert_ne!(key.of("ann"), key.of("bob"));
        assert_ne!(key.of("ann"), other.of("ann"));
        // As `openssl dgst -sha256 -hmac 0123456789abcdef` has it.
        let expected = "fb385915a0623c0be3e7b0a7134dbb620a2771faff45e92eb8647d11aa2947cf";
        assert_eq!(key.of("ann").to_string(), expected);
        assert_eq!(format!("{key:?}"), "PseudonymKey");
    }

    #[test]
    fn a_key_that_could_be_guessed_is_refused() {
        for (content, octets) in [(&b""[..], 0), (b"\n\n", 0), (b"0123456789abcde\n", 15)] {
            assert_eq!(
                PseudonymKey::read(content).unwrap_err(),
                KeyTooShort { octets }
            );
        }
    }
}
