//! A token from the directory: discovery, then the client credentials grant over mTLS.

use std::fmt;

use reqwest::{Client, Response, StatusCode, header};
use serde::Deserialize;
use thiserror::Error;
use url::Url;
use zeroize::Zeroizing;

use crate::{commands::cause::Cause, config::Directory};

/// A token as the directory gave it out; prints redacted.
pub(super) struct AccessToken(Zeroizing<String>);

/// Reason why the directory gave no token.
#[derive(Debug, Error)]
pub enum GrantError {
    /// The directory was not reached.
    #[error("the directory at {url} does not answer: {}; see directory.issuer and directory.trust_anchors", Cause(.source))]
    Away {
        /// The URL that was asked.
        url: Url,
        /// The client's error.
        source: reqwest::Error,
    },
    /// The metadata is another issuer's, RFC 8414 §3.3.
    #[error(
        "the directory's metadata names the issuer \"{published}\"; directory.issuer must be exactly that, if you trust it"
    )]
    IssuerDiffers {
        /// The issuer that it names.
        published: String,
    },
    /// The metadata names no token endpoint that is `https`.
    #[error("the directory's metadata names no https token_endpoint; see directory.discovery_url")]
    NoTokenEndpoint,
    /// The directory refused us.
    #[error(
        "the directory gives no token: {status} {code}; see directory.client_id and directory.certificate, and --scope"
    )]
    Refused {
        /// The answer's status.
        status: StatusCode,
        /// The error code of RFC 6749 §5.2, if there is one.
        code: ErrorCode,
    },
    /// The answer is not what the specification says.
    #[error(
        "the directory's answer from {url} cannot be read; see that directory.issuer is an authorization server"
    )]
    Unreadable {
        /// The URL that was asked.
        url: Url,
    },
}

/// An error code of RFC 6749 §5.2 with nothing in it but what a code may hold.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ErrorCode(String);

/// Asks `directory` for a token, with `scope` when one is given.
pub(super) async fn token(
    client: &Client,
    directory: &Directory,
    scope: Option<&str>,
) -> Result<AccessToken, GrantError> {
    let endpoint = token_endpoint(client, directory).await?;
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", &directory.client_id),
    ];
    form.extend(scope.map(|scope| ("scope", scope)));
    let request = client
        .post(endpoint.clone())
        .header(header::ACCEPT, JSON)
        .form(&form);
    let answer = request
        .send()
        .await
        .map_err(|source| away(&endpoint, source))?;
    let status = answer.status();
    let body = body(answer, &endpoint).await?;
    if status != StatusCode::OK {
        return Err(GrantError::Refused {
            status,
            code: ErrorCode::of(&body),
        });
    }
    let Ok(Granted { access_token }) = serde_json::from_slice(&body) else {
        return Err(GrantError::Unreadable { url: endpoint });
    };
    Ok(AccessToken(Zeroizing::new(access_token)))
}

impl AccessToken {
    /// The secret itself, for the call that it was asked for.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}

impl ErrorCode {
    fn of(body: &[u8]) -> Self {
        let answer: ErrorAnswer = serde_json::from_slice(body).unwrap_or_default();
        let is_code = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
        Self(
            answer
                .error
                .chars()
                .filter(is_code)
                .take(LONGEST_CODE)
                .collect(),
        )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "without an error code"
        } else {
            &self.0
        })
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
}

#[derive(Default, Deserialize)]
struct ErrorAnswer {
    error: String,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: Option<String>,
    token_endpoint: Option<Url>,
    mtls_endpoint_aliases: Option<Endpoints>,
}

#[derive(Deserialize)]
struct Endpoints {
    token_endpoint: Option<Url>,
}

async fn token_endpoint(client: &Client, directory: &Directory) -> Result<Url, GrantError> {
    let url = directory
        .discovery_url
        .clone()
        .or_else(|| well_known(&directory.issuer));
    let url = url.ok_or(GrantError::NoTokenEndpoint)?;
    let request = client.get(url.clone()).header(header::ACCEPT, JSON);
    let answer = request.send().await.map_err(|source| away(&url, source))?;
    let body = body(answer, &url).await?;
    match serde_json::from_slice::<Metadata>(&body) {
        Ok(metadata) => metadata.token_endpoint(&directory.issuer),
        Err(_not_metadata) => Err(GrantError::Unreadable { url }),
    }
}

impl Metadata {
    /// The alias for clients that use mTLS goes before the plain endpoint, RFC 8705 §5.
    fn token_endpoint(self, issuer: &str) -> Result<Url, GrantError> {
        let published = self.issuer.unwrap_or_default();
        if published != issuer {
            let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
            let published = published.chars().map(printable).collect();
            return Err(GrantError::IssuerDiffers { published });
        }
        self.mtls_endpoint_aliases
            .and_then(|aliases| aliases.token_endpoint)
            .or(self.token_endpoint)
            .filter(|endpoint| endpoint.scheme() == "https")
            .ok_or(GrantError::NoTokenEndpoint)
    }
}

/// `OpenID` Connect Discovery §4.1: appended to the issuer, with one slash.
fn well_known(issuer: &str) -> Option<Url> {
    Url::parse(&format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    ))
    .ok()
}

async fn body(mut answer: Response, url: &Url) -> Result<Zeroizing<Vec<u8>>, GrantError> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = answer.chunk().await.map_err(|source| away(url, source))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_BODY_BYTES {
            return Err(GrantError::Unreadable { url: url.clone() });
        }
    }
    // RFC 8259 §8.1: a byte order mark may be skipped.
    if body.starts_with(b"\xef\xbb\xbf") {
        body.drain(..3);
    }
    Ok(body)
}

fn away(url: &Url, source: reqwest::Error) -> GrantError {
    GrantError::Away {
        url: url.clone(),
        source: source.without_url(),
    }
}

const JSON: &str = "application/json";
const LONGEST_BODY_BYTES: usize = 256 * 1024;
const LONGEST_CODE: usize = 64;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn endpoint(metadata: &serde_json::Value) -> Result<String, GrantError> {
        let metadata: Metadata = serde_json::from_value(metadata.clone()).unwrap();
        metadata
            .token_endpoint("https://as.example/")
            .map(String::from)
    }

    #[test]
    fn rfc8705_5_the_mtls_alias_of_the_token_endpoint_is_preferred() {
        let plain =
            json!({"issuer": "https://as.example/", "token_endpoint": "https://as.example/token"});
        assert_eq!(endpoint(&plain).unwrap(), "https://as.example/token");
        let mut both = plain.clone();
        both["mtls_endpoint_aliases"] = json!({"token_endpoint": "https://mtls.as.example/token"});
        assert_eq!(endpoint(&both).unwrap(), "https://mtls.as.example/token");
        for without in [
            json!(null),
            json!({"token_endpoint": null}),
            json!({"x": 1}),
        ] {
            both["mtls_endpoint_aliases"] = without;
            assert_eq!(endpoint(&both).unwrap(), "https://as.example/token");
        }
        both["mtls_endpoint_aliases"] = json!({"token_endpoint": "http://mtls.as.example/token"});
        assert!(matches!(endpoint(&both), Err(GrantError::NoTokenEndpoint)));
    }

    #[test]
    fn rfc8414_3_3_another_issuers_token_endpoint_is_not_used() {
        let other =
            json!({"issuer": "https://as.example", "token_endpoint": "https://as.example/token"});
        assert!(matches!(
            endpoint(&other),
            Err(GrantError::IssuerDiffers { .. })
        ));
    }

    #[test]
    fn an_error_code_is_shown_without_anything_else_of_the_answer() {
        let code = |body: &str| ErrorCode::of(body.as_bytes()).to_string();
        assert_eq!(code(r#"{"error":"invalid_client"}"#), "invalid_client");
        assert_eq!(code("{\"error\":\"a\\u001b[2Jb\"}"), "a2Jb");
        assert_eq!(code("<html>"), "without an error code");
    }

    #[test]
    fn a_token_prints_redacted() {
        let token = AccessToken(Zeroizing::new("secret".to_owned()));
        assert_eq!(format!("{token:?}"), "AccessToken(redacted)");
    }
}
