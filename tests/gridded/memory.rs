//! Memory that an import may take, whatever a file claims or holds.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use perild::import::format::Naming;

use crate::{files, read_only};

/// What one source may take beside the program itself.
const MOST_KIB: u64 = 400 * 1024;

/// Reads `path` in a process of its own; the most memory that it ever had, and what it said.
fn peak_of(path: &Path) -> (u64, String) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program)
        .args([
            "--exact",
            "memory::child",
            "--ignored",
            "--nocapture",
            "--test-threads",
            "1",
        ])
        .env("GRIDDED_SOURCE", path)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}: {said}", path.display());
    // The harness begins the line with the name of the test.
    let peak = said.lines().find_map(|line| line.split_once("peak "));
    let (_, peak) = peak.unwrap();
    let (peak, said) = peak.split_once(' ').unwrap();
    (peak.parse().unwrap(), said.to_owned())
}

#[test]
#[ignore = "started by the tests beside it, with a source"]
#[expect(clippy::disallowed_methods, reason = "how its parent names the source")]
fn child() {
    let Some(path) = std::env::var_os("GRIDDED_SOURCE") else {
        return;
    };
    let said = match read_only(Path::new(&path), &Naming::default()) {
        Ok(cells) => format!("{cells} cells"),
        Err(error) => error.to_string(),
    };
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak = peak.trim().trim_end_matches("kB").trim();
    let mut out = std::io::stdout().lock();
    writeln!(out, "peak {peak} {said}").unwrap();
}

#[test]
fn a_large_grid_in_a_small_file_is_read_window_by_window() {
    // Twelve million values, which are not held at once.
    let (peak, said) = peak_of(&files::named("bombs", "zeros"));
    assert_eq!(said, "1038240 cells");
    assert!(peak < MOST_KIB, "{peak} kB");
}

#[test]
fn what_claims_more_than_it_can_hold_is_refused_at_once() {
    for (name, expected) in [
        ("unwritten", "claim to hold 25934400000 values"),
        ("chunk", "cannot be read as NetCDF"),
    ] {
        let (peak, said) = peak_of(&files::named("bombs", name));
        assert!(said.contains(expected), "{name}: {said}");
        assert!(peak < 200 * 1024, "{name}: {peak} kB");
    }
}
