//! JWT access tokens of a directory for one caller.

use std::time::Duration;

use perild::{
    caller::Caller,
    clock::Timestamp,
    token::{Claim, JwtSettings},
};
use serde_json::json;

use super::{fake_directory::FakeDirectory, jwt::SigningKey};

/// Signs tokens for one caller.
pub(crate) struct Signer {
    claims: serde_json::Value,
    key: SigningKey,
}

impl Signer {
    pub(crate) fn new(directory: &FakeDirectory, caller: &Caller, now: Timestamp) -> Self {
        let key = SigningKey::p256();
        directory.publish_keys(&[key.jwk("key")]);
        let claims = json!({
            "iss": directory.issuer, "aud": AUDIENCE, "sub": "consumer", "client_id": "consumer",
            "scope": "energy:read", "iat": now.seconds(), "exp": now.seconds() + 3600,
            "cnf": {"x5t#S256": caller.thumbprint().to_string()},
        });
        Self { claims, key }
    }

    /// A token of its own for each number.
    pub(crate) fn sign(&self, number: u64) -> String {
        let mut claims = self.claims.clone();
        if let Some(members) = claims.as_object_mut() {
            members.insert("jti".to_owned(), json!(number.to_string()));
        }
        let header = json!({"typ": "at+jwt", "kid": "key"});
        self.key.sign(&header, &claims)
    }
}

/// Rules that its tokens keep.
pub(crate) fn rules() -> JwtSettings {
    JwtSettings {
        audience: AUDIENCE.to_owned(),
        required_claims: Claim::ALL.to_vec(),
        accepts_plain_jwt: false,
        longest: Some(Duration::from_hours(1)),
    }
}

/// The audience of the authority's settings.
const AUDIENCE: &str = "https://us.example";
