//! Key set of the authorization server, RFC 7517 §5: the keys of it that can be used.

use super::{header::Header, key::Key};
use crate::token::{
    algorithm::Algorithm, json::Object, jwt_fault::JwtFault, refused::Unavailability,
};

/// Keys by which the authorization server's signatures are verified; at least one.
pub(super) struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads the keys of `object` that are for one of `algorithms`; others are left out, each with a line in the log.
    pub(super) fn read(object: &Object, algorithms: &[Algorithm]) -> Result<Self, Unavailability> {
        let jwks = object.objects("keys").ok().flatten();
        let jwks = jwks.ok_or(Unavailability::NotAKeySet)?;
        if jwks.len() > MOST_KEYS {
            return Err(Unavailability::TooManyKeys { limit: MOST_KEYS });
        }
        let mut keys = Vec::new();
        for (before, jwk) in jwks.iter().enumerate() {
            let position = before + 1;
            match Key::read(jwk) {
                Ok(key) if algorithms.contains(&key.algorithm) => keys.push(key),
                Ok(_) => {}
                Err(fault) => {
                    tracing::warn!(
                        "key {position} of the directory's key set is not used: {fault}"
                    );
                }
            }
        }
        if keys.is_empty() {
            return Err(Unavailability::NoUsableKey);
        }
        Ok(Self(keys))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys that may have signed under `header`: of two with one `kid`, those for its algorithm (OIDC Core
    /// §10.1); without a `kid`, the one key for its algorithm.
    pub(super) fn fitting(&self, header: &Header) -> Result<Vec<&Key>, JwtFault> {
        let fits = |key: &&Key| key.algorithm == header.algorithm;
        let Some(kid) = &header.kid else {
            let keys: Vec<_> = self.0.iter().filter(fits).take(2).collect();
            return match keys.len() {
                0 => Err(JwtFault::UnknownKey),
                1 => Ok(keys),
                _ => Err(JwtFault::AmbiguousKey),
            };
        };
        let named = || self.0.iter().filter(|key| key.kid.as_ref() == Some(kid));
        let keys: Vec<_> = named().filter(fits).take(MOST_OF_ONE_ID).collect();
        match (keys.is_empty(), named().next()) {
            (false, _) => Ok(keys),
            (true, Some(_)) => Err(JwtFault::OtherAlgorithm),
            (true, None) => Err(JwtFault::UnknownKey),
        }
    }
}

/// Keys of a set that is read at all.
const MOST_KEYS: usize = 1000;

/// Keys of one `kid` and algorithm that are tried: each costs a verification.
const MOST_OF_ONE_ID: usize = 4;
