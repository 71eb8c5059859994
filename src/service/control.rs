//! The control socket: a connection asks for a reload and hears its outcome.
//!
//! A signal has no answer, and systemd 252 knows a reload's outcome only from its `ExecReload=`
//! command. So that command asks here; a reload that it asked for begins after it asked, whatever
//! signals came before.

use std::{io, os::unix::net, path::PathBuf, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::{UnixListener, UnixStream},
    time::{sleep, timeout},
};

use super::runtime;

/// The daemon's word when a reload has succeeded; anything else is the reason why it has not.
pub const RELOADED: &str = "reloaded";

/// Path of the control socket.
#[must_use]
pub fn control_socket() -> PathBuf {
    runtime::socket(NAME)
}

/// A control socket at which nobody is heard yet: who asks waits in it.
pub struct Bound(Option<net::UnixListener>);

impl Bound {
    /// Binds it, mode 0600, when systemd has given the daemon a runtime directory; without one there
    /// is SIGHUP alone.
    ///
    /// To be called before any file is read: whoever changes a file and finds nobody to ask for a
    /// reload may then be sure that a daemon which is about to start reads the change.
    ///
    /// # Errors
    /// When the socket cannot be bound there.
    pub fn bind() -> io::Result<Self> {
        Ok(Self(runtime::bind(NAME)?))
    }

    /// Begins to hear, within the runtime.
    ///
    /// # Errors
    /// When the system does not let the socket be waited for.
    pub fn listen(self) -> io::Result<Control> {
        let listener = self.0.map(UnixListener::from_std);
        Ok(Control(listener.transpose()?))
    }
}

/// The daemon's end of the control socket.
pub struct Control(Option<UnixListener>);

impl Control {
    /// The next one who asks for a reload.
    pub async fn next(&self) -> Asker {
        let Some(listener) = &self.0 else {
            return std::future::pending().await;
        };
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return Asker(stream),
                Err(error) => {
                    tracing::warn!("nobody can ask for a reload: {error}");
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

/// One who waits for the outcome of a reload.
pub struct Asker(UnixStream);

impl Asker {
    /// Tells the outcome on one line and hangs up; one who has gone away is not missed.
    pub async fn tell(mut self, outcome: &str) {
        let line = outcome.replace('\n', "; ") + "\n";
        let _ = timeout(PATIENCE, self.0.write_all(line.as_bytes())).await;
    }
}

/// The peer is our own command on the same machine.
const PATIENCE: Duration = Duration::from_secs(1);

/// Without descriptors left, trying at once would only burn time.
const PAUSE: Duration = Duration::from_secs(1);

const NAME: &str = "control.sock";
