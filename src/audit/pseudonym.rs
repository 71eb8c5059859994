//! Pseudonyms of accounts and of bodies: the same one has the same, and nobody without the key can tell of what it is.

use std::fmt;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key, sign};

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

    /// HMAC-SHA-256 of a body that is still to come.
    #[must_use]
    pub fn begin(&self) -> BodyPseudonym {
        BodyPseudonym(Context::with_key(&self.0))
    }
}

/// The pseudonym of a body as its pieces come.
pub struct BodyPseudonym(Context);

impl BodyPseudonym {
    /// Adds the next piece.
    pub fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// HMAC-SHA-256 of all pieces.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest::from_octets(self.0.sign().as_ref())
    }
}

impl fmt::Debug for BodyPseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyPseudonym")
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
        for pieces in [&["ann"][..], &["a", "", "nn"]] {
            let mut body = key.begin();
            for piece in pieces {
                body.add(piece.as_bytes());
            }
            assert_eq!(body.finish(), key.of("ann"));
        }
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
