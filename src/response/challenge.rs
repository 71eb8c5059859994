//! The one writer of `WWW-Authenticate`, RFC 6750 §3.

use std::fmt;

/// Error codes of RFC 6750 §3.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorCode {
    /// The token is right and grants too little: 403.
    InsufficientScope,
    /// The request is malformed: 400.
    InvalidRequest,
    /// The token, or the certificate it is bound to, is not good: 401.
    InvalidToken,
}

impl ErrorCode {
    /// The code as registered.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
        }
    }
}

/// A `Bearer` challenge: a realm always, an error only when credentials came along.
#[derive(Clone, Debug, Default)]
pub struct Challenge {
    /// The fault, with a text for the developer.
    pub error: Option<(ErrorCode, &'static str)>,
    /// The scope that would do; bytes of RFC 6750 §3 only, as the configuration ensures.
    pub scope: Option<String>,
    /// URL of the metadata of RFC 9728 §5.1, from the configuration alone.
    pub resource_metadata: Option<String>,
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer realm=\"{REALM}\"")?;
        if let Some((code, description)) = self.error {
            write!(
                f,
                ", error=\"{}\", error_description=\"{description}\"",
                code.as_str()
            )?;
        }
        if let Some(scope) = self.scope.as_deref().filter(|scope| !scope.is_empty()) {
            write!(f, ", scope=\"{scope}\"")?;
        }
        match &self.resource_metadata {
            Some(url) => write!(f, ", resource_metadata=\"{url}\""),
            None => Ok(()),
        }
    }
}

/// Name of the protection space.
const REALM: &str = "perild";

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: BRR-7, BRR-8
    #[test]
    fn rfc6750_3_without_credentials_the_challenge_has_a_realm_and_no_error() {
        assert_eq!(Challenge::default().to_string(), "Bearer realm=\"perild\"");
    }

    /// Rows: BRR-9, BRR-13
    #[test]
    fn rfc6750_3_parameters_stand_once_and_are_separated_by_commas() {
        let challenge = Challenge {
            error: Some((ErrorCode::InsufficientScope, "more is needed")),
            scope: Some("flood:read fire:read".to_owned()),
            resource_metadata: None,
        };
        assert_eq!(
            challenge.to_string(),
            "Bearer realm=\"perild\", error=\"insufficient_scope\", \
             error_description=\"more is needed\", scope=\"flood:read fire:read\""
        );
        let no_scope = Challenge {
            scope: Some(String::new()),
            ..challenge
        };
        assert!(!no_scope.to_string().contains("scope=\"\""));
    }

    /// Rows: PRM-5
    #[test]
    fn rfc9728_5_1_a_challenge_names_the_metadata_with_and_without_an_error() {
        let url = "https://h/.well-known/oauth-protected-resource";
        let bare = Challenge {
            resource_metadata: Some(url.to_owned()),
            ..Challenge::default()
        };
        let expected = format!("Bearer realm=\"perild\", resource_metadata=\"{url}\"");
        assert_eq!(bare.to_string(), expected);
        let with = Challenge {
            error: Some((ErrorCode::InvalidToken, "bad")),
            ..bare
        };
        assert!(
            with.to_string()
                .ends_with(&format!("bad\", resource_metadata=\"{url}\""))
        );
    }
}
