//! The `Authorization` field: from field lines to an [`AccessToken`], or to what is wrong with it.
//!
//! The parsing rule is that of RFC 6750 §2.1 and RFC 9110 §11.4, made deterministic: the scheme ends
//! at the first space and compares without case, only spaces stand between scheme and token.

use std::fmt;

use super::Malformed;

/// Content of the `Authorization` field of a well-formed request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Authorization<'r> {
    /// No field, or a scheme other than `Bearer`.
    Absent,
    /// The `Bearer` scheme with a text that cannot be an access token.
    NotAToken,
    /// The `Bearer` scheme with an access token.
    Token(AccessToken<'r>),
    /// The `Bearer` scheme with more than [`AccessToken::MAX_BYTES`] bytes (LIM-3).
    TooLong,
}

impl<'r> Authorization<'r> {
    /// Reads every `Authorization` line of a request.
    ///
    /// # Errors
    /// [`Malformed`] when there is more than one line, or no single token after `Bearer`
    /// (RFC 6750 §3.1 `invalid_request`).
    pub fn read(mut lines: impl Iterator<Item = &'r [u8]>) -> Result<Self, Malformed> {
        let Some(line) = lines.next() else {
            return Ok(Self::Absent);
        };
        if lines.next().is_some() {
            return Err(Malformed::RepeatedAuthorization);
        }
        let end_of_scheme = line
            .iter()
            .position(|&byte| byte == b' ')
            .unwrap_or(line.len());
        let (scheme, rest) = line.split_at(end_of_scheme);
        if scheme.eq_ignore_ascii_case(b"Bearer") {
            Self::bearer(rest)
        } else {
            Ok(Self::Absent)
        }
    }

    fn bearer(rest: &'r [u8]) -> Result<Self, Malformed> {
        let first = rest
            .iter()
            .position(|&byte| byte != b' ')
            .unwrap_or(rest.len());
        let candidate = rest.get(first..).unwrap_or_default().trim_ascii_end();
        if candidate.is_empty() {
            return Err(Malformed::EmptyToken);
        }
        if candidate
            .iter()
            .any(|byte| matches!(byte, b' ' | b'\t' | b','))
        {
            return Err(Malformed::SeveralTokens);
        }
        if candidate.len() > AccessToken::MAX_BYTES {
            return Ok(Self::TooLong);
        }
        let token = std::str::from_utf8(candidate)
            .ok()
            .and_then(AccessToken::parse);
        Ok(token.map_or(Self::NotAToken, Self::Token))
    }
}

/// An access token as the client sent it; prints redacted and is never logged.
///
/// The text is within the `b64token` alphabet (RFC 6750 §2.1) and within the size limit.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct AccessToken<'r>(&'r str);

impl<'r> AccessToken<'r> {
    /// Longest access token that is looked at, in bytes (LIM-3).
    pub const MAX_BYTES: usize = 4096;

    /// Takes `text` when it is a `b64token` of at most [`Self::MAX_BYTES`] bytes, RFC 6750 §2.1.
    #[must_use]
    pub fn parse(text: &'r str) -> Option<Self> {
        let body = text.trim_end_matches('=');
        let fits = !body.is_empty()
            && text.len() <= Self::MAX_BYTES
            && body.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
            });
        fits.then_some(Self(text))
    }

    /// The secret itself: for the introspection request and for the cache key, nothing else.
    #[must_use]
    pub fn secret(self) -> &'r str {
        self.0
    }
}

impl fmt::Debug for AccessToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<'r>(lines: &[&'r str]) -> Result<Authorization<'r>, Malformed> {
        Authorization::read(lines.iter().map(|line| line.as_bytes()))
    }

    fn token(text: &str) -> Authorization<'_> {
        Authorization::Token(AccessToken(text))
    }

    /// Rows: BRR-1, BRR-3, FAPI1-B-2
    #[test]
    fn rfc6750_2_1_the_scheme_has_no_case_and_spaces_may_repeat() {
        for line in [
            "Bearer a.b-c",
            "bearer a.b-c",
            "BEARER a.b-c",
            "Bearer   a.b-c",
            "Bearer a.b-c \t",
        ] {
            assert_eq!(read(&[line]), Ok(token("a.b-c")), "{line:?}");
        }
        assert_eq!(
            read(&["Bearer AZaz09-._~+/=="]),
            Ok(token("AZaz09-._~+/=="))
        );
    }

    /// Rows: BRR-4, BRR-11, DEC-2
    #[test]
    fn rfc6750_3_1_a_repeated_or_incomplete_field_is_malformed() {
        use Malformed::{EmptyToken, RepeatedAuthorization, SeveralTokens};
        let cases: [(&[&str], Malformed); 8] = [
            (&["Bearer a", "Bearer a"], RepeatedAuthorization),
            (&["Basic a", "Bearer a"], RepeatedAuthorization),
            (&["Bearer"], EmptyToken),
            (&["Bearer  "], EmptyToken),
            (&["Bearer a b"], SeveralTokens),
            (&["Bearer a,b"], SeveralTokens),
            (&["Bearer a\tb"], SeveralTokens),
            (&["Bearer \ta"], SeveralTokens),
        ];
        for (lines, fault) in cases {
            assert_eq!(read(lines), Err(fault), "{lines:?}");
        }
    }

    /// Rows: BRR-2, LIM-3
    #[test]
    fn rfc6750_2_1_a_text_outside_b64token_is_not_a_token() {
        let longest = format!("Bearer {}", "a".repeat(AccessToken::MAX_BYTES));
        assert!(matches!(read(&[&longest]), Ok(Authorization::Token(_))));
        for beyond in ["a", "!", "aaaa====", "\u{e9}"] {
            let too_long = format!("{longest}{beyond}");
            assert_eq!(read(&[&too_long]), Ok(Authorization::TooLong), "{beyond}");
        }
        for line in [
            "Bearer a!b",
            "Bearer a=b",
            "Bearer ==",
            "Bearer \u{e9}",
            "Bearer \"a\"",
        ] {
            assert_eq!(read(&[line]), Ok(Authorization::NotAToken), "{line:?}");
        }
    }

    /// Rows: BRR-7
    #[test]
    fn rfc6750_3_another_scheme_is_no_credentials() {
        let cases: [&[&str]; 5] = [&[], &[""], &["Basic YTpi"], &["Bearer\ta"], &["BearerX a"]];
        for lines in cases {
            assert_eq!(read(lines), Ok(Authorization::Absent), "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_as_a_token_stands_in_the_line(line in "(?s)(Bearer )?.{0,80}") {
            if let Ok(Authorization::Token(token)) = read(&[&line]) {
                prop_assert!(line.contains(token.secret()));
                prop_assert_eq!(AccessToken::parse(token.secret()), Some(token));
            }
        }
    }

    /// Rows: BRR-16
    #[test]
    fn rfc6750_5_3_no_debug_form_has_the_token_in_it() {
        let read = read(&["Bearer a.b-c_secret"]).unwrap();
        let Authorization::Token(token) = read else {
            panic!("no token")
        };
        assert_eq!(token.secret(), "a.b-c_secret");
        assert_eq!(format!("{token:?}"), "AccessToken(redacted)");
        for printed in [
            format!("{read:?}"),
            format!("{read:#?}"),
            format!("{token:#?}"),
        ] {
            assert!(!printed.contains("secret"), "{printed}");
        }
    }
}
