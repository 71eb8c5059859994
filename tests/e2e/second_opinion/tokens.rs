//! Access tokens, RFC 9068 §4 and RFC 8725.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    AUDIENCE,
    Expected::{self, BothRefuse, BothTake, PerildRefuses},
    Keys, Site, now, thumbprint,
};
use crate::support::jwt::{SigningKey, hmac_token, message};

/// One token: its name, what makes it of its claims, and the opinions of it.
///
/// The two are shown claims that differ in `cnf` alone: the other implementation knows no binding to a certificate.
struct Case<'k> {
    name: &'static str,
    write: Box<dyn Fn(&Value) -> String + 'k>,
    expected: Expected,
}

impl<'k> Case<'k> {
    fn new(name: &'static str, expected: Expected, write: impl Fn(&Value) -> String + 'k) -> Self {
        let write = Box::new(write);
        Self {
            name,
            write,
            expected,
        }
    }
}

/// Rows: JAT-1, JAT-2, JAT-3, JAT-4, JAT-5, JAT-6, JAT-8
#[test]
fn rfc9068_another_implementation_agrees_on_every_token_but_where_we_are_stricter_by_choice() {
    let site = Site::start(|settings| {
        "[tokens]\nkind = \"jwt\"\n".clone_into(&mut settings.more);
    });
    let (issuer, now) = (site.directory.issuer.clone(), now());
    let claims = json!({
        "iss": issuer, "aud": AUDIENCE, "sub": "bank-a", "jti": "1", "client_id": "bank-a",
        "iat": now - 5, "exp": now + 600,
    });
    let mut bound = claims.clone();
    bound["cnf"] = json!({"x5t#S256": thumbprint(&site.bank)});
    let stranger = SigningKey::p256();
    let mut cases = by_header(&site.keys, &stranger);
    cases.extend(by_claims(&site.keys, &issuer, now));
    cases.extend(by_form(&site.keys));
    let tokens: Vec<String> = cases.iter().map(|case| (case.write)(&claims)).collect();
    let opinions = site.opinions(&json!({ "tokens": tokens }));
    let opinions = opinions["tokens"].as_array().unwrap();
    assert_eq!(opinions.len(), cases.len());
    let mut wrong = Vec::new();
    for (case, opinion) in cases.iter().zip(opinions) {
        let status = site.status(&(case.write)(&bound), &site.bank);
        assert!(matches!(status, 200 | 401), "{}: {status}", case.name);
        wrong.extend(case.expected.differs(case.name, status, opinion));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Good claims under headers and by keys that are good or not.
fn by_header<'k>(keys: &'k Keys, stranger: &'k SigningKey) -> Vec<Case<'k>> {
    let Keys { p256, ed25519, rsa } = keys;
    let typed = |typ: &str| json!({"typ": typ, "kid": "p"});
    let kid = |kid: &str| json!({"typ": "at+jwt", "kid": kid});
    let with = |member: &str, value: Value| {
        let header = kid("p");
        changed(&header, member, value)
    };
    let jwk = stranger.jwk("p");
    let rs256 = json!({"typ": "at+jwt", "kid": "r", "alg": "RS256"});
    let es256_of_rsa = json!({"typ": "at+jwt", "kid": "r", "alg": "ES256"});
    let url = json!("https://evil.example/keys");
    let signed = [
        ("ES256", p256, kid("p"), BothTake),
        ("EdDSA", ed25519, kid("e"), BothTake),
        ("PS256", rsa, kid("r"), BothTake),
        ("no kid", p256, json!({"typ": "at+jwt"}), BothTake),
        ("typ in full", p256, typed("application/at+jwt"), BothTake),
        ("typ in capitals", p256, typed("AT+JWT"), BothTake),
        ("typ JWT", p256, typed("JWT"), BothRefuse),
        (
            "typ of an answer",
            p256,
            typed("token-introspection+jwt"),
            BothRefuse,
        ),
        ("no typ", p256, json!({"kid": "p"}), BothRefuse),
        ("alg RS256", rsa, rs256, BothRefuse),
        ("alg of another key", p256, es256_of_rsa, BothRefuse),
        ("a stranger's key", stranger, kid("p"), BothRefuse),
        ("an unknown kid", p256, kid("unknown"), BothRefuse),
        ("crit", p256, with("crit", json!(["exp"])), BothRefuse),
        ("jku", p256, with("jku", url.clone()), BothTake),
        ("x5u", p256, with("x5u", url), BothTake),
        ("x5c", p256, with("x5c", json!(["AAAA"])), BothTake),
        ("jwk", p256, with("jwk", jwk.clone()), BothTake),
        ("the key of its jwk", stranger, with("jwk", jwk), BothRefuse),
        (
            "b64 that is not critical",
            p256,
            with("b64", json!(true)),
            BothTake,
        ),
    ];
    let signed = signed.into_iter().map(|(name, key, header, expected)| {
        Case::new(name, expected, move |claims| key.sign(&header, claims))
    });
    signed.collect()
}

/// Claims of which one is otherwise, signed as they should be.
fn by_claims<'k>(keys: &'k Keys, issuer: &str, now: i64) -> Vec<Case<'k>> {
    let without_slash = issuer.trim_end_matches('/');
    let other = "https://other.example";
    let claimed = [
        (
            "iss without its slash",
            "iss",
            json!(without_slash),
            BothRefuse,
        ),
        ("iss of another", "iss", json!(other), BothRefuse),
        ("aud in a list", "aud", json!([other, AUDIENCE]), BothTake),
        ("aud of another", "aud", json!(other), BothRefuse),
        (
            "aud with a slash",
            "aud",
            json!("https://localhost/"),
            BothRefuse,
        ),
        ("aud of nobody", "aud", json!([]), BothRefuse),
        ("aud a number", "aud", json!(7), BothRefuse),
        ("exp over", "exp", json!(now - 1), BothRefuse),
        ("exp as text", "exp", json!("soon"), BothRefuse),
        ("nbf over", "nbf", json!(now - 60), BothTake),
        ("nbf to come", "nbf", json!(now + 300), BothRefuse),
        ("nbf as text", "nbf", json!("soon"), BothRefuse),
        ("iat as text", "iat", json!("now"), BothRefuse),
        ("sub a number", "sub", json!(7), BothRefuse),
        ("jti a number", "jti", json!(7), BothRefuse),
        (
            "client_id a list",
            "client_id",
            json!(["bank-a"]),
            BothRefuse,
        ),
        // The token may have been withdrawn, and nobody would say so (FAPI 2.0 §5.3.4).
        (
            "a life of two hours",
            "exp",
            json!(now + 7200),
            PerildRefuses,
        ),
        // Ten seconds for clocks that differ, as for nbf.
        ("iat to come", "iat", json!(now + 300), PerildRefuses),
        // Names go to logs and rules as they are.
        (
            "a line end in a name",
            "client_id",
            json!("a\nb"),
            PerildRefuses,
        ),
    ];
    let claimed = claimed.into_iter().map(|(name, claim, value, expected)| {
        Case::new(name, expected, move |claims| {
            sign(keys, &changed(claims, claim, value.clone()))
        })
    });
    let claims = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];
    let removed = claims.into_iter().map(|claim| {
        Case::new(claim, BothRefuse, move |claims| {
            let mut claims = claims.clone();
            claims.as_object_mut().unwrap().remove(claim);
            sign(keys, &claims)
        })
    });
    claimed.chain(removed).collect()
}

/// Texts that are no signed JWT, or one of other claims than were signed.
fn by_form(keys: &Keys) -> Vec<Case<'_>> {
    let key = &keys.p256;
    let named = |alg: &str| json!({"typ": "at+jwt", "kid": "p", "alg": alg});
    let header = named("ES256").to_string();
    let raw = move |change: fn(String) -> String| {
        let header = header.clone();
        move |claims: &Value| key.sign_text(&header, &change(claims.to_string()))
    };
    let unsigned = move |claims: &Value, signature: &str| {
        let message = message(&named("none").to_string(), &claims.to_string());
        format!("{message}.{signature}")
    };
    let twice = |text: String| text.replacen('{', "{\"sub\":\"root\",", 1);
    vec![
        Case::new("alg HS256 with the public key", BothRefuse, move |claims| {
            let secret = key.jwk("p").to_string();
            hmac_token(secret.as_bytes(), &named("HS256"), claims)
        }),
        Case::new("alg ES384", BothRefuse, |claims| {
            SigningKey::p384().sign(&json!({"typ": "at+jwt", "kid": "p"}), claims)
        }),
        Case::new("alg none", BothRefuse, move |claims| unsigned(claims, "")),
        Case::new("alg none and something", BothRefuse, move |claims| {
            unsigned(claims, "AAAA")
        }),
        Case::new("no signature", BothRefuse, move |claims| {
            let token = sign(keys, claims);
            token.rsplit_once('.').unwrap().0.to_owned()
        }),
        Case::new("other claims", BothRefuse, move |claims| {
            let token = sign(keys, claims);
            let other = claims.to_string().replace("bank-a", "bank-b");
            let other = BASE64_URL_SAFE_NO_PAD.encode(other);
            let (header, rest) = token.split_once('.').unwrap();
            let (_, signature) = rest.split_once('.').unwrap();
            format!("{header}.{other}.{signature}")
        }),
        Case::new("a list", BothRefuse, raw(|_| "[]".to_owned())),
        Case::new("no JSON", BothRefuse, raw(|text| text.replace('}', ""))),
        // A name that is said twice can be read in two ways.
        Case::new("a claim twice", PerildRefuses, raw(twice)),
    ]
}

/// `object` with another value for one of its members.
fn changed(object: &Value, member: &str, value: Value) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().unwrap();
    members.insert(member.to_owned(), value);
    object
}

fn sign(keys: &Keys, claims: &Value) -> String {
    keys.p256
        .sign(&json!({"typ": "at+jwt", "kid": "p"}), claims)
}
