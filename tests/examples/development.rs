//! A `perild dev` that stays up while a test calls it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A running `perild dev` with a directory of its own.
pub(crate) struct Development {
    directory: tempfile::TempDir,
    child: Child,
    _stdout: BufReader<ChildStdout>,
}

impl Development {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("target")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_perild"))
            .args(["dev", "--listen", "127.0.0.1:0"])
            .current_dir(directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        while !printed.contains("Ctrl-C ends it all.") {
            let read = stdout.read_line(&mut printed).unwrap();
            assert_ne!(read, 0, "dev ended early: {printed}");
        }
        Self {
            directory,
            child,
            _stdout: stdout,
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `program`, with the variables of `consumer.env`.
    pub(crate) fn consumer(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let lines = fs::read_to_string(self.path("target/dev/consumer.env")).unwrap();
        for line in lines.lines() {
            let (name, value) = line
                .strip_prefix("export ")
                .unwrap()
                .split_once('=')
                .unwrap();
            command.env(name, value);
        }
        command.current_dir(self.directory());
        command
    }
}

impl Drop for Development {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command printed; it must succeed.
pub(crate) fn output(mut command: Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}
