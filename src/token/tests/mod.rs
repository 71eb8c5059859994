//! The room against a real TLS server that answers as it is told.

mod caching;
mod calls;
mod connections;
mod discovery;
#[path = "../../../tests/support/fake_directory.rs"]
mod fake_directory;
#[path = "../../../tests/support/forgetful_proxy.rs"]
mod forgetful_proxy;
mod introspection;
mod isolation;
mod jwt;
mod jwt_keys;
#[path = "../../../tests/support/jwt.rs"]
mod jwt_support;
mod pki;
mod refusals;
mod signed_answers;

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use self::{
    fake_directory::{Answer, FakeDirectory},
    pki::Pki,
};
use super::{
    Algorithm, Binding, BoundToken, KeySettings, TokenKinds, TokenRefused, TokenSettings, Tokens,
    Unavailability,
};
use crate::{
    caller::{Caller, Thumbprint},
    clock::Timestamp,
    edge::AccessToken,
};

const TOKEN: &str = "a-token.that_nobody~should/see";
const CLIENT_ID: &str = "perild & co";

/// 2026-01-15T12:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_768_478_400);

/// A directory and what is needed to call it.
struct World {
    directory: FakeDirectory,
    pki: Pki,
}

impl World {
    fn start() -> Self {
        Self::with_server_name("localhost")
    }

    fn with_server_name(name: &str) -> Self {
        Self::with_pki(Pki::mint(name))
    }

    fn with_pki(pki: Pki) -> Self {
        Self {
            directory: FakeDirectory::start(&pki.directory),
            pki,
        }
    }

    fn settings(&self) -> TokenSettings {
        TokenSettings {
            issuer: self.directory.issuer.clone(),
            discovery_url: None,
            introspection_endpoint: None,
            client_id: CLIENT_ID.to_owned(),
            audience: None,
            identity: self.pki.identity(),
            trust_anchors_pem: self.pki.anchor_pem.clone().into_bytes(),
            cache_seconds: 60,
            cache_entries: 100,
            timeout: Duration::from_secs(10),
            binding: Binding::default(),
            kinds: TokenKinds::Opaque,
            keys: KeySettings {
                url: None,
                algorithms: vec![Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa],
                lifetime: Duration::from_mins(10),
            },
            signed_answers: false,
        }
    }

    fn tokens(&self) -> Tokens {
        start(self.settings())
    }

    /// Has the directory vouch for every token as `caller(7)`'s.
    fn vouch(&self) {
        self.directory
            .answer_introspection(Answer::Json(good_answer()));
    }
}

fn start(settings: TokenSettings) -> Tokens {
    Tokens::start(settings, None, Handle::current()).unwrap()
}

/// The caller whose certificate's thumbprint is all `byte`.
fn caller(byte: u8) -> Caller {
    Caller::for_test(Thumbprint::parse(&thumbprint(byte)).unwrap())
}

fn thumbprint(byte: u8) -> String {
    URL_SAFE_NO_PAD.encode([byte; 32])
}

fn good_answer() -> Value {
    json!({
        "active": true, "cnf": {"x5t#S256": thumbprint(7)}, "client_id": "consumer",
        "organisation_id": "org", "scope": "read", "exp": NOW.seconds() + 300,
    })
}

async fn redeem(tokens: &Tokens, token: &str) -> Result<BoundToken, TokenRefused> {
    tokens
        .redeem(AccessToken::parse(token).unwrap(), &caller(7), NOW)
        .await
}

async fn unavailability(tokens: &Tokens) -> Unavailability {
    match redeem(tokens, TOKEN).await {
        Err(TokenRefused::Unavailable {
            reason,
            retry_after,
        }) => {
            assert!(retry_after > Duration::ZERO);
            reason
        }
        other => panic!("{other:?}"),
    }
}

/// Waits for what a task in the background brings about.
async fn until(came_true: impl Fn() -> bool) {
    let wait = async {
        while !came_true() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .expect("it comes true");
}
