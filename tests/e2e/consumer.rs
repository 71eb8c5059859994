//! The consumer of the `PyPI` package, unmodified: `FAPISession` through nginx, perild and the directory.

use std::time::Duration;

use serde_json::Value;

use crate::support::{
    directory::SCOPE,
    http::Request,
    pki::Identity,
    process::eventually,
    python,
    world::{CONTENT, NAME, World},
};

/// Gets a token as `FAPISession` does, calls the URL, and says what happened.
const FETCH: &str = r"
import json, sys
from ib1.openenergy.support import FAPISession
issuer, client_id, certificate, private_key, scope, url = sys.argv[1:]
fapi = FAPISession(client_id=client_id, issuer_url=issuer, requested_scopes=scope,
                   private_key=private_key, certificate=certificate)
answer = fapi.session.get(url)
print(json.dumps({
    'status': answer.status_code, 'text': answer.text, 'token': fapi.access_token,
    'sent': answer.request.headers['x-fapi-interaction-id'],
    'received': answer.headers.get('x-fapi-interaction-id'),
    'content_type': answer.headers.get('content-type'),
}))
";

fn fetch(world: &World, client_id: &str, identity: &Identity, target: &str) -> Value {
    let certificate = identity.certificate.to_str().unwrap();
    let private_key = identity.private_key.to_str().unwrap();
    let url = world.url(target);
    let arguments = [
        &world.directory.issuer,
        client_id,
        certificate,
        private_key,
        SCOPE,
        &url,
    ];
    let said = python::run(FETCH, &arguments, &world.pki.path("web.pem"));
    serde_json::from_str(&said).unwrap()
}

/// Rows: FAPI1-B-1, FAPI1-B-2, FAPI1-B-11, MTLS-1, OE-VAL-5, OE-VAL-11, INT-2, DISC-4
#[test]
fn the_published_fapisession_fetches_a_file() {
    let world = World::start();
    let answer = fetch(&world, "bank-a", &world.bank, &format!("/{NAME}"));
    assert_eq!(
        (&answer["status"], &answer["text"]),
        (&200.into(), &CONTENT.into()),
        "{answer}"
    );
    assert_eq!(answer["sent"], answer["received"]);
    assert!(
        answer["content_type"]
            .as_str()
            .unwrap()
            .starts_with("text/csv"),
        "{answer}"
    );
    // The provider asked once, as itself, at the alias that mutual TLS has in the discovery document.
    let asked = world
        .directory
        .calls(|call| call.contains("/token/introspection"));
    assert_eq!(asked, ["alias POST /token/introspection provider 200"]);
}

/// Rows: FAPI1-B-4, FAPI1-B-7, INT-12, CONF-7, OE-VAL-6
#[test]
fn a_revoked_token_is_refused_within_cache_seconds() {
    let cache_seconds = 2;
    let world = World::with(|settings, _| settings.cache_seconds = cache_seconds);
    let token = fetch(&world, "bank-a", &world.bank, &format!("/{NAME}"))["token"].clone();
    let token = token.as_str().unwrap();
    assert_eq!(world.get(&format!("/{NAME}"), token).status, 200);

    world.directory.revoke("bank-a", &world.bank, token);
    // A second more: the caller is not told when an entry dies, it asks again and again.
    let limit = Duration::from_secs(u64::from(cache_seconds) + 1);
    let refused = eventually("the refusal of a revoked token", limit, || {
        Some(world.get(&format!("/{NAME}"), token)).filter(|answer| answer.status != 200)
    });
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .field("www-authenticate")
            .unwrap()
            .contains(r#"error="invalid_token""#)
    );
}

/// Rows: INT-12
#[test]
fn with_no_cache_a_revoked_token_is_refused_at_once() {
    let world = World::with(|settings, _| settings.cache_seconds = 0);
    let token = world.token();
    assert_eq!(world.get(&format!("/{NAME}"), &token).status, 200);
    world.directory.revoke("bank-a", &world.bank, &token);
    assert_eq!(world.get(&format!("/{NAME}"), &token).status, 401);
}

/// Rows: INT-13, INT-14
#[test]
fn many_first_requests_with_one_token_ask_the_directory_once() {
    let world = World::start();
    let token = world.token();
    let client = world.client(Some(&world.bank));
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..32)
            .map(|_| {
                scope.spawn(|| {
                    client
                        .connect()
                        .send(&Request::get(&format!("/{NAME}")).bearer(&token))
                        .status
                })
            })
            .collect();
        for call in calls {
            assert_eq!(call.join().unwrap(), 200);
        }
    });
    assert_eq!(world.directory.introspections(), 1);
}
