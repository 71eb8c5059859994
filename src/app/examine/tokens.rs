//! The kinds of access tokens that are accepted.

use std::time::Duration;

use url::Url;

use super::Examination;
use crate::{
    config::TokenKind,
    token::{JwtSettings, TokenKinds},
};

impl Examination<'_> {
    /// The kinds, with what is needed for JWTs: their audience is directory.audience, or else what consumers call.
    pub(super) fn token_kinds(&mut self) -> Option<TokenKinds> {
        let tokens = &self.config.tokens;
        if tokens.kind == TokenKind::Opaque {
            return Some(TokenKinds::Opaque);
        }
        if tokens.algorithms.is_empty() {
            let finding = "no algorithm is allowed, so no JWT can be believed".to_owned();
            self.error("tokens.algorithms", finding, "name ES256, PS256 or EdDSA");
            return None;
        }
        let named = self.config.directory.audience.clone();
        let called = self.config.base_url.as_ref().map(Url::as_str);
        let called = called.map(|url| url.trim_end_matches('/').to_owned());
        let Some(audience) = named.or(called) else {
            let finding = "a JWT must name this provider in `aud`, and it has no name".to_owned();
            let remedy =
                "set it, or base_url, to the audience that the directory issues tokens for";
            self.error("directory.audience", finding, remedy);
            return None;
        };
        let tokens = &self.config.tokens;
        let longest = Some(tokens.longest_seconds).filter(|seconds| *seconds > 0);
        let settings = JwtSettings {
            key_set_url: tokens.jwks_uri.clone(),
            algorithms: tokens.algorithms.clone(),
            audience,
            accepts_plain_jwt: tokens.accept_plain_jwt,
            longest: longest.map(Duration::from_secs),
            keys_lifetime: Duration::from_secs(tokens.keys_seconds),
        };
        Some(match tokens.kind {
            TokenKind::Opaque => TokenKinds::Opaque,
            TokenKind::Jwt => TokenKinds::Jwt(settings),
            TokenKind::Both => TokenKinds::Both(settings),
        })
    }
}
