//! The units that we ship, as systemd itself reads them.

use std::{fs, path::Path, process::Command};

use crate::support::process::{output, tool};

const UNITS: [&str; 6] = [
    "perild.socket",
    "perild.service",
    "perild-check.service",
    "perild-check.timer",
    "perild-crl.service",
    "perild-crl.timer",
];

/// The shipped text of a unit.
fn unit(name: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("systemd")
            .join(name),
    )
    .unwrap()
}

/// Writes the units to a directory, with the built binary in place of the installed one.
fn installed(change: impl Fn(&str) -> String) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in UNITS {
        let text = unit(name).replace("/usr/bin/perild", env!("CARGO_BIN_EXE_perild"));
        fs::write(dir.path().join(name), change(&text)).unwrap();
    }
    dir
}

fn verify(dir: &Path) -> (bool, String) {
    let mut analyze = Command::new(tool("systemd-analyze", "systemd"));
    let done = analyze
        .args(["verify", "--man=no"])
        .args(UNITS.map(|name| dir.join(name)))
        .output()
        .unwrap();
    (
        done.status.success(),
        String::from_utf8_lossy(&done.stderr).into_owned(),
    )
}

/// Rows: SYSD-10
#[test]
fn systemd_analyze_verifies_every_unit_and_refuses_a_broken_one() {
    let good = installed(str::to_owned);
    let (is_verified, said) = verify(good.path());
    assert!(is_verified && !said.contains("perild."), "{said}");

    let broken = installed(|text| text.replace("Type=notify", "Type=notification"));
    let (_, said) = verify(broken.path());
    assert!(said.contains("perild.service"), "{said}");
}

/// Rows: SYSD-10
#[test]
fn sysd_10_the_exposure_that_systemd_counts_is_small() {
    let dir = installed(str::to_owned);
    let mut analyze = Command::new(tool("systemd-analyze", "systemd"));
    analyze.args(["security", "--offline=true", "--threshold=12", "--no-pager"]);
    output(analyze.arg(dir.path().join("perild.service")));
}

/// Rows: NGX-8, SYSD-11
#[test]
fn ngx_8_the_units_say_who_may_connect_and_when_not_to_start_again() {
    let socket = unit("perild.socket");
    for line in [
        "SocketMode=0660",
        "SocketGroup=www-data",
        "FileDescriptorName=http",
        "ListenStream=/run/perild/perild.sock",
    ] {
        assert!(socket.lines().any(|found| found == line), "{line}");
    }
    let service = unit("perild.service");
    for line in [
        "Type=notify",
        "RestartPreventExitStatus=78",
        "LimitCORE=0",
        "ExecReload=/usr/bin/perild reload",
        "User=perild",
        "MemoryHigh=3G",
        "MemoryMax=4G",
    ] {
        assert!(service.lines().any(|found| found == line), "{line}");
    }
}
