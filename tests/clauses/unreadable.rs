//! What a publisher has put there and the daemon cannot read: 503 for the consumer, its name for the operator.

use std::{
    fs::{self, Permissions},
    io::Read as _,
    os::unix::{
        fs::{PermissionsExt as _, symlink},
        process::CommandExt as _,
    },
    path::Path,
    process::Command,
};

use nix::unistd::Uid;
use rustix::process::Signal;

use super::{expect::unchallenged, site::Site};
use crate::support::{
    http::Request,
    perild::{DAEMON, user},
    process::{PATIENCE, Running, eventually, tool},
};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// 503 with its own type, and when to come again.
#[track_caller]
fn is_unreadable(site: &Site, target: &str) {
    let answer = site.get(target);
    unchallenged(site, &answer, 503);
    assert!(answer.field("retry-after").is_some(), "{answer:?}");
    assert_eq!(
        answer.problem()["type"],
        "urn:perild:problem:unreadable-file"
    );
}

/// How many records of the journal have all of `words` and are no access records.
fn count(site: &Site, words: &[&str]) -> usize {
    let log = site.perild.log();
    log.lines()
        .filter(|line| !line.contains("PERILD_STATUS="))
        .filter(|line| words.iter().all(|word| line.contains(word)))
        .count()
}

/// The log has `words` as many `times`, now or soon.
#[track_caller]
fn is_told(site: &Site, words: &[&str], times: usize) {
    eventually("the log says so", PATIENCE, || {
        (count(site, words) >= times).then_some(())
    });
    assert_eq!(count(site, words), times, "{}", site.perild.log());
}

/// Rows: PROB-1
#[test]
fn a_file_that_cannot_be_read_is_503_and_told_once_for_each_change() {
    let site = Site::start();
    let path = site.shared("closed.csv");
    fs::write(&path, "closed").unwrap();
    let mended = "closed.csv can be read again";
    let denied = ["cannot read ", "closed.csv: Permission denied", "chmod o+r"];
    for times in 1..=2 {
        set_mode(&path, 0o000);
        for _ in 0..3 {
            is_unreadable(&site, "/closed");
            is_unreadable(&site, "/v1/files/closed.csv");
        }
        set_mode(&path, 0o644);
        assert_eq!(site.get("/closed").text(), "closed");
        is_told(&site, &[mended], times);
        is_told(&site, &denied, times);
    }
}

/// Rows: PROB-1
#[test]
fn a_folder_that_cannot_be_entered_or_is_gone_is_503_and_told_by_its_own_name() {
    let site = Site::start();
    let root = site.dir().join("srv/shared_data");
    assert_eq!(site.fetch().status, 200);
    set_mode(&root, 0o000);
    is_unreadable(&site, &format!("/{}", super::site::NAME));
    is_unreadable(&site, "/never-there");
    set_mode(&root, 0o755);
    assert_eq!(site.fetch().status, 200);
    assert_eq!(site.get("/never-there").status, 404);

    let aside = site.dir().join("srv/aside");
    fs::rename(&root, &aside).unwrap();
    for _ in 0..3 {
        is_unreadable(&site, &format!("/{}", super::site::NAME));
    }
    fs::rename(&aside, &root).unwrap();
    assert_eq!(site.fetch().status, 200);
    is_told(&site, &["shared_data can be read again"], 2);
    is_told(&site, &["shared_data: No such file"], 1);
}

/// Rows: HTTP-28
#[test]
fn a_link_into_a_folder_that_is_closed_is_503_and_one_that_leads_away_404() {
    let site = Site::start();
    let inner = site.shared("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("deep.csv"), "deep").unwrap();
    symlink("inner/deep.csv", site.shared("linked.csv")).unwrap();
    symlink("inner", site.shared("folder.csv")).unwrap();
    symlink("/etc/hostname", site.shared("outside.csv")).unwrap();
    assert_eq!(site.get("/linked").text(), "deep");
    set_mode(&inner, 0o000);
    is_unreadable(&site, "/linked");
    for target in ["/folder", "/outside"] {
        assert_eq!(site.get(target).status, 404, "{target}");
    }
    set_mode(&inner, 0o755);
    assert_eq!(site.get("/linked").text(), "deep");
}

/// Has the daemon's system `call` fail as a disk does, from its `from`th time on in each thread, as long as this lives.
fn failing(site: &Site, call: &str, from: u32) -> Running {
    let mut strace = Command::new(tool("strace", "strace"));
    let pid = site.perild.pid().as_raw_nonzero().to_string();
    strace.args(["-f", "-p", &pid, "-e", &format!("trace={call}")]);
    strace.args(["-e", &format!("inject={call}:error=EIO:when={from}+")]);
    let strace = Running::start("strace", &mut strace);
    strace.wait_for_line(|line| line.contains("attached"));
    strace
}

fn end(mut strace: Running) {
    strace.signal(Signal::INT);
    strace.wait();
}

/// Rows: PROB-1
#[test]
fn a_disk_that_fails_is_503_before_the_first_octet_and_a_cut_after_it() {
    let site = Site::start();
    let (small, large) = ("x".repeat(1_000), "y".repeat(3_000_000));
    fs::write(site.shared("small.csv"), &small).unwrap();
    fs::write(site.shared("large.csv"), &large).unwrap();

    let disk = failing(&site, "pread64", 1);
    is_unreadable(&site, "/small");
    is_unreadable(&site, "/small");
    end(disk);
    assert_eq!(site.get("/small").text(), small);
    is_told(&site, &["small.csv can be read again"], 1);
    is_told(&site, &["small.csv: Input/output error"], 1);

    let disk = failing(&site, "preadv2", 3);
    let mut connection = site.connect();
    let request = site.request("/large", &super::site::fresh_token());
    connection.write(&request.bytes());
    let mut came = Vec::new();
    let _ = connection.stream().read_to_end(&mut came);
    assert!(
        came.starts_with(b"HTTP/1.1 200 ") && came.len() < large.len(),
        "{} octets came of a disk that failed",
        came.len()
    );
    is_told(&site, &["large.csv: Input/output error"], 1);
    end(disk);
    assert_eq!(site.get("/large").text(), large);
    assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
}

/// What `perild check` says as the daemon's user, of `shared_data` alone.
fn checked(site: &Site) -> Vec<String> {
    let mut check = Command::new(env!("CARGO_BIN_EXE_perild"));
    check.args(["check", "--offline", "--config"]);
    check.arg(&site.perild.config);
    if Uid::effective().is_root() {
        check.uid(user(DAEMON).uid.as_raw());
    }
    let done = check.output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    let lines = said
        .lines()
        .filter(|line| line.contains("paths.shared_data"));
    lines.map(str::to_owned).collect()
}

#[test]
fn check_names_each_file_that_nobody_can_have_and_what_helps() {
    let site = Site::start();
    let root = site.dir().join("srv/shared_data");
    let said = checked(&site);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("ok "), "{said:?}");

    fs::write(root.join("closed.csv"), "closed").unwrap();
    set_mode(&root.join("closed.csv"), 0o000);
    symlink("/etc/hostname", root.join("outside.csv")).unwrap();
    symlink("nothing.csv", root.join("dangling.csv")).unwrap();
    fs::create_dir(root.join("folder.csv")).unwrap();
    let said = checked(&site);
    let warnings: Vec<_> = said
        .iter()
        .filter(|line| line.starts_with("warning"))
        .collect();
    assert_eq!(warnings.len(), 3, "{said:?}");
    for (line, words) in warnings.iter().zip([
        [
            "perild cannot read",
            "closed.csv: Permission denied",
            "chmod o+r",
        ],
        [
            "dangling.csv is a link",
            "not published",
            "put the file itself there",
        ],
        ["outside.csv is a link", "leads out of the folder", "mount"],
    ]) {
        for word in words {
            assert!(line.contains(word), "{word}: {said:?}");
        }
    }

    for number in 0..20 {
        let path = root.join(format!("n{number}.csv"));
        fs::write(&path, "").unwrap();
        set_mode(&path, 0o000);
    }
    let said = checked(&site);
    assert_eq!(said.len(), 12, "{said:?}");
    assert!(said[10].contains("cannot read 13 more files"), "{said:?}");

    for mode in [0o000, 0o644, 0o711] {
        set_mode(&root, mode);
        let said = checked(&site);
        let first = said.first().unwrap();
        assert!(
            said.len() == 2 && first.contains("cannot read the folder") && first.contains("o+rx"),
            "{mode:o}: {said:?}"
        );
    }
    set_mode(&root, 0o755);
}
