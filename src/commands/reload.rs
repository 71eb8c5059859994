//! `perild reload`: asks the running daemon for a reload and ends when it is done, with its outcome.

use std::{
    io::{self, Read},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;

use crate::service::{RELOADED, control_socket};

/// Arguments of `perild reload`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:\n  systemctl reload perild\n\n\
    systemd runs it as the daemon's user. Exit code 0 when everything was taken over, 1 when\n\
    the old configuration stays; the reason is on stderr and in the journal.")]
pub struct ReloadArgs {
    /// The daemon's control socket [default: control.sock in $RUNTIME_DIRECTORY, then in /run/perild/daemon]
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
}

/// Reason why nothing is known to have been reloaded.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The daemon does not listen there, or this user may not ask it.
    #[error("cannot ask the daemon at {}: {source}; is it running, and are you root or its user?", .socket.display())]
    Away {
        /// Its control socket.
        socket: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The daemon ended before it said anything; its successor reads everything anew.
    #[error(
        "the daemon ended meanwhile; the next one reads everything anew, see systemctl status perild"
    )]
    Ended,
    /// The daemon kept its old configuration.
    #[error("the old configuration stays: {0}")]
    Refused(String),
    /// The daemon hangs.
    #[error("the daemon did not say how the reload ended; see journalctl -u perild")]
    Silent,
}

/// Asks, and waits.
///
/// # Errors
/// [`ReloadError`]; with [`ReloadError::Refused`] the daemon goes on as before.
pub fn run(args: &ReloadArgs) -> Result<(), ReloadError> {
    let socket = args.socket.clone().unwrap_or_else(control_socket);
    let stream = connect(&socket).map_err(|source| ReloadError::Away { socket, source })?;
    match outcome(stream) {
        Ok(answer) if answer.trim_end() == RELOADED => Ok(()),
        Ok(answer) if answer.is_empty() => Err(ReloadError::Ended),
        Ok(answer) => Err(ReloadError::Refused(answer.trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Err(ReloadError::Ended),
        Err(_) => Err(ReloadError::Silent),
    }
}

fn connect(socket: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// A connection is the question; what comes back before its end is the answer.
fn outcome(mut stream: UnixStream) -> io::Result<String> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Reading files takes milliseconds; systemd would give up after `TimeoutStartSec=`, 30 s in our unit.
const PATIENCE: Duration = Duration::from_secs(20);
