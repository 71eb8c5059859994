//! Connections that are kept: few, for a moment, and no harm when somebody between forgets them.

use std::time::Instant;

use futures_util::future::join_all;

use super::{forgetful_proxy::ForgetfulProxy, *};

struct Between {
    proxy: ForgetfulProxy,
    tokens: Tokens,
    world: World,
}

/// A directory behind something that may forget connections, and `timeout` for each question.
fn between(timeout: Duration) -> Between {
    let world = World::start();
    world.vouch();
    let proxy = ForgetfulProxy::before(world.directory.port);
    let endpoint = format!("https://localhost:{}/introspect", proxy.port);
    let tokens = start(TokenSettings {
        introspection_endpoint: Some(endpoint.parse().unwrap()),
        timeout,
        ..world.settings()
    });
    Between {
        proxy,
        tokens,
        world,
    }
}

async fn all_good(tokens: &Tokens, prefix: &str, count: usize) {
    let names: Vec<_> = (0..count)
        .map(|number| format!("{prefix}{number}"))
        .collect();
    let uses = join_all(names.iter().map(|name| redeem(tokens, name))).await;
    for outcome in uses {
        outcome.unwrap();
    }
}

/// Rows: INT-15
#[tokio::test]
async fn a_connection_is_used_again_and_few_are_kept() {
    let Between {
        proxy,
        tokens,
        world: _running,
    } = between(Duration::from_secs(10));
    for number in 0..10 {
        all_good(&tokens, &format!("one{number}-"), 1).await;
    }
    assert_eq!(proxy.connections(), 1);
    all_good(&tokens, "many", 30).await;
    let made = proxy.connections();
    all_good(&tokens, "more", 30).await;
    assert!(
        proxy.connections() >= made + 30 - 8,
        "at most eight are kept"
    );
}

/// Rows: INT-15
#[tokio::test]
async fn kept_connections_that_a_firewall_forgot_cost_no_question_its_answer() {
    let timeout = Duration::from_secs(6);
    let Between {
        proxy,
        tokens,
        world,
    } = between(timeout);
    all_good(&tokens, "before", 16).await;
    for round in 0..3 {
        proxy.forget();
        let began = Instant::now();
        all_good(&tokens, &format!("after{round}-"), 16).await;
        assert!(began.elapsed() < timeout, "{:?}", began.elapsed());
        // One silence is enough: the others that were kept are given up with it.
        let asked = tokens.statistics().introspection_calls;
        all_good(&tokens, &format!("then{round}-"), 16).await;
        let asked = tokens.statistics().introspection_calls - asked;
        assert_eq!(asked, 16, "nothing is asked twice");
    }
    assert_eq!(tokens.statistics().upstream_faults, 0);
    assert!(world.directory.busiest() <= 64);
}

/// Rows: INT-15
#[tokio::test]
async fn an_answer_that_takes_most_of_the_limit_is_waited_for_on_a_kept_connection() {
    let timeout = Duration::from_secs(4);
    let Between { tokens, world, .. } = between(timeout);
    all_good(&tokens, "quick", 4).await;
    let slow = Answer::After(timeout * 3 / 4, Box::new(Answer::Json(good_answer())));
    world.directory.answer_introspection(slow);
    all_good(&tokens, "slow", 4).await;
}

/// Rows: INT-15
#[tokio::test]
async fn a_directory_that_hangs_on_kept_connections_is_given_up_in_time() {
    let timeout = Duration::from_secs(1);
    let Between { tokens, world, .. } = between(timeout);
    all_good(&tokens, "quick", 4).await;
    world.directory.answer_introspection(Answer::Hang);
    let began = Instant::now();
    assert_eq!(unavailability(&tokens).await, Unavailability::TimedOut);
    assert!(began.elapsed() < timeout * 3 / 2, "{:?}", began.elapsed());
}
