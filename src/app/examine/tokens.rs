//! The kinds of access tokens that are accepted.

use std::time::Duration;

use url::Url;

use super::Examination;
use crate::{
    config::{ProfileName, TokenKind},
    token::{Claim, JwtSettings, KeySettings, TokenKinds},
};

impl Examination<'_> {
    /// Settings that the profile is not held with, though each may be as it is.
    pub(super) fn profile(&mut self) {
        let name = self.config.profile.name;
        let tokens = &self.config.tokens;
        let (longest, kind) = (tokens.longest_seconds, tokens.kind);
        // perild-provision reads the name from this line: nginx has the versions of TLS that the profile has.
        let finding = format!(
            "profile {name}: tokens are {}, bound by {}",
            kind, tokens.binding
        );
        self.fine("profile.name", finding);
        if name != ProfileName::Ib1 {
            return;
        }
        let is_too_long = longest == 0 || longest > WITHDRAWN_AFTER;
        if kind == TokenKind::Jwt && is_too_long {
            let finding = "a withdrawn token may work for more than sixty minutes".to_owned();
            let remedy = "set it to 3600 or less, or tokens.kind to \"both\"";
            self.warn("tokens.longest_seconds", finding, remedy);
        }
        if u64::from(self.config.introspection.cache_seconds) > WITHDRAWN_AFTER {
            let finding = "an answer is remembered for more than sixty minutes".to_owned();
            self.warn(
                "introspection.cache_seconds",
                finding,
                "set it to 3600 or less",
            );
        }
    }

    /// The directory's keys.
    pub(super) fn keys(&self) -> KeySettings {
        let tokens = &self.config.tokens;
        KeySettings {
            url: tokens.jwks_uri.clone(),
            algorithms: tokens.algorithms.clone(),
            lifetime: Duration::from_secs(tokens.keys_seconds),
        }
    }

    /// The kinds, with what is needed for JWTs: their audience is directory.audience, or else what consumers call.
    pub(super) fn token_kinds(&mut self) -> Option<TokenKinds> {
        let tokens = &self.config.tokens;
        let must_be_signed = self.config.introspection.signed;
        let is_opaque = tokens.kind == TokenKind::Opaque;
        if tokens.algorithms.is_empty() && (must_be_signed || !is_opaque) {
            let finding = "no algorithm is allowed, so no JWT can be believed".to_owned();
            self.error("tokens.algorithms", finding, "name ES256, PS256 or EdDSA");
            return None;
        }
        if must_be_signed && tokens.kind == TokenKind::Jwt {
            let finding = "no answer is asked for, since tokens.kind is \"jwt\"".to_owned();
            let remedy = "set tokens.kind to \"both\", or leave it out";
            self.warn("introspection.signed", finding, remedy);
        }
        if is_opaque {
            return Some(TokenKinds::Opaque);
        }
        let tokens = &self.config.tokens;
        let missing = [Claim::Iss, Claim::Exp]
            .into_iter()
            .find(|claim| !tokens.required_claims.contains(claim));
        if let Some(missing) = missing {
            let finding = format!("a JWT without `{}` would be taken", missing.name());
            self.error("tokens.required_claims", finding, "add it");
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
            audience,
            required_claims: tokens.required_claims.clone(),
            accepts_plain_jwt: tokens.accept_plain_jwt,
            longest: longest.map(Duration::from_secs),
        };
        Some(match tokens.kind {
            TokenKind::Opaque => TokenKinds::Opaque,
            TokenKind::Jwt => TokenKinds::Jwt(settings),
            TokenKind::Both => TokenKinds::Both(settings),
        })
    }
}

/// Seconds after a withdrawal from which on nothing may be given (IB1-REV-1).
const WITHDRAWN_AFTER: u64 = 3600;
