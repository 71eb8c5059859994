//! Problem details, RFC 9457: every kind of refusal as it is on the wire.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    expect::holds_no_secret,
    site::{CERTIFICATE, NAME, Site, fresh_token, now},
};
use crate::support::{
    fake_directory::Answer as Reply,
    http::{Answer, Request},
    perild::{Launch, Perild},
    pki::Pki,
    world::place,
};

/// Status, header fields by name and content; dates and ids redacted.
fn shown(answer: &Answer) -> String {
    let id = answer.interaction_id().to_owned();
    let mut fields = answer.fields.clone();
    fields.retain(|(name, _)| name != "content-length");
    fields.sort();
    let mut text = format!("{}\n", answer.status);
    for (name, value) in fields {
        let value = if name == "date" { "[date]" } else { &value };
        writeln!(text, "{name}: {value}").unwrap();
    }
    let body: Value = serde_json::from_slice(&answer.content).unwrap();
    write!(text, "\n{}", serde_json::to_string_pretty(&body).unwrap()).unwrap();
    text.replace(&id, "[id]")
}

fn site() -> Site {
    Site::with(|settings, _| {
        settings.files = vec!["scoped.csv"];
        settings
            .more
            .push_str("[[datasets]]\nname = \"scoped\"\nscope = \"energy:write\"\n");
    })
}

macro_rules! snapshot {
    ($name:literal, $site:expr, $answer:expr) => {{
        let answer = $answer;
        holds_no_secret(&$site, &answer);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, shown(&answer));
        });
    }};
}

/// Rows: PROB-1, PROB-2, PROB-3, PROB-4, PROB-5, PROB-6, BRR-11, BRR-12, BRR-13
#[test]
fn rfc9457_3_each_kind_of_refusal_has_its_problem() {
    let site = site();
    let target = format!("/{NAME}");
    let get = || Request::get(&target).bearer(&fresh_token());
    let expired = site.pki.expired_consumer("bank-a").escaped();

    snapshot!("no-token", site, site.ask(&Request::get(&target)));
    snapshot!("no-certificate", site, site.ask(&get()));
    snapshot!(
        "bad-certificate",
        site,
        site.ask(&get().field(CERTIFICATE, &expired))
    );
    snapshot!(
        "unreadable-certificate",
        site,
        site.ask(&get().field(CERTIFICATE, "x"))
    );
    snapshot!(
        "repeated-certificate",
        site,
        site.ask(&get().field(CERTIFICATE, "x").field(CERTIFICATE, "x"))
    );
    snapshot!(
        "no-token-after-bearer",
        site,
        site.ask(&Request::get(&target).field("Authorization", "Bearer"))
    );
    snapshot!("repeated-authorization", site, site.ask(&get().bearer("x")));
    snapshot!(
        "token-in-query",
        site,
        site.get(&format!("{target}?access_token=tok-x"))
    );
    snapshot!(
        "not-a-token",
        site,
        site.ask(&site.request(&target, "tok-!"))
    );
    snapshot!("scope", site, site.get("/scoped"));
    snapshot!("not-found", site, site.get("/no-such"));
    snapshot!(
        "method-not-allowed",
        site,
        site.ask(&Request::new("DELETE", &target))
    );
    snapshot!(
        "method-unknown",
        site,
        site.ask(&Request::new("FOO", &target))
    );
    snapshot!(
        "target-too-long",
        site,
        site.get(&format!("{target}?{}", "q".repeat(9000)))
    );
    snapshot!(
        "header-too-large",
        site,
        site.fetch_with(&[("X-Filling", &"f".repeat(70_000))])
    );
    snapshot!(
        "not-acceptable",
        site,
        site.fetch_with(&[("Accept", "text/csv;q=0")])
    );
    snapshot!(
        "precondition-failed",
        site,
        site.fetch_with(&[("If-Match", "\"x\"")])
    );
    snapshot!(
        "range-not-satisfiable",
        site,
        site.fetch_with(&[("Range", "bytes=999-")])
    );

    site.says_with("exp", json!(now() - 1));
    snapshot!("bad-token", site, site.fetch());
    site.says(json!({}));
    snapshot!("answer-lacks-active", site, site.fetch());
    site.replies(Reply::Status(500));
    snapshot!("introspection-unavailable", site, site.fetch());
}

/// Rows: PROB-1, PROB-2
#[test]
fn rfc9457_3_the_socket_and_the_start_have_their_problems_as_well() {
    let stranger = Site::unready("localhost", |settings, _| {
        settings.proxy = "games".to_owned();
    });
    snapshot!("stranger", stranger, stranger.fetch());
    let unready = Site::told(
        "localhost",
        |d| d.answer_discovery(Reply::Status(500)),
        |_, _| {},
    );
    snapshot!("not-ready", unready, unready.fetch());
    snapshot!(
        "readyz-not-ready",
        unready,
        unready.ask(&Request::get("/readyz"))
    );
}

/// Rows: PROB-1, PROB-5, DEC-6
#[test]
fn rfc9457_5_a_file_that_cannot_be_read_is_503_without_a_word_about_it() {
    let site = site();
    let path = site.shared("closed.csv");
    std::fs::write(&path, "closed").unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    let answer = site.get("/closed");
    assert_eq!(answer.field("www-authenticate"), None);
    snapshot!("unreadable-file", site, answer);
    assert_eq!(site.fetch().status, 200);
}

/// Rows: PROB-1
#[test]
fn rfc9457_3_a_problem_is_sent_whatever_accept_says() {
    let site = site();
    for accept in [
        "text/csv",
        "application/json",
        "image/png",
        "application/problem+json;q=0",
    ] {
        let request = Request::get(&format!("/{NAME}")).field("Accept", accept);
        super::expect::challenged(&site, &site.ask(&request), 401, None);
    }
}

/// Rows: PROB-2
#[test]
fn rfc9457_3_1_the_instance_is_the_interaction_id_when_that_is_a_uuid() {
    let site = site();
    for (id, instance) in [
        (
            "c770aef3-6784-41f7-8e0e-ff5f97bddb3a",
            json!("urn:uuid:c770aef3-6784-41f7-8e0e-ff5f97bddb3a"),
        ),
        ("order-17", Value::Null),
        ("<b>\"x\\", Value::Null),
    ] {
        let request = Request::get(&format!("/{NAME}")).field("x-fapi-interaction-id", id);
        let problem = site.ask(&request).problem();
        assert_eq!(
            (&problem["instance"], &problem["interaction_id"]),
            (&instance, &json!(id))
        );
    }
}

/// Rows: PROB-7
#[test]
fn rfc9110_9_3_2_a_refused_head_has_the_fields_and_no_content() {
    let site = site();
    let head = Request::new("HEAD", &format!("/{NAME}")).field("x-fapi-interaction-id", "same");
    let get = Request::get(&format!("/{NAME}")).field("x-fapi-interaction-id", "same");
    let mut connection = site.connect();
    let (answer, whole) = (connection.send(&head), connection.send(&get));
    assert_eq!(answer.status, 401);
    for name in [
        "www-authenticate",
        "content-type",
        "content-length",
        "cache-control",
        "x-fapi-interaction-id",
    ] {
        assert_eq!(answer.field(name), whole.field(name), "{name}");
        assert!(answer.field(name).is_some(), "{name}");
    }
    super::expect::challenged(&site, &whole, 401, None);
}

/// Rows: PROB-5
#[test]
fn rfc9457_5_what_a_start_says_of_a_bad_key_is_not_the_key() {
    let dir = place();
    let pki = Pki::new(dir.path());
    let key = std::fs::read_to_string(pki.path("certs/a.key")).unwrap();
    let cut = key.replacen("BEGIN PRIVATE KEY", "BEGIN PRIVATE KE", 1);
    std::fs::write(pki.path("certs/a.key"), cut).unwrap();
    let settings = super::site::settings("https://localhost:9/");
    let mut perild = Perild::launch(dir.path(), &settings, &Launch::Itself);
    let (code, said) = perild.failure();
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("private_key"), "{said}");
    assert!(!said.contains(key.lines().nth(1).unwrap()), "{said}");
}
