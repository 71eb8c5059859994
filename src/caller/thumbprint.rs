//! The certificate thumbprint of RFC 8705 §3.1.

use std::fmt;

use aws_lc_rs::{
    constant_time,
    digest::{SHA256, digest},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// SHA-256 over a certificate's DER as it was received, `x5t#S256` of RFC 8705 §3.1.
#[derive(Clone, Copy, Eq)]
pub struct Thumbprint([u8; 32]);

impl Thumbprint {
    /// The thumbprint of a certificate, over exactly these bytes.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        let mut bytes = [0; 32];
        for (byte, hashed) in bytes.iter_mut().zip(digest(&SHA256, der).as_ref()) {
            *byte = *hashed;
        }
        Self(bytes)
    }

    /// Takes `text` when it is base64url of 32 bytes: no padding, pad bits zero, RFC 7515 §2.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl PartialEq for Thumbprint {
    /// Takes the same time wherever the two differ (MTLS-3).
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OF_NOTHING: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    /// Rows: MTLS-2
    #[test]
    fn rfc8705_3_1_a_thumbprint_is_base64url_of_sha_256_without_padding() {
        assert_eq!(Thumbprint::of(b"").to_string(), OF_NOTHING);
        assert_eq!(Thumbprint::parse(OF_NOTHING), Some(Thumbprint::of(b"")));
    }

    /// Rows: MTLS-3
    #[test]
    fn a_thumbprint_that_is_not_43_canonical_characters_is_none() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let others = [
            String::new(),
            format!("{OF_NOTHING}="),
            format!(" {OF_NOTHING}"),
            OF_NOTHING[..42].to_owned(),
            format!("{OF_NOTHING}A"),
            // The last character's two pad bits are not zero.
            format!("{}V", &OF_NOTHING[..42]),
            OF_NOTHING.replace('-', "+"),
            hex.to_owned(),
        ];
        for other in others {
            assert_eq!(Thumbprint::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn thumbprints_that_differ_in_one_bit_are_not_equal() {
        let mut bytes = Thumbprint::of(b"").0;
        assert_eq!(Thumbprint(bytes), Thumbprint::of(b""));
        bytes[31] ^= 1;
        assert_ne!(Thumbprint(bytes), Thumbprint::of(b""));
    }

    proptest! {
        #[test]
        fn every_thumbprint_parses_back(bytes: [u8; 32]) {
            let thumbprint = Thumbprint(bytes);
            prop_assert_eq!(Thumbprint::parse(&thumbprint.to_string()), Some(thumbprint));
        }

        #[test]
        fn whatever_parses_prints_the_same(text in "[A-Za-z0-9_=+/-]{40,45}") {
            if let Some(thumbprint) = Thumbprint::parse(&text) {
                prop_assert_eq!(thumbprint.to_string(), text);
            }
        }
    }
}
