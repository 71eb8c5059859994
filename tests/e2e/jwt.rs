//! JWT access tokens of a real `OpenID` provider, RFC 9068.

use serde_json::{Value, json};

use crate::support::{
    http::Request,
    perild::Launch,
    world::{CONTENT, NAME, World},
};

/// A world whose directory issues JWTs for `audience`, signed by `alg`.
fn world(alg: &str, audience: &str) -> World {
    let jwt = json!({"alg": alg, "audience": audience});
    World::under(
        |directory: &mut Value| directory["jwt"] = jwt,
        &Launch::Itself,
        |settings, _| "[tokens]\nkind = \"jwt\"\n".clone_into(&mut settings.more),
    )
}

/// Rows: JAT-1, JAT-4, JAT-6, JAT-7, FAPI1-A-5, FAPI1-A-6, FAPI2-CRY-1, IB1-TOK-1
#[test]
fn rfc9068_a_providers_jwts_are_good_by_each_algorithm_and_nobody_is_asked() {
    for alg in ["ES256", "PS256", "EdDSA"] {
        let world = world(alg, "https://localhost");
        let token = world.token();
        assert_eq!(token.split('.').count(), 3, "{alg}");
        assert_eq!(
            world.get(&format!("/{NAME}"), &token).text(),
            CONTENT,
            "{alg}"
        );
        let other = world.pki.consumer("bank-b");
        let request = Request::get(&format!("/{NAME}")).bearer(&token);
        let answer = world.client(Some(&other)).connect().send(&request);
        assert_eq!(answer.status, 401, "{alg}");
        assert_eq!(world.directory.introspections(), 0, "{alg}");
        let bound = "bound to another certificate";
        world.perild.wait_for_line(|line| line.contains(bound));
        let log = world.perild.log();
        assert!(!log.contains(&token), "{log}");
    }
}

/// Rows: JAT-3, JAT-4, FAPI1-A-5
#[test]
fn rfc9068_a_providers_jwt_for_another_audience_or_by_another_algorithm_is_refused() {
    for (alg, audience, reason) in [
        ("ES256", "https://other.example", "`aud` does not name us"),
        (
            "RS256",
            "https://localhost",
            "its algorithm is none of tokens.algorithms",
        ),
    ] {
        let world = world(alg, audience);
        let answer = world.get(&format!("/{NAME}"), &world.token());
        assert_eq!(answer.status, 401, "{alg} {audience}");
        world.perild.wait_for_line(|line| line.contains(reason));
    }
}

/// A world whose directory answers questions about opaque tokens by `alg`, which are believed only when they are signed.
fn signing(alg: &str) -> World {
    let alg = json!(alg);
    World::under(
        |directory: &mut Value| {
            let clients = directory["clients"].as_array_mut().unwrap();
            for client in clients {
                client["signed_answers"] = alg.clone();
            }
        },
        &Launch::Itself,
        |settings, _| {
            settings.cache_seconds = 0;
            settings.edit("timeout_ms = 3000", "timeout_ms = 3000\nsigned = true");
        },
    )
}

/// Rows: JIR-1, JIR-2, JIR-3, JIR-4
#[test]
fn rfc9701_a_providers_signed_answers_are_believed_by_each_algorithm() {
    for alg in ["ES256", "PS256", "EdDSA"] {
        let world = signing(alg);
        let token = world.token();
        let answer = world.get(&format!("/{NAME}"), &token);
        assert_eq!(answer.text(), CONTENT, "{alg}");
        assert_eq!(world.get(&format!("/{NAME}"), "unknown").status, 401);
        assert_eq!(world.directory.introspections(), 2, "{alg}");
    }
}

/// Rows: JIR-4, INT-9
#[test]
fn rfc9701_a_providers_answer_by_an_algorithm_that_is_not_ours_is_none() {
    let world = signing("RS256");
    assert_eq!(world.get(&format!("/{NAME}"), &world.token()).status, 503);
    let reason = "its algorithm is none of tokens.algorithms";
    world.perild.wait_for_line(|line| line.contains(reason));
}
