//! Disks that are nearly full, in octets or in files, and one that takes no writes: as `perild check` finds them.

use std::process::Command;

use nix::unistd::Uid;

use super::configuration::Installation;

/// What `perild check` says of disks where the state is on one mounted with `options`, in a namespace of its own.
fn said(options: &str) -> Vec<String> {
    let installation = Installation::new();
    installation.assert_passes_check();
    let mut command = Command::new("unshare");
    if !Uid::effective().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    let mount = r#"mount -t tmpfs -o "$0" none "$1" && shift && exec "$@""#;
    command.args(["--mount", "sh", "-c", mount, options]);
    command.arg(installation.path("state"));
    command.args([
        env!("CARGO_BIN_EXE_perild"),
        "check",
        "--offline",
        "--config",
    ]);
    let done = command
        .arg(installation.path("perild.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(
        done.status.code(),
        Some(0),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let lines = said
        .lines()
        .filter(|line| line.contains("paths.state: the disk"));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_disk_with_room_is_not_spoken_of() {
    assert_eq!(said("size=1g,nr_inodes=100000"), Vec::<String>::new());
}

#[test]
fn a_disk_that_is_nearly_full_or_takes_no_writes_is_a_warning_with_its_remedy() {
    for (options, words) in [
        ("size=20m,nr_inodes=100000", ["MB left", "df -h"]),
        (
            "size=1g,nr_inodes=50",
            ["more files only (inodes)", "df -i"],
        ),
        (
            "size=1g,nr_inodes=100000,ro",
            ["takes no writes", "findmnt"],
        ),
    ] {
        let said = said(options);
        assert_eq!(said.len(), 1, "{options}: {said:?}");
        assert!(said[0].starts_with("warning"), "{said:?}");
        assert!(words.iter().all(|word| said[0].contains(word)), "{said:?}");
    }
}
