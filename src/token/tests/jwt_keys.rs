//! The directory's keys are fetched beside the requests, kept while it is away, and bounded.

use super::{
    jwt::{Issuer, header, jwt_settings},
    jwt_support::SigningKey,
    *,
};
use crate::token::{JwtFault, JwtSettings, NotReady, StartError};

/// Rows: JAT-9
#[tokio::test]
async fn jat_9_a_new_key_works_at_once_and_a_flood_of_unknown_ones_makes_one_fetch() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    assert_eq!(issuer.world.directory.fetches_of_keys(), 1);
    let new = SigningKey::p256();
    let mut keys = issuer.jwks().to_vec();
    keys.push(new.jwk("new"));
    issuer.world.directory.publish_keys(&keys);
    let token = new.sign(&header("new"), &issuer.claims());
    assert!(redeem(&tokens, &token).await.is_ok());
    assert_eq!(issuer.world.directory.fetches_of_keys(), 2);
    for number in 0..50 {
        let token = new.sign(&header(&format!("random-{number}")), &issuer.claims());
        let refused = redeem(&tokens, &token).await.unwrap_err();
        assert_eq!(refused, TokenRefused::Jwt(JwtFault::UnknownKey));
    }
    assert_eq!(issuer.world.directory.fetches_of_keys(), 2);
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
}

/// Rows: JAT-9
#[tokio::test]
async fn jat_9_keys_are_fetched_anew_before_they_end_and_a_withdrawn_one_is_forgotten() {
    let issuer = Issuer::start();
    let tokens = start(TokenSettings {
        keys: KeySettings {
            lifetime: Duration::from_millis(40),
            ..issuer.settings().keys
        },
        cache_seconds: 0,
        ..issuer.settings()
    });
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    issuer
        .world
        .directory
        .publish_keys(&[SigningKey::p256().jwk("q")]);
    let fetched = issuer.world.directory.fetches_of_keys();
    issuer
        .world
        .directory
        .wait_for_fetches_of_keys(fetched + 2)
        .await;
    let refused = redeem(&tokens, &issuer.token(|_| {})).await.unwrap_err();
    assert_eq!(refused, TokenRefused::Jwt(JwtFault::UnknownKey));
}

/// Rows: JAT-9, INT-9
#[tokio::test]
async fn jat_9_keys_that_are_known_stay_while_the_directory_is_away_for_a_day() {
    let mut issuer = Issuer::start();
    let tokens = start(TokenSettings {
        kinds: TokenKinds::Jwt(JwtSettings {
            longest: None,
            ..jwt_settings()
        }),
        cache_seconds: 0,
        ..issuer.settings()
    });
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    issuer.world.directory.stop();
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    // A key that is not known may be a new one: that cannot be told now.
    let new = SigningKey::p256().sign(&header("new"), &issuer.claims());
    let refused = redeem(&tokens, &new).await.unwrap_err();
    assert!(
        matches!(refused, TokenRefused::Unavailable { .. }),
        "{refused}"
    );

    let fetched = Timestamp::now();
    for (hours, is_believed) in [(23, true), (25, false)] {
        let now = fetched.after(Duration::from_hours(hours));
        let token = issuer.token(|claims| claims["exp"] = json!(now.seconds() + 9));
        let token = AccessToken::parse(&token).unwrap();
        match tokens.redeem(token, &caller(7), now).await.map(drop) {
            Ok(()) => assert!(is_believed),
            Err(TokenRefused::Unavailable { reason, .. }) => {
                assert!(!is_believed);
                assert_eq!(reason, Unavailability::KeysTooOld);
            }
            Err(other) => panic!("{other}"),
        }
    }
}

/// Rows: INT-9, JAT-9
#[tokio::test]
async fn without_keys_nothing_is_decided_and_the_set_that_is_running_stays() {
    let good = Issuer::start();
    let many = |number: usize| {
        let keys: Vec<_> = (0..number)
            .map(|at| good.p256.jwk(&at.to_string()))
            .collect();
        Answer::Json(json!({ "keys": keys }))
    };
    let twice = format!("{{\"keys\":[],\"keys\":[{}]}}", good.p256.jwk("p"));
    let oversize = 10 * 1024 * 1024;
    for answer in [
        Answer::Status(404),
        Answer::Status(500),
        Answer::Redirect("https://evil.example/keys".to_owned()),
        Answer::Raw(b"<html>".to_vec()),
        Answer::Raw(twice.into_bytes()),
        Answer::Json(json!([])),
        Answer::Json(json!({})),
        Answer::Json(json!({"keys": []})),
        Answer::Json(json!({"keys": {"kty": "EC"}})),
        Answer::Json(json!({"keys": ["EC"]})),
        Answer::Json(json!({"keys": [{"kty": "oct", "k": "AAAA"}]})),
        Answer::Oversize(oversize),
        Answer::CloseConnection,
        many(1001),
    ] {
        let issuer = Issuer::start();
        issuer
            .world
            .directory
            .answer_at(FakeDirectory::KEYS_PATH, answer.clone());
        let fresh = start(issuer.settings());
        let refused = redeem(&fresh, &issuer.token(|_| {})).await.unwrap_err();
        assert!(
            matches!(refused, TokenRefused::Unavailable { .. }),
            "{refused}"
        );
        assert!(matches!(fresh.readiness(), Err(NotReady::NoKeys(_))));
        assert_eq!(fresh.keys(), None);

        issuer.world.directory.publish_keys(&issuer.jwks());
        let running = start(issuer.settings());
        assert!(redeem(&running, &issuer.token(|_| {})).await.is_ok());
        issuer
            .world
            .directory
            .answer_at(FakeDirectory::KEYS_PATH, answer);
        let unknown = issuer.p256.sign(&header("unknown"), &issuer.claims());
        let refused = redeem(&running, &unknown).await.unwrap_err();
        assert!(
            matches!(refused, TokenRefused::Unavailable { .. }),
            "{refused}"
        );
        let token = issuer.token(|claims| claims["jti"] = json!("2"));
        assert!(redeem(&running, &token).await.is_ok());
    }
    let issuer = Issuer::start();
    issuer
        .world
        .directory
        .answer_at(FakeDirectory::KEYS_PATH, many(1000));
    let tokens = start(issuer.settings());
    let token = good.p256.sign(&header("999"), &issuer.claims());
    assert!(redeem(&tokens, &token).await.is_ok());
}

/// Rows: FAPI1-A-6, FAPI2-CRY-3, JAT-8
#[tokio::test]
async fn fapi1_a_8_11_of_two_keys_with_one_kid_the_fitting_one_is_tried() {
    let issuer = Issuer::start();
    let (other, rsa) = (SigningKey::p256(), SigningKey::rsa());
    issuer
        .world
        .directory
        .publish_keys(&[rsa.jwk("p"), other.jwk("p"), issuer.p256.jwk("p")]);
    let tokens = start(issuer.settings());
    for key in [&issuer.p256, &other, &rsa] {
        let token = key.sign(&header("p"), &issuer.claims());
        assert!(redeem(&tokens, &token).await.is_ok());
    }
    let stranger = SigningKey::p256().sign(&header("p"), &issuer.claims());
    let refused = redeem(&tokens, &stranger).await.unwrap_err();
    assert_eq!(refused, TokenRefused::Jwt(JwtFault::SignatureWrong));
}

/// Rows: JAT-8
#[tokio::test]
async fn jat_8_without_a_kid_the_one_key_that_fits_is_tried() {
    let issuer = Issuer::start();
    let without = |key: &SigningKey| key.sign(&json!({"typ": "at+jwt"}), &issuer.claims());
    let tokens = start(issuer.settings());
    assert!(redeem(&tokens, &without(&issuer.p256)).await.is_ok());
    issuer
        .world
        .directory
        .publish_keys(&[issuer.p256.jwk("a"), SigningKey::p256().jwk("b")]);
    let several = start(issuer.settings());
    let refused = redeem(&several, &without(&issuer.p256)).await.unwrap_err();
    assert_eq!(refused, TokenRefused::Jwt(JwtFault::AmbiguousKey));
    let named = issuer.p256.sign(&header("a"), &issuer.claims());
    assert!(redeem(&several, &named).await.is_ok());
}

/// Rows: FAPI2-CRY-2, FAPI1-A-6
#[tokio::test]
async fn a_key_that_is_weak_or_lies_is_left_out_and_the_others_stay() {
    let issuer = Issuer::start();
    let lying = |change: fn(&mut Value)| {
        let key = SigningKey::p256();
        let mut jwk = key.jwk("bad");
        change(&mut jwk);
        (key, jwk)
    };
    let weak = json!({"kty": "RSA", "kid": "bad", "e": "AQAB",
        "n": URL_SAFE_NO_PAD.encode([0xc1; 128])});
    for (key, jwk) in [
        lying(|jwk| jwk["alg"] = json!("HS256")),
        lying(|jwk| jwk["alg"] = json!("ES384")),
        lying(|jwk| jwk["use"] = json!("enc")),
        lying(|jwk| jwk["key_ops"] = json!(["sign"])),
        lying(|jwk| jwk["d"] = json!("AAAA")),
        lying(|jwk| jwk["crv"] = json!("P-384")),
        lying(|jwk| jwk["kty"] = json!("oct")),
        lying(|jwk| jwk["y"] = jwk["x"].clone()),
        lying(|jwk| jwk["x"] = json!("AAAA")),
        lying(|jwk| jwk["kid"] = json!(7)),
        (SigningKey::p384(), SigningKey::p384().jwk("bad")),
        (SigningKey::p256(), weak),
    ] {
        issuer
            .world
            .directory
            .publish_keys(&[jwk.clone(), issuer.p256.jwk("p")]);
        let tokens = start(issuer.settings());
        let token = key.sign(
            &json!({"typ": "at+jwt", "kid": "bad", "alg": "ES256"}),
            &issuer.claims(),
        );
        let refused = redeem(&tokens, &token).await.unwrap_err();
        assert_eq!(refused, TokenRefused::Jwt(JwtFault::UnknownKey), "{jwk}");
        assert_eq!(tokens.keys(), Some(1), "{jwk}");
        assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    }
    for (member, value) in [
        ("alg", json!("ES256")),
        ("use", json!("sig")),
        ("key_ops", json!(["verify"])),
        ("x5u", json!("https://evil.example/")),
    ] {
        let mut jwk = issuer.p256.jwk("p");
        jwk[member] = value;
        issuer.world.directory.publish_keys(&[jwk]);
        let tokens = start(issuer.settings());
        assert!(
            redeem(&tokens, &issuer.token(|_| {})).await.is_ok(),
            "{member}"
        );
    }
}

/// Rows: INT-14
#[tokio::test]
async fn a_hundred_first_uses_while_the_keys_come_wait_for_one_fetch() {
    let issuer = Issuer::start();
    let keys = Answer::Json(json!({ "keys": issuer.jwks() }));
    let held = Answer::AfterRelease(Box::new(keys));
    issuer
        .world
        .directory
        .answer_at(FakeDirectory::KEYS_PATH, held);
    let tokens = std::sync::Arc::new(start(issuer.settings()));
    let uses: Vec<_> = (0..100)
        .map(|number| {
            let token = issuer.token(|claims| claims["jti"] = json!(number.to_string()));
            let tokens = std::sync::Arc::clone(&tokens);
            tokio::spawn(async move { redeem(&tokens, &token).await.map(drop) })
        })
        .collect();
    issuer.world.directory.wait_for_fetches_of_keys(1).await;
    issuer.world.directory.release();
    for one in uses {
        assert_eq!(one.await.unwrap(), Ok(()));
    }
    assert_eq!(issuer.world.directory.fetches_of_keys(), 1);
}

#[tokio::test]
async fn a_reload_keeps_keys_and_answers_unless_other_tokens_are_accepted() {
    let mut issuer = Issuer::start();
    let running = start(issuer.settings());
    let token = issuer.token(|_| {});
    assert!(redeem(&running, &token).await.is_ok());
    issuer.world.directory.stop();
    let reload = |kinds| {
        let settings = TokenSettings {
            kinds,
            ..issuer.settings()
        };
        Tokens::start(settings, Some(&running), Handle::current()).unwrap()
    };
    let same = reload(TokenKinds::Jwt(jwt_settings()));
    assert!(redeem(&same, &token).await.is_ok());
    assert_eq!(same.statistics().cache_hits, 1);
    let fresh = issuer.token(|claims| claims["jti"] = json!("2"));
    assert!(redeem(&same, &fresh).await.is_ok());
    let opaque = reload(TokenKinds::Opaque);
    let refused = redeem(&opaque, &token).await.unwrap_err();
    assert!(
        matches!(refused, TokenRefused::Unavailable { .. }),
        "{refused}"
    );
}

/// Rows: FAPI2-NET-1
#[tokio::test]
async fn a_key_set_that_is_configured_is_https_and_needs_no_discovery() {
    let issuer = Issuer::start();
    let with = |url: String| TokenSettings {
        keys: KeySettings {
            url: Some(url.parse().unwrap()),
            ..issuer.settings().keys
        },
        ..issuer.settings()
    };
    issuer.world.directory.answer_discovery(Answer::Status(503));
    let url = format!("{}keys", issuer.world.directory.issuer);
    let tokens = start(with(url.clone()));
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    let plain = with(url.replace("https", "http"));
    let refused = Tokens::start(plain, None, Handle::current()).map(drop);
    assert!(matches!(refused, Err(StartError::KeySetNotHttps(_))));
}
