//! Names that are made of what they name.

use std::{
    fmt,
    io::{self, Write},
};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// A SHA-256, in 64 hexadecimal digits of lower case: the name of a part or of a version. No path leads out of a folder
/// by one.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "Box<str>", into = "Box<str>")]
pub struct Digest(Box<str>);

/// A text that is no digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a digest has 64 hexadecimal digits of lower case")]
pub struct NotADigest;

/// Octets on their way to a digest.
#[derive(Clone)]
pub(crate) struct Digesting(Context);

impl Digest {
    /// The digest of `octets`.
    pub(crate) fn of(octets: &[u8]) -> Self {
        let mut digesting = Digesting::default();
        digesting.add(octets);
        digesting.finish()
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first digits, which are enough for who reads of it.
    pub(crate) fn short(&self) -> &str {
        self.0.get(..SHORT).unwrap_or(&self.0)
    }
}

impl Digest {
    /// Half of its octets, which is enough where a collision gains nothing.
    pub(crate) fn octets(&self) -> [u8; 16] {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => digit - b'0',
            _ => digit - b'a' + 10,
        };
        let mut octets = [0; 16];
        for (octet, digits) in octets.iter_mut().zip(self.0.as_bytes().chunks_exact(2)) {
            if let [high, low] = digits {
                *octet = value(*high) << 4 | value(*low);
            }
        }
        octets
    }
}

impl TryFrom<Box<str>> for Digest {
    type Error = NotADigest;

    fn try_from(text: Box<str>) -> Result<Self, NotADigest> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text))
        } else {
            Err(NotADigest)
        }
    }
}

impl From<Digest> for Box<str> {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Default for Digesting {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Digesting {
    pub(crate) fn add(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    pub(crate) fn finish(self) -> Digest {
        let digest = self.0.finish();
        let digits = digest.as_ref().iter().flat_map(|octet| {
            let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
            [digit(octet >> 4), digit(octet & 0xf)]
        });
        Digest(digits.collect::<String>().into())
    }
}

/// A sink that digests what it is given.
pub(super) struct Digested<W> {
    sink: W,
    digesting: Digesting,
    bytes: u64,
}

impl<W> Digested<W> {
    pub(super) fn new(sink: W) -> Self {
        Self {
            sink,
            digesting: Digesting::default(),
            bytes: 0,
        }
    }

    pub(super) fn get_mut(&mut self) -> &mut W {
        &mut self.sink
    }

    /// Octets so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The digest of the octets so far, and their number.
    pub(super) fn finish(&self) -> (Digest, u64) {
        (self.digesting.clone().finish(), self.bytes)
    }
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.sink.write_all(octets)?;
        self.digesting.add(octets);
        self.bytes += u64::try_from(octets.len()).unwrap_or(u64::MAX);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

const SHORT: usize = 12;
