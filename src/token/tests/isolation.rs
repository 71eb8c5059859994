//! One consumer never costs another the service.

use futures_util::future::join_all;

use super::*;

/// A directory that says `answer` to tokens it does not know, and vouches for `good...` as the victim's.
struct Shared {
    world: World,
    tokens: Tokens,
}

const HOSTILE: u8 = 1;
const VICTIM: u8 = 7;

impl Shared {
    fn start(unknown: Answer, timeout: Duration) -> Self {
        let world = World::start();
        world.directory.answer_introspection(unknown);
        for number in 0..100 {
            let good = Answer::Json(good_answer());
            world.directory.answer_about(&format!("good{number}"), good);
        }
        let tokens = start(TokenSettings {
            timeout,
            ..world.settings()
        });
        Self { world, tokens }
    }

    async fn redeem(&self, token: &str, who: u8) -> Result<BoundToken, TokenRefused> {
        let token = AccessToken::parse(token).unwrap();
        self.tokens.redeem(token, &caller(who), NOW).await
    }

    /// The victim's new tokens from `number` on, while the hostile one sends its own.
    async fn assert_victim_is_served(&self, number: usize) {
        for number in number..number + 5 {
            let hostile: Vec<_> = (0..10).map(|at| format!("bad{number}-{at}")).collect();
            let hostile = join_all(hostile.iter().map(|bad| self.redeem(bad, HOSTILE)));
            let good = format!("good{number}");
            let (refused, served) = futures_util::join!(hostile, self.redeem(&good, VICTIM));
            assert!(refused.iter().all(Result::is_err));
            assert!(served.is_ok(), "{good}: {served:?}");
        }
    }
}

/// Rows: INT-15, INT-9
#[tokio::test]
async fn refusals_of_one_consumers_unknown_tokens_leave_the_others_alone() {
    let body = |status, body: &str| Answer::Whole(status, Vec::new(), body.as_bytes().to_vec());
    for unknown in [
        Answer::Status(401),
        Answer::Status(400),
        Answer::Status(403),
        Answer::Status(404),
        Answer::Status(410),
        Answer::Status(418),
        Answer::Status(429),
        Answer::Status(500),
        Answer::Status(503),
        body(401, r#"{"error":"invalid_token"}"#),
        body(200, "<html>"),
        body(200, "{}"),
        Answer::CloseConnection,
    ] {
        let shared = Shared::start(unknown.clone(), Duration::from_secs(10));
        shared.assert_victim_is_served(0).await;
        shared.assert_victim_is_served(5).await;
        let asked = shared.world.directory.calls().len();
        assert!(asked < 300, "{unknown:?}: {asked}");
    }
}

/// Rows: INT-15
#[tokio::test]
async fn tokens_that_take_the_directory_long_cost_their_own_consumer_alone() {
    let shared = Shared::start(Answer::Hang, Duration::from_secs(1));
    shared.assert_victim_is_served(0).await;
    let Err(TokenRefused::Unavailable { reason, .. }) = shared.redeem("bad", HOSTILE).await else {
        panic!("it is not held back");
    };
    assert_eq!(reason, Unavailability::HeldBack);
    assert!(shared.world.directory.introspections().len() < 5 * 10 + 10);
}

/// Rows: INT-15
#[tokio::test]
async fn waiting_in_our_own_queue_is_nobodys_failure() {
    let slow = Answer::After(
        Duration::from_secs(1),
        Box::new(Answer::Json(good_answer())),
    );
    let shared = Shared::start(slow, Duration::from_secs(3));
    let names: Vec<_> = (0..150).map(|at| format!("burst{at}")).collect();
    let burst = join_all(names.iter().map(|name| shared.redeem(name, VICTIM)));
    let mut good = 0;
    for outcome in burst.await {
        match outcome {
            Ok(_) => good += 1,
            Err(refused) => assert!(
                matches!(
                    &refused,
                    TokenRefused::Unavailable {
                        reason: Unavailability::Saturated,
                        ..
                    }
                ),
                "{refused}"
            ),
        }
    }
    assert!(good >= 96, "{good}: two rounds of 48 fit into the wait");
    for token in ["after", "good1"] {
        assert!(shared.redeem(token, VICTIM).await.is_ok());
    }
    let other = shared.redeem("good2", HOSTILE).await.unwrap_err();
    assert_eq!(other, TokenRefused::OtherCertificate, "asked about at once");
}

/// Rows: INT-15
#[tokio::test]
async fn a_directory_that_answers_no_one_is_left_in_peace_and_found_again_by_ourselves() {
    let shared = Shared::start(Answer::Hang, Duration::from_millis(500));
    let directory = &shared.world.directory;
    until(|| shared.tokens.readiness().is_ok()).await;
    for who in [1, 2, 3] {
        let refused = shared.redeem(&format!("slow{who}"), who).await.unwrap_err();
        assert!(matches!(refused, TokenRefused::Unavailable { .. }));
    }
    // Our own question is asked, and has no answer either.
    let is_open = async {
        loop {
            let outcome = shared.redeem("fresh", 4).await;
            if let Err(TokenRefused::Unavailable {
                reason: Unavailability::BreakerOpen,
                retry_after,
            }) = outcome
            {
                return retry_after;
            }
        }
    };
    let opens = tokio::time::timeout(Duration::from_secs(10), is_open);
    assert!(opens.await.expect("it opens") <= Duration::from_secs(15));
    until(|| directory.asked_about("perild-check") >= 1).await;
    let calls = directory.introspections().len();
    for who in 5..50 {
        assert!(shared.redeem("good1", who).await.is_err());
    }
    assert!(
        directory.introspections().len() <= calls + 1,
        "left in peace"
    );
    // Nobody's request is the probe: it closes without any.
    let asked = directory.asked_about("perild-check");
    directory.answer_about("perild-check", Answer::Json(json!({"active": false})));
    until(|| directory.asked_about("perild-check") > asked).await;
    let served = async {
        while shared.redeem("good1", VICTIM).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let served = tokio::time::timeout(Duration::from_secs(5), served);
    served.await.expect("it is closed by our own question");
}

/// Rows: INT-15
#[tokio::test]
async fn several_consumers_without_an_answer_open_nothing_while_our_own_question_has_one() {
    let shared = Shared::start(Answer::Hang, Duration::from_millis(500));
    let known = Answer::Json(json!({"active": false}));
    shared.world.directory.answer_about("perild-check", known);
    let names: Vec<_> = (10..40).map(|who| (format!("slow{who}"), who)).collect();
    join_all(names.iter().map(|(name, who)| shared.redeem(name, *who))).await;
    until(|| shared.world.directory.asked_about("perild-check") >= 1).await;
    assert!(shared.redeem("good1", VICTIM).await.is_ok());
}

/// Rows: INT-9, INT-15
#[tokio::test]
async fn a_directory_that_takes_no_connection_is_left_in_peace_and_found_again() {
    let mut shared = Shared::start(Answer::Status(500), Duration::from_secs(5));
    assert!(shared.redeem("good1", VICTIM).await.is_ok());
    let port = shared.world.directory.port;
    shared.world.directory.stop();
    let opens = async {
        loop {
            let Err(TokenRefused::Unavailable { reason, .. }) =
                shared.redeem("good2", VICTIM).await
            else {
                panic!("there is no directory");
            };
            match reason {
                Unavailability::BreakerOpen => return,
                Unavailability::Transport(fault) => {
                    assert_eq!(fault.to_string(), "localhost refuses the connection");
                }
                other => panic!("{other}"),
            }
        }
    };
    let opens = tokio::time::timeout(Duration::from_secs(10), opens);
    opens.await.expect("it opens");
    let back = FakeDirectory::start_at(port, &shared.world.pki.directory);
    until(|| back.asked_about("perild-check") > 0).await;
    back.answer_introspection(Answer::Json(good_answer()));
    let served = async {
        while shared.redeem("good3", VICTIM).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let served = tokio::time::timeout(Duration::from_secs(5), served);
    served.await.expect("it is asked again");
}
