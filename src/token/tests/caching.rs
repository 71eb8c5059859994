//! Answers are kept for a time, and judged all the same on every use.

use std::sync::Arc;

use futures_util::future::join_all;

use super::*;

fn held(answer: Value) -> Answer {
    Answer::AfterRelease(Box::new(Answer::Json(answer)))
}

/// Rows: INT-14
#[tokio::test]
async fn a_thousand_first_uses_of_a_token_make_one_call() {
    let world = World::start();
    world.directory.answer_introspection(held(good_answer()));
    let tokens = Arc::new(world.tokens());
    let uses: Vec<_> = (0..1000)
        .map(|_| {
            let tokens = Arc::clone(&tokens);
            tokio::spawn(async move { redeem(&tokens, TOKEN).await })
        })
        .collect();
    world.directory.wait_for_introspections(1).await;
    // The uses were spawned before the call could arrive; each now waits for it.
    world.directory.release();
    for outcome in join_all(uses).await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(world.directory.introspections().len(), 1);
    assert_eq!(tokens.statistics().introspection_calls, 1);
}

#[tokio::test]
async fn a_client_that_goes_away_takes_nothing_from_others() {
    let world = World::start();
    world.directory.answer_introspection(held(good_answer()));
    let tokens = Arc::new(world.tokens());
    let shared = Arc::clone(&tokens);
    let first = tokio::spawn(async move { redeem(&shared, TOKEN).await });
    world.directory.wait_for_introspections(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    world.directory.release();
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    assert_eq!(world.directory.introspections().len(), 1);
}

/// Rows: INT-13, MTLS-1, MTLS-7
#[tokio::test]
async fn rfc8705_6_3_another_certificate_is_refused_on_a_cached_token() {
    let world = World::start();
    world.vouch();
    let tokens = world.tokens();
    let token = AccessToken::parse(TOKEN).unwrap();
    assert!(tokens.redeem(token, &caller(7), NOW).await.is_ok());
    let renewed = tokens.redeem(token, &caller(8), NOW).await;
    assert_eq!(renewed.unwrap_err(), TokenRefused::OtherCertificate);
    assert!(tokens.redeem(token, &caller(7), NOW).await.is_ok());
    let statistics = tokens.statistics();
    assert_eq!(
        (statistics.introspection_calls, statistics.cache_hits),
        (1, 2)
    );
}

/// Rows: INT-11, INT-10
#[tokio::test]
async fn rfc7662_4_exp_is_judged_on_every_use() {
    let world = World::start();
    let mut answer = good_answer();
    let exp = NOW.after(Duration::from_secs(5));
    *answer.get_mut("exp").unwrap() = json!(exp.seconds());
    world.directory.answer_introspection(Answer::Json(answer));
    let tokens = world.tokens();
    let token = AccessToken::parse(TOKEN).unwrap();
    let at = async |seconds| {
        let now = NOW.after(Duration::from_secs(seconds));
        tokens.redeem(token, &caller(7), now).await.map(drop)
    };
    assert_eq!(at(0).await, Ok(()));
    assert_eq!(at(4).await, Ok(()));
    assert_eq!(at(5).await, Err(TokenRefused::Expired { exp, now: exp }));
    assert_eq!(tokens.statistics().cache_hits, 2);
}

/// Rows: INT-10, INT-11, OE-VAL-8
#[tokio::test]
async fn exp_that_passes_while_the_directory_answers_is_past() {
    for cache_seconds in [60, 0] {
        let world = World::start();
        let mut answer = good_answer();
        let exp = NOW.after(Duration::from_secs(1));
        *answer.get_mut("exp").unwrap() = json!(exp.seconds());
        let late = Box::new(Answer::Json(answer));
        let late = Answer::After(Duration::from_millis(1100), late);
        world.directory.answer_introspection(late);
        let tokens = start(TokenSettings {
            cache_seconds,
            ..world.settings()
        });
        let refused = redeem(&tokens, TOKEN).await.unwrap_err();
        assert_eq!(refused, TokenRefused::Expired { exp, now: exp });
    }
}

/// Rows: INT-12
#[tokio::test]
async fn refusals_are_remembered_and_failures_are_not() {
    let world = World::start();
    let tokens = world.tokens();
    for _ in 0..3 {
        assert_eq!(
            redeem(&tokens, "revoked").await.unwrap_err(),
            TokenRefused::Inactive
        );
    }
    assert_eq!(world.directory.introspections().len(), 1);
    world.directory.answer_introspection(Answer::Status(503));
    for calls in [2, 3, 4] {
        let reason = unavailability(&tokens).await;
        assert_eq!(reason, Unavailability::UnexpectedStatus { status: 503 });
        assert_eq!(world.directory.introspections().len(), calls);
    }
}

#[tokio::test]
async fn cached_tokens_go_on_working_when_the_directory_is_gone() {
    let world = World::start();
    world.vouch();
    let tokens = world.tokens();
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    drop(world);
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    assert!(redeem(&tokens, "new").await.is_err());
    assert!(redeem(&tokens, TOKEN).await.is_ok());
}

/// Rows: INT-12
#[tokio::test]
async fn a_token_in_use_is_asked_about_beside_its_requests_before_its_time_is_over() {
    let world = World::start();
    world.vouch();
    let tokens = world.tokens();
    let token = AccessToken::parse(TOKEN).unwrap();
    let at = async |seconds| {
        let now = NOW.after(Duration::from_secs(seconds));
        tokens.redeem(token, &caller(7), now).await.map(drop)
    };
    let calls = || world.directory.introspections().len();
    assert_eq!(at(0).await, Ok(()));
    assert_eq!(at(14).await, Ok(()));
    assert_eq!(calls(), 1);
    assert_eq!(at(20).await, Ok(()));
    until(|| calls() == 2).await;

    // What was learned at 20 s holds until 80 s, whatever becomes of the directory.
    world.directory.answer_introspection(Answer::Status(503));
    assert_eq!(at(40).await, Ok(()));
    until(|| calls() == 3).await;
    assert_eq!(at(75).await, Ok(()));
    until(|| calls() == 4).await;

    let inactive = Answer::Json(json!({"active": false}));
    world.directory.answer_introspection(inactive);
    let refused = async {
        while at(80).await != Err(TokenRefused::Inactive) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(20), refused);
    refused.await.expect("a withdrawn token is refused");
}

/// Rows: INT-12
#[tokio::test]
async fn a_cache_of_no_seconds_keeps_and_shares_nothing() {
    let world = World::start();
    world.vouch();
    let tokens = start(TokenSettings {
        cache_seconds: 0,
        ..world.settings()
    });
    for _ in 0..2 {
        assert!(redeem(&tokens, TOKEN).await.is_ok());
    }
    assert_eq!(world.directory.introspections().len(), 2);
    let uses = join_all((0..10).map(|_| redeem(&tokens, TOKEN))).await;
    assert!(uses.iter().all(Result::is_ok));
    assert_eq!(world.directory.introspections().len(), 12);
    assert_eq!(tokens.statistics().cache_entries, 0);
}

#[tokio::test]
async fn a_revoked_token_is_refused_once_its_time_in_the_cache_is_over() {
    let world = World::start();
    world.vouch();
    let tokens = start(TokenSettings {
        cache_seconds: 1,
        ..world.settings()
    });
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    world
        .directory
        .answer_introspection(Answer::Json(json!({"active": false})));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        redeem(&tokens, TOKEN).await.unwrap_err(),
        TokenRefused::Inactive
    );
}

#[tokio::test]
async fn a_reload_keeps_tokens_and_endpoint_even_when_the_directory_is_gone() {
    let world = World::start();
    world.vouch();
    let before = world.tokens();
    assert!(redeem(&before, TOKEN).await.is_ok());
    let settings = [(); 3].map(|()| world.settings());
    drop(world);
    let [same, mut other_client, mut shorter] = settings;
    let restart = |settings| Tokens::start(settings, Some(&before), Handle::current()).unwrap();

    let after = restart(same);
    assert_eq!(after.readiness(), Ok(()));
    assert!(redeem(&after, TOKEN).await.is_ok());
    assert_eq!(after.statistics().introspection_calls, 1);

    "another".clone_into(&mut other_client.client_id);
    let stranger = restart(other_client);
    assert!(stranger.readiness().is_err());
    assert!(redeem(&stranger, TOKEN).await.is_err());

    shorter.cache_seconds = 1;
    let hasty = restart(shorter);
    let later = NOW.after(Duration::from_secs(3));
    let token = AccessToken::parse(TOKEN).unwrap();
    let refused = hasty.redeem(token, &caller(7), later).await.unwrap_err();
    assert!(
        matches!(refused, TokenRefused::Unavailable { .. }),
        "{refused}"
    );
}
