//! `Content-Type` of a body, RFC 9110 §8.3.

use actix_web::{HttpRequest, http::header::CONTENT_TYPE};

/// A media type and its parameters.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ContentType {
    /// Type and subtype in lower case, without parameters; empty when nothing was said.
    pub essence: String,
    /// Names in lower case, values without quotes; the first of a name.
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// The `Content-Type` of `request`.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let field = request.headers().get(CONTENT_TYPE);
        let field = field.and_then(|value| value.to_str().ok());
        Self::read(field.unwrap_or_default())
    }

    /// Reads the value of the field.
    #[must_use]
    pub fn read(field: &str) -> Self {
        let mut parts = split(field).into_iter();
        let essence = parts.next().unwrap_or_default();
        let mut parameters: Vec<(String, String)> = Vec::new();
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = name.trim().to_ascii_lowercase();
            if !parameters.iter().any(|(known, _)| *known == name) {
                parameters.push((name, unquoted(value.trim())));
            }
        }
        Self {
            essence: essence.trim().to_ascii_lowercase(),
            parameters,
        }
    }

    /// The value of the parameter `name`; none when it is not there or empty.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// `application/json` or `application/*+json`, with any parameters.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.essence == "application/json"
            || (self.essence.starts_with("application/") && self.essence.ends_with("+json"))
    }

    /// CSV (RFC 4180), by its name and by those that spreadsheets and browsers have for it.
    #[must_use]
    pub fn is_csv(&self) -> bool {
        CSV.contains(&self.essence.as_str())
    }
}

/// The parts between semicolons that stand outside quotes.
fn split(field: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    field
        .split(|letter| {
            let is_end = letter == ';' && !is_quoted;
            match letter {
                _ if is_escaped => is_escaped = false,
                '\\' if is_quoted => is_escaped = true,
                '"' => is_quoted = !is_quoted,
                _ => {}
            }
            is_end
        })
        .collect()
}

/// A quoted string without its quotes, RFC 9110 §5.6.4; some write single ones.
fn unquoted(value: &str) -> String {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) => {
            let mut is_escaped = false;
            let kept = inner.chars().filter(|letter| {
                is_escaped = *letter == '\\' && !is_escaped;
                !is_escaped
            });
            kept.collect::<String>().trim().to_owned()
        }
        None => value.trim_matches('\'').trim().to_owned(),
    }
}

const CSV: [&str; 8] = [
    "text/csv",
    "application/csv",
    "application/vnd.ms-excel",
    "application/x-csv",
    "text/comma-separated-values",
    "text/tab-separated-values",
    "text/x-comma-separated-values",
    "text/x-csv",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9110_8_3_a_media_type_has_parameters_in_any_case_with_quotes_or_without() {
        for (field, essence, charset) in [
            ("text/csv", "text/csv", None),
            ("Text/CSV; Charset=UTF-8", "text/csv", Some("UTF-8")),
            (
                "text/csv;header=present ; charset=\"iso-8859-1\"",
                "text/csv",
                Some("iso-8859-1"),
            ),
            ("text/csv; charset='latin1';", "text/csv", Some("latin1")),
            (
                "text/csv; x=\"a;charset=b\\\";\"; charset=utf-16",
                "text/csv",
                Some("utf-16"),
            ),
            ("text/csv; charset=\"utf\\-8\"", "text/csv", Some("utf-8")),
            ("text/csv; charset=a; charset=b", "text/csv", Some("a")),
            ("text/csv; charset=", "text/csv", None),
            ("text/csv; charset", "text/csv", None),
            ("", "", None),
        ] {
            let read = ContentType::read(field);
            assert_eq!(read.essence, essence, "{field}");
            assert_eq!(read.parameter("charset"), charset, "{field}");
        }
    }

    #[test]
    fn csv_is_known_by_each_of_its_names_and_json_by_its_suffix() {
        for (field, is_csv, is_json) in [
            ("application/csv", true, false),
            ("application/vnd.ms-excel; charset=x", true, false),
            ("TEXT/TAB-SEPARATED-VALUES", true, false),
            ("application/geo+json", false, true),
            ("application/json; charset=utf-8", false, true),
            ("text/plain", false, false),
            ("", false, false),
        ] {
            let read = ContentType::read(field);
            assert_eq!(
                (read.is_csv(), read.is_json()),
                (is_csv, is_json),
                "{field}"
            );
        }
    }
}
