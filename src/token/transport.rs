//! Failures of connecting, TLS and HTTP in words of our own, each with what mends it.
//!
//! The TLS library prints most of its errors as Rust prints values, which tells an operator nothing.

mod tls;

use std::{error::Error, io};

use thiserror::Error;
use url::Url;

/// A call that broke below HTTP's meaning: no connection, no TLS, or no whole answer.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{words}")]
pub struct TransportFault {
    words: String,
    kind: TransportKind,
}

/// The kinds of [`TransportFault`], by what mends them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransportKind {
    /// The connection broke while an answer was awaited.
    Broken,
    /// The other side's certificate is out of its time, or our clock is wrong.
    CertificateTime,
    /// The other side's certificate is not one that can be believed.
    CertificateUnfit,
    /// The other side's certificate is for another name.
    CertificateName,
    /// The other side's certificate is not issued under the anchors.
    CertificateIssuer,
    /// The host name cannot be looked up.
    Name,
    /// The other side speaks something other than TLS, or no TLS that is spoken here.
    Protocol,
    /// The other side does not want our certificate.
    RefusedOurs,
    /// No connection can be made.
    Unreachable,
}

impl TransportFault {
    /// Fault at `host`, from the error at the top of its causes.
    #[must_use]
    pub fn of(error: Cause<'_>, host: Option<&str>) -> Self {
        let host = host.unwrap_or("the other side");
        let (kind, words) = if let Some(fault) = causes(error).find_map(tls_error) {
            tls::described(fault, host)
        } else if let Some(io) = causes(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .last()
        {
            of_io(io, host)
        } else {
            let innermost = causes(error).last().map(ToString::to_string);
            (TransportKind::Broken, innermost.unwrap_or_default())
        };
        Self::new(kind, &words)
    }

    /// The TLS library's part in `error`, when it had one.
    #[must_use]
    pub fn of_tls(error: Cause<'_>) -> Option<Self> {
        let host = "the other side";
        let (kind, words) = tls::described(causes(error).find_map(tls_error)?, host);
        Some(Self::new(kind, &words))
    }

    fn new(kind: TransportKind, words: &str) -> Self {
        let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
        let words = words.chars().take(LONGEST).map(printable).collect();
        Self { words, kind }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> TransportKind {
        self.kind
    }

    /// `true` when no question can be asked at all: there is no connection, or no TLS on it.
    pub(super) fn is_of_the_whole(&self) -> bool {
        self.kind != TransportKind::Broken
    }
}

impl From<reqwest::Error> for TransportFault {
    fn from(error: reqwest::Error) -> Self {
        let host = error.url().and_then(Url::host_str).map(ToOwned::to_owned);
        let host = host.as_deref();
        if error.is_dns() {
            let name = host.unwrap_or("of the directory");
            let words = format!("the name {name} cannot be looked up");
            return Self::new(TransportKind::Name, &words);
        }
        let is_connect = error.is_connect();
        if is_connect && error.is_timeout() {
            let host = host.unwrap_or("the directory");
            let words = format!("{host} takes no connection in time");
            return Self::new(TransportKind::Unreachable, &words);
        }
        let mut fault = Self::of(&error.without_url(), host);
        if is_connect && fault.kind == TransportKind::Broken {
            fault.kind = TransportKind::Unreachable;
        }
        fault
    }
}

impl TransportKind {
    /// The remedy of whoever set the daemon up.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Broken => "if it lasts, ask the directory's operator",
            Self::CertificateTime => {
                "see that this machine's clock is right (timedatectl); if it is, the directory's operator must renew the certificate"
            }
            Self::CertificateUnfit => "the directory's operator must mend the certificate",
            Self::CertificateName => {
                "correct directory.issuer or directory.discovery_url, or see where the name leads (getent hosts)"
            }
            Self::CertificateIssuer => {
                "directory.trust_anchors are not this directory's: are they of another environment (sandbox, production)?"
            }
            Self::Name => {
                "see that this machine can look names up (getent hosts), and correct directory.issuer or directory.discovery_url"
            }
            Self::Protocol => {
                "see that the address is that of the directory and its port, and that nothing between changes the connection"
            }
            Self::RefusedOurs => {
                "see that directory.certificate and directory.client_id are of this directory and not of another environment \
                 (sandbox, production), and that the certificate is active there"
            }
            Self::Unreachable => {
                "see that this machine reaches the directory, and that no firewall between refuses it"
            }
        }
    }
}

type Cause<'e> = &'e (dyn Error + 'static);

fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |cause: &Cause<'_>| under(*cause))
}

/// The error that an I/O error wraps is not its source but hidden in it.
fn under(cause: Cause<'_>) -> Option<Cause<'_>> {
    match cause
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(hidden) => Some(hidden),
        None => cause.source(),
    }
}

fn tls_error(cause: Cause<'_>) -> Option<&rustls::Error> {
    cause.downcast_ref()
}

fn of_io(error: &io::Error, host: &str) -> (TransportKind, String) {
    use io::ErrorKind as E;
    let (kind, words) = match error.kind() {
        E::ConnectionRefused => (
            TransportKind::Unreachable,
            format!("{host} refuses the connection"),
        ),
        E::HostUnreachable | E::NetworkUnreachable => (
            TransportKind::Unreachable,
            format!("there is no way to {host}"),
        ),
        E::ConnectionReset | E::ConnectionAborted | E::BrokenPipe | E::UnexpectedEof => (
            TransportKind::Broken,
            format!("{host} closed the connection"),
        ),
        _ => (
            TransportKind::Broken,
            format!("the connection to {host} failed: {error}"),
        ),
    };
    (kind, words)
}

const LONGEST: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_that_fail_say_so_in_words() {
        let io =
            |kind: io::ErrorKind| TransportFault::of(&io::Error::from(kind), Some("as.example"));
        let refused = io(io::ErrorKind::ConnectionRefused);
        assert_eq!(refused.to_string(), "as.example refuses the connection");
        assert!(refused.is_of_the_whole());
        let closed = io(io::ErrorKind::UnexpectedEof);
        assert_eq!(closed.to_string(), "as.example closed the connection");
        assert!(!closed.is_of_the_whole());
    }
}
