//! RFC 7662 §2.3: whose fault a refusal is.

use super::{introspection::Journal, *};
use crate::token::OAuthError;

const CHECK: &str = "perild-check";

fn refusal(status: u16, body: &str) -> Answer {
    Answer::Whole(status, Vec::new(), body.as_bytes().to_vec())
}

fn challenge(status: u16, challenge: &str) -> Answer {
    let field = ("WWW-Authenticate", challenge.to_owned());
    Answer::Whole(status, vec![field], Vec::new())
}

fn inactive() -> Answer {
    Answer::Json(json!({"active": false}))
}

/// Rows: INT-8
#[tokio::test]
async fn rfc7662_2_3_a_code_about_us_is_503_and_an_alarm() {
    for (answer, code) in [
        (
            refusal(401, r#"{"error":"invalid_client"}"#),
            OAuthError::InvalidClient,
        ),
        (
            refusal(400, r#"{"error":"invalid_client","error_description":"x"}"#),
            OAuthError::InvalidClient,
        ),
        (
            refusal(403, r#"{"error":"unauthorized_client"}"#),
            OAuthError::UnauthorizedClient,
        ),
        (
            refusal(
                400,
                "\u{feff}{\"error\":\"unauthorized_client\",\"x\":1e400}",
            ),
            OAuthError::UnauthorizedClient,
        ),
        (
            challenge(401, r#"Bearer error="invalid_client""#),
            OAuthError::InvalidClient,
        ),
    ] {
        let world = World::start();
        world.directory.answer_introspection(answer);
        // Whatever it would say to our own question.
        world.directory.answer_about(CHECK, inactive());
        let (journal, _guard) = Journal::begin();
        let reason = unavailability(&world.tokens()).await;
        assert!(
            matches!(reason, Unavailability::RefusedUs { error, .. } if error == Some(code)),
            "{reason}"
        );
        assert_eq!(world.directory.asked_about(CHECK), 0);
        let text = journal.text();
        assert!(
            text.contains("ERROR") && text.contains(&code.to_string()),
            "{text}"
        );
    }
}

/// Rows: INT-8
#[tokio::test]
async fn rfc6749_5_2_a_code_about_the_token_or_the_request_is_the_consumers() {
    for (answer, status, code) in [
        (
            refusal(400, r#"{"error":"unsupported_token_type"}"#),
            400,
            OAuthError::UnsupportedTokenType,
        ),
        (
            refusal(400, r#"{"error":"invalid_request"}"#),
            400,
            OAuthError::InvalidRequest,
        ),
        (
            refusal(401, r#"{"error":"invalid_token"}"#),
            401,
            OAuthError::InvalidToken,
        ),
        (
            refusal(403, r#"{"error":"invalid_grant"}"#),
            403,
            OAuthError::InvalidGrant,
        ),
        (
            refusal(404, r#"{"error":"invalid_token"}"#),
            404,
            OAuthError::InvalidToken,
        ),
        (
            refusal(422, r#"{"error":"invalid_scope"}"#),
            422,
            OAuthError::InvalidScope,
        ),
        (
            challenge(401, r#"Bearer realm="x", error="invalid_token""#),
            401,
            OAuthError::InvalidToken,
        ),
    ] {
        let world = World::start();
        world.directory.answer_introspection(answer);
        let tokens = world.tokens();
        let (journal, _guard) = Journal::begin();
        for _ in 0..3 {
            let refused = redeem(&tokens, TOKEN).await.unwrap_err();
            let error = Some(code);
            assert_eq!(refused, TokenRefused::Rejected { status, error });
        }
        // Remembered as a refusal is.
        assert_eq!(world.directory.introspections().len(), 1);
        assert_eq!(tokens.statistics().upstream_faults, 0);
        let text = journal.text();
        assert!(!text.contains("ERROR") && !text.contains("WARN"), "{text}");
    }
}

/// Rows: INT-8
#[tokio::test]
async fn without_a_code_our_own_question_decides() {
    for status in [400, 401, 403] {
        for bare in [
            Answer::Status(status),
            refusal(status, "<html>Forbidden</html>"),
            refusal(status, r#"{"error":"Unauthorized","path":"/introspect"}"#),
            refusal(status, r#"{"error":"access_denied"}"#),
            refusal(status, r#"{"message":"no"}"#),
            challenge(status, "Bearer"),
        ] {
            let world = World::start();
            world.directory.answer_introspection(bare.clone());
            let tokens = world.tokens();
            let reason = unavailability(&tokens).await;
            assert!(
                matches!(reason, Unavailability::RefusedUs { .. }),
                "it says so to every token: {bare:?} {reason}"
            );
            for (known, token) in [
                (inactive(), "one"),
                (refusal(400, r#"{"error":"invalid_token"}"#), "another"),
            ] {
                world.directory.answer_about(CHECK, known);
                let refused = redeem(&tokens, token).await.unwrap_err();
                let error = None;
                assert_eq!(
                    refused,
                    TokenRefused::Rejected { status, error },
                    "{bare:?}"
                );
            }
        }
    }
}

/// Rows: INT-8
#[tokio::test]
async fn when_our_own_question_has_no_answer_nobody_is_blamed() {
    let world = World::start();
    world.directory.answer_introspection(Answer::Status(401));
    world.directory.answer_about(CHECK, Answer::Status(500));
    let (journal, _guard) = Journal::begin();
    let reason = unavailability(&world.tokens()).await;
    assert_eq!(reason, Unavailability::UnexpectedStatus { status: 401 });
    assert!(!journal.text().contains("ERROR"), "{}", journal.text());
}

/// Rows: INT-8, INT-15
#[tokio::test]
async fn a_stranger_cannot_double_what_the_directory_is_asked() {
    let world = World::start();
    world.directory.answer_introspection(Answer::Status(401));
    world.directory.answer_about(CHECK, inactive());
    let tokens = world.tokens();
    for number in 0..200 {
        let refused = redeem(&tokens, &format!("unknown{number}"))
            .await
            .unwrap_err();
        assert!(
            matches!(refused, TokenRefused::Rejected { .. }),
            "{refused}"
        );
    }
    let asked = world.directory.asked_about(CHECK);
    assert!((1..20).contains(&asked), "{asked}");
}

/// Rows: INT-9
#[tokio::test]
async fn rfc9110_10_2_3_the_directorys_retry_after_is_passed_on_within_bounds() {
    for (status, field, seconds) in [
        (429, "7", 7),
        (503, "12", 12),
        (503, "86400", 60),
        (429, "0", 1),
        (500, "9", 9),
    ] {
        let world = World::start();
        let field = ("Retry-After", field.to_owned());
        let answer = Answer::Whole(status, vec![field], Vec::new());
        world.directory.answer_introspection(answer);
        let refused = redeem(&world.tokens(), TOKEN).await.unwrap_err();
        let TokenRefused::Unavailable { retry_after, .. } = refused else {
            panic!("{refused}");
        };
        assert_eq!(retry_after.as_secs(), seconds);
    }
}

/// Rows: INT-9, INT-7
#[tokio::test]
async fn rfc9110_8_4_an_answer_in_gzip_is_read_and_other_codings_are_named() {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed
        .write_all(good_answer().to_string().as_bytes())
        .unwrap();
    let packed = packed.finish().unwrap();
    let coded = |coding: &str| {
        let field = ("Content-Encoding", coding.to_owned());
        Answer::Whole(200, vec![field], packed.clone())
    };
    let world = World::start();
    let tokens = world.tokens();
    world.directory.answer_introspection(coded("gzip"));
    assert!(redeem(&tokens, "packed").await.is_ok());
    let calls = world.directory.introspections();
    let accepted = calls
        .last()
        .unwrap()
        .header("accept-encoding")
        .map(str::to_owned);
    assert_eq!(accepted.as_deref(), Some("gzip"));
    world.directory.answer_introspection(coded("br"));
    let reason = unavailability(&tokens).await.to_string();
    assert!(reason.contains("Content-Encoding: br"), "{reason}");
    world
        .directory
        .answer_introspection(Answer::Whole(200, Vec::new(), packed.clone()));
    let reason = unavailability(&tokens).await.to_string();
    assert!(reason.contains("gzip without Content-Encoding"), "{reason}");
}
