//! All sockets of the daemon, by what is answered there: handed over by systemd, or bound here.

use std::{io, net::SocketAddr, str::FromStr};

use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;

use super::{
    Network,
    listen::{Listen, ListenError, Listener, bind, guard_address},
};

/// An address of this machine's own network, where metrics may be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Loopback(SocketAddr);

impl FromStr for Loopback {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = text.parse::<SocketAddr>();
        let address = address.or(Err(ListenError::MetricsUnreadable(text.to_owned())))?;
        Self::try_from(address)
    }
}

impl TryFrom<SocketAddr> for Loopback {
    type Error = ListenError;

    fn try_from(address: SocketAddr) -> Result<Self, Self::Error> {
        if address.ip().is_loopback() {
            Ok(Self(address))
        } else {
            Err(ListenError::MetricsNotLoopback(address))
        }
    }
}

impl std::fmt::Display for Loopback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The sockets of one daemon.
#[derive(Debug)]
pub struct Sockets {
    /// The listeners for requests.
    pub http: Vec<Listener>,
    /// The listener for metrics; none when they are off.
    pub metrics: Vec<Listener>,
}

impl Sockets {
    /// The sockets that systemd hands over; what it leaves out is bound now, at `listen` and `metrics`.
    ///
    /// `trusted` are those who may connect over TCP; without any, each TCP socket has to be of loopback,
    /// and one for metrics always.
    ///
    /// # Errors
    /// [`ListenError`] when a descriptor is no stream socket, one can be reached by others than it is
    /// for, or one cannot be bound safely.
    pub fn open(
        listen: &Listen,
        trusted: &[Network],
        metrics: Option<Loopback>,
    ) -> Result<Self, ListenError> {
        let mut sockets = handed_over(trusted)?;
        if sockets.http.is_empty() {
            sockets.http.push(bind(listen, trusted)?);
        }
        if let (true, Some(Loopback(address))) = (sockets.metrics.is_empty(), metrics) {
            sockets.metrics.push(bind(&Listen::Tcp(address), &[])?);
        }
        Ok(sockets)
    }
}

/// Descriptors of systemd's protocol, by name: one that is named [`METRICS`] is not for consumers.
fn handed_over(trusted: &[Network]) -> Result<Sockets, ListenError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "listenfd does not read the names"
    )]
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut names = names.split(':');
    let mut descriptors = ListenFd::from_env();
    let mut sockets = Sockets {
        http: Vec::new(),
        metrics: Vec::new(),
    };
    for index in 0..descriptors.len() {
        let name = names.next().unwrap_or_default().to_owned();
        let not_stream = |source| ListenError::NotStream {
            index,
            name: name.clone(),
            source,
        };
        let listener = take(&mut descriptors, index).map_err(not_stream)?;
        if let Some(listener) = &listener
            && !is_listening(listener).map_err(not_stream)?
        {
            return Err(ListenError::NotListening { index, name });
        }
        let address = match &listener {
            Some(Listener::Tcp(listener)) => Some(listener.local_addr().map_err(not_stream)?),
            Some(Listener::Unix(_)) | None => None,
        };
        if name == METRICS {
            address.map(Loopback::try_from).transpose()?;
            sockets.metrics.extend(listener);
        } else {
            address.map_or(Ok(()), |address| guard_address(address, trusted))?;
            sockets.http.extend(listener);
        }
    }
    Ok(sockets)
}

fn take(descriptors: &mut ListenFd, index: usize) -> io::Result<Option<Listener>> {
    match descriptors.take_unix_listener(index) {
        Ok(listener) => Ok(listener.map(Listener::Unix)),
        Err(_) => Ok(descriptors.take_tcp_listener(index)?.map(Listener::Tcp)),
    }
}

/// `true` when connections come in there; a connection itself looks the same otherwise.
fn is_listening(listener: &Listener) -> io::Result<bool> {
    let is_listening = match listener {
        Listener::Tcp(listener) => socket_acceptconn(listener),
        Listener::Unix(listener) => socket_acceptconn(listener),
    };
    Ok(is_listening?)
}

/// `FileDescriptorName=` of the listener for metrics.
const METRICS: &str = "metrics";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_read_at_a_loopback_address_alone() {
        for text in ["127.0.0.1:9464", "127.9.9.9:1", "[::1]:9464"] {
            assert_eq!(text.parse::<Loopback>().unwrap().to_string(), text);
        }
        for text in [
            "0.0.0.0:9464",
            "[::]:9464",
            "10.0.0.1:80",
            "[::ffff:127.0.0.1]:80",
        ] {
            let refused = text.parse::<Loopback>();
            assert!(
                matches!(refused, Err(ListenError::MetricsNotLoopback(_))),
                "{text}"
            );
        }
        for text in [
            "",
            "9464",
            "127.0.0.1",
            "localhost:9464",
            "unix:/run/perild/metrics.sock",
        ] {
            let refused = text.parse::<Loopback>();
            assert!(
                matches!(refused, Err(ListenError::MetricsUnreadable(_))),
                "{text}"
            );
        }
    }
}
