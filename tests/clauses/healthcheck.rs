//! `perild healthcheck` and the socket that it asks at.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use rustix::process::Signal;

use super::{
    service::{command, listen_for_notices, next_notice},
    site::{CERTIFICATE, NAME, settings},
    trusted_peers::listen,
};
use crate::support::{
    http::{Request, unix},
    perild::{BYSTANDER, write_config},
    pki::Pki,
    process::{Running, free_port},
    world::place,
};

fn healthcheck(runtime: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
    command.arg("healthcheck").env("RUNTIME_DIRECTORY", runtime);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Rows: CERT-14, SYSD-7
#[test]
fn a_daemon_whose_port_is_not_for_this_machine_is_healthy_all_the_same_and_no_more_than_that() {
    let dir = place();
    let notify = listen_for_notices(dir.path());
    let pki = Pki::new(dir.path());
    let mut settings = settings("https://localhost:9/");
    settings.proxy = BYSTANDER.to_owned();
    let address = format!("0.0.0.0:{}", free_port());
    listen(&mut settings, &address, "[\"10.0.0.0/8\"]");
    write_config(dir.path(), &settings);
    let runtime = dir.path().join("run");

    let away = healthcheck(&runtime);
    assert_eq!(away.status.code(), Some(1));
    assert!(said(&away).contains("health.sock") && said(&away).contains("No such file"));

    let mut command = command(dir.path());
    command
        .env("RUNTIME_DIRECTORY", &runtime)
        .env("WATCHDOG_USEC", "400000");
    let mut perild = Running::start("perild", &mut command);
    assert!(next_notice(&notify).contains("READY=1"));
    let well = healthcheck(&runtime);
    assert_eq!((well.status.code(), said(&well)), (Some(0), String::new()));
    assert!(
        next_notice(&notify).contains("WATCHDOG=1"),
        "the watchdog asks there as well"
    );

    let socket = runtime.join("health.sock");
    assert_eq!(
        fs::metadata(&socket).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let copied = Request::get(&format!("/{NAME}"))
        .bearer("t")
        .field(CERTIFICATE, &pki.consumer("bank-a").escaped());
    for request in [copied, Request::get("/readyz")] {
        assert_eq!(unix(&socket).send(&request).status, 403);
    }

    perild.signal(Signal::TERM);
    assert!(perild.wait().success());
    let gone = healthcheck(&runtime);
    assert_eq!(gone.status.code(), Some(1));
    assert!(
        said(&gone).contains("Connection refused"),
        "{}",
        said(&gone)
    );
}

#[test]
fn an_answer_that_is_not_200_is_not_healthy() {
    use std::io::{Read as _, Write as _};
    let dir = place();
    let listener = std::os::unix::net::UnixListener::bind(dir.path().join("health.sock")).unwrap();
    let answering = std::thread::spawn(move || {
        for answer in [
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "",
            "HTTP/1.1 200 OK\r\n\r\n",
        ] {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    for (code, word) in [(1, "503"), (1, "\"\""), (0, "")] {
        let output = healthcheck(dir.path());
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert!(said(&output).contains(word), "{}", said(&output));
    }
    answering.join().unwrap();
}
