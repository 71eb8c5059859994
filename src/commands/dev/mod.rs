//! `perild dev`: the whole system on one machine with nothing to configure.
//!
//! A throw-away PKI, a small directory, the daemon as it is shipped (this program once more, as
//! `perild serve`) and an mTLS front in nginx's place, all on loopback, all ending together.

mod authorization_server;
mod coverages;
mod daemon;
mod dev_dir;
mod front;
mod instructions;
mod perils;
mod pki;
mod sample;
mod smoke;
mod stack;
mod tls;

use std::{
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    pin::pin,
    process::ExitStatus,
};

use actix_web::rt::System;
use clap::Args;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal as unix_signal};

use super::cause::Cause;
use crate::import::ImportError;
use stack::DevStack;

/// Arguments of `perild dev`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct DevArgs {
    /// Where consumers connect; loopback only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443", value_parser = loopback)]
    pub listen: SocketAddr,

    /// Offer the CSV files of this directory instead of synthetic ones; coverages that descriptions in it
    /// tell of are imported, and the peril files in its folder perils, or those in it named etlfire.csv and
    /// so on
    #[arg(long, value_name = "DIR")]
    pub shared_data: Option<PathBuf>,

    /// Make the calls that are printed, and those that must be refused; exit 0 when all went right
    #[arg(long)]
    pub smoke: bool,

    /// The process that this daemon must not outlive
    #[arg(long, hide = true, requires = "daemon_config")]
    daemon_of: Option<u32>,

    /// The configuration of the daemon to become
    #[arg(long, hide = true, requires = "daemon_of")]
    daemon_config: Option<PathBuf>,
}

/// Starts everything, prints what can be pasted and stays until Ctrl-C; with `--smoke`, makes the
/// calls and ends.
///
/// # Errors
///
/// [`DevError`]; whatever was started has been ended.
pub fn run(args: &DevArgs) -> Result<(), DevError> {
    if let (Some(parent), Some(config)) = (args.daemon_of, &args.daemon_config) {
        return Err(daemon::become_daemon(parent, config));
    }
    // The port comes first: a second run must not touch the files of the first.
    let listener = TcpListener::bind(args.listen).map_err(|source| DevError::Listen {
        address: args.listen,
        source,
    })?;
    System::new().block_on(develop(args, listener))
}

/// Reason why the development system did not start, or did not do as it should.
#[derive(Debug, Error)]
pub enum DevError {
    /// An outbound client could not be made.
    #[error("cannot make an HTTP client: {}; report this", Cause(.0))]
    Client(#[from] reqwest::Error),
    /// The daemon could not be started or watched.
    #[error(
        "cannot run perild serve: {0}; see that /proc is mounted and that processes may be started"
    )]
    Daemon(io::Error),
    /// The daemon ended although nobody asked it to.
    #[error("perild serve ended by itself ({status}); {account}")]
    DaemonEnded {
        /// Its exit status.
        status: ExitStatus,
        /// The last lines of its log.
        account: String,
    },
    /// The peril values could not be imported.
    #[error("cannot import peril values: {0}")]
    Import(#[from] ImportError),
    /// A signal came before everything was done.
    #[error("interrupted; everything that was started has been ended")]
    Interrupted,
    /// The address could not be taken.
    #[error(
        "cannot listen on {address}: {source}; choose another port, or any free one: --listen 127.0.0.1:0"
    )]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// There is no file to offer.
    #[error("there is no CSV file with a plain name in {}; put one there, as name.csv, or leave --shared-data out", .0.display())]
    NoCsv(PathBuf),
    /// The daemon started and did not become ready.
    #[error("perild serve does not become ready; {account}")]
    NotReady {
        /// The last lines of its log.
        account: String,
    },
    /// The throw-away PKI could not be made.
    #[error("cannot make certificates: {0}; report this")]
    Pki(#[from] rcgen::Error),
    /// Standard output could not be written.
    #[error("standard output is closed: {0}")]
    Print(io::Error),
    /// A server of this process could not be started.
    #[error("cannot start a server on loopback: {0}; see that 127.0.0.1 can be bound")]
    Server(io::Error),
    /// The files to offer could not be read.
    #[error("cannot read {}: {source}; --shared-data wants a directory that you may read", .path.display())]
    SharedData {
        /// The directory or file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Some calls did not end as they should have.
    #[error(
        "{wrong} of {calls} calls went wrong, see the lines marked WRONG; the daemon itself: {account}"
    )]
    Smoke {
        /// Calls that went wrong.
        wrong: usize,
        /// Calls made.
        calls: usize,
        /// The last lines of the daemon's log.
        account: String,
    },
    /// A TLS configuration could not be made.
    #[error("cannot configure TLS: {0}; report this")]
    Tls(#[from] rustls::Error),
    /// A file could not be written.
    #[error("cannot write {}: {source}; run the command where you may write, or where there is no ./target", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

async fn develop(args: &DevArgs, listener: TcpListener) -> Result<(), DevError> {
    let mut interrupt = unix_signal(SignalKind::interrupt()).map_err(DevError::Server)?;
    let mut terminate = unix_signal(SignalKind::terminate()).map_err(DevError::Server)?;
    let mut stopped = pin!(async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    });
    print(
        "NOT FOR PRODUCTION: throw-away keys, a directory that only plays the part, loopback only.",
    )?;
    let mut stack = tokio::select! {
        stack = DevStack::start(args, listener) => stack?,
        () = &mut stopped => return Err(DevError::Interrupted),
    };
    let outcome = if args.smoke {
        tokio::select! {
            outcome = smoke::run(&stack) => outcome,
            () = &mut stopped => Err(DevError::Interrupted),
        }
    } else {
        print(&instructions::text(&stack))?;
        tokio::select! {
            outcome = stack.daemon.end() => outcome,
            () = &mut stopped => Ok(()),
        }
    };
    stack.stop().await;
    outcome
}

fn print(text: &str) -> Result<(), DevError> {
    writeln!(io::stdout().lock(), "{text}").map_err(DevError::Print)
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|error| format!("{error}; write it as 127.0.0.1:8443"))?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err("perild dev is not for production and listens on loopback only, as 127.0.0.1:8443".into())
}

const EXAMPLE: &str = "Examples:
  perild dev --smoke    make every call once, allowed and forbidden, and say how it went
  perild dev            stay up, and print lines to paste
  perild dev --listen 127.0.0.1:0 --shared-data ./shared_data

Not for production: keys, certificates and directory are thrown away.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_loopback_address_is_listened_on() {
        for address in ["127.0.0.1:8443", "127.8.0.1:1", "[::1]:0"] {
            assert!(loopback(address).is_ok(), "{address}");
        }
        for address in [
            "0.0.0.0:8443",
            "[::]:8443",
            "10.0.0.1:8443",
            "[::ffff:127.0.0.1]:1",
            "localhost",
            "",
        ] {
            assert!(loopback(address).is_err(), "{address}");
        }
    }
}
