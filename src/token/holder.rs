//! Holder of a token, as the authorization server names it: for the log.

use std::sync::Arc;

/// Client and organisation that the authorization server named, whether or not their token is good; cheap to clone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holder(Option<Arc<Names>>);

#[derive(Debug, Eq, PartialEq)]
struct Names {
    client_id: Option<String>,
    organisation_id: Option<String>,
}

impl Holder {
    pub(super) fn named(client_id: Option<String>, organisation_id: Option<String>) -> Self {
        let is_named = client_id.is_some() || organisation_id.is_some();
        Self(is_named.then(|| {
            Arc::new(Names {
                client_id,
                organisation_id,
            })
        }))
    }

    /// The client the token was issued to, RFC 7662 §2.2.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.0.as_ref()?.client_id.as_deref()
    }

    /// The client's organisation as Open Energy names it.
    #[must_use]
    pub fn organisation_id(&self) -> Option<&str> {
        self.0.as_ref()?.organisation_id.as_deref()
    }
}
