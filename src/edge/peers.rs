//! Peers of connections, and which of them are the proxy (CERT-14).
//!
//! The peer is what the kernel says of the socket, noted when the connection is accepted: the user of
//! a unix socket (`SO_PEERCRED`), the address of a TCP one. No header field has a say in it.

use std::{any::Any, fmt, net::IpAddr};

use super::Network;

/// The other end of one connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Peer {
    /// The source address of a TCP connection.
    Address(IpAddr),
    /// The system would not say.
    Unknown,
    /// The user at a unix socket.
    User(u32),
}

impl Peer {
    /// The peer of `connection`, a stream of tokio's.
    #[must_use]
    pub fn of(connection: &dyn Any) -> Self {
        use tokio::net::{TcpStream, UnixStream};
        if let Some(stream) = connection.downcast_ref::<UnixStream>() {
            let credentials = stream.peer_cred();
            credentials.map_or(Self::Unknown, |peer| Self::User(peer.uid()))
        } else if let Some(stream) = connection.downcast_ref::<TcpStream>() {
            let address = stream.peer_addr();
            address.map_or(Self::Unknown, |peer| {
                Self::Address(peer.ip().to_canonical())
            })
        } else {
            Self::Unknown
        }
    }
}

impl Peer {
    /// The setting that would have to name it.
    const fn list(self) -> &'static str {
        match self {
            Self::Address(_) => "server.trusted_peers",
            Self::Unknown => "any list",
            Self::User(_) => "server.proxy_uids",
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Unknown => f.write_str("somebody unknown"),
            Self::User(uid) => write!(f, "user {uid}"),
        }
    }
}

/// Proof that the peer is the proxy: it has to be in hand before a certificate header is read.
///
/// Only [`Peers::admit`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct TrustedProxy(());

/// Peer that is not the proxy.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} connected, who is not in {list}", list = .0.list())]
pub struct UntrustedPeer(pub Peer);

/// Peers that are taken for the proxy.
#[derive(Clone, Debug)]
pub struct Peers {
    /// The users at a unix socket; `None`: whoever its mode lets in.
    users: Option<Box<[u32]>>,
    /// The sources of TCP connections; none: this machine.
    networks: Box<[Network]>,
}

impl Peers {
    /// Of unix sockets' users only `uids`.
    #[must_use]
    pub fn only(uids: Vec<u32>) -> Self {
        Self {
            users: Some(uids.into()),
            networks: Box::default(),
        }
    }

    /// Whoever a unix socket's mode lets in.
    #[must_use]
    pub fn by_file_mode() -> Self {
        Self {
            users: None,
            networks: Box::default(),
        }
    }

    /// Over TCP those in `networks` alone, or this machine when there are none.
    #[must_use]
    pub fn from_networks(self, networks: &[Network]) -> Self {
        Self {
            networks: networks.into(),
            ..self
        }
    }

    /// `true` when no user at all may connect to a unix socket.
    #[must_use]
    pub fn are_nobody(&self) -> bool {
        self.users.as_ref().is_some_and(|users| users.is_empty())
    }

    /// Takes `peer` for the proxy when it is.
    ///
    /// # Errors
    /// [`UntrustedPeer`] when it is not, or when it is not known.
    pub fn admit(&self, peer: Peer) -> Result<TrustedProxy, UntrustedPeer> {
        let is_hop = match peer {
            Peer::Address(address) if self.networks.is_empty() => address.is_loopback(),
            Peer::Address(address) => self.networks.iter().any(|n| n.contains(address)),
            Peer::Unknown => false,
            Peer::User(uid) => self.users.as_ref().is_none_or(|users| users.contains(&uid)),
        };
        if is_hop {
            Ok(TrustedProxy(()))
        } else {
            Err(UntrustedPeer(peer))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Peer {
        Peer::Address(text.parse().unwrap())
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_only_listed_users_are_admitted() {
        let peers = Peers::only(vec![33, 101]);
        assert!(peers.admit(Peer::User(33)).is_ok());
        let stranger = Peer::User(1000);
        assert_eq!(peers.admit(stranger).unwrap_err(), UntrustedPeer(stranger));
        assert!(Peers::by_file_mode().admit(stranger).is_ok());
        assert!(Peers::only(Vec::new()).admit(Peer::User(0)).is_err());
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_without_a_list_only_this_machine_is_admitted_over_tcp() {
        let peers = Peers::by_file_mode();
        for text in ["127.0.0.1", "127.9.9.9", "::1"] {
            assert!(peers.admit(address(text)).is_ok(), "{text}");
        }
        for text in ["10.0.0.1", "192.0.2.1", "fd00::1"] {
            assert!(peers.admit(address(text)).is_err(), "{text}");
        }
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_with_a_list_only_those_on_it_are_admitted_over_tcp() {
        let networks = ["10.0.1.0/24", "fd00:1::/64"].map(|text| text.parse().unwrap());
        let peers = Peers::only(vec![33]).from_networks(&networks);
        for text in ["10.0.1.9", "::ffff:10.0.1.9", "fd00:1::9"] {
            assert!(peers.admit(address(text)).is_ok(), "{text}");
        }
        for text in ["10.0.2.9", "127.0.0.1", "::1", "fd00:2::9"] {
            assert!(peers.admit(address(text)).is_err(), "{text}");
        }
        assert!(
            peers.admit(Peer::User(33)).is_ok(),
            "a unix socket's list is its own"
        );
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_who_cannot_be_told_is_a_stranger() {
        let connection: &dyn Any = &"no stream";
        assert_eq!(Peer::of(connection), Peer::Unknown);
        assert!(Peers::by_file_mode().admit(Peer::Unknown).is_err());
    }
}
