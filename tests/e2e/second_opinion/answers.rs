//! Signed introspection answers, RFC 9701 §5.

use serde_json::{Value, json};

use super::{
    Expected::{BothRefuse, BothTake, PerildRefuses},
    Keys, Site, now, thumbprint,
};
use crate::support::{
    fake_directory::Answer as Reply,
    jwt::{SigningKey, hmac_token},
};

const TYPE: &str = "token-introspection+jwt";

/// Rows: JIR-2, JIR-3, JIR-4
#[test]
fn rfc9701_another_implementation_agrees_on_every_signed_answer_but_on_how_old_one_may_be() {
    let site = Site::start(|settings| {
        settings.edit("timeout_ms = 3000", "timeout_ms = 3000\nsigned = true");
    });
    let Keys { p256, ed25519, rsa } = &site.keys;
    let now = now();
    let said = json!({
        "active": true, "client_id": "bank-a", "scope": "energy:read", "exp": now + 600,
        "cnf": {"x5t#S256": thumbprint(&site.bank)},
    });
    let claims = json!({
        "iss": site.directory.issuer, "aud": "provider", "iat": now, "token_introspection": said,
    });
    let header = |typ: &str, kid: &str| json!({"typ": typ, "kid": kid});
    let full = format!("application/{TYPE}");
    let named = |alg: &str, kid: &str| json!({"typ": TYPE, "kid": kid, "alg": alg});
    let stranger = SigningKey::p256();
    let secret = p256.jwk("p").to_string();
    let hmac = hmac_token(secret.as_bytes(), &named("HS256", "p"), &claims);
    let mut cases = vec![("alg HS256", hmac, BothRefuse)];
    for (name, key, header, expected) in [
        ("ES256", p256, header(TYPE, "p"), BothTake),
        ("EdDSA", ed25519, header(TYPE, "e"), BothTake),
        ("PS256", rsa, header(TYPE, "r"), BothTake),
        ("typ in full", p256, header(&full, "p"), BothTake),
        ("typ JWT", p256, header("JWT", "p"), BothRefuse),
        ("typ at+jwt", p256, header("at+jwt", "p"), BothRefuse),
        ("another's key", &stranger, header(TYPE, "p"), BothRefuse),
        ("unknown kid", p256, header(TYPE, "unknown"), BothRefuse),
        ("alg RS256", rsa, named("RS256", "r"), BothRefuse),
    ] {
        cases.push((name, key.sign(&header, &claims), expected));
    }
    for (name, claim, value, expected) in [
        (
            "iss of another",
            "iss",
            json!("https://evil.example/"),
            BothRefuse,
        ),
        ("aud of another", "aud", json!("another"), BothRefuse),
        (
            "aud in a list",
            "aud",
            json!(["another", "provider"]),
            BothTake,
        ),
        ("iat as text", "iat", json!("now"), BothRefuse),
        ("no answer", "token_introspection", json!(null), BothRefuse),
        (
            "an answer as text",
            "token_introspection",
            json!("yes"),
            BothRefuse,
        ),
        ("exp over", "exp", json!(now - 60), BothRefuse),
        // What was said an hour ago is no answer to a question of now.
        (
            "iat of an hour ago",
            "iat",
            json!(now - 3600),
            PerildRefuses,
        ),
        ("iat to come", "iat", json!(now + 300), PerildRefuses),
    ] {
        let mut claims = claims.clone();
        claims[claim] = value;
        cases.push((name, p256.sign(&header(TYPE, "p"), &claims), expected));
    }
    let texts: Vec<&str> = cases.iter().map(|(_, text, _)| text.as_str()).collect();
    let opinions = site.opinions(&json!({ "introspections": texts }));
    let opinions: &Vec<Value> = opinions["introspections"].as_array().unwrap();
    let mut wrong = Vec::new();
    for (at, ((name, text, expected), opinion)) in cases.iter().zip(opinions).enumerate() {
        let fields = vec![("content-type", full.clone())];
        let whole = Reply::Whole(200, fields, text.clone().into_bytes());
        site.directory.answer_introspection(whole);
        // Another caller each time: one whose questions have no answer has to wait.
        let stranger = site.pki.consumer(&format!("bank-{at}"));
        let caller = if *expected == BothTake {
            &site.bank
        } else {
            &stranger
        };
        let status = site.status(&format!("token-{at}"), caller);
        assert!(matches!(status, 200 | 503), "{name}: {status}");
        wrong.extend(expected.differs(name, status, opinion));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
