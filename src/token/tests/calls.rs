//! Calls run at once up to a number: of one caller, of all, and one more is waited for.

use std::time::Instant;

use futures_util::future::join_all;

use super::*;

/// Rows: INT-15
#[tokio::test]
async fn no_more_than_64_calls_run_at_once_and_the_rest_wait() {
    let world = World::start();
    let held = Answer::AfterRelease(Box::new(Answer::Json(good_answer())));
    world.directory.answer_introspection(held);
    let tokens = world.tokens();
    let names: Vec<_> = (0..200).map(|number| format!("token{number}")).collect();
    let (some, others) = names.split_at(100);
    let uses = join_all(some.iter().map(|name| redeem(&tokens, name)));
    let by_another = join_all(others.iter().map(|name| {
        let access = AccessToken::parse(name).unwrap();
        let another = caller(2);
        let tokens = &tokens;
        async move { tokens.redeem(access, &another, NOW).await }
    }));
    let (outcomes, refused, ()) = futures_util::join!(uses, by_another, async {
        world.directory.wait_for_introspections(64).await;
        world.directory.release();
    });
    assert!(outcomes.iter().all(Result::is_ok));
    assert!(refused.iter().all(Result::is_err));
    assert_eq!(world.directory.introspections().len(), 200);
    assert_eq!(world.directory.busiest(), 64);
}

#[tokio::test]
async fn one_caller_has_48_of_the_calls_and_the_rest_of_its_tokens_wait() {
    let world = World::start();
    let held = Answer::AfterRelease(Box::new(Answer::Json(good_answer())));
    world.directory.answer_introspection(held);
    let tokens = world.tokens();
    let names: Vec<_> = (0..200).map(|number| format!("token{number}")).collect();
    let uses = join_all(names.iter().map(|name| redeem(&tokens, name)));
    let (outcomes, ()) = futures_util::join!(uses, async {
        world.directory.wait_for_introspections(48).await;
        world.directory.release();
    });
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(world.directory.introspections().len(), 200);
    assert_eq!(world.directory.busiest(), 48);
}

/// Rows: INT-15
#[tokio::test]
async fn waiting_for_a_call_has_a_time_limit_of_its_own() {
    let world = World::start();
    world.directory.answer_introspection(Answer::Hang);
    let timeout = Duration::from_secs(2);
    let tokens = start(TokenSettings {
        timeout,
        ..world.settings()
    });
    until(|| tokens.readiness().is_ok()).await;
    let names: Vec<_> = (0..200).map(|number| format!("token{number}")).collect();
    let began = Instant::now();
    let outcomes = join_all(names.iter().map(|name| redeem(&tokens, name))).await;
    let most = timeout * 2 + Duration::from_secs(1);
    assert!(began.elapsed() < most, "{:?}", began.elapsed());
    let unavailable =
        |outcome: &Result<BoundToken, _>| matches!(outcome, Err(TokenRefused::Unavailable { .. }));
    assert!(outcomes.iter().all(unavailable));
}
