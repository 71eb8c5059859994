//! The head of a request, judged as the HTTP library will judge it: what that would answer with nothing but a status
//! is refused here, in words.

use actix_web::http::{Method, Uri};
use httparse::{EMPTY_HEADER, Header, Request, Status};

use super::{InteractionId, Limits, Malformed};

/// A head that the library will take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Head {
    /// Bytes of it.
    pub(super) length: usize,
    pub(super) body: Framing,
}

/// Framing of the body behind a head, RFC 9112 §6.3.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Framing {
    /// In chunks.
    Chunked,
    /// By their number of bytes; none for no body.
    Length(u64),
    /// It never ends: another protocol follows.
    Tunnel,
}

/// Reads the head that `bytes` begins with; none when more of it has to come.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Head>, Malformed> {
    let mut fields = [EMPTY_HEADER; MOST_FIELDS];
    let mut request = Request::new(&mut fields);
    let length = match request.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if bytes.len() < LARGEST => return Ok(None),
        Ok(Status::Partial) => return Err(too_large(bytes)),
        Err(error) => return Err(malformed(error)),
    };
    if length >= LARGEST {
        return Err(too_large(bytes.get(..length).unwrap_or(bytes)));
    }
    let method = request.method.unwrap_or_default();
    let method = Method::from_bytes(method.as_bytes())
        .ok()
        .ok_or(Malformed::RequestLine)?;
    let target = request.path.unwrap_or_default();
    if target.len() <= Limits::default().target_bytes {
        Uri::try_from(target).ok().ok_or(Malformed::Target)?;
    }
    let is_11 = request.version == Some(1);
    let body = framing(request.headers, is_11, &method)?;
    Ok(Some(Head { length, body }))
}

/// The interaction id in a head that cannot be read: that of its lines which name one.
pub(super) fn interaction_id(bytes: &[u8]) -> InteractionId {
    let lines = bytes.split(|byte| *byte == b'\n');
    let fields = lines.filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        let is_id = name.eq_ignore_ascii_case(InteractionId::HEADER.as_bytes());
        let value = value.strip_prefix(b":").unwrap_or(value);
        is_id.then(|| value.trim_ascii())
    });
    InteractionId::read(fields)
}

/// The method in a head that cannot be read, when it begins with one.
pub(super) fn method(bytes: &[u8]) -> Option<Method> {
    let end = bytes.iter().position(|byte| *byte == b' ')?;
    let word = bytes.get(..end)?;
    let is_short = word.len() <= LONGEST_METHOD && word.iter().all(u8::is_ascii_uppercase);
    is_short.then(|| Method::from_bytes(word).ok()).flatten()
}

fn framing(fields: &[Header<'_>], is_11: bool, method: &Method) -> Result<Framing, Malformed> {
    let values = |name: &'static str| {
        let named = move |field: &&Header<'_>| field.name.eq_ignore_ascii_case(name);
        fields.iter().filter(named).map(|field| field.value)
    };
    let hosts = values("host").count();
    if hosts > 1 || (hosts == 0 && is_11) {
        return Err(Malformed::HostMissingOrRepeated);
    }
    let length = only(values("content-length"))?.map(length).transpose()?;
    let coding = only(values("transfer-encoding"))?;
    if let Some(coding) = coding {
        let is_chunked = is_11 && coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
        return if is_chunked && length.is_none() {
            Ok(Framing::Chunked)
        } else {
            Err(Malformed::Length)
        };
    }
    if *method == Method::POST && !is_11 && length.is_none() {
        return Err(Malformed::Length);
    }
    let is_upgraded = values("upgrade").any(|value| {
        let value = value.trim_ascii();
        value.eq_ignore_ascii_case(b"websocket")
    });
    match length {
        _ if is_upgraded => Ok(Framing::Tunnel),
        None | Some(0) if *method == Method::CONNECT => Ok(Framing::Tunnel),
        length => Ok(Framing::Length(length.unwrap_or(0))),
    }
}

/// The value of a field that may stand once.
fn only<'v>(mut values: impl Iterator<Item = &'v [u8]>) -> Result<Option<&'v [u8]>, Malformed> {
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Malformed::Length),
        (value, None) => Ok(value),
    }
}

/// RFC 9110 §8.6: digits.
fn length(value: &[u8]) -> Result<u64, Malformed> {
    let text = std::str::from_utf8(value.trim_ascii()).unwrap_or_default();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse().ok()).flatten();
    number.ok_or(Malformed::Length)
}

fn malformed(error: httparse::Error) -> Malformed {
    use httparse::Error as E;
    match error {
        E::HeaderName | E::HeaderValue | E::NewLine => Malformed::Field,
        E::Status | E::Token => Malformed::RequestLine,
        E::TooManyHeaders => Malformed::TooManyFields { limit: MOST_FIELDS },
        E::Version => Malformed::Version,
    }
}

/// A target or a header block that is larger than any that is taken.
fn too_large(bytes: &[u8]) -> Malformed {
    let limits = Limits::default();
    let line = bytes.iter().position(|byte| *byte == b'\n');
    let line = line.unwrap_or(bytes.len());
    if line > limits.target_bytes + LONGEST_LINE_BESIDE_TARGET {
        return Malformed::TargetTooLong {
            bytes: line,
            limit: limits.target_bytes,
        };
    }
    Malformed::HeaderBlockTooLarge {
        bytes: bytes.len(),
        limit: limits.header_bytes,
    }
}

/// Fields that the library takes.
const MOST_FIELDS: usize = 96;
/// Bytes of a head that the library takes; far more than [`Limits`] do.
const LARGEST: usize = 128 * 1024;
const LONGEST_METHOD: usize = 16;
/// Method, spaces and version.
const LONGEST_LINE_BESIDE_TARGET: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(head: &str) -> Result<Option<Framing>, Malformed> {
        read(head.as_bytes()).map(|head| head.map(|head| head.body))
    }

    /// Rows: HTTP-22, HTTP-23
    #[test]
    fn rfc9112_6_3_the_length_of_a_body_is_what_exactly_one_field_says() {
        let with = |fields: &str| framed(&format!("POST /x HTTP/1.1\r\nHost: h\r\n{fields}\r\n"));
        assert_eq!(with(""), Ok(Some(Framing::Length(0))));
        assert_eq!(with("Content-Length: 5\r\n"), Ok(Some(Framing::Length(5))));
        assert_eq!(
            with("Transfer-Encoding: Chunked\r\n"),
            Ok(Some(Framing::Chunked))
        );
        assert_eq!(with("Upgrade: websocket\r\n"), Ok(Some(Framing::Tunnel)));
        for fields in [
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length:\r\n",
            "Content-Length: 99999999999999999999999\r\n",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        ] {
            assert_eq!(with(fields), Err(Malformed::Length), "{fields}");
        }
        for (head, wrong) in [
            ("POST / HTTP/1.0\r\n\r\n", Malformed::Length),
            ("GET / HTTP/1.1\r\n\r\n", Malformed::HostMissingOrRepeated),
            (
                "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
                Malformed::HostMissingOrRepeated,
            ),
        ] {
            assert_eq!(framed(head), Err(wrong), "{head}");
        }
        assert_eq!(
            framed("GET / HTTP/1.0\r\n\r\n"),
            Ok(Some(Framing::Length(0)))
        );
        assert_eq!(framed("GET / HTTP/1.1\r\nHost: h\r\n"), Ok(None));
    }

    /// Rows: HTTP-22, HTTP-24, HTTP-25
    #[test]
    fn rfc9112_3_what_is_wrong_with_a_head_is_told_apart() {
        let many = "X: y\r\n".repeat(96);
        for (head, wrong) in [
            (
                "GET /caf\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n",
                Malformed::Target,
            ),
            (
                "GET /a?b=\"c\" HTTP/1.1\r\nHost: h\r\n\r\n",
                Malformed::Target,
            ),
            ("GET /a<b> HTTP/1.1\r\nHost: h\r\n\r\n", Malformed::Target),
            ("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", Malformed::Version),
            ("GET / HTTP/3.0\r\nHost: h\r\n\r\n", Malformed::Version),
            ("G\0T / HTTP/1.1\r\nHost: h\r\n\r\n", Malformed::RequestLine),
            ("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", Malformed::RequestLine),
            ("GET / HTTP/1.1\r\nHost : h\r\n\r\n", Malformed::Field),
            (
                "GET / HTTP/1.1\r\nHost: h\r\nX: a\0\r\n\r\n",
                Malformed::Field,
            ),
            (
                &format!("GET / HTTP/1.1\r\nHost: h\r\n{many}\r\n"),
                Malformed::TooManyFields { limit: 96 },
            ),
        ] {
            assert_eq!(framed(head), Err(wrong), "{head:.60}");
        }
        let endless = format!("GET /{}", "a".repeat(LARGEST));
        assert!(matches!(
            framed(&endless),
            Err(Malformed::TargetTooLong { .. })
        ));
        let block = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(LARGEST));
        assert!(matches!(
            framed(&block),
            Err(Malformed::HeaderBlockTooLarge { .. })
        ));
    }

    /// Rows: DEC-5, LIM-5
    #[test]
    fn the_interaction_id_of_a_head_that_cannot_be_read_is_echoed_where_it_is_one() {
        let id = |fields: &str| {
            let head = format!("GET /caf\u{e9} HTTP/1.1\r\n{fields}\r\n\r\n");
            interaction_id(head.as_bytes())
        };
        assert_eq!(
            id("Host: h\r\nX-FAPI-Interaction-Id:  mine ").as_str(),
            "mine"
        );
        for fields in [
            "Host: h",
            "x-fapi-interaction-id: a b",
            "x-fapi-interaction-id: a\r\nx-fapi-interaction-id: b",
        ] {
            assert_eq!(id(fields).as_str().len(), 36, "{fields}");
        }
        assert_eq!(method(b"HEAD /\xff HTTP/1.1"), Some(Method::HEAD));
        assert_eq!(method(b"get / HTTP/1.1"), None);
        assert_eq!(method(b"GARBAGE\r\n\r\n"), None);
    }
}
