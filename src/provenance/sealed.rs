//! Steps within the address of their record: sealed, so that only this provider reads them and nothing has to be kept.

use std::{
    fmt,
    io::{Read, Write},
};

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::Deserialize;

use super::Steps;

/// The key of seals.
pub struct SealKey(LessSafeKey);

/// Steps, and who may have them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sealed {
    /// The application that they were made for.
    pub recipient: Box<str>,
    /// The steps.
    pub steps: Steps,
}

impl SealKey {
    /// The key that these octets are.
    #[must_use]
    pub(super) fn new(octets: &[u8; 32]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, octets).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// The steps as a text for an address; none where the system has no random octets.
    #[must_use]
    pub fn seal(&self, sealed: &Sealed) -> Option<String> {
        let mut text = sealed.recipient.to_string();
        for step in &sealed.steps.texts {
            // JSON in one line has no line feed, and no name has one.
            text.push('\n');
            text.push_str(step);
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).ok()?;
        let mut bytes = encoder.finish().ok()?;
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).ok()?;
        let unique = Nonce::assume_unique_for_key(nonce);
        let aad = Aad::from(SEAL_KEY);
        self.0
            .seal_in_place_append_tag(unique, aad, &mut bytes)
            .ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat()))
    }

    /// The steps of a text that this key has sealed.
    #[must_use]
    pub fn open(&self, text: &str) -> Option<Sealed> {
        if text.len() > LONGEST {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let deflated = self
            .0
            .open_in_place(nonce, Aad::from(SEAL_KEY), sealed)
            .ok()?;
        let mut text = String::new();
        let decoder = DeflateDecoder::new(&*deflated);
        decoder.take(MOST_BYTES).read_to_string(&mut text).ok()?;
        let mut lines = text.split('\n');
        let recipient = lines.next()?.into();
        let steps = lines.map(Box::from).collect();
        Some(Sealed {
            recipient,
            steps: Steps::of(steps)?,
        })
    }
}

impl Steps {
    /// The steps of these texts, among which the origins say that they are.
    fn of(texts: Vec<Box<str>>) -> Option<Self> {
        #[derive(Deserialize)]
        struct Head {
            id: Box<str>,
            #[serde(rename = "type")]
            kind: Box<str>,
        }
        let heads = texts.iter().map(|text| serde_json::from_str::<Head>(text));
        let heads = heads.collect::<Result<Vec<_>, _>>().ok()?;
        let ids = |kind: &str| {
            let of_it = heads.iter().filter(|head| &*head.kind == kind);
            of_it.map(|head| head.id.clone()).collect()
        };
        Some(Self {
            origins: ids("origin"),
            transfers: ids("transfer"),
            texts,
        })
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(redacted)")
    }
}

/// The purpose of the key and of what it seals.
pub(super) const SEAL_KEY: &[u8] = b"perild provenance address 1";
/// Letters of an address that is opened: headers and request lines hold no longer ones.
const LONGEST: usize = 4096;
/// Bytes of steps.
const MOST_BYTES: u64 = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(octet: u8) -> SealKey {
        SealKey::new(&[octet; 32]).unwrap()
    }

    fn sealed() -> Sealed {
        let step = |id: &str, kind: &str| format!(r#"{{"id":"{id}","type":"{kind}"}}"#).into();
        Sealed {
            recipient: "https://consumer.example/app".into(),
            steps: Steps {
                texts: vec![step("a", "origin"), step("b", "transfer")],
                origins: vec!["a".into()],
                transfers: vec!["b".into()],
            },
        }
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_key_and_by_no_other() {
        let text = key(1).seal(&sealed()).unwrap();
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_eq!(key(1).open(&text), Some(sealed()));
        assert_eq!(key(2).open(&text), None);
        assert_ne!(key(1).seal(&sealed()).unwrap(), text);
        for at in [0, text.len() / 2, text.len() - 2] {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(
                key(1).open(&String::from_utf8(changed).unwrap()),
                None,
                "{at}"
            );
        }
    }

    #[test]
    fn what_was_never_sealed_is_not_opened() {
        for text in [
            "",
            "A",
            "AAAAAAAAAAAAAAAA",
            "not base64!",
            &"A".repeat(LONGEST + 4),
        ] {
            assert_eq!(key(1).open(text), None, "{text}");
        }
    }
}
