//! `perild healthcheck`: whether the daemon beside it answers, for a container's supervisor.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;

use crate::service::health_socket;

/// Arguments of `perild healthcheck`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Example:\n  perild healthcheck || echo 'the daemon does not answer'\n\n\
    Asks for /healthz as the daemon's own user, within 3 seconds. Exit code 0 when it answers 200,\n\
    1 when it does not; the reason is on stderr. It says nothing of the directory: that is /readyz."
)]
pub struct HealthcheckArgs {
    /// The daemon's health socket [default: health.sock in $RUNTIME_DIRECTORY, then in /run/perild/daemon]
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
}

/// Reason why the daemon does not pass for healthy.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// Nobody answers, or not in time.
    #[error("the daemon does not answer at {}: {source}; is it running, and is this its socket (--socket)?", .socket.display())]
    Silent {
        /// Its health socket.
        socket: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It answers something else than 200.
    #[error("the daemon answers {0:?} at /healthz; are you its user?")]
    Unwell(String),
}

/// Asks once.
///
/// # Errors
/// [`Unhealthy`].
pub fn run(args: &HealthcheckArgs) -> Result<(), Unhealthy> {
    let socket = args.socket.clone().unwrap_or_else(health_socket);
    let status = ask(&socket).map_err(|source| Unhealthy::Silent { socket, source })?;
    if status.starts_with("HTTP/1.1 200 ") {
        Ok(())
    } else {
        Err(Unhealthy::Unwell(status))
    }
}

/// The status line of the answer.
fn ask(socket: &Path) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: healthcheck\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer)?;
    let line = answer.split(|&byte| byte == b'\r').next();
    Ok(String::from_utf8_lossy(line.unwrap_or_default()).into_owned())
}

const PATIENCE: Duration = Duration::from_secs(3);

/// More than the answer to `/healthz` has.
const MOST_BYTES: u64 = 4096;
