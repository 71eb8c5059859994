//! The health socket: where perild's own user asks whether the daemon answers.
//!
//! The sockets that consumers' requests come by are for the proxy alone, and a balancer's addresses are
//! not this machine's. So the watchdog and `perild healthcheck` have a socket of their own. It is served
//! by the same workers; whoever is not the proxy hears only of `/healthz` there.

use std::{io, os::unix::net::UnixListener, path::PathBuf};

use super::runtime;

/// Path of the health socket.
#[must_use]
pub fn health_socket() -> PathBuf {
    runtime::socket(NAME)
}

/// Binds it, mode 0600, when the daemon has been given a runtime directory.
///
/// # Errors
/// When the socket cannot be bound there.
pub fn bind_health() -> io::Result<Option<UnixListener>> {
    runtime::bind(NAME)
}

const NAME: &str = "health.sock";
