//! A start that finds something missing which may come by itself: the daemon is up, says so, and serves once it is there.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
    process::Command,
};

use rustix::process::Signal;

use super::{
    clock,
    expect::{has_common_fields, holds_no_secret},
    site::{CONTENT, NAME, Site, settings},
};
use crate::support::{
    http::Request,
    perild::{Launch, Perild},
    pki::Pki,
    world::place,
};

/// Everything but its health is 503, with the reason; `wants` is told by the setting's name and no path.
#[track_caller]
fn waits_for(site: &Site, wants: &str) {
    assert_eq!(site.ask(&Request::get("/healthz")).text(), "OK");
    for target in ["/readyz", &*format!("/{NAME}"), "/docs", "/v1/perils"] {
        let answer = site.get(target);
        assert_eq!(answer.status, 503, "{target}: {answer:?}");
        has_common_fields(&answer);
        holds_no_secret(site, &answer);
        assert_eq!(answer.field("www-authenticate"), None);
        assert!(answer.field("retry-after").is_some(), "{answer:?}");
        let problem = answer.problem();
        assert_eq!(problem["type"], "urn:perild:problem:not-ready");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(wants), "{target}: {detail}");
    }
}

#[track_caller]
fn serves(site: &Site) {
    site.perild.await_state("STATUS=serving");
    site.await_readiness();
    assert_eq!(site.fetch().text(), CONTENT);
}

/// Puts a copy of `from` at `to` in one step, with the same owner and mode.
fn put(from: &Path, to: &Path) {
    let aside = to.with_extension("aside");
    fs::copy(from, &aside).unwrap();
    let owner = from.metadata().unwrap();
    chown(&aside, Some(owner.uid()), Some(owner.gid())).unwrap();
    fs::rename(aside, to).unwrap();
}

/// Rows: SYSD-11, DISC-6
#[test]
fn a_file_that_is_not_there_yet_is_waited_for_and_said() {
    for (name, key) in [
        ("certs/a.pem", "directory.certificate"),
        ("certs/a.key", "directory.private_key"),
        ("certs/directory-ca.pem", "directory.trust_anchors"),
        ("certs/consumers-ca.pem", "consumers.trust_anchors"),
    ] {
        let late = format!("{name}.late");
        let site = Site::unready("localhost", |settings, _| settings.edit(name, &late));
        waits_for(&site, &format!("{key} (a file that cannot be had yet)"));
        site.perild
            .wait_for_line(|line| line.contains(&late) && line.contains("No such file"));
        put(&site.pki.path(name), &site.pki.path(&late));
        serves(&site);
    }
}

/// Rows: SYSD-11, PKIX-12
#[test]
fn a_revocation_list_that_is_not_there_yet_is_waited_for() {
    let site = Site::unready("localhost", |settings, pki| {
        settings.revocation_lists = vec![pki.path("late.crl.pem")];
    });
    waits_for(&site, "consumers.revocation_lists[0] (a file");
    let list = site.pki.revocation_lists("made.crl.pem", &[]);
    put(&list, &site.pki.path("late.crl.pem"));
    serves(&site);
}

/// Rows: SYSD-11
#[test]
fn shared_data_on_a_mount_that_is_late_is_waited_for() {
    let site = Site::unready("localhost", |settings, _| {
        settings.edit("srv/shared_data", "srv/mount/shared_data");
    });
    waits_for(&site, "paths.shared_data (a folder that cannot be had yet)");
    let mount = site.dir().join("srv/mount");
    fs::create_dir(&mount).unwrap();
    // All of it at once, as a mount comes.
    fs::rename(
        site.dir().join("srv/shared_data"),
        mount.join("shared_data"),
    )
    .unwrap();
    serves(&site);
}

/// Rows: SYSD-11, DISC-6
#[test]
fn a_clock_ten_years_ahead_at_the_start_is_waited_for_until_it_is_right() {
    let offsets = place();
    let offset = offsets.path().join("offset");
    fs::write(&offset, "+3650d\n").unwrap();
    let site = Site::unready("localhost", |settings, _| {
        settings.variables.extend(clock::shifted(&offset));
    });
    let answer = site.get("/readyz");
    assert_eq!(answer.status, 503, "{answer:?}");
    let problem = answer.problem();
    let detail = problem["detail"].as_str().unwrap();
    let wants = "directory.certificate (past its end by this machine's clock)";
    assert!(detail.contains(wants), "{detail}");
    site.perild
        .wait_for_line(|line| line.contains("ended at") && line.contains("timedatectl"));
    assert_eq!(site.ask(&Request::get("/healthz")).text(), "OK");
    fs::write(&offset, "+0d\n").unwrap();
    serves(&site);
}

/// Rows: SYSD-11
#[test]
fn a_start_that_waits_takes_what_has_come_at_once_when_it_is_asked_to_reload() {
    let site = Site::unready("localhost", |settings, _| {
        settings.edit("certs/a.pem", "certs/late.pem");
    });
    let (_, ready) = site.perild.reload();
    assert!(ready.contains("waits for directory.certificate"), "{ready}");
    waits_for(&site, "directory.certificate");
    put(
        &site.pki.path("certs/a.pem"),
        &site.pki.path("certs/late.pem"),
    );
    site.perild.signal(Signal::HUP);
    serves(&site);
}

/// Rows: SYSD-6, SYSD-11
#[test]
fn a_start_that_waits_ends_when_it_is_told_to() {
    let mut site = Site::unready("localhost", |settings, _| {
        settings.edit("certs/a.pem", "certs/late.pem");
    });
    waits_for(&site, "directory.certificate");
    site.perild.stop();
}

/// A daemon in `dir` that waits for its certificate.
fn waiting_in(dir: &Path) -> Perild {
    let mut settings = settings("https://localhost:9/");
    settings.edit("certs/a.pem", "certs/late.pem");
    let perild = Perild::launch(dir, &settings, &Launch::Itself);
    perild.await_state("READY=1");
    perild
}

/// Rows: SYSD-11
#[test]
fn what_comes_and_is_wrong_ends_a_start_that_waits_with_78() {
    let dir = place();
    let pki = Pki::new(dir.path());
    let mut perild = waiting_in(dir.path());
    put(
        &pki.path("certs/consumers-ca.pem"),
        &pki.path("certs/late.pem"),
    );
    let (code, said) = perild.failure();
    assert_eq!(code, Some(78), "{said}");
    assert!(
        said.contains("late.pem") && said.contains("belong together"),
        "{said}"
    );
}

/// Rows: SYSD-11
#[test]
fn what_is_half_there_for_a_moment_ends_nothing() {
    let dir = place();
    let pki = Pki::new(dir.path());
    let perild = waiting_in(dir.path());
    let late = pki.path("certs/late.pem");
    fs::write(&late, "-----BEGIN CERTIFICATE-----\n").unwrap();
    perild.wait_for_line(|line| line.contains("is there, and is not as it should be"));
    put(&pki.path("certs/a.pem"), &late);
    perild.await_state("STATUS=serving");
}

/// The twin of all of these: what only a person can mend is not waited for.
///
/// Rows: SYSD-11
#[test]
fn what_may_not_be_read_or_is_wrong_ends_a_start_at_once() {
    let dir = place();
    let pki = Pki::new(dir.path());
    let launch = |edits: &[(&str, &str)]| {
        let mut settings = settings("https://localhost:9/");
        for (text, replacement) in edits {
            settings.edit(text, replacement);
        }
        Perild::launch(dir.path(), &settings, &Launch::Itself).failure()
    };
    let (code, said) = launch(&[("srv/shared_data", "certs/a.pem")]);
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("a.pem is not a folder"), "{said}");

    let anchors = pki.path("certs/consumers-ca.pem");
    fs::set_permissions(&anchors, fs::Permissions::from_mode(0o000)).unwrap();
    let (code, said) = launch(&[]);
    assert_eq!(code, Some(78), "{said}");
    assert!(
        said.contains("consumers-ca.pem: Permission denied"),
        "{said}"
    );
}

/// Rows: SYSD-11
#[test]
fn check_calls_an_error_what_a_start_would_wait_for() {
    let dir = place();
    Pki::new(dir.path());
    let _perild = waiting_in(dir.path());
    let mut check = Command::new(env!("CARGO_BIN_EXE_perild"));
    check.args(["check", "--offline", "--config"]);
    let done = check.arg(dir.path().join("perild.toml")).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(78), "{said}");
    let first = said.lines().next().unwrap();
    assert!(
        first.starts_with("error") && first.contains("late.pem"),
        "{first}"
    );
}
