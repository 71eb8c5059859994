//! Discovery of the directory: `OpenID` Connect Discovery, RFC 8414, RFC 8705 §5.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    expect::{has_common_fields, unchallenged},
    site::{NAME, Site, directory, fresh_token, settings, with_fields},
};
use crate::support::{
    fake_directory::{Answer as Reply, FakeDirectory},
    http::{Answer, Request, unix},
    perild::Perild,
    pki::Pki,
    process::eventually,
    world::place,
};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

fn well_known(directory: &FakeDirectory) -> Vec<String> {
    let calls = directory.calls().into_iter();
    calls
        .map(|call| call.target)
        .filter(|target| target.contains("/.well-known/"))
        .collect()
}

/// Rows: DISC-1
#[test]
fn oidc_discovery_4_1_the_well_known_path_follows_the_issuer_with_one_slash() {
    let site = Site::start();
    assert!(site.directory.issuer.ends_with('/'));
    assert_eq!(well_known(&site.directory), [OPENID]);

    let without = |directory: &FakeDirectory| {
        let mut metadata = directory.metadata();
        metadata["issuer"] = json!(directory.issuer.trim_end_matches('/'));
        directory.answer_discovery(Reply::Json(metadata));
    };
    let site = Site::told("localhost", without, |settings, _| {
        let issuer = settings.issuer.trim_end_matches('/').to_owned();
        settings.issuer = issuer;
    });
    site.await_readiness();
    assert_eq!(well_known(&site.directory), [OPENID]);
}

/// Rows: DISC-2
#[test]
fn rfc8414_3_1_the_well_known_segment_goes_between_host_and_path() {
    let absent = |directory: &FakeDirectory| directory.answer_discovery(Reply::Status(404));
    let site = Site::told("localhost", absent, |settings, _| {
        settings.issuer += "realms/oe";
    });
    eventually("both forms are tried", Duration::from_secs(10), || {
        (well_known(&site.directory).len() >= 2).then_some(())
    });
    let tried = well_known(&site.directory);
    assert_eq!(tried[0], format!("/realms/oe{OPENID}"));
    assert_eq!(tried[1], format!("{OAUTH}/realms/oe"));
}

/// A site whose directory publishes good metadata with `change` made.
fn published(change: impl Fn(&mut Value, &str)) -> Site {
    let tell = |directory: &FakeDirectory| {
        let mut metadata = directory.metadata();
        change(&mut metadata, &directory.issuer);
        directory.answer_discovery(Reply::Json(metadata));
    };
    Site::told("localhost", tell, |_, _| {})
}

/// Nothing of what was published is used, and good metadata mends it.
fn assert_not_used(site: &Site, what: &str) {
    site.perild
        .wait_for_line(|line| line.contains("not discovered"));
    let ready = site.ask(&Request::get("/readyz"));
    assert_eq!(ready.status, 503, "{what}");
    unchallenged(site, &ready, 503);
    let data = site.fetch();
    unchallenged(site, &data, 503);
    assert!(data.field("retry-after").is_some());
    assert_eq!(site.introspections(), 0, "{what}");
    site.directory
        .answer_discovery(Reply::Json(site.directory.metadata()));
    site.await_readiness();
    assert_eq!(site.fetch().status, 200, "{what}");
}

/// Rows: DISC-3, DISC-7, CON-3
#[test]
fn rfc8414_3_3_a_document_of_another_issuer_is_not_used() {
    type Change = fn(&mut Value, &str);
    let changes: [(&str, Change); 4] = [
        ("no slash", |m, issuer| {
            m["issuer"] = json!(issuer.trim_end_matches('/'));
        }),
        ("upper case", |m, issuer| {
            m["issuer"] = json!(issuer.replace("localhost", "LOCALHOST"));
        }),
        ("another", |m, _| {
            m["issuer"] = json!("https://evil.example/");
        }),
        ("none", |m, _| {
            drop(m.as_object_mut().unwrap().remove("issuer"));
        }),
    ];
    for (what, change) in changes {
        assert_not_used(&published(change), what);
    }
}

/// Rows: DISC-4, FAPI2-NET-4
#[test]
fn rfc8705_5_the_mtls_alias_is_used_and_without_one_the_endpoint_itself() {
    let site = Site::start();
    assert_eq!(site.fetch().status, 200);
    assert_eq!(
        site.directory.introspections()[0].target,
        FakeDirectory::INTROSPECTION_PATH
    );

    let site = published(|metadata, _| {
        metadata["mtls_endpoint_aliases"] = json!({"token_endpoint": "https://else/"});
    });
    site.await_readiness();
    assert_eq!(site.fetch().status, 200);
    assert_eq!(site.directory.introspections()[0].target, "/introspect");
}

/// Rows: DISC-5, FAPI2-NET-1
#[test]
fn rfc8414_2_an_endpoint_without_tls_is_not_used() {
    let site = published(|metadata, issuer| {
        let open = issuer.replace("https", "http");
        metadata["mtls_endpoint_aliases"]["introspection_endpoint"] = json!(open + "introspect");
    });
    assert_not_used(&site, "alias");
    let site = published(|metadata, issuer| {
        metadata
            .as_object_mut()
            .unwrap()
            .remove("mtls_endpoint_aliases");
        metadata["introspection_endpoint"] = json!(issuer.replace("https", "http"));
    });
    assert_not_used(&site, "endpoint");
}

/// Rows: DISC-5
#[test]
fn rfc8414_2_members_that_are_not_known_are_ignored() {
    let site = published(|metadata, _| {
        metadata["token_endpoint"] = json!(7);
        metadata["x"] = json!({"introspection_endpoint": "http://evil/"});
    });
    site.await_readiness();
    assert_eq!(site.fetch().status, 200);
}

/// Rows: DISC-6
#[test]
fn disc_6_a_document_that_is_none_leaves_the_daemon_up_and_trying() {
    for reply in [
        Reply::Status(500),
        Reply::Status(404),
        Reply::Raw(b"<html>".to_vec()),
        Reply::Oversize(2_000_000),
        Reply::CloseConnection,
        Reply::Redirect("https://localhost:1/".to_owned()),
    ] {
        let told = reply.clone();
        let site = Site::told("localhost", |d| d.answer_discovery(told), |_, _| {});
        assert_not_used(&site, &format!("{reply:?}"));
    }
}

/// Rows: DISC-6, HTTP-27
#[test]
fn disc_6_a_directory_that_is_down_at_boot_is_found_when_it_comes() {
    let dir = place();
    let pki = Pki::new(dir.path());
    let bank = pki.consumer("bank-a");
    // A directory that stops at once leaves its address behind.
    let gone = directory(&pki, "localhost");
    let port = gone.port;
    let settings = settings(&gone.issuer);
    drop(gone);
    let perild = Perild::start(dir.path(), &settings);
    let ask = |request: &Request| -> Answer { unix(&perild.socket).send(request) };
    let data = with_fields(
        Request::get(&format!("/{NAME}")).bearer(&fresh_token()),
        &[(super::site::CERTIFICATE, &bank.escaped())],
    );
    assert_eq!(ask(&Request::get("/healthz")).status, 200);
    for request in [&Request::get("/readyz"), &data] {
        let answer = ask(request);
        assert_eq!(answer.status, 503);
        has_common_fields(&answer);
        assert!(answer.field("retry-after").is_some());
        assert!(!answer.text().contains(&port.to_string()), "{answer:?}");
    }
    assert_eq!(ask(&Request::get(&format!("/{NAME}"))).status, 401);

    let directory = super::site::directory_at(&pki, port);
    let answer = json!({"active": true, "cnf": {"x5t#S256": super::site::thumbprint(&bank)}});
    directory.answer_introspection(Reply::Json(answer));
    eventually("it recovers", Duration::from_secs(20), || {
        (ask(&Request::get("/readyz")).status == 200).then_some(())
    });
    assert_eq!(ask(&data).status, 200);
}

/// Rows: DISC-6
#[test]
fn disc_6_a_directory_that_hangs_at_boot_does_not_hold_up_the_start() {
    let site = Site::told("localhost", |d| d.answer_discovery(Reply::Hang), |_, _| {});
    assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
    unchallenged(&site, &site.ask(&Request::get("/readyz")), 503);
    unchallenged(&site, &site.fetch(), 503);
}

/// Rows: DISC-6
#[test]
fn disc_6_a_configured_endpoint_does_without_discovery() {
    let site = Site::told(
        "localhost",
        |directory| directory.answer_discovery(Reply::Status(404)),
        |settings, _| {
            let endpoint = format!("{}own/introspect", settings.issuer);
            let line = format!("introspection_endpoint = \"{endpoint}\"\nclient_id = \"provider\"");
            settings.edit("client_id = \"provider\"", &line);
        },
    );
    site.await_readiness();
    assert_eq!(site.fetch().status, 200);
    assert_eq!(site.directory.introspections()[0].target, "/own/introspect");
    assert_eq!(well_known(&site.directory), [""; 0]);
}

/// Rows: DISC-3, CON-3
#[test]
fn con_3_a_discovery_url_of_its_own_is_asked_and_the_issuer_compared_all_the_same() {
    let site = Site::unready("localhost", |settings, _| {
        let elsewhere = format!("{}matls/.well-known/openid-configuration", settings.issuer);
        let line = format!("discovery_url = \"{elsewhere}\"\nclient_id = \"provider\"");
        settings.edit("client_id = \"provider\"", &line);
    });
    site.await_readiness();
    assert_eq!(
        well_known(&site.directory),
        ["/matls/.well-known/openid-configuration"]
    );
    let site = Site::unready("localhost", |settings, _| {
        let elsewhere = format!("{}.well-known/openid-configuration", settings.issuer);
        let line = format!("discovery_url = \"{elsewhere}\"\nclient_id = \"provider\"");
        settings.issuer = "https://auth.example/".to_owned();
        settings.edit("client_id = \"provider\"", &line);
    });
    site.perild
        .wait_for_line(|line| line.contains("not discovered"));
    assert_eq!(site.ask(&Request::get("/readyz")).status, 503);
}

/// Rows: FAPI1-B-16, FAPI2-NET-2, INT-9
#[test]
fn fapi1_b_7_1_a_directory_with_another_hosts_certificate_is_not_believed() {
    let site = Site::unready("elsewhere.example", |_, _| {});
    site.perild
        .wait_for_line(|line| line.contains("not discovered"));
    assert_eq!(site.ask(&Request::get("/readyz")).status, 503);
    unchallenged(&site, &site.fetch(), 503);
    assert_eq!(site.directory.calls().len(), 0);
}

/// Rows: DISC-2
#[test]
fn rfc8414_3_1_the_second_place_is_tried_after_any_answer_that_is_no_document() {
    for first in [
        Reply::Status(500),
        Reply::Status(403),
        Reply::Raw(b"<html>".to_vec()),
        Reply::Json(json!({"issuer": "https://else.example/"})),
        Reply::Redirect("https://localhost:1/".to_owned()),
    ] {
        let told = first.clone();
        let tell = |directory: &FakeDirectory| directory.answer_at(OPENID, told);
        let site = Site::told("localhost", tell, |_, _| {});
        site.await_readiness();
        assert_eq!(site.fetch().status, 200, "{first:?}");
        assert_eq!(well_known(&site.directory), [OPENID, OAUTH], "{first:?}");
    }
}

/// Rows: DISC-2, DISC-6
#[test]
fn disc_6_each_place_that_was_asked_is_named_with_what_it_said() {
    let tell = |directory: &FakeDirectory| {
        directory.answer_at(OPENID, Reply::Raw(b"<!doctype html>".to_vec()));
        directory.answer_at(OAUTH, Reply::Status(418));
    };
    let site = Site::told("localhost", tell, |_, _| {});
    let line = site
        .perild
        .wait_for_line(|line| line.contains("not discovered"));
    for part in [OPENID, "an HTML page", OAUTH, "it answered with status 418"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

/// Rows: DISC-4, DISC-6
#[test]
fn disc_4_a_member_of_the_document_that_is_null_is_absent() {
    let site = published(|metadata, _| {
        metadata["mtls_endpoint_aliases"]["introspection_endpoint"] = json!(null);
    });
    site.await_readiness();
    assert_eq!(site.fetch().status, 200);
    assert_eq!(site.directory.introspections()[0].target, "/introspect");
    let site = published(|metadata, _| metadata["mtls_endpoint_aliases"] = json!(null));
    site.await_readiness();
    assert_eq!(site.fetch().status, 200);
    let site = published(|metadata, _| metadata["issuer"] = json!(null));
    assert_not_used(&site, "issuer");
}

/// Rows: DISC-6
#[test]
fn disc_6_an_endpoint_that_has_moved_is_found_within_the_request_that_meets_it() {
    let site = Site::start();
    assert_eq!(site.fetch().status, 200);
    let gone = Reply::Status(410);
    site.directory
        .answer_at(FakeDirectory::INTROSPECTION_PATH, gone);
    let mut metadata = site.directory.metadata();
    metadata["mtls_endpoint_aliases"] = json!({});
    site.directory.answer_discovery(Reply::Json(metadata));
    assert_eq!(site.fetch().status, 200);
    // Where nothing has moved, a refusal for each request is no look for each.
    site.directory.answer_at("/introspect", Reply::Status(404));
    for _ in 0..20 {
        unchallenged(&site, &site.fetch(), 503);
    }
    assert!(well_known(&site.directory).len() <= 3);
}
