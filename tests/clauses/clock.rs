//! A clock that is wrong, by libfaketime, and what is said of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::site::Site;
use crate::support::{process::tool, world::place};

/// What a program's environment needs for a clock that is ahead of the machine's by what the file `offset` says, as `+3650d`.
pub(super) fn shifted(offset: &Path) -> [(&'static str, String); 4] {
    tool("faketime", "faketime");
    let library = glob("/usr/lib", "libfaketimeMT.so.1");
    [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", offset.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

/// `name` in `faketime/` of a folder for this machine's libraries, below `root`.
fn glob(root: &str, name: &str) -> PathBuf {
    let folders = fs::read_dir(root).unwrap().flatten();
    let mut found = folders.map(|folder| folder.path().join("faketime").join(name));
    found.find(|path| path.exists()).expect(name)
}

/// What `perild check` says of the directory with its clock `ahead`; as root would run it.
fn checked(site: &Site, ahead: &str) -> Vec<String> {
    let offsets = place();
    let offset = offsets.path().join("offset");
    fs::write(&offset, ahead).unwrap();
    let mut check = Command::new(env!("CARGO_BIN_EXE_perild"));
    check.args(["check", "--config"]).arg(&site.perild.config);
    let done = check.envs(shifted(&offset)).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    let lines = said
        .lines()
        .filter(|line| line.contains("directory.issuer"));
    lines.map(str::to_owned).collect()
}

#[test]
fn check_tells_of_a_clock_that_is_not_the_directorys() {
    let site = Site::start();
    let said = checked(&site, "+0s\n");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("ok ") && said[0].contains("answers"),
        "{said:?}"
    );
    for (ahead, words) in [("+1h\n", "ahead of"), ("-20m\n", "behind")] {
        let said = checked(&site, ahead);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(
            said[0].starts_with("warning")
                && said[0].contains(words)
                && said[0].contains("set-ntp"),
            "{said:?}"
        );
    }
}
