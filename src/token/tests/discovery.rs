//! The directory is found by its metadata, and finding it holds nothing up.

use super::*;
use crate::token::{Attempt, MetadataFault, NotReady, StartError};

const OPENID: &str = ".well-known/openid-configuration";
const OAUTH: &str = ".well-known/oauth-authorization-server";

/// Rows: DISC-1, DISC-4
#[tokio::test]
async fn rfc8705_5_the_alias_in_the_metadata_is_called() {
    let world = World::start();
    world.vouch();
    let tokens = world.tokens();
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    assert_eq!(tokens.readiness(), Ok(()));
    let targets: Vec<_> = world
        .directory
        .calls()
        .into_iter()
        .map(|call| call.target)
        .collect();
    assert_eq!(
        targets,
        [
            "/.well-known/openid-configuration",
            FakeDirectory::INTROSPECTION_PATH
        ]
    );
}

/// Rows: DISC-6, DISC-3
#[tokio::test]
async fn a_directory_that_fails_or_lies_at_start_is_tried_until_it_does_not() {
    let mut lie = json!({"introspection_endpoint": "https://localhost/introspect"});
    lie["issuer"] = json!("https://evil.example/");
    for (answer, reason) in [
        (Answer::Status(503), "it answered with status 503"),
        (
            Answer::Json(lie),
            "its metadata is of issuer \"https://evil.example/\", and directory.issuer is another",
        ),
        (
            Answer::Raw(b"{".to_vec()),
            "its answer is not JSON but JSON that is cut short or has a fault (application/json, 1 octets)",
        ),
    ] {
        let world = World::start();
        world.vouch();
        world.directory.answer_discovery(answer);
        let tokens = world.tokens();
        assert_eq!(tokens.readiness(), Err(NotReady::NotAskedYet));
        assert_eq!(unavailability(&tokens).await, Unavailability::NotDiscovered);
        let issuer = &world.directory.issuer;
        let not_ready = tokens.readiness().unwrap_err();
        assert_eq!(
            not_ready.to_string(),
            format!(
                "the directory's metadata cannot be had: {issuer}{OPENID}: {reason}; {issuer}{OAUTH}: {reason}"
            )
        );
        world
            .directory
            .answer_discovery(Answer::Json(world.directory.metadata()));
        until(|| tokens.readiness().is_ok()).await;
        assert!(redeem(&tokens, TOKEN).await.is_ok());
    }
}

/// Rows: DISC-2, IB1-TOK-3
#[tokio::test]
async fn rfc8414_3_1_the_oauth_form_is_tried_when_the_openid_form_is_absent() {
    let world = World::start();
    world.directory.answer_discovery(Answer::Status(404));
    let tokens = world.tokens();
    assert_eq!(unavailability(&tokens).await, Unavailability::NotDiscovered);
    let targets: Vec<_> = world
        .directory
        .calls()
        .into_iter()
        .map(|call| call.target)
        .collect();
    let both = [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ];
    assert_eq!(targets, both);
}

/// Rows: DISC-2
#[tokio::test]
async fn rfc8414_3_1_the_oauth_form_is_tried_after_any_answer_that_is_no_metadata() {
    let json = |value: Value| Answer::Json(value);
    for first in [
        Answer::Status(500),
        Answer::Status(403),
        Answer::Status(204),
        Answer::Raw(b"<html>a page for everybody</html>".to_vec()),
        Answer::Raw(Vec::new()),
        Answer::Redirect("https://localhost:1/".to_owned()),
        Answer::CloseConnection,
        Answer::Oversize(300_000),
        json(json!({"issuer": "https://else.example/"})),
        json(json!([])),
    ] {
        let world = World::start();
        world.vouch();
        world
            .directory
            .answer_at(&format!("/{OPENID}"), first.clone());
        let tokens = world.tokens();
        assert!(redeem(&tokens, TOKEN).await.is_ok(), "{first:?}");
    }
    // Metadata that is the issuer's and cannot be used is none either.
    let world = World::start();
    world.vouch();
    let without = json(json!({"issuer": world.directory.issuer, "introspection_endpoint": null}));
    world.directory.answer_at(&format!("/{OPENID}"), without);
    assert!(redeem(&world.tokens(), TOKEN).await.is_ok());
}

/// Rows: DISC-6
#[tokio::test]
async fn an_endpoint_that_is_gone_is_looked_up_again_at_once_and_not_for_each_request() {
    for status in [404, 410] {
        let world = World::start();
        world.vouch();
        let tokens = world.tokens();
        assert!(redeem(&tokens, "before").await.is_ok());
        let gone = Answer::Status(status);
        world
            .directory
            .answer_at(FakeDirectory::INTROSPECTION_PATH, gone);
        let mut metadata = world.directory.metadata();
        metadata["mtls_endpoint_aliases"] = Value::Null;
        world.directory.answer_discovery(Answer::Json(metadata));
        assert!(
            redeem(&tokens, "after").await.is_ok(),
            "the same request is answered"
        );
        assert_eq!(tokens.statistics().upstream_faults, 0);
        // The new place is gone as well, and nobody knows another.
        world
            .directory
            .answer_at("/introspect", Answer::Status(status));
        for number in 0..30 {
            let refused = redeem(&tokens, &format!("gone{number}")).await;
            assert!(matches!(refused, Err(TokenRefused::Unavailable { .. })));
        }
        let looks = world.directory.calls().into_iter();
        let looks = looks
            .filter(|call| call.target.contains("well-known"))
            .count();
        assert!(looks <= 3, "{looks}");
    }
}

/// Rows: CON-3, DISC-3
#[tokio::test]
async fn the_metadata_may_be_elsewhere_and_must_still_name_the_issuer() {
    let world = World::start();
    world.vouch();
    let elsewhere = |issuer: &str| TokenSettings {
        issuer: issuer.to_owned(),
        discovery_url: Some(
            format!(
                "{}x/.well-known/openid-configuration",
                world.directory.issuer
            )
            .parse()
            .unwrap(),
        ),
        ..world.settings()
    };
    let tokens = start(elsewhere(&world.directory.issuer));
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    let tokens = start(elsewhere("https://auth.example/"));
    assert_eq!(unavailability(&tokens).await, Unavailability::NotDiscovered);
    let published = world.directory.issuer.clone();
    let Err(NotReady::Undiscovered(attempts)) = tokens.readiness() else {
        panic!("it is discovered");
    };
    let faults: Vec<_> = attempts.iter().map(Attempt::fault).collect();
    assert_eq!(faults, [&MetadataFault::IssuerDiffers { published }]);
}

/// Rows: DISC-6
#[tokio::test]
async fn an_endpoint_from_the_configuration_needs_no_discovery() {
    let world = World::start();
    world.vouch();
    world.directory.answer_discovery(Answer::Status(500));
    let endpoint = format!("{}introspect", world.directory.issuer)
        .parse()
        .unwrap();
    let settings = TokenSettings {
        introspection_endpoint: Some(endpoint),
        ..world.settings()
    };
    let tokens = start(settings);
    assert_eq!(tokens.readiness(), Ok(()));
    assert!(redeem(&tokens, TOKEN).await.is_ok());
    let targets: Vec<_> = world
        .directory
        .calls()
        .into_iter()
        .map(|call| call.target)
        .collect();
    assert_eq!(targets, ["/introspect"]);
}

/// Rows: FAPI2-NET-1, DISC-5
#[tokio::test]
async fn fapi2_5_2_1_settings_that_are_not_https_do_not_start() {
    let world = World::start();
    let fault = |settings| Tokens::start(settings, None, Handle::current()).err();
    assert!(fault(world.settings()).is_none());
    let http: url::Url = "http://localhost/".parse().unwrap();
    let issuer = TokenSettings {
        issuer: http.to_string(),
        ..world.settings()
    };
    assert!(matches!(fault(issuer), Some(StartError::IssuerInvalid(_))));
    let discovery = TokenSettings {
        discovery_url: Some(http.clone()),
        ..world.settings()
    };
    assert!(matches!(
        fault(discovery),
        Some(StartError::DiscoveryUrlNotHttps(_))
    ));
    let endpoint = TokenSettings {
        introspection_endpoint: Some(http),
        ..world.settings()
    };
    assert!(matches!(
        fault(endpoint),
        Some(StartError::IntrospectionEndpointNotHttps(_))
    ));
}

/// Rows: FAPI2-NET-1
#[tokio::test]
async fn the_outbound_client_calls_no_http_and_follows_no_redirect() {
    let world = World::start();
    let anchors = world.pki.anchor_pem.as_bytes();
    let limit = Duration::from_secs(10);
    let client = super::super::outbound_client(anchors, world.pki.identity(), limit).unwrap();
    let plain = format!("http://localhost:{}/", world.directory.port);
    assert!(client.get(plain).send().await.is_err());
    let target = format!("{}somewhere", world.directory.issuer);
    world.directory.answer_discovery(Answer::Redirect(target));
    let metadata = format!("{}.well-known/openid-configuration", world.directory.issuer);
    assert_eq!(client.get(metadata).send().await.unwrap().status(), 307);
    assert_eq!(world.directory.calls().len(), 1);
}

/// Rows: DISC-6
#[tokio::test]
async fn metadata_in_gzip_behind_a_mark_and_with_what_nobody_reads_is_read() {
    use std::io::Write as _;
    let world = World::start();
    world.vouch();
    let metadata = world.directory.metadata().to_string();
    let odd = metadata.replacen(
        '{',
        r#"{"x":"\ud800","y":1e400,"scopes_supported":null,"#,
        1,
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed
        .write_all(format!("\u{feff}{odd}").as_bytes())
        .unwrap();
    let coding = ("Content-Encoding", "gzip".to_owned());
    let answer = Answer::Whole(200, vec![coding], packed.finish().unwrap());
    world.directory.answer_discovery(answer);
    assert!(redeem(&world.tokens(), TOKEN).await.is_ok());
    assert_eq!(world.directory.calls().len(), 2);
}
