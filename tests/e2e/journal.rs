//! Records in a real journal: found by field, one a request, and no secret in any of them.

use std::time::Duration;

use crate::support::{
    http::Request,
    journal::Journal,
    perild::Launch,
    process::{PATIENCE, eventually},
    world::{NAME, World},
};

/// Rows: FAPI1-B-6, FAPI1-B-12, JRN-1, JRN-3, JRN-5, BRR-16, OE-VAL-13
#[test]
fn jrn_1_a_request_is_found_by_its_fields_and_no_record_holds_the_token() {
    let journal = Journal::open();
    let mut world = World::launched(&Launch::Journal, |_, _| {});
    let token = world.token();
    let id = uuid::Uuid::new_v4().to_string();
    let request = Request::get(&format!("/{NAME}"))
        .bearer(&token)
        .field("x-fapi-interaction-id", &id);
    assert_eq!(world.bank().send(&request).status, 200);
    let refused = uuid::Uuid::new_v4().to_string();
    let other = world.pki.consumer("bank-b");
    let stolen = Request::get(&format!("/{NAME}"))
        .bearer(&token)
        .field("x-fapi-interaction-id", &refused);
    assert_eq!(
        world.client(Some(&other)).connect().send(&stolen).status,
        401
    );
    world.perild.stop();

    let found = journal.records(&[
        "PERILD_CLIENT_ID=bank-a",
        &format!("PERILD_INTERACTION_ID={id}"),
    ]);
    let [record] = &found[..] else {
        panic!("one record a request: {found:?}")
    };
    assert_eq!(record["PERILD_ORGANISATION_ID"], "org-bank-a");
    assert_eq!(record["PERILD_STATUS"], "200");
    assert_eq!(record["PERILD_ROUTE"], "/{name}");
    assert!(record["PERILD_DATASET"].as_str().unwrap().starts_with(NAME));
    assert_eq!(record["PERILD_CERT_THUMBPRINT"].as_str().unwrap().len(), 43);
    for field in ["PERILD_DECISION", "PERILD_BYTES", "PERILD_DURATION_US"] {
        assert!(record[field].is_string(), "{field}: {record}");
    }
    assert!(record["MESSAGE"].as_str().unwrap().contains(&id));
    assert_eq!(record["_TRANSPORT"], "journal");

    let found = journal.records(&[&format!("PERILD_INTERACTION_ID={refused}")]);
    assert_eq!(
        (found.len(), &found[0]["PERILD_STATUS"]),
        (1, &"401".into())
    );
    // As docs/deploy.md looks for them: a client's refusals, by the client that the directory named.
    let pid = format!("_PID={}", world.perild.pid().as_raw_nonzero());
    let found = journal.records(&[&pid, "PERILD_CLIENT_ID=bank-a", "PERILD_STATUS=401"]);
    let [record] = &found[..] else {
        panic!("one refusal of the client's: {found:?}")
    };
    assert_eq!(record["PERILD_INTERACTION_ID"], refused.as_str());
    assert_eq!(record["PERILD_ORGANISATION_ID"], "org-bank-a");
    assert!(
        record["PERILD_CERT_SUBJECT"]
            .as_str()
            .unwrap()
            .contains("bank-b")
    );
    assert!(
        record["PERILD_CERT_ISSUER"]
            .as_str()
            .unwrap()
            .starts_with("CN=")
    );
    assert_eq!(record["PERILD_CERT_THUMBPRINT"].as_str().unwrap().len(), 43);
    let serial = record["PERILD_CERT_SERIAL"].as_str().unwrap();
    assert!(
        serial.bytes().all(|digit| digit.is_ascii_hexdigit()),
        "{serial}"
    );

    let everything = serde_json::to_string(&journal.records(&[&pid])).unwrap();
    assert!(everything.contains(&id) && everything.contains(&refused));
    for secret in [
        token.as_str(),
        "BEGIN CERTIFICATE",
        "BEGIN%20CERTIFICATE",
        "PRIVATE KEY",
    ] {
        assert!(!everything.contains(secret));
    }
}

/// The kernel holds some two hundred records for a journal that does not read; the rest waits in the daemon.
#[test]
fn a_journal_that_hangs_holds_up_no_start_no_request_and_no_stop_and_loses_no_record() {
    const REQUESTS: usize = 1_000;
    let journal = Journal::open();
    let hanging = journal.hang();
    let mut world = World::launched(&Launch::Journal, |_, _| {});
    let token = world.token();
    let mut bank = world.bank();
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    for _ in 0..REQUESTS {
        assert_eq!(bank.send(&request).status, 200);
    }
    drop(hanging);
    let pid = format!("_PID={}", world.perild.pid().as_raw_nonzero());
    eventually("every record", PATIENCE, || {
        let records = journal.records(&[&pid, "PERILD_ROUTE=/{name}", "PERILD_STATUS=200"]);
        (records.len() == REQUESTS).then_some(())
    });

    let _hanging = journal.hang();
    for _ in 0..REQUESTS {
        assert_eq!(bank.send(&request).status, 200);
    }
    world.perild.stop();
}

#[test]
fn what_a_hanging_journal_cannot_take_is_dropped_and_reported_while_the_service_goes_on() {
    let journal = Journal::open();
    let hanging = journal.hang();
    let world = World::launched(&Launch::Journal, |_, _| {});
    flood(&world, || {});
    drop(hanging);
    let pid = format!("_PID={}", world.perild.pid().as_raw_nonzero());
    let lost = eventually("the report of what was lost", PATIENCE, || {
        let warnings = journal.records(&[&pid, "PRIORITY=4"]);
        let lost = warnings
            .iter()
            .find_map(|record| record["PERILD_RECORDS"].as_str());
        lost.map(|lost| lost.parse::<usize>().unwrap())
    });
    let kept = journal.records(&[&pid, "PERILD_STATUS=401"]).len();
    assert_eq!(kept + lost, MORE_THAN_THE_BUFFER);
}

#[test]
fn with_log_on_overflow_block_requests_wait_for_the_journal_and_the_watchdog_does_not() {
    let journal = Journal::open();
    let hanging = journal.hang();
    let world = World::launched(&Launch::Journal, |settings, _| {
        settings.more += "[log]\non_overflow = \"block\"\n";
    });
    let (answered, answers) = std::sync::mpsc::channel();
    let flood = std::thread::scope(|threads| {
        let flood = threads.spawn(|| flood(&world, || answered.send(()).unwrap()));
        while answers.recv_timeout(Duration::from_secs(3)).is_ok() {}
        assert!(!flood.is_finished());
        let health = world.client(None).connect().send(&Request::get("/healthz"));
        assert_eq!(health.status, 200);
        drop(hanging);
        flood.join()
    });
    flood.unwrap();
    let pid = format!("_PID={}", world.perild.pid().as_raw_nonzero());
    eventually("every record", PATIENCE, || {
        let records = journal.records(&[&pid, "PERILD_STATUS=401"]);
        (records.len() == MORE_THAN_THE_BUFFER).then_some(())
    });
}

/// Rows: BRR-16
#[test]
fn rfc6750_5_3_no_line_on_standard_error_holds_the_token() {
    let world = World::start();
    let token = world.token();
    let target = format!("/{NAME}");
    assert_eq!(world.get(&target, &token).status, 200);
    assert_eq!(
        world
            .get(&format!("{target}?access_token={token}"), &token)
            .status,
        400
    );
    // Records that gather are written a moment after the answer.
    let log = eventually("both records", Duration::from_secs(10), || {
        let log = world.perild.log();
        (log.contains("bank-a") && log.contains("PERILD_STATUS=400")).then_some(log)
    });
    for secret in [
        token.as_str(),
        "BEGIN CERTIFICATE",
        "BEGIN%20CERTIFICATE",
        "PRIVATE KEY",
    ] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// Requests whose records are more than the daemon and the kernel keep for a journal that does not read.
const MORE_THAN_THE_BUFFER: usize = 9_000;

/// Sends that many requests that are refused, and calls `answered` after each.
fn flood(world: &World, answered: impl Fn()) {
    // nginx ends a connection after a thousand.
    for part in [900; MORE_THAN_THE_BUFFER / 900] {
        let mut bank = world.bank();
        for _ in 0..part {
            assert_eq!(bank.send(&Request::get("/wind")).status, 401);
            answered();
        }
    }
}
