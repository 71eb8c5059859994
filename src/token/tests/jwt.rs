//! A JWT is verified by the directory's keys, and judged as any other token.

use super::{
    jwt_support::{SigningKey, hmac_token, message},
    *,
};
use crate::token::{Claim, JwtFault, JwtSettings, NotReady};

pub(super) const AUDIENCE: &str = "https://provider.example";

/// A directory with one key of each kind, and the tokens that it signs.
pub(super) struct Issuer {
    pub(super) world: World,
    pub(super) p256: SigningKey,
    pub(super) ed25519: SigningKey,
    pub(super) rsa: SigningKey,
}

impl Issuer {
    pub(super) fn start() -> Self {
        let issuer = Self {
            world: World::start(),
            p256: SigningKey::p256(),
            ed25519: SigningKey::ed25519(),
            rsa: SigningKey::rsa(),
        };
        issuer.world.directory.publish_keys(&issuer.jwks());
        issuer
    }

    pub(super) fn jwks(&self) -> [Value; 3] {
        [self.p256.jwk("p"), self.ed25519.jwk("e"), self.rsa.jwk("r")]
    }

    pub(super) fn settings(&self) -> TokenSettings {
        TokenSettings {
            kinds: TokenKinds::Jwt(jwt_settings()),
            ..self.world.settings()
        }
    }

    pub(super) fn claims(&self) -> Value {
        json!({
            "iss": self.world.directory.issuer, "sub": "consumer", "aud": AUDIENCE, "jti": "1",
            "client_id": "consumer", "organisation_id": "org", "scope": "read",
            "iat": NOW.seconds() - 5, "exp": NOW.seconds() + 300,
            "cnf": {"x5t#S256": thumbprint(7)},
        })
    }

    /// A good token but for `change`.
    pub(super) fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        self.p256.sign(&header("p"), &claims)
    }
}

pub(super) fn jwt_settings() -> JwtSettings {
    JwtSettings {
        audience: AUDIENCE.to_owned(),
        required_claims: Claim::ALL.to_vec(),
        accepts_plain_jwt: false,
        longest: Some(Duration::from_hours(1)),
    }
}

pub(super) fn header(kid: &str) -> Value {
    json!({"typ": "at+jwt", "kid": kid})
}

fn unfit<T>(redeemed: Result<T, TokenRefused>) -> JwtFault {
    match redeemed.map(drop) {
        Err(TokenRefused::Jwt(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// Rows: JAT-4, FAPI1-A-5, FAPI2-CRY-1, IB1-TOK-1
#[tokio::test]
async fn rfc9068_4_a_token_that_the_directory_has_signed_is_good_and_nobody_is_asked() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    for (key, kid) in [
        (&issuer.p256, "p"),
        (&issuer.ed25519, "e"),
        (&issuer.rsa, "r"),
    ] {
        let token = key.sign(&header(kid), &issuer.claims());
        let bound = redeem(&tokens, &token).await.unwrap();
        assert_eq!(bound.client_id(), Some("consumer"));
        assert_eq!(bound.organisation_id(), Some("org"));
        assert!(bound.scope().contains("read"));
        // Another key's signature over the same is none.
        let (signed, _) = token.rsplit_once('.').unwrap();
        let (_, other) = SigningKey::p256()
            .sign(&header(kid), &issuer.claims())
            .rsplit_once('.')
            .map(|(signed, signature)| (signed.to_owned(), signature.to_owned()))
            .unwrap();
        let forged = redeem(&tokens, &format!("{signed}.{other}")).await;
        assert_eq!(unfit(forged), JwtFault::SignatureWrong);
    }
    assert_eq!(tokens.readiness(), Ok(()));
    assert_eq!(tokens.keys(), Some(3));
    assert!(issuer.world.directory.introspections().is_empty());
    assert_eq!(issuer.world.directory.fetches_of_keys(), 1);
}

/// Rows: JAT-4, FAPI2-CRY-1, FAPI1-A-5
#[tokio::test]
async fn rfc8725_2_1_the_algorithm_of_the_header_cannot_change_what_is_verified() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    let claims = issuer.claims();
    let named = |alg: &str, kid: &str| json!({"typ": "at+jwt", "alg": alg, "kid": kid});
    let jwk = issuer.p256.jwk("p").to_string();
    let unsigned = message(&named("none", "p").to_string(), &claims.to_string());
    let refused = JwtFault::AlgorithmNotAllowed;
    for (token, fault) in [
        (
            hmac_token(jwk.as_bytes(), &named("HS256", "p"), &claims),
            refused.clone(),
        ),
        (
            issuer.rsa.sign(&named("RS256", "r"), &claims),
            refused.clone(),
        ),
        (
            SigningKey::p384().sign(&named("ES384", "p"), &claims),
            refused.clone(),
        ),
        (format!("{unsigned}.AAAA"), refused),
        (format!("{unsigned}."), JwtFault::NotAJwt),
        (unsigned, JwtFault::NotAJwt),
        // A key is for one algorithm, whatever stands in the header.
        (
            issuer.p256.sign(&named("EdDSA", "p"), &claims),
            JwtFault::OtherAlgorithm,
        ),
        (
            issuer.p256.sign(&named("PS256", "r"), &claims),
            JwtFault::SignatureWrong,
        ),
        (
            issuer.p256.sign(&named("ES256", "r"), &claims),
            JwtFault::OtherAlgorithm,
        ),
    ] {
        assert_eq!(unfit(redeem(&tokens, &token).await), fault);
    }
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
}

/// Rows: JAT-4
#[tokio::test]
async fn an_algorithm_that_is_not_configured_is_refused_though_there_is_a_key() {
    let issuer = Issuer::start();
    let algorithms = vec![Algorithm::EdDsa];
    let tokens = start(TokenSettings {
        keys: KeySettings {
            algorithms,
            ..issuer.settings().keys
        },
        ..issuer.settings()
    });
    let refused = redeem(&tokens, &issuer.token(|_| {})).await;
    assert_eq!(unfit(refused), JwtFault::AlgorithmNotAllowed);
    let token = issuer.ed25519.sign(&header("e"), &issuer.claims());
    assert!(redeem(&tokens, &token).await.is_ok());
    assert_eq!(tokens.keys(), Some(1));
}

/// Rows: JAT-1, JIR-5
#[tokio::test]
async fn rfc9068_4_a_token_of_another_type_is_refused_and_plain_jwt_only_by_choice() {
    let issuer = Issuer::start();
    let typed = |typ: &str| {
        let header = json!({"typ": typ, "kid": "p"});
        issuer.p256.sign(&header, &issuer.claims())
    };
    let strict = start(issuer.settings());
    let loose = start(TokenSettings {
        kinds: TokenKinds::Jwt(JwtSettings {
            accepts_plain_jwt: true,
            ..jwt_settings()
        }),
        ..issuer.settings()
    });
    for (typ, is_strict, is_loose) in [
        ("at+jwt", true, true),
        ("application/at+jwt", true, true),
        ("JWT", false, true),
        ("token-introspection+jwt", false, false),
        ("logout+jwt", false, false),
    ] {
        let token = typed(typ);
        for (tokens, is_good) in [(&strict, is_strict), (&loose, is_loose)] {
            match redeem(tokens, &token).await {
                Ok(_) => assert!(is_good, "{typ}"),
                refused @ Err(_) => {
                    assert!(!is_good, "{typ}");
                    let wanted = "at+jwt";
                    assert_eq!(unfit(refused), JwtFault::WrongType { wanted });
                }
            }
        }
    }
}

/// Rows: JAT-2, JAT-3
#[tokio::test]
async fn rfc9068_4_issuer_and_audience_are_ours_to_the_letter() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    let ours = issuer.world.directory.issuer.clone();
    for (iss, is_good) in [
        (json!(ours), true),
        (json!(ours.trim_end_matches('/')), false),
        (json!("https://evil.example/"), false),
        (json!(""), false),
    ] {
        let token = issuer.token(|claims| claims["iss"] = iss.clone());
        let redeemed = redeem(&tokens, &token).await;
        assert_eq!(redeemed.is_ok(), is_good, "{iss}");
        if !is_good {
            assert_eq!(unfit(redeemed), JwtFault::WrongIssuer);
        }
    }
    for (aud, is_good) in [
        (json!(AUDIENCE), true),
        (json!([AUDIENCE]), true),
        (json!(["https://other.example", AUDIENCE]), true),
        (json!(format!("{AUDIENCE}/")), false),
        (json!("https://other.example"), false),
        (json!([]), false),
        (json!(["https://other.example"]), false),
    ] {
        let token = issuer.token(|claims| claims["aud"] = aud.clone());
        let redeemed = redeem(&tokens, &token).await;
        assert_eq!(redeemed.is_ok(), is_good, "{aud}");
        if !is_good {
            assert_eq!(unfit(redeemed), JwtFault::WrongAudience);
        }
    }
}

/// Rows: JAT-6, JAT-3
#[tokio::test]
async fn rfc9068_2_2_each_claim_that_must_be_there_is() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    for claim in ["iss", "aud", "sub", "client_id", "iat", "jti", "exp"] {
        let token = issuer.token(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
        let refused = redeem(&tokens, &token).await;
        assert_eq!(unfit(refused), JwtFault::ClaimMissing { claim });
        let token = issuer.token(|claims| claims[claim] = json!({"a": 1}));
        let refused = redeem(&tokens, &token).await;
        assert_eq!(unfit(refused), JwtFault::ClaimUnreadable { claim });
    }
}

/// Rows: JAT-6, JAT-3
#[tokio::test]
async fn jat_6_where_less_is_required_the_rest_may_be_missing_and_is_judged_when_it_is_there() {
    let issuer = Issuer::start();
    let required_claims = vec![Claim::Iss, Claim::Exp, Claim::Iat, Claim::ClientId];
    let tokens = start(TokenSettings {
        kinds: TokenKinds::Jwt(JwtSettings {
            required_claims,
            ..jwt_settings()
        }),
        ..issuer.settings()
    });
    for claim in ["aud", "sub", "jti"] {
        let token = issuer.token(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
        assert!(redeem(&tokens, &token).await.is_ok(), "{claim}");
    }
    let nobody = issuer.token(|claims| claims["aud"] = json!([]));
    assert!(redeem(&tokens, &nobody).await.is_ok());
    let other = issuer.token(|claims| claims["aud"] = json!("https://other.example"));
    assert_eq!(
        unfit(redeem(&tokens, &other).await),
        JwtFault::WrongAudience
    );
    for claim in ["iss", "exp", "iat", "client_id"] {
        let token = issuer.token(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
        let refused = redeem(&tokens, &token).await;
        assert_eq!(unfit(refused), JwtFault::ClaimMissing { claim });
    }
}

/// Rows: JAT-5, INT-16
#[tokio::test]
async fn rfc9068_4_time_is_judged_on_every_use() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    let (now, skew) = (NOW.seconds(), 10);
    for (claim, value, is_good) in [
        ("exp", json!(now + 1), true),
        ("exp", json!(now), false),
        ("exp", json!(now - 1), false),
        ("exp", json!((now + 60).to_string()), false),
        ("exp", json!(0.5), false),
        ("nbf", json!(now + skew), true),
        ("nbf", json!(now + skew + 1), false),
        ("nbf", json!("soon"), false),
        ("iat", json!(now + skew), true),
        ("iat", json!(now + skew + 1), false),
    ] {
        let token = issuer.token(|claims| claims[claim] = value.clone());
        let redeemed = redeem(&tokens, &token).await;
        assert_eq!(redeemed.is_ok(), is_good, "{claim} {value}: {redeemed:?}");
    }
    let token = issuer.token(|_| {});
    let token = AccessToken::parse(&token).unwrap();
    let later = |seconds| NOW.after(Duration::from_secs(seconds));
    assert!(tokens.redeem(token, &caller(7), later(0)).await.is_ok());
    assert!(tokens.redeem(token, &caller(7), later(50)).await.is_ok());
    let refused = tokens.redeem(token, &caller(7), later(300)).await;
    assert!(matches!(refused, Err(TokenRefused::Expired { .. })));
}

/// Rows: JAT-7, MTLS-4, MTLS-5, INT-13
#[tokio::test]
async fn rfc8705_3_1_a_jwt_is_bound_to_the_certificate_of_its_caller() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    let token = issuer.token(|_| {});
    let token = AccessToken::parse(&token).unwrap();
    assert!(tokens.redeem(token, &caller(7), NOW).await.is_ok());
    let other = tokens.redeem(token, &caller(8), NOW).await;
    assert_eq!(other.unwrap_err(), TokenRefused::OtherCertificate);
    for (cnf, expected) in [
        (json!(null), TokenRefused::NotBound),
        (json!({}), TokenRefused::NotBound),
        (
            json!({"jkt": "x", "x5t#S256": thumbprint(7)}),
            TokenRefused::ProofOfPossessionMissing,
        ),
        (
            json!({"x5t#S256": format!("{}=", thumbprint(7))}),
            TokenRefused::Jwt(JwtFault::ClaimUnreadable {
                claim: "cnf.x5t#S256",
            }),
        ),
    ] {
        let token = issuer.token(|claims| claims["cnf"] = cnf.clone());
        let refused = redeem(&tokens, &token).await;
        assert_eq!(refused.unwrap_err(), expected, "{cnf}");
    }
}

/// Rows: JAT-8
#[tokio::test]
async fn rfc8725_3_10_no_key_comes_from_a_token() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    let evil = SigningKey::p256();
    for member in ["jku", "x5u"] {
        let url = format!("{}evil", issuer.world.directory.issuer);
        let token = |key: &SigningKey| {
            let mut header = header("p");
            header[member] = json!(url);
            key.sign(&header, &issuer.claims())
        };
        assert!(redeem(&tokens, &token(&issuer.p256)).await.is_ok());
        let forged = redeem(&tokens, &token(&evil)).await;
        assert_eq!(unfit(forged), JwtFault::SignatureWrong);
    }
    let mut with_key = json!({"typ": "at+jwt", "kid": "p", "jwk": evil.jwk("p")});
    let forged = redeem(&tokens, &evil.sign(&with_key, &issuer.claims())).await;
    assert_eq!(unfit(forged), JwtFault::SignatureWrong);
    with_key["crit"] = json!(["exp"]);
    let critical = redeem(&tokens, &issuer.p256.sign(&with_key, &issuer.claims())).await;
    assert_eq!(unfit(critical), JwtFault::CriticalHeader);
    let calls = issuer.world.directory.calls();
    assert!(calls.iter().all(|call| !call.target.contains("evil")));
}

/// Rows: JAT-8, INT-9
#[tokio::test]
async fn a_token_that_can_be_read_in_two_ways_is_refused_though_it_is_signed() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    let head = json!({"typ": "at+jwt", "alg": "ES256", "kid": "p"}).to_string();
    let claims = issuer.claims().to_string();
    let twice = claims.replacen('{', r#"{"scope":"write","#, 1);
    let deep = claims.replacen('{', r#"{"x":{"a":1,"a":2},"#, 1);
    for (header, claims, fault) in [
        (head.as_str(), twice.as_str(), JwtFault::PayloadMalformed),
        (&head, &deep, JwtFault::PayloadMalformed),
        (&head, "[]", JwtFault::PayloadMalformed),
        (&head, "", JwtFault::PayloadMalformed),
        (
            r#"{"typ":"at+jwt","alg":"ES256","kid":"p","kid":"e"}"#,
            &claims,
            JwtFault::HeaderMalformed,
        ),
    ] {
        let token = issuer.p256.sign_text(header, claims);
        assert_eq!(unfit(redeem(&tokens, &token).await), fault);
    }
    for text in ["opaque", "a.b", "a.b.c", "..", "a.b.c.d.e", "e30.e30.AAAA"] {
        assert!(redeem(&tokens, text).await.is_err(), "{text}");
    }
    let token = issuer.p256.sign_text(&head, &claims);
    assert!(redeem(&tokens, &token).await.is_ok());
}

/// Rows: BRR-17
#[tokio::test]
async fn scopes_are_read_from_text_and_from_an_array() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    for (scope, scp, expected) in [
        (json!("a b"), json!(null), Some("a b")),
        (json!(null), json!(["a", "b"]), Some("a b")),
        (json!("a"), json!(["b"]), Some("a b")),
        (json!(null), json!("a b"), Some("a b")),
        (json!(null), json!(null), Some("")),
        (json!("a"), json!([7]), None),
        (json!("a"), json!(["\u{e9}"]), None),
        (json!(["a"]), json!(null), None),
    ] {
        let token = issuer.token(|claims| {
            claims["scope"] = scope.clone();
            claims["scp"] = scp.clone();
        });
        let redeemed = redeem(&tokens, &token).await.ok();
        let read = redeemed.map(|bound| bound.scope().to_string());
        assert_eq!(read.as_deref(), expected, "{scope} {scp}");
    }
}

/// Rows: JAT-10, FAPI2-RS-3
#[tokio::test]
async fn jat_10_a_token_that_lives_long_is_asked_about_or_refused() {
    let issuer = Issuer::start();
    let lives = |seconds: i64| {
        issuer.token(|claims| {
            claims["iat"] = json!(NOW.seconds());
            claims["exp"] = json!(NOW.seconds() + seconds);
        })
    };
    let alone = start(issuer.settings());
    assert!(redeem(&alone, &lives(3600)).await.is_ok());
    let refused = redeem(&alone, &lives(7200)).await;
    let (seconds, longest) = (7200, 3600);
    assert_eq!(unfit(refused), JwtFault::LivesTooLong { seconds, longest });

    let both = start(TokenSettings {
        kinds: TokenKinds::Both(jwt_settings()),
        ..issuer.settings()
    });
    assert!(redeem(&both, &lives(3600)).await.is_ok());
    assert!(issuer.world.directory.introspections().is_empty());
    let withdrawn = redeem(&both, &lives(7200)).await;
    assert_eq!(withdrawn.unwrap_err(), TokenRefused::Inactive);
    issuer.world.vouch();
    assert!(redeem(&both, &lives(7201)).await.is_ok());
    assert_eq!(issuer.world.directory.introspections().len(), 2);

    let unbounded = start(TokenSettings {
        kinds: TokenKinds::Jwt(JwtSettings {
            longest: None,
            ..jwt_settings()
        }),
        ..issuer.settings()
    });
    assert!(redeem(&unbounded, &lives(86_400)).await.is_ok());
}

/// Rows: IB1-TOK-1
#[tokio::test]
async fn where_both_kinds_are_accepted_each_goes_its_way() {
    let issuer = Issuer::start();
    issuer.world.vouch();
    let both = start(TokenSettings {
        kinds: TokenKinds::Both(jwt_settings()),
        ..issuer.settings()
    });
    assert!(redeem(&both, &issuer.token(|_| {})).await.is_ok());
    assert!(issuer.world.directory.introspections().is_empty());
    for opaque in [TOKEN, "a.b.c", "one.two"] {
        assert!(redeem(&both, opaque).await.is_ok(), "{opaque}");
        assert_eq!(issuer.world.directory.asked_about(opaque), 1);
    }
    // What is meant as a JWT is never taken for an opaque token, so nobody is asked about a forged one.
    let forged = SigningKey::p256().sign(&header("p"), &issuer.claims());
    assert_eq!(
        unfit(redeem(&both, &forged).await),
        JwtFault::SignatureWrong
    );
    assert_eq!(issuer.world.directory.asked_about(&forged), 0);
}

/// Rows: IB1-TOK-1, JAT-9
#[tokio::test]
async fn where_both_kinds_are_accepted_one_goes_on_without_what_the_other_needs() {
    let both = |issuer: &Issuer| TokenSettings {
        kinds: TokenKinds::Both(jwt_settings()),
        ..issuer.settings()
    };
    // An issuer that gives opaque tokens alone.
    for publishes_keys in [true, false] {
        let issuer = Issuer::start();
        let directory = &issuer.world.directory;
        directory.publish_keys(&[]);
        if !publishes_keys {
            directory.answer_discovery(without(directory, "jwks_uri"));
        }
        issuer.world.vouch();
        let tokens = start(both(&issuer));
        let signed = issuer.token(|_| {});
        let refused = redeem(&tokens, &signed).await.unwrap_err();
        assert!(
            matches!(refused, TokenRefused::Unavailable { .. }),
            "{refused}"
        );
        assert!(redeem(&tokens, TOKEN).await.is_ok());
        assert_eq!(tokens.readiness(), Ok(()));
        assert_eq!(directory.asked_about(&signed), 0);
        // Where its answers must be signed it can vouch for none.
        let strict = start(TokenSettings {
            signed_answers: true,
            ..both(&issuer)
        });
        assert!(redeem(&strict, TOKEN).await.is_err());
        until(|| strict.readiness() != Err(NotReady::NotAskedYet)).await;
        assert!(strict.readiness().is_err());
    }
    // One that signs tokens and answers no questions.
    let issuer = Issuer::start();
    let directory = &issuer.world.directory;
    directory.answer_discovery(without(directory, "introspection_endpoint"));
    let tokens = start(both(&issuer));
    assert!(redeem(&tokens, &issuer.token(|_| {})).await.is_ok());
    let refused = redeem(&tokens, TOKEN).await.unwrap_err();
    assert!(
        matches!(refused, TokenRefused::Unavailable { .. }),
        "{refused}"
    );
    assert_eq!(tokens.readiness(), Ok(()));
    // And one of which nothing is to be had.
    directory.answer_discovery(Answer::Status(404));
    let tokens = start(both(&issuer));
    assert!(redeem(&tokens, TOKEN).await.is_err());
    until(|| tokens.readiness() != Err(NotReady::NotAskedYet)).await;
    assert!(matches!(tokens.readiness(), Err(NotReady::Undiscovered(_))));
}

/// The metadata of `directory` without a member, and without the same for clients with a certificate (RFC 8705 §5).
fn without(directory: &FakeDirectory, member: &str) -> Answer {
    let mut metadata = directory.metadata();
    assert!(metadata.as_object_mut().unwrap().remove(member).is_some());
    if let Some(aliases) = metadata["mtls_endpoint_aliases"].as_object_mut() {
        aliases.remove(member);
    }
    Answer::Json(metadata)
}

/// Rows: BRR-16
#[tokio::test]
async fn a_refused_token_says_nothing_of_itself_and_whom_it_was_for_only_when_it_is_signed() {
    let issuer = Issuer::start();
    let tokens = start(issuer.settings());
    let wrong = issuer.token(|claims| claims["aud"] = json!("https://other.example"));
    let forged = SigningKey::p256().sign(&header("p"), &issuer.claims());
    for (token, client) in [(&wrong, Some("consumer")), (&forged, None)] {
        let mut noted = None;
        let parsed = AccessToken::parse(token).unwrap();
        let note = |holder| noted = Some(holder);
        let refused = tokens.redeem_noting(parsed, &caller(7), NOW, note).await;
        let text = refused.unwrap_err().to_string();
        assert!(token.split('.').all(|part| !text.contains(part)), "{text}");
        assert_eq!(noted.unwrap().client_id(), client);
    }
}

/// Rows: IB1-REV-1, JAT-10, INT-12
#[tokio::test]
async fn ib1_rev_1_sixty_minutes_after_a_withdrawal_nothing_is_given_to_any_kind_of_token() {
    let issuer = Issuer::start();
    let tokens = start(TokenSettings {
        kinds: TokenKinds::Both(jwt_settings()),
        cache_seconds: 3600,
        ..issuer.settings()
    });
    let day = NOW.seconds() + 86_400;
    let mut answer = good_answer();
    answer["exp"] = json!(day);
    let vouched = Answer::Json(answer);
    issuer.world.directory.answer_introspection(vouched);
    let short = issuer.token(|claims| {
        claims["iat"] = json!(NOW.seconds());
        claims["exp"] = json!(NOW.seconds() + 3600);
    });
    let long = issuer.token(|claims| claims["exp"] = json!(day));
    for token in [TOKEN, &short, &long] {
        assert!(redeem(&tokens, token).await.is_ok());
    }
    // Withdrawn as soon as it was asked about.
    let withdrawn = Answer::Json(json!({"active": false}));
    issuer.world.directory.answer_introspection(withdrawn);
    // Times are whole seconds, so the last of them may have begun twice.
    let over = NOW.after(Duration::from_secs(3602));
    for token in [TOKEN, &short, &long] {
        let token = AccessToken::parse(token).unwrap();
        let refused = tokens.redeem(token, &caller(7), over).await.unwrap_err();
        let is_withdrawn = matches!(
            refused,
            TokenRefused::Inactive | TokenRefused::Expired { .. }
        );
        assert!(is_withdrawn, "{refused}");
    }
}
