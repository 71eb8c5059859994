//! Answers about tokens that must be signed, RFC 9701.

use std::sync::atomic::{AtomicU8, Ordering};

use super::{
    jwt::{Issuer, jwt_settings},
    jwt_support::{SigningKey, hmac_token, message},
    *,
};
use crate::token::{AnswerFault, JwtFault, NotReady};

const MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// The settings of who believes no answer that is not signed.
fn settings(issuer: &Issuer) -> TokenSettings {
    TokenSettings {
        signed_answers: true,
        cache_seconds: 0,
        ..issuer.world.settings()
    }
}

fn envelope(issuer: &Issuer) -> Value {
    json!({
        "iss": issuer.world.directory.issuer, "aud": CLIENT_ID, "iat": Timestamp::now().seconds(),
        "token_introspection": good_answer(),
    })
}

fn typed(typ: &str) -> Value {
    json!({"typ": typ, "kid": "p"})
}

fn signed(issuer: &Issuer, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = envelope(issuer);
    change(&mut claims);
    issuer.p256.sign(&typed("token-introspection+jwt"), &claims)
}

fn answer(issuer: &Issuer, media_type: &str, text: &str) {
    let fields = vec![("content-type", media_type.to_owned())];
    let answer = Answer::Whole(200, fields, text.as_bytes().to_vec());
    issuer.world.directory.answer_introspection(answer);
}

/// Reason of a refusal, each time for another caller, since one whose questions have no answer has to wait.
async fn no_answer(tokens: &Tokens) -> Unavailability {
    static CALLER: AtomicU8 = AtomicU8::new(0);
    let caller = caller(CALLER.fetch_add(1, Ordering::Relaxed));
    let token = AccessToken::parse(TOKEN).unwrap();
    match tokens.redeem(token, &caller, NOW).await {
        Err(TokenRefused::Unavailable { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

/// The fault of a signed answer that is not believed.
async fn answer_fault(issuer: &Issuer, tokens: &Tokens, text: &str) -> AnswerFault {
    answer(issuer, MEDIA_TYPE, text);
    match no_answer(tokens).await {
        Unavailability::AnswerNotBelieved(fault) => fault,
        other => panic!("{other}"),
    }
}

/// The same of one that is not signed for us as it should be.
async fn fault(issuer: &Issuer, tokens: &Tokens, text: &str) -> JwtFault {
    match answer_fault(issuer, tokens, text).await {
        AnswerFault::Jwt(fault) => fault,
        other @ AnswerFault::NotCurrent { .. } => panic!("{other}"),
    }
}

/// Rows: JIR-1, JIR-4
#[tokio::test]
async fn rfc9701_4_a_signed_answer_is_asked_for_and_believed_as_a_plain_one_is_elsewhere() {
    let issuer = Issuer::start();
    let tokens = start(settings(&issuer));
    let claims = envelope(&issuer);
    for (key, kid) in [
        (&issuer.p256, "p"),
        (&issuer.ed25519, "e"),
        (&issuer.rsa, "r"),
    ] {
        let header = json!({"typ": "token-introspection+jwt", "kid": kid});
        answer(&issuer, MEDIA_TYPE, &key.sign(&header, &claims));
        let bound = redeem(&tokens, TOKEN).await.unwrap();
        assert_eq!(bound.client_id(), Some("consumer"));
        assert!(bound.scope().contains("read"));
    }
    for media_type in [
        "Application/Token-Introspection+JWT",
        "application/token-introspection+jwt; charset=utf-8",
    ] {
        answer(&issuer, media_type, &signed(&issuer, |_| {}));
        assert!(redeem(&tokens, TOKEN).await.is_ok(), "{media_type}");
    }
    let calls = issuer.world.directory.introspections();
    let mut accepted = calls.iter().map(|call| call.header("accept"));
    assert!(accepted.all(|accept| accept == Some(MEDIA_TYPE)));

    // Its other verdicts are verdicts as well.
    let inactive = |claims: &mut Value| claims["token_introspection"] = json!({"active": false});
    answer(&issuer, MEDIA_TYPE, &signed(&issuer, inactive));
    let refused = redeem(&tokens, TOKEN).await.unwrap_err();
    assert_eq!(refused, TokenRefused::Inactive);
    let unbound = |claims: &mut Value| claims["token_introspection"]["cnf"] = json!(null);
    answer(&issuer, MEDIA_TYPE, &signed(&issuer, unbound));
    let refused = redeem(&tokens, TOKEN).await.unwrap_err();
    assert_eq!(refused, TokenRefused::NotBound);
    let lacks = |claims: &mut Value| claims["token_introspection"] = json!({"client_id": "c"});
    answer(&issuer, MEDIA_TYPE, &signed(&issuer, lacks));
    let refused = redeem(&tokens, TOKEN).await.unwrap_err();
    assert_eq!(refused, TokenRefused::AnswerLacksActive);
}

/// Rows: JIR-1
#[tokio::test]
async fn rfc9701_4_where_signed_answers_are_asked_for_no_other_is_believed() {
    let issuer = Issuer::start();
    let tokens = start(settings(&issuer));
    let (plain, jwt) = (good_answer().to_string(), signed(&issuer, |_| {}));
    for (media_type, text) in [
        ("application/json", plain.as_str()),
        (MEDIA_TYPE, ""),
        ("application/jwt", &jwt),
        ("application/json", &jwt),
        ("text/html", "<html>"),
    ] {
        answer(&issuer, media_type, text);
        match no_answer(&tokens).await {
            Unavailability::NotSigned(_) => {}
            Unavailability::AnswerNotBelieved(AnswerFault::Jwt(JwtFault::NotAJwt)) => {
                assert_eq!(text, "");
            }
            other => panic!("{media_type}: {other}"),
        }
    }
    let without_type = Answer::Whole(200, Vec::new(), jwt.clone().into_bytes());
    issuer.world.directory.answer_introspection(without_type);
    let refused = no_answer(&tokens).await;
    assert!(matches!(refused, Unavailability::NotSigned(_)), "{refused}");
    assert_eq!(fault(&issuer, &tokens, &plain).await, JwtFault::NotAJwt);

    // And where they are not, a signed one is none.
    let plainly = start(issuer.world.settings());
    answer(&issuer, MEDIA_TYPE, &jwt);
    let refused = no_answer(&plainly).await;
    assert!(matches!(refused, Unavailability::NotJson(_)), "{refused}");
    assert!(refused.to_string().contains("a JWT"), "{refused}");
}

/// Rows: JIR-2, JIR-5
#[tokio::test]
async fn rfc9701_5_an_answer_is_of_its_own_type_and_an_access_token_is_none() {
    let issuer = Issuer::start();
    let tokens = start(settings(&issuer));
    let wanted = "token-introspection+jwt";
    for typ in ["JWT", "at+jwt", "application/at+jwt", "jwt", ""] {
        let text = issuer.p256.sign(&typed(typ), &envelope(&issuer));
        let fault = fault(&issuer, &tokens, &text).await;
        assert_eq!(fault, JwtFault::WrongType { wanted }, "{typ}");
    }
    let untyped = issuer.p256.sign(&json!({"kid": "p"}), &envelope(&issuer));
    let refused = fault(&issuer, &tokens, &untyped).await;
    assert_eq!(refused, JwtFault::WrongType { wanted });
    let access_token = issuer.token(|claims| claims["active"] = json!(true));
    let refused = fault(&issuer, &tokens, &access_token).await;
    assert_eq!(refused, JwtFault::WrongType { wanted });
    for typ in [
        wanted,
        "application/token-introspection+jwt",
        "Token-Introspection+JWT",
    ] {
        answer(
            &issuer,
            MEDIA_TYPE,
            &issuer.p256.sign(&typed(typ), &envelope(&issuer)),
        );
        assert!(redeem(&tokens, TOKEN).await.is_ok(), "{typ}");
    }

    // The other way about: an answer, good in all else, is no access token.
    let both = start(TokenSettings {
        kinds: TokenKinds::Both(jwt_settings()),
        ..settings(&issuer)
    });
    let mut claims = issuer.claims();
    claims["token_introspection"] = good_answer();
    let as_token = issuer.p256.sign(&typed(wanted), &claims);
    let refused = redeem(&both, &as_token).await.unwrap_err();
    let wanted = "at+jwt";
    assert_eq!(refused, TokenRefused::Jwt(JwtFault::WrongType { wanted }));
    assert_eq!(issuer.world.directory.asked_about(&as_token), 0);
}

/// Rows: JIR-3
#[tokio::test]
async fn rfc9701_5_an_answer_is_our_directorys_to_us_and_just_made() {
    let issuer = Issuer::start();
    let tokens = start(settings(&issuer));
    let now = Timestamp::now().seconds();
    let ours = issuer.world.directory.issuer.clone();
    let missing = |claim| JwtFault::ClaimMissing { claim };
    let unreadable = |claim| JwtFault::ClaimUnreadable { claim };
    for (claim, value, expected) in [
        (
            "iss",
            json!(ours.trim_end_matches('/')),
            JwtFault::WrongIssuer,
        ),
        ("iss", json!("https://evil.example/"), JwtFault::WrongIssuer),
        ("iss", json!(null), missing("iss")),
        ("iss", json!([ours]), unreadable("iss")),
        ("aud", json!("another"), JwtFault::WrongAudience),
        ("aud", json!([]), JwtFault::WrongAudience),
        (
            "aud",
            json!(["another", "a third"]),
            JwtFault::WrongAudience,
        ),
        ("aud", json!(null), missing("aud")),
        ("aud", json!([7]), unreadable("aud")),
        ("iat", json!(null), missing("iat")),
        ("iat", json!("now"), unreadable("iat")),
        ("exp", json!("soon"), unreadable("exp")),
        (
            "token_introspection",
            json!(null),
            missing("token_introspection"),
        ),
        (
            "token_introspection",
            json!("active"),
            unreadable("token_introspection"),
        ),
        (
            "token_introspection",
            json!([good_answer()]),
            unreadable("token_introspection"),
        ),
    ] {
        let text = signed(&issuer, |claims| claims[claim] = value.clone());
        assert_eq!(
            fault(&issuer, &tokens, &text).await,
            expected,
            "{claim} {value}"
        );
    }
    for (claim, value) in [
        ("iat", now + 300),
        ("iat", now - 300),
        ("iat", 0),
        ("iat", i64::MIN),
        ("exp", now - 1),
        ("nbf", now + 300),
    ] {
        let text = signed(&issuer, |claims| claims[claim] = json!(value));
        let fault = answer_fault(&issuer, &tokens, &text).await;
        assert!(
            matches!(fault, AnswerFault::NotCurrent { .. }),
            "{claim} {value}: {fault}"
        );
    }
    for (claim, value) in [
        ("aud", json!([CLIENT_ID])),
        ("aud", json!(["another", CLIENT_ID])),
        ("iat", json!(now - 30)),
        ("exp", json!(now + 60)),
        ("nbf", json!(now)),
        ("sub", json!("anything")),
    ] {
        answer(
            &issuer,
            MEDIA_TYPE,
            &signed(&issuer, |claims| claims[claim] = value.clone()),
        );
        assert!(redeem(&tokens, TOKEN).await.is_ok(), "{claim} {value}");
    }
}

/// Rows: JIR-4, FAPI2-CRY-1
#[tokio::test]
async fn rfc9701_5_an_answer_is_signed_by_a_key_of_the_directory_and_an_algorithm_of_ours() {
    let issuer = Issuer::start();
    let tokens = start(settings(&issuer));
    let claims = envelope(&issuer);
    let named = |alg: &str| json!({"typ": "token-introspection+jwt", "alg": alg, "kid": "p"});
    let unsigned = message(&named("none").to_string(), &claims.to_string());
    let jwk = issuer.p256.jwk("p").to_string();
    let good = signed(&issuer, |_| {});
    let (head, _) = good.rsplit_once('.').unwrap();
    let critical = json!({"typ": "token-introspection+jwt", "kid": "p", "crit": ["exp"]});
    let twice = claims.to_string().replacen('{', "{\"aud\":\"other\",", 1);
    for (text, expected) in [
        (format!("{unsigned}.AAAA"), JwtFault::AlgorithmNotAllowed),
        (format!("{unsigned}."), JwtFault::NotAJwt),
        (
            hmac_token(jwk.as_bytes(), &named("HS256"), &claims),
            JwtFault::AlgorithmNotAllowed,
        ),
        (
            issuer.rsa.sign(&named("RS256"), &claims),
            JwtFault::AlgorithmNotAllowed,
        ),
        (
            SigningKey::p256().sign(&named("ES256"), &claims),
            JwtFault::SignatureWrong,
        ),
        (format!("{head}.AAAA"), JwtFault::SignatureWrong),
        (
            issuer.p256.sign(&critical, &claims),
            JwtFault::CriticalHeader,
        ),
        (
            issuer.p256.sign_text(&named("ES256").to_string(), &twice),
            JwtFault::PayloadMalformed,
        ),
        (
            issuer.p256.sign_text(&named("ES256").to_string(), "[]"),
            JwtFault::PayloadMalformed,
        ),
    ] {
        assert_eq!(fault(&issuer, &tokens, &text).await, expected);
    }
    let strict = start(TokenSettings {
        keys: KeySettings {
            algorithms: vec![Algorithm::EdDsa],
            ..issuer.settings().keys
        },
        ..settings(&issuer)
    });
    let refused = fault(&issuer, &strict, &good).await;
    assert_eq!(refused, JwtFault::AlgorithmNotAllowed);
    answer(&issuer, MEDIA_TYPE, &good);
    assert!(redeem(&tokens, TOKEN).await.is_ok());
}

/// Rows: JIR-4, JAT-9
#[tokio::test]
async fn rfc9701_the_keys_are_those_of_tokens_fetched_once_and_waited_for() {
    let issuer = Issuer::start();
    let both = start(TokenSettings {
        kinds: TokenKinds::Both(jwt_settings()),
        ..settings(&issuer)
    });
    answer(&issuer, MEDIA_TYPE, &signed(&issuer, |_| {}));
    assert!(redeem(&both, TOKEN).await.is_ok());
    assert!(redeem(&both, &issuer.token(|_| {})).await.is_ok());
    assert_eq!(issuer.world.directory.fetches_of_keys(), 1);
    assert_eq!(both.keys(), Some(3));
    let new = SigningKey::p256();
    issuer.world.directory.publish_keys(&[new.jwk("new")]);
    let header = json!({"typ": "token-introspection+jwt", "kid": "new"});
    answer(&issuer, MEDIA_TYPE, &new.sign(&header, &envelope(&issuer)));
    assert!(redeem(&both, TOKEN).await.is_ok());
    assert_eq!(issuer.world.directory.fetches_of_keys(), 2);

    // Without keys no answer can be believed, and perild is not ready.
    let without = Issuer::start();
    let no_keys = Answer::Json(json!({"keys": []}));
    without
        .world
        .directory
        .answer_at(FakeDirectory::KEYS_PATH, no_keys);
    let tokens = start(settings(&without));
    answer(&without, MEDIA_TYPE, &signed(&without, |_| {}));
    let refused = no_answer(&tokens).await;
    assert!(
        matches!(
            refused,
            Unavailability::NotAKeySet | Unavailability::NoUsableKey
        ),
        "{refused}"
    );
    assert!(matches!(tokens.readiness(), Err(NotReady::NoKeys(_))));
    let plain = start(without.world.settings());
    without.world.vouch();
    assert!(redeem(&plain, TOKEN).await.is_ok());
    assert_eq!(plain.readiness(), Ok(()));
}

/// Rows: JIR-3
#[tokio::test]
async fn rfc9701_an_answer_that_was_plain_is_not_kept_once_signed_ones_are_wanted() {
    let issuer = Issuer::start();
    let plain = start(issuer.world.settings());
    issuer.world.vouch();
    assert!(redeem(&plain, TOKEN).await.is_ok());
    let strict = TokenSettings {
        signed_answers: true,
        ..issuer.world.settings()
    };
    let strict = Tokens::start(strict, Some(&plain), Handle::current()).unwrap();
    let refused = no_answer(&strict).await;
    assert!(matches!(refused, Unavailability::NotSigned(_)), "{refused}");
    answer(&issuer, MEDIA_TYPE, &signed(&issuer, |_| {}));
    assert!(redeem(&strict, TOKEN).await.is_ok());
}

/// Rows: LIM-6, JIR-3
#[tokio::test]
async fn lim_6_a_signed_answer_may_be_long_and_one_beyond_the_bound_is_none() {
    let issuer = Issuer::start();
    let tokens = start(settings(&issuer));
    let filled = |octets: usize| {
        signed(&issuer, |claims| {
            claims["token_introspection"]["filling"] = json!("x".repeat(octets));
        })
    };
    answer(&issuer, MEDIA_TYPE, &filled(100_000));
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    answer(&issuer, MEDIA_TYPE, &filled(300_000));
    let refused = no_answer(&tokens).await;
    assert!(
        matches!(refused, Unavailability::BodyTooLarge { .. }),
        "{refused}"
    );
}
