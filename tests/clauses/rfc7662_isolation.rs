//! One consumer never costs another the service, whatever its tokens do to the directory.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use super::{
    expect::unavailable,
    site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token, thumbprint},
};
use crate::support::{
    fake_directory::Answer as Reply,
    http::{Answer, Request},
    pki::Identity,
    process::eventually,
};

/// What the directory says of a good token of `consumer`'s.
fn good(site: &Site, consumer: &Identity) -> Value {
    let mut answer = site.good();
    answer["cnf"] = json!({"x5t#S256": thumbprint(consumer)});
    answer
}

fn fetch(site: &Site, consumer: &Identity, token: &str) -> Answer {
    let request = Request::get(&format!("/{NAME}")).bearer(token);
    site.ask(&request.field(CERTIFICATE, &consumer.escaped()))
}

/// A new token of `consumer`'s that the directory vouches for.
fn good_token(site: &Site, consumer: &Identity) -> String {
    let token = fresh_token();
    let answer = Reply::Json(good(site, consumer));
    site.directory.answer_about(&token, answer);
    token
}

/// The bank sends ten unknown tokens at a time; what another then gets for twenty new tokens of its own.
fn served_beside_a_flood(site: &Site, other: &Identity) -> usize {
    let served = (0..20).filter(|_| {
        let flood: Vec<_> = (0..10)
            .map(|_| site.request(&format!("/{NAME}"), &fresh_token()))
            .collect();
        let mut connections: Vec<_> = flood.iter().map(|_| site.connect()).collect();
        for (connection, request) in connections.iter_mut().zip(&flood) {
            connection.write(&request.bytes());
        }
        let token = good_token(site, other);
        fetch(site, other, &token).text() == CONTENT
    });
    served.count()
}

/// Rows: INT-15, INT-8, INT-9
#[test]
fn int_15_a_flood_of_unknown_tokens_leaves_anothers_good_ones_alone() {
    let body = |status, body: &str| Reply::Whole(status, Vec::new(), body.as_bytes().to_vec());
    for unknown in [
        Reply::Status(401),
        Reply::Status(403),
        Reply::Status(404),
        Reply::Status(500),
        Reply::Status(502),
        Reply::Status(429),
        body(400, r#"{"error":"invalid_request"}"#),
        body(200, "<html>"),
    ] {
        let site = Site::start();
        let other = site.pki.consumer("bank-b");
        site.replies(unknown.clone());
        assert_eq!(served_beside_a_flood(&site, &other), 20, "{unknown:?}");
    }
}

/// Rows: INT-15
#[test]
fn int_15_tokens_that_take_the_directory_long_leave_anothers_good_ones_alone() {
    let site = Site::with(|settings, _| settings.edit("timeout_ms = 3000", "timeout_ms = 1000"));
    let other = site.pki.consumer("bank-b");
    site.replies(Reply::Hang);
    assert_eq!(served_beside_a_flood(&site, &other), 20);
    // The one who sent them is told when to come again.
    eventually("it is held back", Duration::from_secs(10), || {
        let answer = site.fetch();
        unavailable(&site, &answer);
        answer.text().contains("of this client").then_some(())
    });
}

/// Rows: INT-15
#[test]
fn int_15_a_burst_at_a_slow_healthy_directory_opens_nothing() {
    let site = Site::start();
    let other = site.pki.consumer("bank-b");
    let slow = Reply::After(Duration::from_secs(2), Box::new(Reply::Json(site.good())));
    site.replies(slow);
    let mut burst: Vec<_> = (0..100).map(|_| site.connect()).collect();
    for connection in &mut burst {
        connection.write(&site.request(&format!("/{NAME}"), &fresh_token()).bytes());
    }
    thread::scope(|threads| {
        let beside = threads.spawn(|| {
            (0..3).all(|_| {
                let token = good_token(&site, &other);
                fetch(&site, &other, &token).text() == CONTENT
            })
        });
        let answers: Vec<_> = burst
            .iter_mut()
            .map(|connection| connection.read(true).unwrap())
            .collect();
        let served = answers.iter().filter(|answer| answer.status == 200).count();
        assert!(served >= 48, "{served}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            unavailable(&site, answer);
        }
        assert!(beside.join().unwrap());
    });
    assert_eq!(
        site.fetch().status,
        200,
        "the burst's own consumer is not held back"
    );
}

/// Rows: INT-15
#[test]
fn int_15_a_directory_that_comes_back_is_found_by_our_own_question() {
    let mut site = Site::start();
    assert_eq!(site.fetch().status, 200);
    let port = site.directory.port;
    site.directory.stop();
    eventually("it is left in peace", Duration::from_secs(10), || {
        unavailable(&site, &site.fetch());
        let log = site.perild.log();
        log.contains("left in peace").then_some(())
    });
    site.directory = super::site::directory_at(&site.pki, port);
    site.vouch();
    eventually("our own question is asked", Duration::from_secs(20), || {
        (site.directory.asked_about("perild-check") > 0).then_some(())
    });
    eventually("it is asked again", Duration::from_secs(5), || {
        (site.fetch().status == 200).then_some(())
    });
}
