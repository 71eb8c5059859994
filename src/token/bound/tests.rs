use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{super::json::parse_object, *};
use crate::caller::Thumbprint;

const NOW: i64 = 1_768_478_400;
const ISSUER: &str = "https://auth.example/";

fn thumbprint(byte: u8) -> String {
    URL_SAFE_NO_PAD.encode([byte; 32])
}

fn read(answer: &Value) -> Answer {
    Answer::read(&parse_object(answer.to_string().as_bytes()).unwrap()).unwrap()
}

fn caller() -> Caller {
    Caller::for_test(Thumbprint::parse(&thumbprint(7)).unwrap())
}

/// Judges a good answer with `member` set to `value`, for a resource that is `audience`.
fn validated(member: &str, value: Value, audience: Option<&str>) -> Result<(), TokenRefused> {
    let mut answer = json!({
        "active": true, "cnf": {"x5t#S256": thumbprint(7)},
        "iss": ISSUER, "token_type": "Bearer",
        "iat": NOW - 60, "exp": NOW + 60, "aud": ["https://us.example", "https://b.example"],
    });
    let object = answer.as_object_mut().unwrap();
    object.insert(member.to_owned(), value);
    let answer = read(&answer);
    let audience = audience.map(ToOwned::to_owned);
    let expectations = Expectations {
        binding: Binding::default(),
        issuer: ISSUER.to_owned(),
        audience,
    };
    BoundToken::validate(
        answer,
        &expectations,
        &caller(),
        Timestamp::from_seconds(NOW),
    )
    .map(drop)
}

fn with(member: &str, value: Value) -> Result<(), TokenRefused> {
    validated(member, value, None)
}

/// Rows: OE-VAL-7, CON-15
#[test]
fn a_token_issued_more_than_ten_seconds_ahead_is_refused() {
    let now = Timestamp::from_seconds(NOW);
    let ahead = Timestamp::from_seconds(NOW + 11);
    assert_eq!(with("iat", json!(NOW + 10)), Ok(()));
    assert_eq!(
        with("iat", json!(NOW + 11)),
        Err(TokenRefused::IssuedInFuture { iat: ahead, now })
    );
    assert_eq!(with("nbf", json!(NOW + 10)), Ok(()));
    assert_eq!(
        with("nbf", json!(NOW + 11)),
        Err(TokenRefused::NotYetValid { nbf: ahead, now })
    );
}

/// Rows: OE-VAL-8, CON-15
#[test]
fn at_the_instant_exp_a_token_is_expired() {
    let now = Timestamp::from_seconds(NOW);
    for seconds in [NOW - 1, NOW] {
        let exp = Timestamp::from_seconds(seconds);
        assert_eq!(
            with("exp", json!(seconds)),
            Err(TokenRefused::Expired { exp, now })
        );
    }
    assert_eq!(with("exp", json!(NOW + 1)), Ok(()));
}

/// Rows: INT-17, DISC-7
#[test]
fn rfc7662_2_2_another_issuer_or_audience_is_refused() {
    let us = Some("https://us.example");
    assert_eq!(validated("x", json!(0), us), Ok(()));
    assert_eq!(validated("aud", json!("https://us.example"), us), Ok(()));
    for aud in [
        json!("https://b.example"),
        json!([]),
        json!(["https://US.example"]),
    ] {
        assert_eq!(
            validated("aud", aud.clone(), us),
            Err(TokenRefused::WrongAudience)
        );
        assert_eq!(validated("aud", aud, None), Ok(()));
    }
    for iss in [
        "https://auth.example",
        "https://AUTH.example/",
        "https://evil.example/",
        "",
    ] {
        assert_eq!(
            with("iss", json!(iss)),
            Err(TokenRefused::WrongIssuer),
            "{iss}"
        );
    }
}

/// Rows: INT-18
#[test]
fn rfc6749_7_1_the_token_type_is_bearer_in_any_case() {
    for kind in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(with("token_type", json!(kind)), Ok(()));
    }
    for kind in ["mac", "DPoP", ""] {
        assert_eq!(
            with("token_type", json!(kind)),
            Err(TokenRefused::WrongType),
            "{kind}"
        );
    }
}

/// Rows: MTLS-1, MTLS-4, MTLS-5, OE-VAL-10, INT-10
#[test]
fn rfc8705_3_a_token_is_bound_to_the_callers_certificate() {
    assert_eq!(with("cnf", json!({"x5t#S256": thumbprint(7)})), Ok(()));
    for (cnf, refusal) in [
        (
            json!({"x5t#S256": thumbprint(8)}),
            TokenRefused::OtherCertificate,
        ),
        (json!({}), TokenRefused::NotBound),
        (
            json!({"jkt": thumbprint(7)}),
            TokenRefused::ProofOfPossessionMissing,
        ),
        (
            json!({"jkt": thumbprint(7), "x5t#S256": thumbprint(7)}),
            TokenRefused::ProofOfPossessionMissing,
        ),
        (
            json!({"x5t#S256": thumbprint(7) + "="}),
            TokenRefused::Unreadable {
                member: "cnf.x5t#S256",
            },
        ),
    ] {
        assert_eq!(with("cnf", cnf.clone()), Err(refusal), "{cnf}");
    }
}

/// Rows: INT-19
#[test]
fn rfc7662_4_only_who_holds_a_token_learns_what_is_wrong_with_it() {
    let wrong = [
        ("iss", json!("https://else/")),
        ("token_type", json!("mac")),
        ("iat", json!(NOW + 1000)),
        ("nbf", json!(NOW + 1000)),
        ("exp", json!("tomorrow")),
        ("scope", json!(7)),
    ];
    let expectations = Expectations {
        binding: Binding::default(),
        issuer: ISSUER.to_owned(),
        audience: None,
    };
    for (member, value) in wrong {
        assert_ne!(
            with(member, value.clone()),
            Err(TokenRefused::OtherCertificate)
        );
        let mut answer = json!({"active": true, "cnf": {"x5t#S256": thumbprint(8)}});
        answer[member] = value;
        let now = Timestamp::from_seconds(NOW);
        let validated = BoundToken::validate(read(&answer), &expectations, &caller(), now);
        assert_eq!(
            validated.unwrap_err(),
            TokenRefused::OtherCertificate,
            "{member}"
        );
    }
}

/// Rows: OE-VAL-9, MTLS-4
#[test]
fn all_but_the_binding_may_be_absent() {
    let bare = json!({"active": true, "cnf": {"x5t#S256": thumbprint(7)}});
    let unbound = json!({"active": true});
    let expectations = Expectations {
        binding: Binding::default(),
        issuer: ISSUER.to_owned(),
        audience: Some("a".to_owned()),
    };
    let validate = |answer: &Value| {
        let answer = read(answer);
        BoundToken::validate(
            answer,
            &expectations,
            &caller(),
            Timestamp::from_seconds(NOW),
        )
    };
    let bound = validate(&bare).unwrap();
    assert!(bound.scope().is_empty() && bound.client_id().is_none());
    assert_eq!(validate(&unbound).unwrap_err(), TokenRefused::NotBound);
}
