//! `perild reload` and the socket that it asks at.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use super::{
    service::{listen_for_notices, next_notice},
    site::settings,
};
use crate::support::{perild::write_config, pki::Pki, process::Running, world::place};

const PERILD: &str = env!("CARGO_BIN_EXE_perild");

fn reload(runtime: &Path) -> Output {
    let mut command = Command::new(PERILD);
    command.arg("reload").env("RUNTIME_DIRECTORY", runtime);
    command.output().unwrap()
}

/// A daemon whose log is a file, so that a look there waits for nothing.
fn logging_to(log: &Path, dir: &Path, runtime: &Path) -> Running {
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$0\" serve --config \"$1\" 2>\"$2\"", PERILD])
        .args([&dir.join("perild.toml"), log])
        .env("NOTIFY_SOCKET", dir.join("run/notify.sock"))
        .env("RUNTIME_DIRECTORY", runtime);
    Running::start("perild", &mut command)
}

/// Rows: SYSD-5
#[test]
fn who_asked_for_a_reload_finds_in_the_log_what_came_of_it() {
    let dir = place();
    let notify = listen_for_notices(dir.path());
    Pki::new(dir.path());
    write_config(dir.path(), &settings("https://localhost:9/"));
    let (runtime, log) = (dir.path().join("run"), dir.path().join("log"));
    let _perild = logging_to(&log, dir.path(), &runtime);
    assert!(next_notice(&notify).contains("READY=1"));
    // Nobody reads on, and a full socket would hold the daemon up.
    drop(notify);
    let told = |what: &str| fs::read_to_string(&log).unwrap().matches(what).count();
    for times in 1..=5 {
        assert!(reload(&runtime).status.success());
        assert_eq!(told("reloaded "), times);
    }
    fs::write(dir.path().join("perild.toml"), "listen = 1\n").unwrap();
    for times in 1..=5 {
        assert_eq!(reload(&runtime).status.code(), Some(1));
        assert_eq!(told("reload failed"), times);
    }
}
