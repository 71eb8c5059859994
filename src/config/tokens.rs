//! `[tokens]`: the kinds of access tokens that are accepted.

use serde::Deserialize;
use url::Url;

use super::forms;
use crate::token::{Algorithm, Binding, Claim};

/// `[tokens]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokensTable {
    /// The kinds of access tokens.
    pub kind: TokenKind,
    /// Signature algorithms that are believed.
    pub algorithms: Vec<Algorithm>,
    /// Address of the key set; none: from discovery.
    #[serde(deserialize_with = "forms::optional_https")]
    pub jwks_uri: Option<Url>,
    /// Seconds that a key set is used without looking for a newer one.
    #[serde(deserialize_with = "forms::positive")]
    pub keys_seconds: u64,
    /// Seconds that a JWT may live that nobody is asked about; 0 sets no bound.
    pub longest_seconds: u64,
    /// The binding that is enough.
    pub binding: Binding,
    /// The claims that a JWT must have.
    pub required_claims: Vec<Claim>,
    /// `true` when `typ` may be `JWT` as well.
    pub accept_plain_jwt: bool,
    /// `true` when the metadata of RFC 9728 are published.
    pub resource_metadata: bool,
}

/// Kinds of access tokens.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum TokenKind {
    /// The directory is asked about every token.
    #[default]
    Opaque,
    /// Every token is a JWT.
    Jwt,
    /// JWTs are verified, and the directory is asked about any other token.
    Both,
}

impl Default for TokensTable {
    fn default() -> Self {
        Self {
            kind: TokenKind::default(),
            algorithms: vec![Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa],
            jwks_uri: None,
            keys_seconds: 600,
            longest_seconds: 3600,
            binding: Binding::default(),
            required_claims: Claim::ALL.to_vec(),
            accept_plain_jwt: false,
            resource_metadata: true,
        }
    }
}
