//! A store that cannot be served: what is said of it, and that the one in service stays there.

use std::{fs, os::unix::fs::chown, path::Path, process::Command};

use nix::unistd::Uid;

use crate::{
    sample,
    site::settings,
    support::perild::{DAEMON, Launch, Perild, user},
};

/// What is wrong with a store, and what is said of it.
fn broken_stores(sound: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let cut = |length: usize| sound[..length].to_vec();
    let mut changed = sound.to_vec();
    // The name of the layout stands before its key: 4 octets of length, then the text.
    let mut layouts = 0;
    for at in 0..sound.len() - 5 {
        if sound[at..].starts_with(&[1, 0, 0, 0, b'2', 0]) {
            changed[at + 4] = b'9';
            layouts += 1;
        }
    }
    assert!(layouts > 0);
    vec![
        (cut(0), "not a store of perild"),
        (cut(7), "cut short"),
        (cut(sound.len() / 2), "cut short"),
        (cut(sound.len() - 1), "cut short"),
        (
            b"latitude,longitude\n1,1\n".repeat(100),
            "not a store of perild",
        ),
        (
            changed,
            "the store has layout 9, and this perild reads layouts 1 and 2: import again",
        ),
    ]
}

#[test]
fn a_store_that_is_cut_or_of_another_version_is_not_taken_over_and_not_started_with() {
    let site = sample::site();
    let before = site.get("/wind?lat=1&lon=1");
    let store = site.dir().join("state/perils.arrow");
    let sound = fs::read(&store).unwrap();
    for (content, part) in broken_stores(&sound) {
        replace(&store, &content);
        let (_, ready) = site.perild.reload();
        assert!(ready.contains("failed"), "{part}: {ready}");
        site.perild
            .wait_for_line(|line| line.contains("perils.arrow") && line.contains(part));
        let after = site.get("/wind?lat=1&lon=1");
        assert_eq!(
            (after.status, after.field("etag")),
            (200, before.field("etag"))
        );
        assert_eq!(after.content, before.content);
    }
    // The same file, mended, is taken.
    replace(&store, &sound);
    let (_, ready) = site.perild.reload();
    assert!(!ready.contains("failed"), "{ready}");

    let settings = settings(&site.directory.issuer);
    for (content, part) in broken_stores(&sound) {
        replace(&store, &content);
        let (code, said) = Perild::launch(site.dir(), &settings, &Launch::Itself).failure();
        assert_eq!(code, Some(78), "{part}: {said}");
        assert!(
            said.contains(part) && said.contains("perils.arrow"),
            "{said}"
        );
    }
}

#[test]
fn an_import_that_fails_changes_nothing_that_is_served() {
    let site = sample::site();
    let before = site.get("/fire?lat=1&lon=1");
    let fire = site.dir().join("csv/etlfire.csv");
    let text = fs::read_to_string(&fire).unwrap();
    fs::write(
        &fire,
        text.replace("\n0.000.00,0.000000", "\n0.000.00,91.000000"),
    )
    .unwrap();
    let mut import = Command::new(env!("CARGO_BIN_EXE_perild"));
    import
        .args(["import", "--state"])
        .arg(site.dir().join("state"));
    let output = import.arg(site.dir().join("csv")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("etlfire.csv: line 214: latitude \"91.000000\""),
        "{said}"
    );
    site.perild.reload();
    let after = site.get("/fire?lat=1&lon=1");
    assert_eq!(
        (after.status, after.field("etag")),
        (200, before.field("etag"))
    );
    assert_eq!(after.content, before.content);
}

/// Opening a store does not read its values; checking it does.
#[test]
fn a_store_with_one_octet_changed_is_found_by_the_check() {
    let site = sample::site();
    let check = || {
        let mut check = Command::new(env!("CARGO_BIN_EXE_perild"));
        check.args(["check", "--offline", "--config"]);
        let output = check.arg(site.dir().join("perild.toml")).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let line = said
            .lines()
            .find(|line| line.contains("SHA-256") || line.contains("checksum"));
        (output.status.code(), line.unwrap_or(&said).to_owned())
    };
    let (code, line) = check();
    assert_eq!(code, Some(0), "{line}");
    assert!(
        line.starts_with("ok") && line.contains("perils.arrow: version 7 with "),
        "{line}"
    );

    let store = site.dir().join("state/perils.arrow");
    let mut content = fs::read(&store).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    replace(&store, &content);
    let (code, line) = check();
    assert_eq!(code, Some(78), "{line}");
    assert!(
        line.starts_with("error") && line.contains("import again"),
        "{line}"
    );
}

/// Puts `content` in the place of the file at `path`, as an import does it.
fn replace(path: &Path, content: &[u8]) {
    let aside = path.with_extension("aside");
    fs::write(&aside, content).unwrap();
    if Uid::effective().is_root() {
        chown(&aside, Some(user(DAEMON).uid.as_raw()), None).unwrap();
    }
    fs::rename(aside, path).unwrap();
}
