//! Peril values for the daemon, made and imported by the built program as a publisher does it.

use std::{
    fmt::Write,
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

/// Writes irradiance every ten degrees to `id`.csv below `dir` and imports it into `state` as the coverage `id`.
pub fn import_coverage(dir: &Path, id: &str) {
    let folder = dir.join("own");
    fs::create_dir_all(&folder).unwrap();
    let mut text = "lat,lon,ghi\n".to_owned();
    for latitude in (-80..=80).step_by(10) {
        for longitude in (-180..180).step_by(10) {
            writeln!(text, "{latitude},{longitude},{}", latitude + 100).unwrap();
        }
    }
    fs::write(folder.join(format!("{id}.csv")), text).unwrap();
    let described = "[collection]\ntitle = \"Irradiance\"\nlicence = \"CC-BY-4.0\"\nkind = \"coverage\"\n\n\
                     [[rule]]\nclass = \"OE-SA\"\n";
    let path = folder.join(format!("{id}.toml"));
    fs::write(&path, described).unwrap();
    import(&dir.join("state"), &path);
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
