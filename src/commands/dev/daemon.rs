//! The daemon itself: this program once more as `perild serve`, a child that does not outlive its parent.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use actix_web::rt::time::{Instant, sleep};
use rustix::process::{Pid, Signal, getppid, kill_process, set_parent_process_death_signal};

use super::DevError;

/// A running `perild serve`; ended with SIGTERM when dropped.
pub(super) struct Daemon {
    child: Child,
    log: Option<PathBuf>,
}

impl Daemon {
    /// Starts `perild serve --config CONFIG`; what it says goes to `log`, or to our own stderr. The sockets that
    /// `perild reload` and `perild healthcheck` ask at lie in the folder `sockets`.
    ///
    /// The environment is not handed on: none of the caller's `PERILD_` variables, sockets or
    /// notification addresses is meant for this daemon.
    pub(super) fn start(
        config: &Path,
        sockets: &Path,
        log: Option<(File, PathBuf)>,
    ) -> Result<Self, DevError> {
        let (stderr, log) = match log {
            Some((file, path)) => (Stdio::from(file), Some(path)),
            None => (Stdio::inherit(), None),
        };
        let child = Command::new(THIS_PROGRAM)
            .arg0("perild")
            .args(["dev", "--daemon-of"])
            .arg(std::process::id().to_string())
            .arg("--daemon-config")
            .arg(config)
            .env_clear()
            .env("RUNTIME_DIRECTORY", sockets)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .map_err(DevError::Daemon)?;
        Ok(Self { child, log })
    }

    /// Waits until `/readyz` answers 200: the directory is known and requests are taken.
    pub(super) async fn ready(&mut self, daemon: &reqwest::Client) -> Result<(), DevError> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.ended()? {
                return Err(DevError::DaemonEnded {
                    status,
                    account: self.account(),
                });
            }
            let answer = daemon.get("http://perild/readyz").send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            sleep(BETWEEN_QUESTIONS).await;
        }
        Err(DevError::NotReady {
            account: self.account(),
        })
    }

    /// Comes back when the daemon has ended by itself.
    pub(super) async fn end(&mut self) -> Result<(), DevError> {
        loop {
            if let Some(status) = self.ended()? {
                return Err(DevError::DaemonEnded {
                    status,
                    account: self.account(),
                });
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The last of what the daemon said, or where that stands.
    pub(super) fn account(&self) -> String {
        let Some(log) = &self.log else {
            return "its reason stands above".to_owned();
        };
        let text = fs::read_to_string(log).unwrap_or_default();
        let skipped = text.lines().count().saturating_sub(LAST_LINES);
        let last: Vec<&str> = text.lines().skip(skipped).collect();
        format!("it said last:\n{}", last.join("\n"))
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, DevError> {
        self.child.try_wait().map_err(DevError::Daemon)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In the child: asks the kernel for SIGTERM when `parent` ends, then becomes `perild serve`.
///
/// Comes back only when that failed.
pub(super) fn become_daemon(parent: u32, config: &Path) -> DevError {
    if let Err(error) = set_parent_process_death_signal(Some(Signal::TERM)) {
        return DevError::Daemon(error.into());
    }
    // A parent that ended before the request above sends no signal any more.
    let present = getppid()
        .map(Pid::as_raw_pid)
        .and_then(|pid| u32::try_from(pid).ok());
    if present != Some(parent) {
        return DevError::Daemon(io::Error::other("the process that asked for it has ended"));
    }
    let arguments = [
        OsString::from("serve"),
        OsString::from("--config"),
        config.into(),
    ];
    DevError::Daemon(
        Command::new(THIS_PROGRAM)
            .arg0("perild")
            .args(arguments)
            .exec(),
    )
}

/// This very program, also when its file was replaced by a newer build, `proc_pid_exe(5)`.
const THIS_PROGRAM: &str = "/proc/self/exe";

const PATIENCE: Duration = Duration::from_secs(15);

/// Each question is a record in what the daemon says.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(200);

const LAST_LINES: usize = 12;
