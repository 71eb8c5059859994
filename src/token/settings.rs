//! Settings of the room, and their faults.

use std::time::Duration;

use thiserror::Error;
use url::Url;

use super::{
    algorithm::Algorithm, binding::Binding, claim::Claim, client::ClientError, identity::Identity,
};

/// The authorization server as the configuration describes it.
pub struct TokenSettings {
    /// Compared byte for byte with the metadata's `issuer` and the answers' `iss`.
    pub issuer: String,
    /// URL of the metadata when it is not at the issuer's well-known places.
    pub discovery_url: Option<Url>,
    /// The introspection endpoint when it is not to be discovered.
    pub introspection_endpoint: Option<Url>,
    /// Our own `client_id` at the authorization server.
    pub client_id: String,
    /// Audience that `aud` must contain when an answer has it; `None` leaves `aud` alone.
    pub audience: Option<String>,
    /// Our own certificate and key.
    pub identity: Identity,
    /// Trust anchors of the authorization server's server certificate, PEM.
    pub trust_anchors_pem: Vec<u8>,
    /// Seconds that an answer may be kept; 0 keeps and shares none.
    pub cache_seconds: u32,
    /// Number of answers that may be kept.
    pub cache_entries: u64,
    /// Time that one introspection may take, and that leave to begin it is waited for.
    pub timeout: Duration,
    /// The binding that is enough.
    pub binding: Binding,
    /// The kinds of tokens that are accepted.
    pub kinds: TokenKinds,
    /// The keys that are needed where anything signed is believed.
    pub keys: KeySettings,
    /// `true` when answers about tokens must be signed (RFC 9701).
    pub signed_answers: bool,
}

/// The authorization server's keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeySettings {
    /// The key set, when it is not where the metadata say.
    pub url: Option<Url>,
    /// The algorithms that are believed.
    pub algorithms: Vec<Algorithm>,
    /// Time that a key set is used without looking for a newer one.
    pub lifetime: Duration,
}

/// Kinds of access tokens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TokenKinds {
    /// Every token is asked about (RFC 7662).
    Opaque,
    /// Every token is a JWT (RFC 9068).
    Jwt(JwtSettings),
    /// JWTs are verified, and any other token is asked about.
    Both(JwtSettings),
}

impl TokenKinds {
    /// The settings for JWTs, where any are accepted.
    #[must_use]
    pub fn jwt(&self) -> Option<&JwtSettings> {
        match self {
            Self::Opaque => None,
            Self::Jwt(settings) | Self::Both(settings) => Some(settings),
        }
    }

    /// `true` when some tokens are asked about.
    #[must_use]
    pub fn ask(&self) -> bool {
        !matches!(self, Self::Jwt(_))
    }
}

/// Settings for JWT access tokens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JwtSettings {
    /// Name of this protected resource, that `aud` must have.
    pub audience: String,
    /// The claims that must be there.
    pub required_claims: Vec<Claim>,
    /// `true` when `typ` may be `JWT` as well.
    pub accepts_plain_jwt: bool,
    /// Time that a token may live at most that nobody is asked about; `None` sets no bound.
    pub longest: Option<Duration>,
}

/// Reason why tokens cannot be redeemed with these settings.
#[derive(Debug, Error)]
pub enum StartError {
    /// The outbound client cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The discovery URL is not a plain `https` URL.
    #[error("the discovery URL {0} is not https")]
    DiscoveryUrlNotHttps(Url),
    /// The introspection endpoint is not a plain `https` URL.
    #[error("the introspection endpoint {0} is not https")]
    IntrospectionEndpointNotHttps(Url),
    /// The key set's address is not a plain `https` URL.
    #[error("the address of the key set {0} is not https")]
    KeySetNotHttps(Url),
    /// The issuer is not an `https` URL without query and fragment (RFC 8414 §2).
    #[error("the issuer \"{0}\" is not an https URL without query and fragment")]
    IssuerInvalid(String),
    /// The system gave no random bytes.
    #[error("the system gave no random octets")]
    NoRandomness,
}
