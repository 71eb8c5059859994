//! The announced end of a collection, in the header fields of every answer about it (OE-CHG-3).

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, LINK};

use super::fields::http_date;
use crate::dataset::metadata::Lifecycle;

/// Adds `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and the link to what takes its place, at the address `successor`.
pub(crate) fn announce(headers: &mut HeaderMap, lifecycle: &Lifecycle, successor: Option<&str>) {
    if let Some(since) = lifecycle.deprecated {
        // A date of structured fields, RFC 9651 §3.3.7.
        add(
            headers,
            DEPRECATION,
            &format!("@{}", since.time().seconds()),
        );
    }
    if let Some(end) = lifecycle.sunset {
        let end = end.time().unix_time().as_secs();
        let end = std::time::UNIX_EPOCH + std::time::Duration::from_secs(end);
        add(headers, SUNSET, &http_date(end));
    }
    if let Some(successor) = successor {
        add(
            headers,
            LINK,
            &format!("<{successor}>; rel=\"successor-version\""),
        );
    }
}

/// A value that is no header field is left out: an answer is worth more than its announcement.
fn add(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(name, value);
    }
}

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::metadata::Moment;

    fn said(lifecycle: &Lifecycle, successor: Option<&str>) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        announce(&mut headers, lifecycle, successor);
        let mut said: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        said.sort();
        said
    }

    /// Rows: OE-CHG-3
    #[test]
    fn rfc9745_2_1_and_rfc8594_3_an_end_is_told_as_a_date_each_in_its_own_form() {
        let lifecycle = Lifecycle {
            deprecated: Moment::parse("2026-10-01"),
            sunset: Moment::parse("2027-04-01T12:00:00Z"),
            successor: None,
        };
        let expected = [
            ("deprecation", "@1790812800"),
            ("link", "<https://a.example/b>; rel=\"successor-version\""),
            ("sunset", "Thu, 01 Apr 2027 12:00:00 GMT"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(said(&lifecycle, Some("https://a.example/b")), expected);
        assert!(said(&Lifecycle::default(), None).is_empty());
    }
}
