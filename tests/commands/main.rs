//! The commands as a person types them: the built program, its files, its exit codes.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/printed.rs"]
mod printed;

mod cacerts;
mod crl;
mod describe;
mod dev;
mod development;
mod get;
mod keygen;
mod lasting;

use std::{
    path::Path,
    process::{Command, Output},
};

/// The program, run in `directory` with no configuration from the environment.
fn perild(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
    command
        .current_dir(directory)
        .env_remove("PERILD_CONFIG")
        .args(arguments);
    command
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    let output = perild(directory, arguments)
        .output()
        .expect("the built program runs");
    printed::is_for_people(&text(&output.stdout));
    printed::is_for_people(&text(&output.stderr));
    output
}

/// A tool that the tests need; its absence is a failure that names the package.
fn tool(name: &str, package: &str, arguments: &[&str]) -> Output {
    Command::new(name)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}; apt-get install {package}"))
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn every_command_has_help_with_an_example() {
    let directory = tempfile::tempdir().unwrap();
    for command in [
        "cacerts",
        "catalog",
        "crl",
        "describe",
        "dev",
        "get",
        "healthcheck",
        "import",
        "keygen",
        "openapi",
        "provenance",
        "sample",
    ] {
        let output = run(directory.path(), &[command, "--help"]);
        let help = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(help.contains("Example"), "{help}");
        assert!(help.contains(&format!("\n  perild {command} ")), "{help}");
    }
}

#[test]
fn a_missing_argument_is_exit_code_2() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in [
        &["keygen"][..],
        &["cacerts", "--from", "x"],
        &["get"],
        &["dev", "--daemon-of", "1"],
    ] {
        assert_eq!(
            run(directory.path(), arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}
