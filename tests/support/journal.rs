//! A real `systemd-journald`, started by hand where systemd is not the init, and what `journalctl` finds in it.

use std::{
    fs::{self, File},
    os::unix::net::UnixDatagram,
    path::Path,
    process::Command,
};

use rustix::process::Signal;
use serde_json::Value;

use super::process::{PATIENCE, Running, output, tool};

const SOCKET: &str = "/run/systemd/journal/socket";

/// The machine's journal. One test at a time holds it, since there is one socket for it on a machine.
pub struct Journal {
    started: Option<Running>,
    _alone: File,
}

impl Journal {
    /// The journal that runs already, or one started now. Needs root where none runs.
    pub fn open() -> Self {
        let alone = File::create(std::env::temp_dir().join("perild-tests-journal.lock")).unwrap();
        alone.lock().unwrap();
        let started = (!is_listening()).then(start);
        Self {
            started,
            _alone: alone,
        }
    }

    /// The records whose fields match all of `matches` (`FIELD=value`), oldest first, up to now.
    #[expect(clippy::unused_self, reason = "the value says that a journal runs")]
    pub fn records(&self, matches: &[&str]) -> Vec<Value> {
        output(Command::new(tool("journalctl", "systemd")).arg("--sync"));
        let mut journalctl = Command::new(tool("journalctl", "systemd"));
        let found = output(
            journalctl
                .args(["--no-pager", "--quiet", "--output=json", "--all"])
                .args(matches),
        );
        found
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Journal {
    /// Keeps the journal from taking anything until the value is dropped.
    pub fn hang(&self) -> Hanging<'_> {
        let started = self.started.as_ref().expect(
            "a journal of the test's own, for it is stopped for a while; one runs on this machine already",
        );
        started.signal(Signal::STOP);
        Hanging(started)
    }
}

/// A journal that takes nothing.
pub struct Hanging<'j>(&'j Running);

impl Drop for Hanging<'_> {
    fn drop(&mut self) {
        self.0.signal(Signal::CONT);
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if let Some(started) = &mut self.started {
            started.signal(Signal::TERM);
            started.wait();
        }
    }
}

fn is_listening() -> bool {
    let probe = UnixDatagram::unbound().unwrap();
    probe.connect(SOCKET).is_ok()
}

fn start() -> Running {
    fs::create_dir_all(Path::new(SOCKET).parent().unwrap()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let notify = dir.path().join("notify");
    let notified = UnixDatagram::bind(&notify).unwrap();
    notified.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut journald = Command::new(tool("systemd-journald", "systemd"));
    let started = Running::start("systemd-journald", journald.env("NOTIFY_SOCKET", &notify));
    let mut message = [0; 4096];
    let length = notified
        .recv(&mut message)
        .expect("systemd-journald is ready");
    assert!(
        message[..length].starts_with(b"READY=1"),
        "{:?}",
        started.lines()
    );
    started
}
