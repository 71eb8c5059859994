//! An audit file from one daemon to the next.

use std::fs;

use super::*;

fn record(audit: &Audit, status: u16) {
    let place = audit.place().unwrap().unwrap();
    place.record(&Facts {
        status,
        ..Facts::default()
    });
}

fn kinds(path: &Path) -> Vec<String> {
    let content = fs::read_to_string(path).unwrap();
    let lines = content.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["kind"].as_str().unwrap().to_owned()
    });
    lines.collect()
}

fn faults(paths: &[PathBuf]) -> Vec<Fault> {
    verify(paths, None).unwrap().faults
}

#[test]
fn a_chain_goes_on_from_one_daemon_to_the_next_and_after_a_renaming_while_none_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let audit = Audit::start(&path, OnFailure::Refuse).unwrap();
    assert!(matches!(
        Audit::start(&path, OnFailure::Refuse),
        Err(OpenError::InUse(_))
    ));
    record(&audit, 200);
    // A place that is given back is no line.
    drop(audit.place().unwrap());
    audit.stop().unwrap();
    assert_eq!(kinds(&path), ["began", "access", "stopped"]);
    let renamed = folder.path().join("audit.jsonl-20260115");
    fs::rename(&path, &renamed).unwrap();
    let next = Audit::start(&path, OnFailure::Refuse).unwrap();
    record(&next, 403);
    next.stop().unwrap();
    assert_eq!(kinds(&path), ["continued", "access", "stopped"]);
    let third = Audit::start(&path, OnFailure::Refuse).unwrap();
    third.stop().unwrap();
    assert_eq!(
        kinds(&path).last_chunk(),
        Some(&["started", "stopped"].map(String::from))
    );
    assert_eq!(faults(&[path, renamed]), []);
}

#[test]
fn what_is_no_audit_file_is_left_alone_and_one_that_goes_nowhere_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shadow");
    fs::write(&path, "root:x:\n").unwrap();
    let opened = Audit::start(&path, OnFailure::Serve);
    assert!(matches!(opened, Err(OpenError::NotOurs(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "root:x:\n");
    let nowhere = folder.path().join("none/audit.jsonl");
    let opened = Audit::start(&nowhere, OnFailure::Serve);
    assert!(matches!(opened, Err(OpenError::Io { .. })));
    assert_eq!(FileState::of(&nowhere).unwrap(), FileState::Absent);
    assert_eq!(FileState::of(&path).unwrap(), FileState::NotOurs);
    assert_eq!(FileState::of(folder.path()).unwrap(), FileState::NotOurs);
}

#[test]
fn the_last_one_that_goes_ends_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let audit = Audit::start(&path, OnFailure::Refuse).unwrap();
    let place = audit.place().unwrap().unwrap();
    drop(audit);
    place.record(&Facts::default());
    // Its end is not waited for: it is there once the file can be locked again.
    let next = loop {
        match Audit::start(&path, OnFailure::Refuse) {
            Ok(next) => break next,
            Err(OpenError::InUse(_)) => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    next.stop().unwrap();
    assert_eq!(
        kinds(&path),
        ["began", "access", "stopped", "started", "stopped"]
    );
}
