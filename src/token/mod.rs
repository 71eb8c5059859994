//! token: turns the access token, the caller and the time into [`BoundToken`].
//!
//! Knows RFC 6750, RFC 7662, RFC 8705, RFC 9068 and the authorization server: in Open Energy, the directory.
//! Knows nothing of rules, datasets or routes.
//!
//! [`Tokens::redeem`] is the walk: what the authorization server says of the token is remembered (`cache`)
//! or learned from its `source`: asked for (`introspection`, at the endpoint that `discovery` found, over
//! `connections`), or verified by its keys (`jwt`). It is read strictly (`answer`), and judged afresh on every use (`bound`). A consumer whose questions have no
//! answer is slowed alone (`backoff`); an authorization server that does not answer as a whole is left in peace
//! (`breaker`), and our own question tells which it is (`control`).

mod algorithm;
mod answer;
mod assembly;
mod authorization_server;
mod backoff;
mod binding;
mod body;
mod bound;
mod breaker;
mod cache;
mod claim;
mod client;
mod connections;
mod content;
mod discovery;
mod fact;
mod failure;
mod holder;
mod identity;
mod introspection;
mod json;
mod jwt;
mod jwt_fault;
mod material;
mod oauth_error;
mod pem;
mod redeem;
mod refused;
mod retry_after;
mod scope;
mod settings;
mod source;
mod statistics;
mod supposed;
mod transport;
mod upkeep;

#[cfg(test)]
mod tests;

pub use algorithm::Algorithm;
pub use authorization_server::Clocks;
pub use binding::Binding;
pub use bound::BoundToken;
pub use claim::Claim;
pub use client::{ClientError, outbound_client};
pub use content::Content;
pub use discovery::{Attempt, MetadataFault, NotReady};
pub use fact::{Decimal, Fact, Facts};
pub use holder::Holder;
pub use identity::{Identity, IdentityError};
pub use jwt_fault::{AnswerFault, JwtFault};
pub use material::Material;
pub use oauth_error::OAuthError;
pub use pem::PemFault;
pub use redeem::Tokens;
pub use refused::{TokenRefused, Unavailability};
pub use scope::Scope;
pub use settings::{JwtSettings, KeySettings, StartError, TokenKinds, TokenSettings};
pub use statistics::Statistics;
pub use supposed::{Supposed, SupposedRefused};
pub use transport::{TransportFault, TransportKind};

/// Doors for the fuzz targets; they exist in a fuzzing build only.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing {
    use super::{answer::Answer, json::parse_object, jwt};

    /// Reads `bytes` as the authorization server's answer about a token.
    pub fn read_answer(bytes: &[u8]) {
        if let Ok(object) = parse_object(bytes) {
            let _ = Answer::read(&object);
        }
    }

    /// Reads `text` as a JWT access token whose signature is good: its header, and its claims.
    pub fn read_jwt(text: &str) {
        jwt::fuzzing::read_token(text);
    }

    /// Reads `bytes` as the authorization server's key set; the number of keys that can be used.
    #[must_use]
    pub fn read_key_set(bytes: &[u8]) -> Option<usize> {
        jwt::fuzzing::read_key_set(bytes)
    }
}
