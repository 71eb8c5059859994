//! Answers as directories give them, and as they should not.

use proptest::prelude::*;
use serde_json::json;

use super::{super::json::parse_object, *};

fn read(value: &Value) -> Result<Answer, LacksActive> {
    Answer::read(&parse_object(value.to_string().as_bytes()).unwrap())
}

fn claims(value: &Value) -> Arc<Claims> {
    match read(value) {
        Ok(Answer::Active(claims)) => claims,
        other => panic!("{other:?}"),
    }
}

/// Rows: INT-5
#[test]
fn rfc7662_2_2_only_the_boolean_true_is_active() {
    assert!(matches!(
        read(&json!({"active": true})),
        Ok(Answer::Active(_))
    ));
    for value in [
        json!("true"),
        json!(1),
        json!(null),
        json!(false),
        json!({}),
        json!([true]),
    ] {
        assert!(
            matches!(read(&json!({"active": value})), Ok(Answer::Inactive { .. })),
            "{value}"
        );
    }
}

/// Rows: INT-6
#[test]
fn an_answer_without_active_is_told_apart() {
    for answer in [
        json!({}),
        json!({"Active": true}),
        json!({"exp": 1, "scope": "a"}),
    ] {
        assert_eq!(read(&answer).unwrap_err(), LacksActive);
    }
}

/// Rows: INT-7
#[test]
fn rfc7662_2_2_members_that_are_not_known_have_no_effect() {
    let claims = claims(&json!({
        "active": true, "scope": "a", "x": {"active": false}, "username": 7, "sub": [null],
    }));
    assert!(claims.scope.contains("a"));
}

/// Rows: INT-16
#[test]
fn rfc7662_2_2_times_are_numbers_of_integral_value() {
    for member in ["exp", "iat", "nbf"] {
        for (number, seconds) in [
            (json!(1_768_478_400), 1_768_478_400),
            (json!(1.7e9), 1_700_000_000),
            (json!(1_768_478_400.0), 1_768_478_400),
            (json!(-1), -1),
        ] {
            let claims = claims(&json!({"active": true, member: number}));
            let read = [claims.exp, claims.iat, claims.nbf].into_iter().flatten();
            assert_eq!(read.collect::<Vec<_>>(), [Timestamp::from_seconds(seconds)]);
        }
        for other in [json!("1768478400"), json!(1.5), json!(1e300), json!([1])] {
            let answer = read(&json!({"active": true, member: other}));
            let Ok(Answer::Unreadable { member: named, .. }) = answer else {
                panic!("{answer:?}")
            };
            assert_eq!(named, member);
        }
    }
}

fn thumbprint() -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode([7_u8; 32])
}

/// Rows: MTLS-3
#[test]
fn rfc8705_3_1_a_thumbprint_is_43_characters_of_base64url() {
    let good = json!({"active": true, "cnf": {"x5t#S256": thumbprint()}});
    assert!(matches!(claims(&good).cnf, Confirmation::Certificate(_)));
    for bad in [
        json!(format!("{}=", thumbprint())),
        json!(thumbprint().get(..42)),
        json!("07".repeat(32)),
        json!(""),
        json!(7),
        json!([thumbprint()]),
        json!("/".repeat(43)),
    ] {
        let answer = read(&json!({"active": true, "cnf": {"x5t#S256": bad}}));
        let Ok(Answer::Unreadable { member, .. }) = answer else {
            panic!("{bad} {answer:?}")
        };
        assert_eq!(member, "cnf.x5t#S256");
    }
}

/// Rows: MTLS-4, MTLS-5
#[test]
fn rfc9449_7_2_a_key_confirmation_outweighs_a_thumbprint() {
    for cnf in [
        json!({"jkt": "k"}),
        json!({"jkt": "k", "x5t#S256": thumbprint()}),
        json!({"jkt": 7, "x5t#S256": thumbprint()}),
        json!({"jwk": {"kty": "EC"}}),
        json!({"jwe": "a.b.c.d.e"}),
        json!({"jku": "https://keys.example", "kid": "k"}),
        json!({"kid": "k", "x5t#S256": null}),
    ] {
        assert!(matches!(
            claims(&json!({"active": true, "cnf": cnf})).cnf,
            Confirmation::Key
        ));
    }
    for cnf in [
        json!({}),
        json!({"unknown": "k"}),
        json!({"jwk": null}),
        json!(null),
        json!({"jkt": null, "x5t#S256": null}),
    ] {
        let claims = claims(&json!({"active": true, "cnf": cnf}));
        assert!(matches!(claims.cnf, Confirmation::Nothing));
    }
    let beside = json!({"kid": "k", "x5t#S256": thumbprint()});
    assert!(matches!(
        claims(&json!({"active": true, "cnf": beside})).cnf,
        Confirmation::Certificate(_)
    ));
    for cnf in [json!([]), json!("x"), json!(false)] {
        let answer = read(&json!({"active": true, "cnf": cnf}));
        assert!(
            matches!(answer, Ok(Answer::Unreadable { member: "cnf", .. })),
            "{answer:?}"
        );
    }
}

/// Rows: INT-7, INT-16
#[test]
fn a_member_that_is_null_is_absent_and_exp_must_not_be() {
    let mut answer = json!({
        "active": true, "cnf": {"x5t#S256": thumbprint(), "jkt": null},
    });
    for member in [
        "aud",
        "client_id",
        "iat",
        "iss",
        "nbf",
        "organisation_id",
        "scope",
        "token_type",
        "sub",
    ] {
        answer[member] = Value::Null;
    }
    let read = claims(&answer);
    assert!(matches!(read.cnf, Confirmation::Certificate(_)));
    assert!(read.aud.is_none() && read.nbf.is_none() && read.token_type.is_none());
    answer["exp"] = Value::Null;
    assert!(matches!(
        self::read(&answer),
        Ok(Answer::Unreadable { member: "exp", .. })
    ));
}

/// Rows: INT-7
#[test]
fn what_nobody_reads_is_not_judged_and_what_is_read_is() {
    let thumbprint = thumbprint();
    let text = |beside: &str, within: &str| {
        format!(
            r#"{{"active":true,"cnf":{{"x5t#S256":"{thumbprint}",{within}"a":1}},{beside}"b":1}}"#
        )
    };
    let read = |text: &str| Answer::read(&parse_object(text.as_bytes()).unwrap());
    for odd in [
        r#""x":"\ud800","#.to_owned(),
        r#""x":1e400,"#.to_owned(),
        format!(r#""x":{}1{},"#, "[".repeat(5000), "]".repeat(5000)),
    ] {
        for text in [text(&odd, ""), text("", &odd)] {
            assert!(matches!(read(&text), Ok(Answer::Active(_))), "{text:.200}");
        }
    }
    for (odd, named) in [
        (r#""scope":"\ud800","#, "scope"),
        (r#""exp":1e400,"#, "exp"),
        (r#""iss":[["x"]],"#, "iss"),
    ] {
        let answer = read(&text(odd, ""));
        assert!(
            matches!(answer, Ok(Answer::Unreadable { member, .. }) if member == named),
            "{named}: {answer:?}"
        );
    }
}

#[test]
fn names_for_the_log_are_kept_whole_or_not_at_all() {
    let longest = "a".repeat(256);
    for member in ["client_id", "organisation_id"] {
        for name in [&longest, "https://client.example/a b", "Société"] {
            let claims = claims(&json!({"active": true, member: name}));
            let holder = &claims.holder;
            let kept = holder.client_id().or(holder.organisation_id());
            assert_eq!(kept, Some(name));
        }
        for bad in [
            json!("a".repeat(257)),
            json!("a\nb"),
            json!("\u{1b}[0m"),
            json!(7),
        ] {
            let answer = read(&json!({"active": true, member: bad}));
            assert!(
                matches!(answer, Ok(Answer::Unreadable { .. })),
                "{member} {bad}"
            );
        }
        assert!(matches!(
            read(&json!({"active": true, member: null})),
            Ok(Answer::Active(_))
        ));
    }
}

#[test]
fn members_of_another_type_are_named() {
    for (member, value) in [
        ("aud", json!(7)),
        ("aud", json!(["a", 7])),
        ("iss", json!(["https://as.example"])),
        ("scope", json!(["a", "b"])),
        ("scope", json!("a\u{0}b")),
        ("token_type", json!(true)),
    ] {
        let answer = read(&json!({"active": true, member: value}));
        let Ok(Answer::Unreadable { member: named, .. }) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(named, member);
    }
}

proptest! {
    #[test]
    fn no_object_makes_reading_panic(
        member in "active|aud|cnf|exp|iat|nbf|iss|scope|token_type|client_id",
        value in r#"true|false|null|"[a-z]{0,9}"|\[1\]|\{\}|[0-9]{1,25}"#,
        fraction in r"(\.[0-9]{1,3})?(e-?[0-9]{1,3})?",
    ) {
        let text = format!("{{\"active\":true,\"x\":1,\"{member}\":{value}{fraction}}}");
        if let Ok(object) = parse_object(text.as_bytes()) {
            let _ = Answer::read(&object);
        }
    }
}
