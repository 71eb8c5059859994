//! The `error` of an answer that refuses, and whose fault it tells of.
//!
//! RFC 6749 §5.2 has the codes and RFC 7662 §2.3 their use here; RFC 6750 §3.1 and RFC 7009 §2.2.1 have more.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

use super::json::Object;

/// A code whose meaning settles whose fault it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum OAuthError {
    /// Our authentication as a client failed.
    InvalidClient,
    /// The grant is no good.
    InvalidGrant,
    /// A parameter is missing or malformed: the token is the only one that varies.
    InvalidRequest,
    /// The scope is no good.
    InvalidScope,
    /// The token is no good.
    InvalidToken,
    /// We are known and may not ask.
    UnauthorizedClient,
    /// The grant is of a type that is not known.
    UnsupportedGrantType,
    /// Tokens of that type are not known (RFC 7009 §2.2.1).
    UnsupportedTokenType,
}

impl OAuthError {
    /// The code of `object`, or that of the first challenge with one where there is no object.
    ///
    /// A code that is not listed here settles nothing.
    pub(super) fn read(object: Option<&Object>, headers: &HeaderMap) -> Option<Self> {
        let said = object.and_then(|object| object.string("error").ok().flatten());
        let said = said.or_else(|| {
            let lines = headers.get_all(WWW_AUTHENTICATE).iter();
            lines
                .filter_map(|line| line.to_str().ok())
                .find_map(challenged)
        });
        said?.trim().parse().ok()
    }

    /// `true` when the authorization server refuses us, rather than what we asked about.
    #[must_use]
    pub fn is_of_the_client(self) -> bool {
        matches!(self, Self::InvalidClient | Self::UnauthorizedClient)
    }
}

/// The `error` parameter of a challenge, RFC 6750 §3: quoted, or a token (RFC 9110 §11.2).
fn challenged(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower.get(from..)?.find("error") {
        let at = from + found;
        from = at + "error".len();
        let before = lower.get(..at)?.chars().next_back();
        let value = lower.get(from..)?.trim_start().strip_prefix('=');
        if let (true, Some(value)) = (before.is_none_or(|c| c == ' ' || c == ','), value) {
            let value = value.trim_start();
            let code = match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => value.split([',', ' ']).next(),
            };
            return code.map(ToOwned::to_owned);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{super::json::parse_object, *};

    fn of(body: &str, challenge: Option<&str>) -> Option<OAuthError> {
        let mut headers = HeaderMap::new();
        if let Some(challenge) = challenge {
            headers.insert(WWW_AUTHENTICATE, challenge.parse().unwrap());
        }
        OAuthError::read(parse_object(body.as_bytes()).ok().as_ref(), &headers)
    }

    /// Rows: INT-8
    #[test]
    fn rfc6749_5_2_the_code_tells_whose_fault_it_is() {
        for code in ["invalid_client", "unauthorized_client"] {
            let read = of(&format!(r#"{{"error":"{code}"}}"#), None).unwrap();
            assert!(read.is_of_the_client());
            assert_eq!(read.to_string(), code);
        }
        for code in [
            "invalid_grant",
            "invalid_request",
            "invalid_scope",
            "invalid_token",
            "unsupported_grant_type",
            "unsupported_token_type",
        ] {
            let read = of(&format!(r#"{{"error":"{code}","x":1e999}}"#), None).unwrap();
            assert!(!read.is_of_the_client());
            assert_eq!(read.to_string(), code);
        }
    }

    #[test]
    fn a_code_that_settles_nothing_is_none() {
        for body in [
            "",
            "{}",
            "<html>",
            r#"{"error":null}"#,
            r#"{"error":7}"#,
            r#"{"error":"Unauthorized"}"#,
            r#"{"error":"access_denied"}"#,
            r#"{"error":"insufficient_scope"}"#,
            r#"{"error":"temporarily_unavailable"}"#,
            r#"{"error":{"code":"invalid_token"}}"#,
        ] {
            assert_eq!(of(body, None), None, "{body}");
        }
    }

    /// RFC 6750 §3: the challenge has it where the body has not.
    #[test]
    fn the_code_may_stand_in_the_challenge() {
        for challenge in [
            r#"Bearer error="invalid_token""#,
            r#"Bearer realm="a", error="invalid_token", error_description="error=no""#,
            r#"bearer realm="x",ERROR = "invalid_token""#,
            "Bearer error=invalid_token, scope=a",
        ] {
            assert_eq!(
                of("", Some(challenge)),
                Some(OAuthError::InvalidToken),
                "{challenge}"
            );
        }
        for challenge in [
            "Bearer",
            r#"Basic realm="a""#,
            r#"Bearer error_description="invalid_token""#,
        ] {
            assert_eq!(of("", Some(challenge)), None, "{challenge}");
        }
        let both = of(
            r#"{"error":"invalid_client"}"#,
            Some(r#"Bearer error="invalid_token""#),
        );
        assert_eq!(both, Some(OAuthError::InvalidClient));
    }
}
