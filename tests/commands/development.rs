//! `perild dev` as something to ask.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use super::perild;

/// Any free port.
pub(super) const ANY_PORT: [&str; 3] = ["dev", "--listen", "127.0.0.1:0"];

/// A `perild dev` that stays up in a directory of its own.
pub(super) struct Development {
    pub(super) directory: tempfile::TempDir,
    pub(super) child: Child,
    pub(super) printed: String,
    _stdout: BufReader<ChildStdout>,
}

impl Development {
    pub(super) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("target")).unwrap();
        let mut command: Command = perild(directory.path(), &ANY_PORT);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        while !printed.contains("Ctrl-C ends it all.") {
            assert_ne!(
                stdout.read_line(&mut printed).unwrap(),
                0,
                "dev ended early: {printed}"
            );
        }
        Self {
            directory,
            child,
            printed,
            _stdout: stdout,
        }
    }

    pub(super) fn target(&self, name: &str) -> PathBuf {
        self.directory.path().join("target/dev").join(name)
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The daemon's directory in /proc.
    pub(super) fn daemon(&self) -> PathBuf {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        Path::new("/proc").join(children.trim())
    }
}

impl Drop for Development {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Neither gone nor waiting to be buried.
pub(super) fn is_running(process: &Path) -> bool {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}
