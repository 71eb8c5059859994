//! RFC 7662 when the directory is slow, down, wrong or flooded: 503, never 401 and never open.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    expect::{challenged, unavailable},
    site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token},
};
use crate::support::{
    fake_directory::Answer as Reply,
    http::{Answer, Request},
    process::eventually,
};

/// Rows: INT-8
#[test]
fn rfc7662_2_3_a_directory_that_refuses_us_is_503_and_an_error_record() {
    let site = Site::start();
    for status in [400, 401, 403] {
        site.replies(Reply::Status(status));
        unavailable(&site, &site.fetch());
        site.perild
            .wait_for_line(|line| line.contains("ERROR") && line.contains(&status.to_string()));
        site.vouch();
        assert_eq!(site.fetch().status, 200);
    }
}

/// Rows: INT-9
#[test]
fn int_9_whatever_is_no_answer_is_503_and_the_next_good_one_is_taken() {
    let site = Site::start();
    let good = site.good().to_string();
    let doubled = good.replacen('{', "{\"active\":false,", 1);
    let listed = format!("[{good}]");
    let raw = |text: &str| Reply::Raw(text.as_bytes().to_vec());
    for reply in [
        Reply::Status(500),
        Reply::Status(502),
        Reply::Status(404),
        Reply::Status(429),
        Reply::Status(204),
        Reply::Redirect(format!("{}mtls/introspect", site.directory.issuer)),
        Reply::CloseConnection,
        Reply::Oversize(300_000),
        raw(""),
        raw("active"),
        raw("null"),
        raw("true"),
        raw(&listed),
        raw(&good[..good.len() - 1]),
        raw(&format!("{good}{good}")),
        raw(&doubled),
        raw("{\"active\": true, \"active\": true}"),
        raw("\u{0}{}"),
    ] {
        let before = site.directory.calls().len();
        site.replies(reply.clone());
        let answer = site.fetch();
        assert_eq!(answer.status, 503, "{reply:?}: {answer:?}");
        unavailable(&site, &answer);
        // A redirect is never followed; a connection that closes is tried once more at most.
        assert!(site.directory.calls().len() <= before + 2, "{reply:?}");
        site.vouch();
        assert_eq!(site.fetch().status, 200, "after {reply:?}");
    }
}

/// Rows: INT-9, INT-15
#[test]
fn int_15_a_directory_that_hangs_is_503_in_time_and_other_routes_answer() {
    let site = Site::with(|settings, _| settings.edit("timeout_ms = 3000", "timeout_ms = 1500"));
    let known = site.request(&format!("/{NAME}"), &fresh_token());
    assert_eq!(site.ask(&known).status, 200);
    site.replies(Reply::Hang);
    let begun = Instant::now();
    thread::scope(|threads| {
        let waiting: Vec<_> = (0..40)
            .map(|_| threads.spawn(|| (site.fetch(), begun.elapsed())))
            .collect();
        eventually("a call hangs", Duration::from_secs(5), || {
            (site.introspections() > 1).then_some(())
        });
        assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
        assert_eq!(site.ask(&known).text(), CONTENT);
        assert_eq!(site.ask(&Request::get(&format!("/{NAME}"))).status, 401);
        assert!(waiting.iter().any(|thread| !thread.is_finished()));
        for thread in waiting {
            let (answer, took) = thread.join().unwrap();
            unavailable(&site, &answer);
            assert!(took < Duration::from_secs(6), "{took:?}");
        }
    });
    // The breaker is open by now, and closes by itself.
    site.vouch();
    eventually("the breaker lets go", Duration::from_secs(10), || {
        (site.fetch().status == 200).then_some(())
    });
    assert_eq!(site.fetch().status, 200);
}

/// Rows: INT-15
#[test]
fn int_15_a_failing_directory_is_left_in_peace() {
    let site = Site::start();
    site.replies(Reply::Status(500));
    for _ in 0..30 {
        unavailable(&site, &site.fetch());
    }
    assert!(site.introspections() < 15, "{}", site.introspections());
    // Those who ask meanwhile with something already refused are refused all the same.
    challenged(
        &site,
        &site.ask(&Request::get(&format!("/{NAME}"))),
        401,
        None,
    );
}

/// Rows: INT-13, MTLS-1
#[test]
fn int_13_another_certificate_is_refused_from_the_cache() {
    let site = Site::start();
    let token = fresh_token();
    let target = format!("/{NAME}");
    assert_eq!(site.ask(&site.request(&target, &token)).status, 200);
    let other = site.pki.consumer("bank-a").escaped();
    let stolen = Request::get(&target)
        .bearer(&token)
        .field(CERTIFICATE, &other);
    challenged(&site, &site.ask(&stolen), 401, Some("invalid_token"));
    assert_eq!(site.introspections(), 1);
    // Its owner is not locked out by the attempt.
    assert_eq!(site.ask(&site.request(&target, &token)).status, 200);
    assert_eq!(site.introspections(), 1);
}

/// `count` requests for the file at once, with one new token; the directory answers when all wait.
fn together(site: &Site, count: usize) -> Vec<Answer> {
    let request = site.request(&format!("/{NAME}"), &fresh_token());
    site.replies(Reply::AfterRelease(Box::new(Reply::Json(site.good()))));
    // Sent before any is answered: each has a connection of its own.
    let mut connections: Vec<_> = (0..count).map(|_| site.connect()).collect();
    for connection in &mut connections {
        connection.write(&request.bytes());
    }
    eventually("the directory is asked", Duration::from_secs(5), || {
        (site.introspections() > 0).then_some(())
    });
    site.directory.release();
    connections
        .iter_mut()
        .map(|connection| connection.read(true).unwrap())
        .collect()
}

/// Rows: INT-14
#[test]
fn int_14_100_first_requests_with_one_token_make_one_call() {
    let site = Site::start();
    let answers = together(&site, 100);
    assert!(answers.iter().all(|answer| answer.text() == CONTENT));
    assert_eq!(site.introspections(), 1);
}

/// Rows: INT-14
#[test]
fn int_14_1000_first_requests_with_one_token_make_one_call() {
    let site = Site::with(|settings, _| settings.edit("timeout_ms = 3000", "timeout_ms = 15000"));
    let answers = together(&site, 1000);
    assert!(answers.iter().all(|answer| answer.text() == CONTENT));
    assert_eq!(site.introspections(), 1);
}

/// Rows: INT-14, INT-19
#[test]
fn int_14_those_who_wait_share_a_refusal_as_well() {
    let site = Site::start();
    let request = site.request(&format!("/{NAME}"), &fresh_token());
    let refusal = Reply::Json(json!({"active": false}));
    site.replies(Reply::AfterRelease(Box::new(refusal)));
    let mut connections: Vec<_> = (0..50).map(|_| site.connect()).collect();
    for connection in &mut connections {
        connection.write(&request.bytes());
    }
    eventually("the directory is asked", Duration::from_secs(5), || {
        (site.introspections() > 0).then_some(())
    });
    site.directory.release();
    for mut connection in connections {
        challenged(
            &site,
            &connection.read(true).unwrap(),
            401,
            Some("invalid_token"),
        );
    }
    assert_eq!(site.introspections(), 1);
}

/// Rows: INT-14
#[test]
fn int_14_a_client_that_hangs_up_takes_nothing_from_those_who_wait() {
    let site = Site::start();
    let request = site.request(&format!("/{NAME}"), &fresh_token());
    site.replies(Reply::AfterRelease(Box::new(Reply::Json(site.good()))));
    let mut first = site.connect();
    first.write(&request.bytes());
    eventually("the directory is asked", Duration::from_secs(5), || {
        (site.introspections() > 0).then_some(())
    });
    let mut second = site.connect();
    second.write(&request.bytes());
    drop(first);
    assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
    site.directory.release();
    assert_eq!(second.read(true).unwrap().status, 200);
    assert_eq!(site.introspections(), 1);
}

/// Rows: INT-15
#[test]
fn cached_tokens_go_on_working_when_the_directory_dies() {
    let mut site = Site::start();
    let known = site.request(&format!("/{NAME}"), &fresh_token());
    assert_eq!(site.ask(&known).status, 200);
    site.directory.stop();
    unavailable(&site, &site.fetch());
    assert_eq!(site.ask(&known).text(), CONTENT);
    assert_eq!(site.ask(&Request::get("/readyz")).status, 200);
}

/// Rows: INT-15
#[test]
fn a_flood_of_one_callers_tokens_leaves_the_directory_to_others() {
    let site = Site::with(|settings, _| settings.edit("timeout_ms = 3000", "timeout_ms = 20000"));
    site.replies(Reply::AfterRelease(Box::new(Reply::Json(site.good()))));
    let mut connections: Vec<_> = (0..200).map(|_| site.connect()).collect();
    for connection in &mut connections {
        connection.write(&site.request(&format!("/{NAME}"), &fresh_token()).bytes());
    }
    eventually(
        "the flood is at the directory",
        Duration::from_secs(5),
        || (site.directory.busiest() >= 48).then_some(()),
    );
    let token = fresh_token();
    let other = Request::get(&format!("/{NAME}"))
        .bearer(&token)
        .field(CERTIFICATE, &site.pki.consumer("bank-b").escaped());
    let mut modest = site.connect();
    modest.write(&other.bytes());
    eventually("the other is asked about", Duration::from_secs(5), || {
        let asked = site.directory.introspections();
        let is_about = |(name, value): &(String, String)| name == "token" && *value == token;
        asked
            .iter()
            .any(|call| call.form.iter().any(is_about))
            .then_some(())
    });
    site.directory.release();
    for mut connection in connections {
        assert_eq!(connection.read(true).unwrap().status, 200);
    }
}

/// Rows: INT-15
#[test]
fn a_flood_of_different_tokens_is_bounded_at_the_directory() {
    let site = Site::start();
    site.replies(Reply::AfterRelease(Box::new(Reply::Json(site.good()))));
    let mut connections: Vec<_> = (0..300).map(|_| site.connect()).collect();
    for connection in &mut connections {
        connection.write(&site.request(&format!("/{NAME}"), &fresh_token()).bytes());
    }
    eventually("the directory is asked", Duration::from_secs(5), || {
        (site.introspections() > 0).then_some(())
    });
    assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
    site.directory.release();
    for mut connection in connections {
        let answer = connection.read(true).unwrap();
        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
    }
    assert!(
        site.directory.busiest() <= 64,
        "{}",
        site.directory.busiest()
    );
}
