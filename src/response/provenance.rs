//! The part of an answer that says where its data come from: a signed record as the last member of JSON, or a link to one.

use std::io::{self, Write};

use actix_web::http::header::{ETAG, HeaderMap, HeaderValue, LINK};
use bytes::Bytes;

/// The end of a JSON object with a signed record as its last member, in place of the end that it would have.
#[derive(Clone, Debug)]
pub(crate) struct Closing(Bytes);

impl Closing {
    /// The end with the record `json`, the text of an object.
    pub(crate) fn new(json: &str) -> Self {
        Self(format!(",\"ib1:provenance\":{json}}}").into())
    }
}

/// A writer of a JSON object that gives it another end, where there is one.
pub(super) struct Closed<W> {
    out: W,
    closing: Option<Closing>,
    /// A brace that may be the last one.
    has_brace: bool,
}

impl<W: Write> Closed<W> {
    pub(super) fn new(out: W, closing: Option<Closing>) -> Self {
        Self {
            out,
            closing,
            has_brace: false,
        }
    }

    /// Writes the end, and gives `out` back.
    ///
    /// # Errors
    /// What `out` says, and where no object has ended.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if let Some(closing) = &self.closing {
            if !self.has_brace {
                return Err(io::Error::other("no JSON object ends here"));
            }
            self.out.write_all(&closing.0)?;
        }
        Ok(self.out)
    }
}

impl<W: Write> Write for Closed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closing.is_none() || bytes.is_empty() {
            return self.out.write(bytes);
        }
        if self.has_brace {
            self.out.write_all(b"}")?;
            self.has_brace = false;
        }
        let inner = bytes.strip_suffix(b"}");
        self.out.write_all(inner.unwrap_or(bytes))?;
        self.has_brace = inner.is_some();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Marks the entity tag of an answer as a weak one: its bytes are never the same again, for each record is a new one,
/// and what they say of the data is (RFC 9110 §8.8.1).
pub(crate) fn weaken(headers: &mut HeaderMap) {
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    let weak = tag
        .filter(|tag| !tag.starts_with("W/"))
        .map(|tag| format!("W/{tag}"));
    if let Some(weak) = weak.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        headers.insert(ETAG, weak);
    }
}

/// Adds a link to the record of an answer, at `address`.
pub(crate) fn link(headers: &mut HeaderMap, address: &str) {
    let mut links = Vec::new();
    let others = headers.get_all(LINK).filter_map(|link| link.to_str().ok());
    links.extend(others.map(str::to_owned));
    links.push(format!(
        "<{address}>; rel=\"describedby\"; type=\"application/json\""
    ));
    // In one line: nginx hands on the first one of what it is told to send.
    if let Ok(links) = HeaderValue::from_str(&links.join(", ")) {
        headers.insert(LINK, links);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(parts: &[&str], closing: Option<Closing>) -> io::Result<String> {
        let mut out = Closed::new(Vec::new(), closing);
        for part in parts {
            out.write_all(part.as_bytes())?;
        }
        Ok(String::from_utf8(out.finish()?).unwrap())
    }

    #[test]
    fn a_record_is_the_last_member_of_an_object_however_it_is_written() {
        let whole = r#"{"a":{"b":[{}]},"c":{}}"#;
        let expected = r#"{"a":{"b":[{}]},"c":{},"ib1:provenance":{"x":1}}"#;
        let letters: Vec<_> = whole.split("").collect();
        for parts in [
            &[whole][..],
            &letters,
            &[r#"{"a":{"b":[{}"#, "]}", ",\"c\":{}", "}"],
        ] {
            let closing = Closing::new(r#"{"x":1}"#);
            assert_eq!(closed(parts, Some(closing)).unwrap(), expected, "{parts:?}");
            assert_eq!(closed(parts, None).unwrap(), whole);
        }
        for parts in [&["[1]"][..], &["{}", "\n"], &[]] {
            assert!(
                closed(parts, Some(Closing::new("{}"))).is_err(),
                "{parts:?}"
            );
        }
    }

    /// Rows: HTTP-7
    #[test]
    fn rfc9110_8_8_1_a_tag_is_weak_once_and_no_tag_stays_none() {
        let mut headers = HeaderMap::new();
        weaken(&mut headers);
        assert!(headers.is_empty());
        for tag in ["\"a\"", "W/\"a\""] {
            headers.insert(ETAG, HeaderValue::from_static(tag));
            weaken(&mut headers);
            assert_eq!(headers.get(ETAG).unwrap(), "W/\"a\"");
        }
        link(&mut headers, "/v1/provenance/x");
        let link = headers.get(LINK).unwrap().to_str().unwrap();
        assert!(
            link.starts_with("</v1/provenance/x>; rel=\"describedby\""),
            "{link}"
        );
        super::link(&mut headers, "/y");
        let both = headers.get_all(LINK).collect::<Vec<_>>();
        let [both] = both.as_slice() else {
            unreachable!()
        };
        assert_eq!(both.to_str().unwrap().matches("describedby").count(), 2);
    }
}
