//! Token introspection, RFC 7662: what is asked, and what an answer means.

use serde_json::{Value, json};

use super::{
    expect::{challenged, unavailable},
    site::{NAME, Site, der, fresh_token, now},
};
use crate::support::{
    fake_directory::{Answer as Reply, FakeDirectory},
    pki::Identity,
};

/// Rows: INT-1, INT-2, INT-3, INT-4, OE-VAL-5
#[test]
fn rfc7662_2_1_the_question_is_a_form_over_mtls_with_our_client_id() {
    let site = Site::start();
    let token = "tok+en/with==";
    let answer = site.ask(&site.request(&format!("/{NAME}"), token));
    assert_eq!(answer.status, 200);
    let calls = site.directory.introspections();
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert_eq!(
        (&*call.method, &*call.target),
        ("POST", FakeDirectory::INTROSPECTION_PATH)
    );
    assert_eq!(
        call.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(call.header("accept"), Some("application/json"));
    assert_eq!(call.header("authorization"), None);
    let form = [("token", token), ("client_id", "provider")];
    assert_eq!(
        call.form,
        form.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let ours = Identity {
        certificate: site.pki.path("certs/a.pem"),
        private_key: site.pki.path("certs/a.key"),
        serial_number: site.bank.serial_number.clone(),
    };
    assert_eq!(call.client_certificate.as_deref(), Some(&*der(&ours)));
    let said = format!("{:?}", site.directory.calls());
    assert!(
        !said.contains("?token") && !said.contains("&token"),
        "{said}"
    );
}

/// Rows: INT-5, OE-VAL-6
#[test]
fn rfc7662_2_2_only_the_boolean_true_is_active() {
    let site = Site::start();
    for active in [
        json!("true"),
        json!(1),
        json!(null),
        json!(false),
        json!([true]),
        json!({}),
    ] {
        site.says_with("active", active);
        challenged(&site, &site.fetch(), 401, Some("invalid_token"));
        site.vouch();
        assert_eq!(site.fetch().status, 200);
    }
}

/// Rows: INT-6, OE-VAL-6, CON-1
#[test]
fn open_energy_an_answer_without_active_is_400_invalid_request() {
    let site = Site::start();
    let mut answer = site.good();
    answer.as_object_mut().unwrap().remove("active");
    for answer in [json!({}), answer] {
        site.says(answer);
        challenged(&site, &site.fetch(), 400, Some("invalid_request"));
    }
}

/// Rows: INT-7
#[test]
fn rfc7662_2_2_members_that_are_not_known_have_no_effect() {
    let site = Site::start();
    let mut answer = site.good();
    answer["username"] = json!(["x", {"active": false}]);
    answer["x5t#S256"] = json!("not here");
    answer["sub"] = json!(7);
    answer["ext"] = json!({"cnf": {}, "exp": 1});
    site.says(answer);
    assert_eq!(site.fetch().status, 200);
}

/// Rows: INT-10, INT-11
#[test]
fn rfc7662_4_a_remembered_answer_dies_at_exp() {
    let site = Site::start();
    let exp = now() + 2;
    site.says_with("exp", json!(exp));
    let request = site.request(&format!("/{NAME}"), &fresh_token());
    let mut connection = site.connect();
    assert_eq!(connection.send(&request).status, 200);
    // The directory would go on saying the same; time alone ends it.
    loop {
        let before = now();
        let answer = connection.send(&request);
        if before >= exp {
            challenged(&site, &answer, 401, Some("invalid_token"));
            break;
        }
        assert!(answer.status == 200 || now() >= exp, "{answer:?}");
    }
}

/// Rows: INT-12
#[test]
fn rfc7662_4_refusals_are_remembered_for_a_moment_and_failures_never() {
    let site = Site::start();
    let request = |token: &str| site.request(&format!("/{NAME}"), token);
    site.says(json!({"active": false}));
    let refused = request(&fresh_token());
    for _ in 0..3 {
        challenged(&site, &site.ask(&refused), 401, Some("invalid_token"));
    }
    assert_eq!(site.introspections(), 1);
    site.replies(Reply::Status(500));
    let failed = request(&fresh_token());
    unavailable(&site, &site.ask(&failed));
    site.vouch();
    assert_eq!(site.ask(&failed).status, 200);
    assert_eq!(site.introspections(), 3);
    assert_eq!(site.ask(&failed).status, 200);
    assert_eq!(site.introspections(), 3);
}

/// Rows: INT-12
#[test]
fn cache_seconds_0_asks_every_time() {
    let site = Site::with(|settings, _| settings.cache_seconds = 0);
    let request = site.request(&format!("/{NAME}"), &fresh_token());
    for calls in 1..=3 {
        assert_eq!(site.ask(&request).status, 200);
        assert_eq!(site.introspections(), calls);
    }
    site.says(json!({"active": false}));
    assert_eq!(site.ask(&request).status, 401);
}

/// Rows: INT-16
#[test]
fn rfc7662_2_2_times_are_numbers_of_integral_value() {
    let site = Site::start();
    let later = now() + 600;
    for exp in [json!(later), json!(2_000_000_000.0), json!(2e9)] {
        site.says_with("exp", exp.clone());
        assert_eq!(site.fetch().status, 200, "{exp}");
    }
    for member in ["exp", "iat", "nbf"] {
        for time in [json!("1"), json!(1.5), json!([1]), json!(true)] {
            site.says_with(member, time);
            challenged(&site, &site.fetch(), 401, Some("invalid_token"));
        }
    }
}

/// Rows: INT-17, DISC-7
#[test]
fn rfc7662_2_2_iss_and_aud_are_compared_when_they_are_there() {
    let site = Site::with(|settings, _| {
        settings.edit(
            "client_id = \"provider\"",
            "client_id = \"provider\"\naudience = \"https://us\"",
        );
    });
    let issuer = site.directory.issuer.clone();
    let (bare, upper) = (
        issuer.trim_end_matches('/').to_owned(),
        issuer.to_uppercase(),
    );
    let cases: [(&str, Value, u16); 9] = [
        ("iss", json!(issuer), 200),
        ("iss", json!(bare), 401),
        ("iss", json!(upper), 401),
        ("iss", json!([issuer]), 401),
        ("aud", json!("https://us"), 200),
        ("aud", json!(["https://them", "https://us"]), 200),
        ("aud", json!("https://them"), 401),
        ("aud", json!([]), 401),
        ("aud", json!({"https://us": true}), 401),
    ];
    for (member, value, status) in cases {
        site.says_with(member, value.clone());
        let answer = site.fetch();
        assert_eq!(answer.status, status, "{member} {value}");
        if status == 401 {
            challenged(&site, &answer, 401, Some("invalid_token"));
        }
    }
    let mut absent = site.good();
    absent.as_object_mut().unwrap().remove("iss");
    site.says(absent);
    assert_eq!(site.fetch().status, 200);
}

/// Rows: INT-18
#[test]
fn rfc7662_2_2_the_token_type_is_bearer_in_any_case() {
    let site = Site::start();
    for kind in ["Bearer", "bearer", "BEARER"] {
        site.says_with("token_type", json!(kind));
        assert_eq!(site.fetch().status, 200, "{kind}");
    }
    for kind in [json!("mac"), json!("DPoP"), json!(""), json!(1)] {
        site.says_with("token_type", kind);
        challenged(&site, &site.fetch(), 401, Some("invalid_token"));
    }
}

/// Rows: INT-19
#[test]
fn rfc7662_4_nobody_learns_why_a_token_is_no_good() {
    let site = Site::start();
    let other = super::site::thumbprint(&site.pki.consumer("bank-b"));
    let others = |member: &str, value: Value| {
        let mut answer = with(&site, "cnf", json!({"x5t#S256": other}));
        answer[member] = value;
        answer
    };
    let mut bodies = Vec::new();
    for answer in [
        json!({"active": false}),
        with(&site, "exp", json!(now() - 1)),
        with(&site, "cnf", json!({"x5t#S256": other})),
        with(&site, "cnf", json!({})),
        with(&site, "cnf", json!(null)),
        with(&site, "cnf", json!({"jkt": other})),
        // What is wrong with a token is told to nobody but who holds it.
        others("iss", json!("https://else")),
        others("iat", json!(now() + 1000)),
        others("nbf", json!(now() + 1000)),
        others("token_type", json!("mac")),
        others("exp", json!("tomorrow")),
    ] {
        site.says(answer);
        bodies.push(refused_alike(&site));
    }
    site.replies(Reply::Whole(
        400,
        Vec::new(),
        br#"{"error":"unsupported_token_type"}"#.to_vec(),
    ));
    bodies.push(refused_alike(&site));
    assert!(bodies[0].1.contains("Get a new one"), "{}", bodies[0].1);
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

/// Rows: INT-16, INT-17, INT-18
#[test]
fn a_lasting_fault_of_the_directorys_sends_nobody_for_another_token() {
    let site = Site::with(|settings, _| {
        settings.edit(
            "client_id = \"provider\"",
            "client_id = \"provider\"\naudience = \"https://us\"",
        );
    });
    for (member, value) in [
        ("token_type", json!("mac")),
        ("token_type", json!("DPoP")),
        ("token_type", json!(7)),
        ("iss", json!("https://else")),
        ("iss", json!(["x"])),
        ("aud", json!("https://them")),
        ("aud", json!([7])),
        ("nbf", json!(now() + 86_400)),
        ("iat", json!(now() + 86_400)),
        ("iat", json!(now() * 1000)),
        ("exp", json!("2999-01-01T00:00:00Z")),
        ("exp", json!(1.5)),
        ("exp", json!(null)),
        ("scope", json!(["a"])),
        ("client_id", json!("a\nb")),
        ("cnf", json!("x")),
    ] {
        site.says_with(member, value.clone());
        let (challenge, body) = refused_alike(&site);
        assert!(
            body.contains("Tell the data provider"),
            "{member} {value}: {body}"
        );
        for text in [challenge, body] {
            assert!(!text.contains("new"), "{member} {value}: {text}");
        }
    }
}

/// The challenge and the body of a 401.
fn refused_alike(site: &Site) -> (String, String) {
    let answer = site.fetch_with(&[("x-fapi-interaction-id", "same")]);
    challenged(site, &answer, 401, Some("invalid_token"));
    let challenge = answer.field("www-authenticate").unwrap().to_owned();
    (challenge, answer.text().to_owned())
}

fn with(site: &Site, member: &str, value: Value) -> Value {
    let mut answer = site.good();
    answer[member] = value;
    answer
}
