//! Guard of the TCP sockets: an untrusted peer's connection is shut when it is accepted, and little said.

use std::{
    any::Any,
    sync::Mutex,
    time::{Duration, Instant},
};

use rustix::net::{Shutdown, shutdown};
use tokio::net::TcpStream;

use super::{Peer, Peers, TrustedProxy, UntrustedPeer};

/// Guard that shuts the connections of untrusted peers, and says so once in a while however many there are.
#[derive(Debug, Default)]
pub struct AcceptGuard(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    last: Option<Instant>,
    /// Connections shut since then.
    shut: u64,
}

impl AcceptGuard {
    /// The peer of `connection`, unless it is a TCP stranger: then the connection is shut, both ways,
    /// so that nothing can be sent to it any more.
    ///
    /// A stranger at a unix socket is let through to be refused in words: it is on this machine, and
    /// may be perild itself, asking whether it lives.
    pub fn pass(&self, connection: &dyn Any, peers: &Peers) -> Option<Peer> {
        let peer = Peer::of(connection);
        let admitted: Result<TrustedProxy, UntrustedPeer> = peers.admit(peer);
        match (admitted, connection.downcast_ref::<TcpStream>()) {
            (Err(stranger), Some(stream)) => {
                // A connection that is gone already needs no shutting.
                let _ = shutdown(stream, Shutdown::Both);
                self.tell(stranger);
                None
            }
            _ => Some(peer),
        }
    }

    fn tell(&self, stranger: UntrustedPeer) {
        if let Some(shut) = self.due(Instant::now()) {
            tracing::warn!("{stranger}; connections closed since the last such record: {shut}");
        }
    }

    /// The number of connections shut since it was last said, when it is time to say it again.
    fn due(&self, now: Instant) -> Option<u64> {
        let mut told = self.0.lock().ok()?;
        told.shut += 1;
        let is_due = told
            .last
            .is_none_or(|last| now.duration_since(last) >= PAUSE);
        is_due.then(|| {
            told.last = Some(now);
            std::mem::take(&mut told.shut)
        })
    }
}

/// Between two records.
const PAUSE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_told_of_once_a_minute_with_their_number() {
        let guard = AcceptGuard::default();
        let start = Instant::now();
        assert_eq!(guard.due(start), Some(1));
        for second in 1..60 {
            assert_eq!(guard.due(start + Duration::from_secs(second)), None);
        }
        assert_eq!(guard.due(start + PAUSE), Some(60));
        assert_eq!(guard.due(start + PAUSE), None);
    }

    /// Rows: CERT-14
    #[tokio::test]
    async fn cert_14_a_strangers_connection_can_neither_be_written_to_nor_is_it_named() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let elsewhere = ["10.0.1.0/24".parse().unwrap()];
        let here = ["127.0.0.1".parse().unwrap()];
        for (trusted, is_let_in) in [(&elsewhere, false), (&here, true)] {
            let peers = Peers::by_file_mode().from_networks(trusted);
            let mut client = TcpStream::connect(address).await.unwrap();
            let (mut accepted, _) = listener.accept().await.unwrap();
            let peer = AcceptGuard::default().pass(&accepted, &peers);
            assert_eq!(peer.is_some(), is_let_in);
            assert_eq!(accepted.write_all(b"secret").await.is_ok(), is_let_in);
            drop(accepted);
            let mut heard = Vec::new();
            client.read_to_end(&mut heard).await.unwrap();
            assert_eq!(heard == b"secret", is_let_in);
        }
    }
}
