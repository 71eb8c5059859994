//! Source of what is known of a token: the authorization server is asked, or its signature is verified.

use std::sync::Arc;

use super::{
    answer::Answer,
    authorization_server::AuthorizationServer,
    discovery::NotReady,
    failure::Failure,
    introspection::{Introspector, Standing},
    jwt::{JwtVerifier, Keys, SignedAnswers, Verified},
    refused::Unavailability,
};
use crate::clock::Timestamp;

/// Way of learning about a token, by the kinds of tokens that are accepted.
pub(super) enum Source {
    /// Opaque tokens: the authorization server is asked.
    Opaque(Opaque),
    /// JWTs: their signatures are verified.
    Jwt(JwtVerifier),
    /// Each as it is.
    Both(Opaque, JwtVerifier),
}

/// Introspection, with the finder of its endpoint.
pub(super) struct Opaque {
    pub(super) introspector: Arc<Introspector>,
    pub(super) server: AuthorizationServer,
}

impl Opaque {
    /// Readiness: where to ask is known, and whose signatures its answers must have.
    fn readiness(&self) -> Result<(), NotReady> {
        self.server.known()?;
        let signed = self.introspector.signed.as_ref();
        signed.map_or(Ok(()), |signed| signed.keys().readiness())
    }
}

impl Source {
    /// The answer that is known of `token` at `now`, for the caller named `who`.
    ///
    /// Where both kinds are accepted, a JWT that lives too long to go unasked is asked about as well (JAT-10).
    pub(super) async fn answer(
        &self,
        token: &str,
        who: &str,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        match self {
            Self::Jwt(jwt) => Ok(jwt.verify(token, now).await?.alone()),
            Self::Both(opaque, jwt) if JwtVerifier::is_meant(token) => {
                match jwt.verify(token, now).await? {
                    Verified::LongLived(..) => opaque.introspector.ask(token, who).await,
                    verified => Ok(verified.alone()),
                }
            }
            Self::Opaque(opaque) | Self::Both(opaque, _) => {
                opaque.introspector.ask(token, who).await
            }
        }
    }

    /// Introspection, where any token is asked about.
    pub(super) fn opaque(&self) -> Option<&Opaque> {
        match self {
            Self::Opaque(opaque) | Self::Both(opaque, _) => Some(opaque),
            Self::Jwt(_) => None,
        }
    }

    /// The authorization server's keys, where anything signed is believed.
    pub(super) fn keys(&self) -> Option<&Keys> {
        match self {
            Self::Jwt(jwt) | Self::Both(_, jwt) => Some(jwt.keys()),
            Self::Opaque(opaque) => opaque.introspector.signed.as_ref().map(SignedAnswers::keys),
        }
    }

    /// Readiness: all that is needed of the authorization server is known.
    ///
    /// Where both kinds are accepted, one of them: an issuer that gives opaque tokens alone publishes no keys, and one
    /// whose keys cannot be had can still be asked. Tokens of the other kind are answered 503 meanwhile.
    pub(super) fn readiness(&self) -> Result<(), NotReady> {
        match self {
            Self::Opaque(opaque) => opaque.readiness(),
            Self::Jwt(jwt) => jwt.keys().readiness(),
            Self::Both(opaque, jwt) => match (opaque.readiness(), jwt.keys().readiness()) {
                // Whether it can be had is not known before it was tried once.
                (Err(NotReady::NotAskedYet), _) | (_, Err(NotReady::NotAskedYet)) => {
                    Err(NotReady::NotAskedYet)
                }
                (Err(reason), Err(_)) => Err(reason),
                (Ok(()), _) | (_, Ok(())) => Ok(()),
            },
        }
    }

    /// Asks about a token that nobody has, where any is asked about.
    pub(super) async fn probe(&self) -> Result<(), Unavailability> {
        if let Some(opaque) = self.opaque() {
            match opaque.introspector.standing().await {
                Standing::Known => {}
                Standing::Refused { status, error } => {
                    return Err(Unavailability::RefusedUs { status, error });
                }
                Standing::Unknown(reason) => return Err(reason),
            }
        }
        Ok(())
    }

    /// Looks at the keys, where anything signed is believed.
    pub(super) async fn probe_keys(&self) -> Result<(), Unavailability> {
        match self.keys() {
            Some(keys) => keys.probe().await,
            None => Ok(()),
        }
    }

    /// The finder of an endpoint of the authorization server.
    pub(super) fn server(&self) -> &AuthorizationServer {
        match self {
            Self::Opaque(opaque) | Self::Both(opaque, _) => &opaque.server,
            Self::Jwt(jwt) => jwt.keys().server(),
        }
    }
}
