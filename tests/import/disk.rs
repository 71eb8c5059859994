//! A disk that fails where the store is put in its place: strace makes the system calls fail.

use std::{
    fs,
    process::{Command, Output},
};

use perild::dataset::grid::Grid;

use crate::{Bench, stderr, succeed};

/// Imports all files while the system calls on the state directory go wrong as `faults` say; and the calls.
fn import_on(bench: &Bench, faults: &[&str]) -> (Output, String) {
    let calls = bench.folder.path().join("calls");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-e", "trace=write,fsync,rename", "-o"])
        .arg(&calls)
        .arg("-P")
        .arg(bench.state().join("perils.arrow.part"))
        .arg("-P")
        .arg(bench.state());
    for fault in faults {
        command.args(["-e", &format!("inject={fault}")]);
    }
    command
        .arg(env!("CARGO_BIN_EXE_perild"))
        .args(["import", "--state"])
        .arg(bench.state())
        .arg(bench.csv());
    let output = command
        .output()
        .expect("strace is missing: ./test packages");
    let calls = fs::read_to_string(calls).expect("strace may not trace here");
    (output, calls)
}

/// Imports wind, then all with a fault: the store in service is that of wind, and nothing lies beside it.
fn leaves_the_old_store(faults: &[&str], said: &str) {
    let bench = Bench::with_sample("3");
    succeed(bench.import(&[&bench.file("wind")]));
    let before = fs::read(bench.store()).unwrap();
    let (output, calls) = import_on(&bench, faults);
    assert!(calls.contains("(INJECTED"), "{calls}");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
    assert_eq!(fs::read(bench.store()).unwrap(), before);
    assert_eq!(bench.left(), ["perils.arrow"]);
}

#[test]
fn the_store_is_on_the_disk_before_it_has_its_name_and_the_name_before_success_is_said() {
    let bench = Bench::with_sample("15");
    let (output, calls) = import_on(&bench, &[]);
    let said = succeed(output);
    assert!(said.contains("stored as"), "{said}");
    let order: Vec<_> = calls
        .lines()
        .filter_map(|line| {
            ["write(", "fsync(", "rename("]
                .into_iter()
                .find(|call| line.contains(call))
        })
        .collect();
    let last = &order[order.len() - 4..];
    assert_eq!(last, ["write(", "fsync(", "rename(", "fsync("], "{calls}");
}

#[test]
fn a_disk_that_fails_at_sync_leaves_the_old_store_and_is_named() {
    let cannot = "cannot write the store to ";
    leaves_the_old_store(&["fsync:error=EIO:when=1"], cannot);
    leaves_the_old_store(&["fsync:error=EIO:when=1"], "Input/output error");
    leaves_the_old_store(&["fsync:error=ENOSPC:when=1"], "No space left on device");
}

#[test]
fn a_disk_that_fails_at_rename_leaves_the_old_store_and_is_named() {
    leaves_the_old_store(&["rename:error=EIO"], "Input/output error");
    leaves_the_old_store(&["rename:error=EROFS"], "Read-only file system");
}

#[test]
fn a_disk_that_fails_at_a_write_leaves_the_old_store_and_is_named() {
    leaves_the_old_store(&["write:error=EIO:when=2"], "Input/output error");
    leaves_the_old_store(&["write:error=EDQUOT:when=1"], "quota exceeded");
}

#[test]
fn a_disk_that_keeps_other_octets_than_were_written_leaves_the_old_store() {
    // The second write holds values: all of the structure is as it should be.
    leaves_the_old_store(
        &["write:poke_enter=@arg2=5555:when=2"],
        "the store that was written is not sound",
    );
}

#[test]
fn a_disk_that_does_not_keep_the_name_is_named_with_the_store_in_its_place() {
    let bench = Bench::with_sample("15");
    let (output, calls) = import_on(&bench, &["fsync:error=EIO:when=2"]);
    assert!(calls.contains("(INJECTED"), "{calls}");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the new store is in place as "), "{said}");
    assert!(said.contains("import again"), "{said}");
    Grid::open(&bench.store()).unwrap().verify().unwrap();
}
