//! Peril values for the daemon, made and imported by the built program as a publisher does it.

use std::{
    fs,
    os::unix::fs::chown,
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::Uid;

use super::perild::{DAEMON, user};

/// Writes synthetic values every `step` degrees to `csv` below `dir` and imports them into `state`.
pub fn import_sample(dir: &Path, step: &str) {
    let (csv, state) = (dir.join("csv"), dir.join("state"));
    fs::create_dir_all(&state).unwrap();
    if Uid::effective().is_root() {
        // As a package's installation has it: root imports, and the daemon's user reads.
        chown(&state, Some(user(DAEMON).uid.as_raw()), None).unwrap();
    }
    succeed(
        perild("sample")
            .args(["--step", step, "--seed", "20261121", "--out"])
            .arg(&csv),
    );
    import(&state, &csv);
}

/// Imports the files of `csv` into `state`.
pub fn import(state: &Path, csv: &Path) {
    succeed(perild("import").arg("--state").arg(state).arg(csv));
}

fn perild(command: &str) -> Command {
    let mut perild = Command::new(env!("CARGO_BIN_EXE_perild"));
    perild.env_remove("PERILD_CONFIG").arg(command);
    perild
}

fn succeed(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
