//! Files that must outlive a power cut: strace shows what the disk was waited for, and makes it fail.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{cacerts, keygen, text};

/// Runs the program in `directory`, with `faults` of the system's; what it said, and its calls with the paths in them.
fn traced(directory: &Path, arguments: &[&str], faults: &[&str]) -> (Output, Vec<String>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-y", "-qq", "-e", "trace=fsync,rename,write", "-o"])
        .arg(log.path())
        .current_dir(directory)
        .env_remove("PERILD_CONFIG");
    for fault in faults {
        strace.args(["-e", &format!("inject={fault}")]);
    }
    strace.arg(env!("CARGO_BIN_EXE_perild")).args(arguments);
    let output = strace.output().expect("strace is missing: ./test packages");
    let calls = fs::read_to_string(log.path()).unwrap();
    (output, calls.lines().map(str::to_owned).collect())
}

/// Where in `calls` the disk was waited for with what is at `path`.
#[track_caller]
fn synced(calls: &[String], path: &Path) -> usize {
    let path = path.canonicalize().unwrap();
    let named = format!("<{}>", path.display());
    let found = calls
        .iter()
        .position(|call| call.contains("fsync(") && call.contains(&named));
    found.unwrap_or_else(|| panic!("no fsync of {}: {calls:#?}", path.display()))
}

/// Each of `paths` is on the disk after the one before it, and all before success is said.
#[track_caller]
fn synced_in_order(calls: &[String], paths: &[PathBuf]) {
    let order: Vec<_> = paths.iter().map(|path| synced(calls, path)).collect();
    assert!(order.is_sorted(), "{paths:?}: {order:?}");
    let said = calls.iter().position(|call| call.contains(" write(1<"));
    assert!(
        said.is_some_and(|said| order.iter().all(|at| *at < said)),
        "{calls:#?}"
    );
}

#[test]
fn keygen_says_that_it_is_done_when_the_disk_has_key_request_and_folders() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let (output, calls) = traced(root, &keygen::ARGUMENTS, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let certs = root.join("certs");
    synced_in_order(
        &calls,
        &[
            root.to_owned(),
            certs.join("a.key"),
            certs.join("a.csr"),
            certs,
        ],
    );
}

#[test]
fn keygen_leaves_nothing_where_the_disk_fails() {
    // The folder's name in its own, the key, the request, and their names.
    for which in 1..=4 {
        let directory = tempfile::tempdir().unwrap();
        let fault = format!("fsync:error=EIO:when={which}");
        let (output, calls) = traced(directory.path(), &keygen::ARGUMENTS, &[&fault]);
        assert!(calls.iter().any(|call| call.contains("(INJECTED")));
        assert_eq!(output.status.code(), Some(1), "{which}");
        let said = text(&output.stderr);
        assert!(said.contains("Input/output error"), "{said}");
        assert!(output.stdout.is_empty());
        let left = fs::read_dir(directory.path().join("certs")).unwrap();
        assert_eq!(left.count(), 0, "{which}");
    }
}

#[test]
fn cacerts_says_that_it_is_done_when_the_disk_has_the_bundle_and_its_name() {
    let directory = cacerts::directory_with_a_bundle();
    let root = directory.path();
    let fingerprint = cacerts::fingerprint(root);
    let (output, calls) = traced(root, &cacerts::arguments("ca.pem", &fingerprint), &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let renamed = calls.iter().position(|call| call.contains("rename("));
    let content = calls.iter().position(|call| call.contains("fsync("));
    assert!(content < renamed, "{calls:#?}");
    assert!(renamed.unwrap() < synced(&calls, root), "{calls:#?}");
    synced_in_order(&calls, &[root.to_owned()]);

    let before = fs::metadata(root.join("out.pem")).unwrap().ino();
    let fault = ["fsync:error=EIO:when=1"];
    let (output, _) = traced(root, &cacerts::arguments("ca.pem", &fingerprint), &fault);
    assert_eq!(output.status.code(), Some(1));
    let after = fs::metadata(root.join("out.pem")).unwrap().ino();
    assert_eq!(
        before, after,
        "the bundle was replaced by one that the disk may not have"
    );
}

#[test]
fn sample_and_import_say_that_they_are_done_when_the_disk_has_all() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let sample = ["sample", "--step", "15", "--out", "new/csv"];
    let (output, calls) = traced(root, &sample, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let csv = root.join("new/csv");
    synced_in_order(&calls, &[root.to_owned(), root.join("new"), csv.clone()]);
    for file in fs::read_dir(&csv).unwrap() {
        synced_in_order(&calls, &[file.unwrap().path(), csv.clone()]);
    }

    let import = ["import", "--state", "kept/state", "new/csv"];
    let (output, calls) = traced(root, &import, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    synced_in_order(
        &calls,
        &[root.to_owned(), root.join("kept"), root.join("kept/state")],
    );
}
