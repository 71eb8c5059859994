//! Bodies that cannot be read, described: declared media type, length, and what they look like.

use std::fmt;

/// A body that is no JSON object, as far as it can be told; nothing of it is quoted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Content {
    form: Form,
    media_type: Option<String>,
    length: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    Binary,
    BrokenJson,
    Empty,
    Gzip,
    Html,
    Jwt,
    Parameters,
    Text,
    Utf16,
    Xml,
    Zstandard,
}

impl Content {
    /// The body `bytes`, which came with the `Content-Type` field `media_type`.
    pub(super) fn of(bytes: &[u8], media_type: Option<&[u8]>) -> Self {
        let media_type = media_type.map(printable);
        Self {
            form: Form::of(bytes, media_type.as_deref().unwrap_or_default()),
            media_type,
            length: bytes.len(),
        }
    }
}

impl Form {
    fn of(bytes: &[u8], media_type: &str) -> Self {
        let media_type = media_type.to_ascii_lowercase();
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = text.trim_ascii_start();
        let begins = |with: &[u8]| {
            let head = text.get(..with.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(with))
        };
        if bytes.is_empty() {
            Self::Empty
        } else if bytes.starts_with(&[0x1f, 0x8b]) {
            Self::Gzip
        } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Self::Zstandard
        } else if UTF_16.iter().any(|mark| bytes.starts_with(mark)) {
            Self::Utf16
        } else if begins(b"eyJ") && text.contains(&b'.') || media_type.contains("jwt") {
            Self::Jwt
        } else if begins(b"<!doctype html")
            || begins(b"<html")
            || begins(b"<") && media_type.contains("html")
        {
            Self::Html
        } else if begins(b"<") {
            Self::Xml
        } else if begins(b"{") || begins(b"[") {
            Self::BrokenJson
        } else if begins(b"active=") || media_type.contains("x-www-form-urlencoded") {
            Self::Parameters
        } else if std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
            Self::Text
        } else {
            Self::Binary
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Binary => "octets of no known kind",
            Self::BrokenJson => "JSON that is cut short or has a fault",
            Self::Empty => "an empty body",
            Self::Gzip => "gzip without Content-Encoding: gzip",
            Self::Html => "an HTML page",
            Self::Jwt => "a JWT",
            Self::Parameters => "form parameters",
            Self::Text => "plain text",
            Self::Utf16 => "text in UTF-16",
            Self::Xml => "XML",
            Self::Zstandard => "Zstandard without Content-Encoding: zstd",
        })
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let media_type = self.media_type.as_deref().unwrap_or("no Content-Type");
        write!(f, "{} ({media_type}, {} octets)", self.form, self.length)
    }
}

/// A field of the other side's, short and on one line.
pub(super) fn printable(field: &[u8]) -> String {
    let printable = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '?',
    };
    field.iter().take(LONGEST_FIELD).map(printable).collect()
}

/// Byte order marks, and how a brace looks where there is none.
const UTF_16: [&[u8]; 4] = [&[0xff, 0xfe], &[0xfe, 0xff], b"{\0", b"\0{"];
const LONGEST_FIELD: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_says_what_it_is() {
        for (bytes, media_type, said) in [
            (&b""[..], None, "an empty body (no Content-Type, 0 octets)"),
            (
                b"<!DOCTYPE html><html>",
                Some("text/html; charset=utf-8"),
                "an HTML page (text/html; charset=utf-8, 21 octets)",
            ),
            (
                b"\n <HTML lang=en>",
                Some("application/json"),
                "an HTML page (application/json, 16 octets)",
            ),
            (
                b"<?xml version='1.0'?>",
                Some("text/xml"),
                "XML (text/xml, 21 octets)",
            ),
            (
                b"<p>",
                Some("text/HTML"),
                "an HTML page (text/HTML, 3 octets)",
            ),
            (
                b"eyJ0eXAi.e30.c2ln",
                Some("application/token-introspection+jwt"),
                "a JWT (application/token-introspection+jwt, 17 octets)",
            ),
            (
                b"eyJ0eXAi.e30.c2ln",
                None,
                "a JWT (no Content-Type, 17 octets)",
            ),
            (
                b"\x1f\x8b\x08\x00",
                Some("application/json"),
                "gzip without Content-Encoding: gzip (application/json, 4 octets)",
            ),
            (
                b"\x28\xb5\x2f\xfd\x00",
                None,
                "Zstandard without Content-Encoding: zstd (no Content-Type, 5 octets)",
            ),
            (
                b"\xff\xfe{\0}\0",
                None,
                "text in UTF-16 (no Content-Type, 6 octets)",
            ),
            (
                b"{\0}\0",
                None,
                "text in UTF-16 (no Content-Type, 4 octets)",
            ),
            (
                b"{\"active\":",
                Some("application/json"),
                "JSON that is cut short or has a fault (application/json, 10 octets)",
            ),
            (
                b"active=true",
                None,
                "form parameters (no Content-Type, 11 octets)",
            ),
            (
                b"Not found",
                Some("text/plain"),
                "plain text (text/plain, 9 octets)",
            ),
            (
                b"\x00\x01",
                Some("a\nb\x1b"),
                "octets of no known kind (a?b?, 2 octets)",
            ),
        ] {
            let content = Content::of(bytes, media_type.map(str::as_bytes));
            assert_eq!(content.to_string(), said);
        }
        let long = "x".repeat(5000);
        let content = Content::of(b"?", Some(long.as_bytes()));
        assert!(content.to_string().len() < 200);
    }
}
