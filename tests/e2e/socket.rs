//! The unix socket between nginx and the daemon: who may speak on it, and who made it.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    process::Command,
};

use crate::support::{
    http::Request,
    perild::{BYSTANDER, Launch, WEB_SERVER, user},
    process::tool,
    world::{CONTENT, NAME, World},
};

/// A request on the daemon's socket by the user `name`, with the bank's certificate copied into the header.
fn ask_as(name: &str, world: &World, token: &str) -> String {
    let account = user(name);
    let mut curl = Command::new(tool("curl", "curl"));
    curl.args(["-sS", "--max-time", "10", "--unix-socket"])
        .arg(&world.perild.socket);
    curl.arg("--header")
        .arg(format!("X-OE-CLIENT-CERT: {}", world.bank.escaped()));
    curl.args(["--header", "X-OE-CLIENT-VERIFY: SUCCESS", "--header"]);
    curl.arg(format!("Authorization: Bearer {token}"))
        .arg(format!("http://localhost/{NAME}"));
    curl.uid(account.uid.as_raw()).gid(account.gid.as_raw());
    let done = curl
        .output()
        .unwrap_or_else(|error| panic!("run the tests as root: {error}"));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Rows: CERT-14, NGX-8
#[test]
fn cert_14_a_local_user_with_a_copied_certificate_gets_nothing() {
    let world = World::start();
    let token = world.token();
    let mode = fs::metadata(&world.perild.socket)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o660);
    assert_eq!(
        ask_as(BYSTANDER, &world, &token),
        "",
        "the mode keeps others out"
    );

    // Even when somebody has opened the mode.
    fs::set_permissions(&world.perild.socket, fs::Permissions::from_mode(0o666)).unwrap();
    let answer = ask_as(BYSTANDER, &world, &token);
    assert!(!answer.contains("kWh"), "{answer}");
    assert_eq!(world.directory.introspections(), 0);
    assert_eq!(ask_as(WEB_SERVER, &world, &token), CONTENT);
}

/// Rows: SYSD-1
#[test]
fn sysd_1_a_socket_handed_over_by_systemd_is_served() {
    let world = World::launched(&Launch::SocketActivation, |_, _| {});
    let token = world.token();
    // The first request waits in the socket while the daemon that it starts comes up.
    assert_eq!(world.bank().send(&Request::get("/healthz")).status, 200);
    world.await_ready();
    let answer = world.get(&format!("/{NAME}"), &token);
    assert_eq!((answer.status, answer.text()), (200, CONTENT));
    world.perild.await_state("READY=1");
}
