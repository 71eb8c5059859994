//! RFC 7662: the request, and every answer that is none.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};

use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::token::{Content, body::LONGEST_BODY_BYTES};

/// Rows: INT-1, INT-2, INT-3, INT-4, OE-VAL-5
#[tokio::test]
async fn rfc7662_2_1_the_request_is_a_form_posted_over_mtls() {
    let world = World::start();
    world.vouch();
    let token = "tok+en/with=".trim_end_matches('=').to_owned() + "==";
    let bound = redeem(&world.tokens(), &token).await.unwrap();
    assert_eq!(
        (bound.client_id(), bound.organisation_id()),
        (Some("consumer"), Some("org"))
    );
    assert!(bound.scope().contains("read"));

    let calls = world.directory.introspections();
    let [call] = calls.as_slice() else {
        panic!("{calls:?}")
    };
    assert_eq!(call.method, "POST");
    assert_eq!(call.target, FakeDirectory::INTROSPECTION_PATH);
    assert_eq!(
        call.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(call.header("accept"), Some("application/json"));
    assert_eq!(call.header("authorization"), None);
    let form = [("token", token.as_str()), ("client_id", CLIENT_ID)];
    assert_eq!(
        call.form,
        form.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(
        call.client_certificate.as_deref(),
        Some(world.pki.our_certificate_der())
    );
}

/// Rows: OE-VAL-6, INT-5
#[tokio::test]
async fn a_token_that_is_not_active_is_refused() {
    let world = World::start();
    let tokens = world.tokens();
    assert_eq!(
        redeem(&tokens, TOKEN).await.unwrap_err(),
        TokenRefused::Inactive
    );
    world.vouch();
    assert!(redeem(&tokens, "another").await.is_ok());
}

/// Rows: INT-6, OE-VAL-6, CON-1
#[tokio::test]
async fn an_answer_without_active_is_the_directorys_fault_and_not_remembered() {
    let world = World::start();
    world
        .directory
        .answer_introspection(Answer::Json(json!({"scope": "read"})));
    let tokens = world.tokens();
    assert_eq!(
        redeem(&tokens, TOKEN).await.unwrap_err(),
        TokenRefused::AnswerLacksActive
    );
    assert_eq!(tokens.statistics().upstream_faults, 1);
    world.vouch();
    assert!(redeem(&tokens, TOKEN).await.is_ok());
}

/// Rows: INT-9, LIM-6
#[tokio::test]
async fn an_answer_that_is_none_makes_the_directory_unavailable() {
    let raw = |text: &str| Answer::Raw(text.as_bytes().to_vec());
    let not_json = |text: &str| {
        let content = Content::of(text.as_bytes(), Some(b"application/json"));
        (raw(text), Unavailability::NotJson(content))
    };
    let unexpected = |status| {
        (
            Answer::Status(status),
            Unavailability::UnexpectedStatus { status },
        )
    };
    let limit_bytes = LONGEST_BODY_BYTES;
    let elsewhere = "https://elsewhere.example/".to_owned();
    for (answer, reason) in [
        unexpected(500),
        unexpected(503),
        unexpected(429),
        unexpected(404),
        unexpected(204),
        (
            Answer::Redirect(elsewhere),
            Unavailability::Redirected { status: 307 },
        ),
        not_json("<html>hello</html>"),
        not_json(""),
        not_json("{\"active\":true"),
        not_json("eyJ0eXAiOiJ0b2tlbi1pbnRyb3NwZWN0aW9uK2p3dCJ9.e30.c2ln"),
        (raw("[{\"active\":true}]"), Unavailability::NotAnObject),
        (
            raw("{\"active\":true,\"active\":true}"),
            Unavailability::DuplicateMember,
        ),
        (
            raw("{\"active\":true,\"x\":{\"y\":1,\"y\":1}}"),
            Unavailability::DuplicateMember,
        ),
        (
            Answer::Oversize(limit_bytes + 1),
            Unavailability::BodyTooLarge { limit_bytes },
        ),
        (
            Answer::Oversize(limit_bytes * 40),
            Unavailability::BodyTooLarge { limit_bytes },
        ),
    ] {
        let world = World::start();
        world.directory.answer_introspection(answer);
        let tokens = world.tokens();
        assert_eq!(unavailability(&tokens).await, reason);
        assert_eq!(world.directory.introspections().len(), 1, "{reason}");
        world.vouch();
        assert!(redeem(&tokens, TOKEN).await.is_ok(), "after {reason}");
    }
}

/// Rows: LIM-6
#[tokio::test]
async fn an_answer_of_just_the_allowed_length_is_read() {
    let world = World::start();
    world
        .directory
        .answer_introspection(Answer::Oversize(LONGEST_BODY_BYTES));
    assert_eq!(
        redeem(&world.tokens(), TOKEN).await.unwrap_err(),
        TokenRefused::NotBound
    );
}

/// Rows: INT-9
#[tokio::test]
async fn a_connection_that_breaks_is_unavailable_and_asked_anew() {
    let world = World::start();
    world
        .directory
        .answer_introspection(Answer::CloseConnection);
    let tokens = world.tokens();
    let reason = unavailability(&tokens).await;
    assert!(matches!(reason, Unavailability::Transport(_)), "{reason}");
    world.vouch();
    assert!(redeem(&tokens, TOKEN).await.is_ok());
}

/// Rows: INT-9, INT-15
#[tokio::test]
async fn a_directory_that_hangs_is_given_up_in_time() {
    let world = World::start();
    world.directory.answer_introspection(Answer::Hang);
    let timeout = Duration::from_millis(700);
    let tokens = start(TokenSettings {
        timeout,
        ..world.settings()
    });
    until(|| tokens.readiness().is_ok()).await;
    let began = Instant::now();
    assert_eq!(unavailability(&tokens).await, Unavailability::TimedOut);
    let took = began.elapsed();
    assert!(timeout <= took && took < timeout * 3, "{took:?}");
    world.vouch();
    assert!(redeem(&tokens, TOKEN).await.is_ok());
}

/// Rows: INT-15
#[tokio::test]
async fn a_directory_that_keeps_failing_is_left_in_peace_and_tried_again() {
    let world = World::start();
    world.directory.answer_introspection(Answer::Status(500));
    let tokens = world.tokens();
    for _ in 0..5 {
        let reason = unavailability(&tokens).await;
        assert_eq!(reason, Unavailability::UnexpectedStatus { status: 500 });
    }
    world.vouch();
    let Err(TokenRefused::Unavailable {
        reason,
        retry_after,
    }) = redeem(&tokens, TOKEN).await
    else {
        panic!("it is asked about all the same");
    };
    assert_eq!(reason, Unavailability::HeldBack);
    assert_eq!(world.directory.introspections().len(), 5);
    tokio::time::sleep(retry_after).await;
    assert!(redeem(&tokens, TOKEN).await.is_ok());
}

#[tokio::test]
async fn a_request_that_the_directory_calls_bad_does_not_stop_other_requests() {
    let world = World::start();
    world.directory.answer_introspection(Answer::Status(400));
    let tokens = world.tokens();
    for _ in 0..10 {
        assert_eq!(
            unavailability(&tokens).await,
            Unavailability::RefusedUs {
                status: 400,
                error: None
            }
        );
    }
    world.vouch();
    assert!(redeem(&tokens, TOKEN).await.is_ok());
}

/// Rows: INT-9
#[tokio::test]
async fn a_directory_that_is_gone_is_unavailable() {
    let world = World::start();
    world.vouch();
    let tokens = world.tokens();
    assert!(redeem(&tokens, "other").await.is_ok());
    drop(world);
    let reason = unavailability(&tokens).await;
    assert!(matches!(reason, Unavailability::Transport(_)), "{reason}");
}

/// Rows: FAPI1-B-16, FAPI2-NET-2, INT-9
#[tokio::test]
async fn rfc9525_a_server_that_is_not_who_we_called_gets_no_token() {
    let named_otherwise = World::with_server_name("elsewhere.example");
    let (vouched_otherwise, stranger) = (World::start(), Pki::mint("localhost"));
    let anchored = |world: &World, anchor: &Pki| TokenSettings {
        introspection_endpoint: Some(world.directory.issuer.parse().unwrap()),
        trust_anchors_pem: anchor.anchor_pem.clone().into_bytes(),
        ..world.settings()
    };
    for (world, anchor) in [
        (&named_otherwise, &named_otherwise.pki),
        (&vouched_otherwise, &stranger),
    ] {
        let tokens = start(anchored(world, anchor));
        let reason = unavailability(&tokens).await;
        assert!(
            reason.to_string().starts_with("the certificate of "),
            "{reason}"
        );
        assert!(world.directory.calls().is_empty());
    }
    let tokens = start(anchored(&vouched_otherwise, &vouched_otherwise.pki));
    let reason = unavailability(&tokens).await;
    assert_eq!(reason, Unavailability::UnexpectedStatus { status: 404 });
}

/// Records that were logged on this thread.
#[derive(Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Vec<u8>>>);

impl io::Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Journal {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl Journal {
    pub(super) fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        // While there is but one dispatcher, tracing asks the *current thread's* whether a new
        // callsite is of interest, and the threads of other tests say no for all.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(tracing_subscriber::registry()));
        let journal = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(journal.clone())
            .finish();
        (journal, tracing::subscriber::set_default(subscriber))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Rows: INT-8
#[tokio::test]
async fn rfc7662_2_3_a_directory_that_refuses_us_alarms_the_operator() {
    for status in [400, 401, 403] {
        let world = World::start();
        world.directory.answer_introspection(Answer::Status(status));
        let (journal, _guard) = Journal::begin();
        let reason = unavailability(&world.tokens()).await;
        let error = None;
        assert_eq!(reason, Unavailability::RefusedUs { status, error });
        let text = journal.text();
        assert!(
            text.contains("ERROR") && text.contains("directory.client_id"),
            "{text}"
        );
    }
}

/// Rows: INT-9
#[tokio::test]
async fn a_certificate_of_the_directorys_that_cannot_be_believed_is_logged_in_words() {
    let ended = Pki::mint_with("localhost", |parameters| {
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2021, 2, 3);
    });
    let early = Pki::mint_with("localhost", |parameters| {
        parameters.not_before = rcgen::date_time_ymd(2999, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2999, 2, 3);
    });
    let for_clients = Pki::mint_with("localhost", |parameters| {
        parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    let stranger = Pki::mint("localhost");
    let mut unanchored = Pki::mint("localhost");
    unanchored.anchor_pem.clone_from(&stranger.anchor_pem);
    for (pki, said, remedy) in [
        (
            ended,
            "the certificate of localhost expired at 2021-02-03T00:00:00Z, and it is 20",
            "timedatectl",
        ),
        (
            early,
            "the certificate of localhost is not valid before 2999-01-01T00:00:00Z, and it is 20",
            "timedatectl",
        ),
        (
            Pki::mint("elsewhere.example"),
            "the certificate of localhost is for other names: elsewhere.example",
            "directory.discovery_url",
        ),
        (
            for_clients,
            "the certificate of localhost is not for servers",
            "operator",
        ),
        (
            unanchored,
            "the certificate of localhost is not signed by the authority of that name that is trusted here",
            "sandbox",
        ),
    ] {
        let world = World::with_pki(pki);
        let tokens = start(TokenSettings {
            introspection_endpoint: Some(world.directory.issuer.parse().unwrap()),
            ..world.settings()
        });
        let (journal, _guard) = Journal::begin();
        let reason = unavailability(&tokens).await.to_string();
        assert!(reason.starts_with(said), "{reason}");
        let text = journal.text();
        assert!(text.contains(said) && text.contains(remedy), "{text}");
        assert!(!text.contains("UnixTime") && !text.contains('{'), "{text}");
    }
}

#[tokio::test]
async fn neither_log_nor_refusal_nor_debug_text_holds_a_secret() {
    let echo = |text: &str| Answer::Raw(text.as_bytes().to_vec());
    for answer in [
        Answer::Json(good_answer()),
        echo(&format!("{{\"active\":true,\"{TOKEN}\":1,\"{TOKEN}\":2}}")),
        echo(&format!("no such token: {TOKEN}")),
        Answer::Json(json!({"active": true, "sub": TOKEN, "exp": TOKEN})),
        Answer::Status(401),
        Answer::CloseConnection,
    ] {
        let world = World::start();
        world.directory.answer_introspection(answer);
        let (journal, _guard) = Journal::begin();
        let outcome = redeem(&world.tokens(), TOKEN).await;
        let settings = world.settings();
        let said = match &outcome {
            Ok(bound) => format!("{bound:?} {:?}", settings.identity),
            Err(refused) => format!("{refused} {refused:?}"),
        };
        let all = journal.text() + &said;
        assert!(
            all.contains("introspection endpoint is"),
            "nothing was logged"
        );
        let key = world.pki.our_key.serialize_pem();
        let secret_line = key.lines().nth(1).unwrap();
        assert!(!all.contains(TOKEN) && !all.contains(secret_line), "{all}");
    }
}

/// Rows: INT-8
#[tokio::test]
async fn a_directory_that_refuses_our_certificate_in_tls_alarms_the_operator() {
    let (world, stranger) = (World::start(), Pki::mint("localhost"));
    let tokens = start(TokenSettings {
        introspection_endpoint: Some(world.directory.issuer.parse().unwrap()),
        identity: stranger.identity(),
        ..world.settings()
    });
    let (journal, _guard) = Journal::begin();
    let reason = unavailability(&tokens).await.to_string();
    assert!(reason.starts_with("localhost ended TLS: "), "{reason}");
    let text = journal.text();
    assert!(
        text.contains("ERROR") && text.contains("directory.certificate"),
        "{text}"
    );
}
