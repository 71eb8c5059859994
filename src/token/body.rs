//! The body of one of the authorization server's answers: bounded, unpacked, and read as a JSON object.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue},
};

use super::{
    content::{Content, printable},
    json::{JsonFault, Object, parse_object},
    oauth_error::OAuthError,
    refused::Unavailability,
};

/// Longest answer of the authorization server that is read, in bytes, packed and unpacked (LIM-6).
pub(super) const LONGEST_BODY_BYTES: usize = 256 * 1024;

/// The content codings that are undone here, as `Accept-Encoding` names them (RFC 9110 §12.5.3).
pub(super) const ACCEPTED_CODINGS: &str = "gzip";

/// A whole answer of the authorization server.
pub(super) struct Received {
    headers: HeaderMap,
    bytes: Vec<u8>,
}

/// Reads the JSON object of a `200 OK`; any other status is a fault.
pub(super) async fn read_object(response: Response) -> Result<Object, Unavailability> {
    read_object_within(response, LONGEST_BODY_BYTES).await
}

/// As [`read_object`], of at most `limit_bytes`.
pub(super) async fn read_object_within(
    response: Response,
    limit_bytes: usize,
) -> Result<Object, Unavailability> {
    expect_ok(response.status())?;
    let received = Received::within(response, limit_bytes).await?;
    received.object()
}

impl Received {
    /// Takes all of `response`, and undoes its content coding.
    pub(super) async fn whole(response: Response) -> Result<Self, Unavailability> {
        Self::within(response, LONGEST_BODY_BYTES).await
    }

    async fn within(mut response: Response, limit_bytes: usize) -> Result<Self, Unavailability> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if chunk.len() > limit_bytes.saturating_sub(bytes.len()) {
                return Err(Unavailability::BodyTooLarge { limit_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        let headers = std::mem::take(response.headers_mut());
        let bytes = unpacked(bytes, &headers, limit_bytes)?;
        Ok(Self { headers, bytes })
    }

    /// An answer of which only the fields are known.
    pub(super) fn empty(headers: HeaderMap) -> Self {
        Self {
            headers,
            bytes: Vec::new(),
        }
    }

    /// Party that a refusal blames.
    pub(super) fn oauth_error(&self) -> Option<OAuthError> {
        let object = parse_object(&self.bytes).ok();
        OAuthError::read(object.as_ref(), &self.headers)
    }

    /// Its text, where it is of `media_type` (RFC 9110 §8.3.1) and ASCII.
    pub(super) fn text_of(&self, media_type: &str) -> Option<&str> {
        let named = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let named = named.split(';').next().unwrap_or_default().trim();
        let is_of = named.eq_ignore_ascii_case(media_type) && self.bytes.is_ascii();
        std::str::from_utf8(&self.bytes).ok().filter(|_| is_of)
    }

    /// The description of it, for faults.
    pub(super) fn content(&self) -> Content {
        content(&self.bytes, &self.headers)
    }

    /// The JSON object that it is.
    pub(super) fn object(&self) -> Result<Object, Unavailability> {
        parse_object(&self.bytes).map_err(|fault| match fault {
            JsonFault::DuplicateMember => Unavailability::DuplicateMember,
            JsonFault::NotAnObject => Unavailability::NotAnObject,
            JsonFault::NotJson => Unavailability::NotJson(self.content()),
        })
    }
}

fn expect_ok(status: StatusCode) -> Result<(), Unavailability> {
    match status {
        StatusCode::OK => Ok(()),
        other => Err(Unavailability::of_status(other)),
    }
}

/// RFC 9110 §8.4: no coding, or gzip and no more than may be read once it is undone.
fn unpacked(
    bytes: Vec<u8>,
    headers: &HeaderMap,
    limit_bytes: usize,
) -> Result<Vec<u8>, Unavailability> {
    let lines = headers.get_all(CONTENT_ENCODING).iter();
    let lines = lines
        .map(|line| printable(line.as_bytes()))
        .collect::<Vec<_>>();
    let named = lines.join(",");
    let codings = named.split(',').map(str::trim);
    let codings: Vec<_> = codings
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
        .collect();
    match codings.as_slice() {
        [] => Ok(bytes),
        [one]
            if ["gzip", "x-gzip"]
                .iter()
                .any(|gzip| one.eq_ignore_ascii_case(gzip)) =>
        {
            gunzip(&bytes, headers, limit_bytes)
        }
        _ => Err(Unavailability::Encoded {
            coding: codings.join(", "),
        }),
    }
}

fn gunzip(
    bytes: &[u8],
    headers: &HeaderMap,
    limit_bytes: usize,
) -> Result<Vec<u8>, Unavailability> {
    let most = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(bytes)
        .take(most.saturating_add(1))
        .read_to_end(&mut unpacked);
    match read {
        Ok(length) if length > limit_bytes => Err(Unavailability::BodyTooLarge { limit_bytes }),
        Ok(_) => Ok(unpacked),
        Err(_broken) => Err(Unavailability::NotGzip(content(bytes, headers))),
    }
}

fn content(bytes: &[u8], headers: &HeaderMap) -> Content {
    let media_type = headers.get(CONTENT_TYPE);
    Content::of(bytes, media_type.map(HeaderValue::as_bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(bytes: Vec<u8>, coding: &str) -> Result<Vec<u8>, Unavailability> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
        unpacked(bytes, &headers, LONGEST_BODY_BYTES)
    }

    #[test]
    fn rfc9110_8_4_gzip_is_undone_by_either_name_and_identity_is_none() {
        for coding in ["gzip", "GZIP", "x-gzip", " gzip , identity"] {
            assert_eq!(unpack(packed(b"{}"), coding).unwrap(), b"{}", "{coding}");
        }
        for coding in ["identity", "", "Identity, identity"] {
            assert_eq!(unpack(b"{}".to_vec(), coding).unwrap(), b"{}");
        }
        let two = [packed(b"{"), packed(b"}")].concat();
        assert_eq!(
            unpack(two, "gzip").unwrap(),
            b"{}",
            "RFC 1952 §2.2: members follow each other"
        );
    }

    /// Rows: LIM-6
    #[test]
    fn what_is_small_when_packed_is_bounded_when_unpacked() {
        let most = vec![b' '; LONGEST_BODY_BYTES];
        assert_eq!(
            unpack(packed(&most), "gzip").unwrap().len(),
            LONGEST_BODY_BYTES
        );
        let bomb = packed(&vec![b' '; 8 << 20]);
        assert!(bomb.len() < LONGEST_BODY_BYTES);
        let limit_bytes = LONGEST_BODY_BYTES;
        let too_large = Unavailability::BodyTooLarge { limit_bytes };
        assert_eq!(unpack(bomb, "gzip"), Err(too_large));
    }

    #[test]
    fn a_coding_that_is_not_undone_here_is_named() {
        for coding in ["br", "deflate", "zstd", "gzip, br", "gzip, gzip"] {
            let fault = unpack(packed(b"{}"), coding).unwrap_err();
            assert_eq!(
                fault,
                Unavailability::Encoded {
                    coding: coding.to_owned()
                }
            );
            assert!(fault.to_string().contains(coding), "{fault}");
        }
        let whole = packed(b"{\"active\":true}");
        let cut = whole.get(..whole.len() - 9).unwrap();
        for broken in [&b"{}"[..], b"", cut] {
            let fault = unpack(broken.to_vec(), "gzip").unwrap_err();
            assert!(matches!(fault, Unavailability::NotGzip(_)), "{fault}");
        }
    }
}
