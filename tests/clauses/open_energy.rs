//! Open Energy's own clauses: classes, and the validation of a request.

use std::fs;

use serde_json::{Value, json};

use super::{
    expect::{challenged, has_common_fields},
    site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token, now, thumbprint},
};
use crate::support::{
    http::Request,
    perild::{Launch, Perild},
    pki::Pki,
    world::place,
};

/// Rows: OE-CLS-2, MTLS-6, CON-17
#[test]
fn oe_cls_2_open_data_is_for_everyone_and_credentials_are_not_looked_at() {
    let site = Site::with(|settings, _| {
        settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nclass = \"OE-O\"\n");
    });
    let target = format!("/{NAME}");
    let expired = site.pki.expired_consumer("bank-a").escaped();
    let get = || Request::get(&target);
    for request in [
        get(),
        get().bearer("tok-bad"),
        get().bearer("a").bearer("b"),
        get().field("Authorization", "Bearer"),
        get().field(CERTIFICATE, "%zz"),
        get().field(CERTIFICATE, &expired),
        get().field(CERTIFICATE, "a").field(CERTIFICATE, "b"),
        Request::get(&format!("{target}?access_token=t")),
    ] {
        let answer = site.ask(&request);
        assert_eq!(
            (answer.status, answer.text()),
            (200, CONTENT),
            "{request:?}"
        );
        assert_eq!(answer.field("cache-control"), Some("public, max-age=300"));
        has_common_fields(&answer);
    }
    assert_eq!(site.introspections(), 0);
    fs::write(site.shared("shared.csv"), "shared").unwrap();
    challenged(&site, &site.ask(&Request::get("/shared")), 401, None);
}

/// Rows: OE-CLS-1
#[test]
fn oe_cls_1_a_class_that_must_not_be_shared_does_not_start() {
    for class in ["OE-C", "OE-SP", "oe-o", "open"] {
        let dir = place();
        Pki::new(dir.path());
        let mut settings = super::site::settings("https://localhost:9/");
        settings.more = format!("[[datasets]]\nname = \"a\"\nclass = \"{class}\"\n");
        let mut perild = Perild::launch(dir.path(), &settings, &Launch::Itself);
        let (code, said) = perild.failure();
        assert_eq!(code, Some(78), "{said}");
        assert!(
            said.contains(class) && said.contains("perild.toml:"),
            "{said}"
        );
    }
}

/// Rows: OE-CLS-3
#[test]
fn oe_cls_3_both_shared_classes_are_guarded_alike() {
    for class in ["OE-SA", "OE-SB"] {
        let site = Site::with(|settings, _| {
            settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nclass = \"{class}\"\n");
        });
        assert_eq!(site.fetch().status, 200);
        challenged(
            &site,
            &site.ask(&Request::get(&format!("/{NAME}"))),
            401,
            None,
        );
    }
}

/// Rows: OE-CLS-4
#[test]
fn oe_cls_4_a_refusal_names_its_rule_in_the_record() {
    let site = Site::with(|settings, _| {
        settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"flood:read\"\n");
    });
    let answer = site.fetch();
    challenged(&site, &answer, 403, Some("insufficient_scope"));
    let id = answer.interaction_id().to_owned();
    let line = site.perild.wait_for_line(|line| line.contains(&id));
    assert!(line.contains(NAME) && line.contains("flood:read"), "{line}");
}

/// Rows: OE-VAL-2, OE-VAL-3, OE-VAL-4
#[test]
fn oe_val_2_a_bad_certificate_is_invalid_token_only_when_a_token_came_along() {
    let site = Site::start();
    let target = format!("/{NAME}");
    let expired = site.pki.expired_consumer("bank-a").escaped();
    let stranger = site.pki.stranger("bank-a").escaped();
    for certificate in [None, Some(&expired), Some(&stranger)] {
        let shown = |request: Request| match certificate {
            Some(certificate) => request.field(CERTIFICATE, certificate),
            None => request,
        };
        let alone = shown(Request::get(&target));
        challenged(&site, &site.ask(&alone), 401, None);
        let with_token = shown(Request::get(&target).bearer(&fresh_token()));
        challenged(&site, &site.ask(&with_token), 401, Some("invalid_token"));
    }
    assert_eq!(site.introspections(), 0);
    assert_eq!(site.fetch().status, 200);
}

/// Rows: OE-VAL-7, OE-VAL-8, OE-VAL-9, CON-15
#[test]
fn oe_val_7_and_8_times_are_judged_with_ten_seconds_of_skew_on_iat_and_none_on_exp() {
    let site = Site::start();
    // Far enough from the edge for the clock to move on meanwhile; the edge itself is a unit test's.
    let cases: [(&str, Option<i64>, u16); 12] = [
        ("iat", Some(-1), 200),
        ("iat", Some(9), 200),
        ("iat", Some(14), 401),
        ("iat", None, 200),
        ("nbf", Some(9), 200),
        ("nbf", Some(14), 401),
        ("nbf", None, 200),
        ("exp", Some(5), 200),
        ("exp", Some(0), 401),
        ("exp", Some(-1), 401),
        ("exp", Some(-1_000_000), 401),
        ("exp", None, 200),
    ];
    for (member, offset, status) in cases {
        let mut answer = site.good();
        match offset {
            Some(offset) => answer[member] = json!(i64::try_from(now()).unwrap() + offset),
            None => drop(answer.as_object_mut().unwrap().remove(member)),
        }
        site.says(answer);
        let answer = site.fetch();
        assert_eq!(answer.status, status, "{member} {offset:?}");
        if status == 401 {
            challenged(&site, &answer, 401, Some("invalid_token"));
        }
    }
}

/// Rows: OE-VAL-10
#[test]
fn oe_val_10_the_thumbprint_is_equal_or_the_token_is_refused() {
    let site = Site::start();
    let other = thumbprint(&site.pki.consumer("bank-b"));
    for (cnf, status) in [
        (json!({"x5t#S256": thumbprint(&site.bank)}), 200),
        (json!({"x5t#S256": other}), 401),
        (Value::Null, 401),
    ] {
        site.says_with("cnf", cnf);
        assert_eq!(site.fetch().status, status);
    }
}

/// Rows: OE-VAL-13
#[test]
fn oe_val_13_an_organisation_that_is_no_line_of_text_does_not_reach_the_log() {
    let site = Site::start();
    for organisation in [
        json!("org\nPERILD_STATUS=200 forged"),
        json!("x".repeat(300)),
        json!(7),
    ] {
        site.says_with("organisation_id", organisation);
        challenged(&site, &site.fetch(), 401, Some("invalid_token"));
    }
    let mut absent = site.good();
    absent.as_object_mut().unwrap().remove("organisation_id");
    site.says(absent);
    assert_eq!(site.fetch().status, 200);
    assert!(!site.perild.log().contains("forged"));
}

/// Rows: OE-HB-1, OE-HB-2, OE-HB-3, OE-HB-4, OE-HB-5, OE-HB-6, OE-HB-8, CON-22
#[test]
fn open_energy_a_heartbeat_says_how_often_what_was_answered_since_the_last_one() {
    let site = Site::start();
    let heartbeat = || -> Value {
        let answer = site.get("/v1/heartbeat");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.field("content-type"), Some("application/json"));
        assert_eq!(answer.field("cache-control"), Some("no-store"));
        serde_json::from_slice(&answer.content).unwrap()
    };
    let first = heartbeat();
    (0..3).for_each(|_| assert_eq!(site.fetch().status, 200));
    assert_eq!(site.get("/nothing").status, 404);
    assert_eq!(site.ask(&Request::get("/nothing")).status, 401);
    assert_eq!(site.ask(&Request::get("/v1/heartbeat")).status, 401);
    // Nobody would hear of the period that a HEAD ended.
    let head = Request::new("HEAD", "/v1/heartbeat").bearer(&fresh_token());
    let head = site.ask(&head.field(CERTIFICATE, &site.bank.escaped()));
    assert_eq!((head.status, head.content.len()), (200, 0));
    let collection = site.get(&format!("/v1/heartbeat?collection={NAME}"));
    let second = heartbeat();
    assert_eq!(second["period_start"], first["period_end"]);
    let members: Vec<_> = second.as_object().unwrap().keys().collect();
    assert_eq!(members.len(), 5, "{second}");
    for (status, count) in [(200, 3), (401, 1), (404, 1)] {
        assert_eq!(
            second[format!("api_call_response_{status}_count")],
            count,
            "{second}"
        );
    }
    let collection: Value = serde_json::from_slice(&collection.content).unwrap();
    assert_eq!(collection["api_call_response_200_count"], 3, "{collection}");
    assert_eq!(site.get("/v1/heartbeat?collection=nothing").status, 404);

    let of_collection = format!("/v1/collections/{NAME}/heartbeat");
    for path in ["/heartbeat", &of_collection] {
        let short = site.ask(&Request::get(path));
        assert_eq!(short.status, 200, "{path}");
        let short: Value = serde_json::from_slice(&short.content).unwrap();
        assert_eq!(short["status"], "ok");
        assert!(short["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    // Whoever watches a collection hears that it is gone.
    let gone = site.ask(&Request::get("/v1/collections/nothing/heartbeat"));
    assert_eq!(gone.status, 404);

    // Counts outlive a reload, and others may not ask once somebody is named.
    assert_eq!(site.fetch().status, 200);
    let config = fs::read_to_string(&site.perild.config).unwrap();
    let bounded = format!("{config}[heartbeat]\nclients = [\"governance\"]\n");
    fs::write(&site.perild.config, bounded).unwrap();
    site.perild.reload();
    assert_eq!(site.get("/v1/heartbeat").status, 403);
    fs::write(&site.perild.config, config).unwrap();
    site.perild.reload();
    let third = heartbeat();
    assert_eq!(third["period_start"], second["period_end"]);
    assert_eq!(third["api_call_response_200_count"], 1, "{third}");
}
