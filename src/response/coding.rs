//! Content codings, RFC 9110 §8.4: gzip and zstd when they are asked for.

use std::io::{self, Write};

use actix_web::{HttpRequest, http::header::ACCEPT_ENCODING};
use flate2::{Compression, write::GzEncoder};

use super::{accept, fields::joined};

/// Content coding of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Coding {
    /// RFC 1952
    Gzip,
    /// As they are.
    Identity,
    /// RFC 8878
    Zstd,
}

impl Coding {
    /// The coding that `request` likes best; none when it excludes even the plain bytes.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Self> {
        Self::choose(joined(request.headers(), &ACCEPT_ENCODING).as_deref())
    }

    /// The coding that `field` likes best; none when it excludes even the plain bytes.
    #[must_use]
    pub fn choose(field: Option<&str>) -> Option<Self> {
        let weight = |coding: Self| {
            field.map_or(0.0, |field| accept::weight_of_coding(field, coding.name()))
        };
        let (gzip, zstd) = (weight(Self::Gzip), weight(Self::Zstd));
        if zstd > 0.0 && zstd >= gzip {
            Some(Self::Zstd)
        } else if gzip > 0.0 {
            Some(Self::Gzip)
        } else {
            accept::admits_identity(field).then_some(Self::Identity)
        }
    }

    /// Value for `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Identity => "identity",
            Self::Zstd => "zstd",
        }
    }

    /// `bytes` in this coding.
    ///
    /// # Errors
    /// What the coding says.
    pub fn coded(self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        if self == Self::Identity {
            return Ok(bytes);
        }
        let mut coded = Coded::new(Vec::new(), self)?;
        coded.write_all(&bytes)?;
        coded.finish()
    }
}

/// A writer that codes what it is given.
pub(super) enum Coded<W: Write> {
    Gzip(GzEncoder<W>),
    Identity(W),
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Coded<W> {
    pub(super) fn new(out: W, coding: Coding) -> io::Result<Self> {
        Ok(match coding {
            Coding::Gzip => Self::Gzip(GzEncoder::new(out, Compression::fast())),
            Coding::Identity => Self::Identity(out),
            Coding::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(out, FAST)?),
        })
    }

    pub(super) fn finish(self) -> io::Result<W> {
        let mut out = match self {
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Identity(out) => out,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        out.flush()?;
        Ok(out)
    }
}

impl<W: Write> Write for Coded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Identity(out) => out.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    /// Formats flush at their own ends; a coding would pay for it with its ratio.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const FAST: i32 = 1;

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_coded_can_be_decoded() {
        let text = b"peril ".repeat(100);
        let gzip = Coding::Gzip.coded(text.clone()).unwrap();
        let mut decoded = Vec::new();
        flate2::read::GzDecoder::new(&*gzip)
            .read_to_end(&mut decoded)
            .unwrap();
        assert_eq!(decoded, text);
        let zstd = Coding::Zstd.coded(text.clone()).unwrap();
        assert_eq!(zstd::stream::decode_all(&*zstd).unwrap(), text);
        assert!(gzip.len() < 60 && zstd.len() < 60);
        assert_eq!(Coding::Identity.coded(text.clone()).unwrap(), text);
    }

    /// Rows: HTTP-18
    #[test]
    fn rfc9110_12_5_3_a_coding_is_used_only_when_it_is_asked_for() {
        for (field, coding) in [
            (None, Some(Coding::Identity)),
            (Some("gzip, deflate"), Some(Coding::Gzip)),
            (Some("gzip, zstd"), Some(Coding::Zstd)),
            (Some("gzip, zstd;q=0.5"), Some(Coding::Gzip)),
            (Some("gzip;q=0, *"), Some(Coding::Identity)),
            (Some("br"), Some(Coding::Identity)),
            (Some("identity;q=0"), None),
            (Some("identity;q=0, gzip"), Some(Coding::Gzip)),
        ] {
            assert_eq!(Coding::choose(field), coding, "{field:?}");
        }
    }
}
