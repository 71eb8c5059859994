//! JWT access tokens, RFC 9068, at the socket: what they are answered with.

use serde_json::{Value, json};

use super::{
    expect::{challenged, unavailable},
    site::{CONTENT, NAME, Site, now, thumbprint},
};
use crate::support::{
    fake_directory::{Answer as Reply, FakeDirectory},
    http::{Answer, Request},
    jwt::{SigningKey, hmac_token},
};

fn site(kind: &str, key: &SigningKey) -> Site {
    let keys = json!({"keys": [key.jwk("one")]});
    let site = Site::told(
        "localhost",
        |directory| directory.answer_at(FakeDirectory::KEYS_PATH, Reply::Json(keys)),
        |settings, _| settings.more = format!("[tokens]\nkind = \"{kind}\"\n"),
    );
    site.await_readiness();
    site
}

fn claims(site: &Site) -> Value {
    json!({
        "iss": site.directory.issuer, "aud": "https://localhost", "sub": "bank-a", "jti": "1",
        "client_id": "bank-a", "iat": now() - 1, "exp": now() + 600,
        "cnf": {"x5t#S256": thumbprint(&site.bank)},
    })
}

fn header() -> Value {
    json!({"typ": "at+jwt", "kid": "one"})
}

/// Rows: JAT-4, JAT-7, FAPI1-A-5, INT-19, IB1-TOK-1, DEC-1
#[test]
fn rfc9068_4_a_good_token_has_its_file_and_every_bad_one_the_same_401() {
    let key = SigningKey::p256();
    let site = site("jwt", &key);
    let target = format!("/{NAME}");
    let ask = |token: &str| site.ask(&site.request(&target, token));
    let good = ask(&key.sign(&header(), &claims(&site)));
    assert_eq!((good.status, good.text()), (200, CONTENT));

    let changed = |member: &str, value: Value| {
        let mut claims = claims(&site);
        claims[member] = value;
        key.sign(&header(), &claims)
    };
    let plain = json!({"typ": "JWT", "kid": "one"});
    let hs256 = json!({"typ": "at+jwt", "kid": "one", "alg": "HS256"});
    let secret = key.jwk("one").to_string();
    let unknown = ask("unknown");
    for (name, token) in [
        ("typ", key.sign(&plain, &claims(&site))),
        ("alg", hmac_token(secret.as_bytes(), &hs256, &claims(&site))),
        ("key", SigningKey::p256().sign(&header(), &claims(&site))),
        ("iss", changed("iss", json!("https://evil.example/"))),
        ("aud", changed("aud", json!("https://other.example"))),
        ("exp", changed("exp", json!(now() - 1))),
        ("cnf", changed("cnf", json!(null))),
        ("life", changed("exp", json!(now() + 7200))),
        ("jti", changed("jti", json!(null))),
        ("time", changed("exp", json!("tomorrow"))),
    ] {
        let refused = ask(&token);
        challenged(&site, &refused, 401, Some("invalid_token"));
        let detail = |answer: &Answer| answer.problem()["detail"].clone();
        assert_eq!(detail(&refused), detail(&unknown), "{name}");
        assert_eq!(
            refused.field("www-authenticate"),
            unknown.field("www-authenticate"),
            "{name}"
        );
    }
    assert!(site.directory.introspections().is_empty());
    let log = site.perild.log();
    assert!(!log.contains("eyJ"), "{log}");
    assert!(log.contains("its signature does not verify"), "{log}");
}

/// Rows: JAT-9, INT-9
#[test]
fn jat_9_without_keys_data_is_503_and_the_rest_goes_on() {
    let key = SigningKey::p256();
    let site = Site::unready("localhost", |settings, _| {
        "[tokens]\nkind = \"jwt\"\n".clone_into(&mut settings.more);
    });
    let token = key.sign(&header(), &claims(&site));
    let answer = site.ask(&site.request(&format!("/{NAME}"), &token));
    unavailable(&site, &answer);
    assert_eq!(site.ask(&Request::get("/readyz")).status, 503);
    assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
    site.directory.publish_keys(&[key.jwk("one")]);
    site.await_readiness();
    let answer = site.ask(&site.request(&format!("/{NAME}"), &token));
    assert_eq!(answer.status, 200);
}

/// Rows: IB1-TOK-1, JAT-10
#[test]
fn where_both_kinds_are_accepted_opaque_tokens_are_asked_about() {
    let key = SigningKey::p256();
    let site = site("both", &key);
    let ask = |token: &str| site.ask(&site.request(&format!("/{NAME}"), token)).status;
    assert_eq!(ask(&key.sign(&header(), &claims(&site))), 200);
    assert!(site.directory.introspections().is_empty());
    assert_eq!(ask("opaque"), 200);
    let mut long = claims(&site);
    long["exp"] = json!(now() + 86_400);
    let long = key.sign(&header(), &long);
    assert_eq!(ask(&long), 200);
    assert_eq!(site.directory.asked_about(&long), 1);
    site.directory
        .answer_about("gone", Reply::Json(json!({"active": false})));
    assert_eq!(ask("gone"), 401);
}

/// Rows: LIM-2, LIM-3, JAT-4
#[test]
fn a_jwt_with_too_much_in_it_is_refused_before_anything_of_it_is_read() {
    let key = SigningKey::p256();
    let site = site("jwt", &key);
    let filled = |octets: usize| {
        let mut claims = claims(&site);
        claims["filling"] = json!("x".repeat(octets));
        key.sign(&header(), &claims)
    };
    let ask = |token: &str| site.ask(&site.request(&format!("/{NAME}"), token));
    assert_eq!(ask(&filled(2000)).status, 200);
    let over = ask(&filled(4000));
    challenged(&site, &over, 401, Some("invalid_token"));
    let detail = over.problem()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("too long"), "{detail}");
    assert_eq!(ask(&filled(100_000)).status, 431);
    assert_eq!(ask(&filled(1)).status, 200);
}
