//! Where the daemon listens: what keeps it from that is found by `check` exactly when `serve` would end.

use std::{
    fs,
    io::Read as _,
    os::unix::net::UnixStream,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::configuration::Installation;

/// Both `serve` and `check` end with 78 and say each of `words`.
#[track_caller]
fn assert_refused(installation: &Installation, words: &[&str]) {
    for arguments in [&["serve"][..], &["check", "--offline"]] {
        let (code, said) = installation.run(arguments);
        assert_eq!(code, Some(78), "{arguments:?}: {said}");
        for word in words {
            assert!(
                said.contains(word),
                "{word} is not in what {arguments:?} says: {said}"
            );
        }
    }
}

fn listening_at(path: &Path) -> Installation {
    let mut installation = Installation::new();
    let socket = installation.path("run/perild.sock");
    installation.settings.edit(
        &format!("listen = \"unix:{}\"", socket.display()),
        &format!("listen = \"unix:{}\"", path.display()),
    );
    installation
}

#[test]
fn a_socket_path_over_107_octets_is_found_by_check_and_refused_by_serve() {
    let folder = tempfile::tempdir().unwrap();
    let name = |octets: usize| "s".repeat(octets - folder.path().as_os_str().len() - 1);
    listening_at(&folder.path().join(name(107))).assert_passes_check();
    let installation = listening_at(&folder.path().join(name(108)));
    assert_refused(&installation, &["108 octets", "107 at most"]);
}

#[test]
fn a_folder_of_the_socket_that_is_missing_is_found_by_check_and_refused_by_serve() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/perild.sock");
    let installation = listening_at(&missing);
    assert_refused(&installation, &["is no folder", "install -d"]);
    fs::create_dir(missing.parent().unwrap()).unwrap();
    installation.assert_passes_check();
    fs::write(folder.path().join("file"), "").unwrap();
    assert_refused(
        &listening_at(&folder.path().join("file/perild.sock")),
        &["is no folder"],
    );
}

#[test]
fn an_address_that_is_not_this_machines_is_found_by_check() {
    let mut installation = Installation::new();
    installation.listen("192.0.2.1:8080", "[\"192.0.2.0/24\"]");
    let (code, said) = installation.run(&["check", "--offline"]);
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("cannot listen on 192.0.2.1:8080"), "{said}");
    let (code, said) = installation.run(&["serve"]);
    assert!(
        code != Some(0) && said.contains("cannot listen on 192.0.2.1:8080"),
        "{said}"
    );
}

/// systemd starts a process for each connection then; a socket that listens is what the daemon takes.
#[test]
fn a_connection_handed_over_by_a_unit_with_accept_yes_is_named_as_that() {
    let installation = Installation::new();
    // Writes the configuration.
    installation.assert_passes_check();
    let socket = installation.path("run/handed.sock");
    let mut activating = Command::new("systemd-socket-activate")
        .arg("--accept")
        .arg("--listen")
        .arg(&socket)
        .arg(env!("CARGO_BIN_EXE_perild"))
        .args(["serve", "--config"])
        .arg(installation.path("perild.toml"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test needs systemd-socket-activate of Debian's systemd");
    let patience = Instant::now() + Duration::from_secs(20);
    let _connection = loop {
        match UnixStream::connect(&socket) {
            Ok(connection) => break connection,
            Err(error) => assert!(Instant::now() < patience, "{error}"),
        }
    };
    let mut said = Vec::new();
    let mut stderr = activating.stderr.take().unwrap();
    let mut part = [0; 4096];
    while !String::from_utf8_lossy(&said).contains("Accept=no") {
        let length = stderr.read(&mut part).unwrap();
        assert!(
            length > 0,
            "it ended with {}",
            String::from_utf8_lossy(&said)
        );
        said.extend_from_slice(&part[..length]);
    }
    activating.kill().unwrap();
    activating.wait().unwrap();
}
