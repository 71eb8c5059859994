//! Addresses at which connections come in, and peers that may make them.

use std::net::SocketAddr;

use super::Examination;
use crate::{
    config::{Awaited, Server, User},
    edge::{Listen, Network, Peers, guard_address, guard_directory},
};

impl Examination<'_> {
    pub(super) fn listen(&mut self) {
        let trusted = &self.config.server.trusted_peers;
        let guarded = match &self.config.listen {
            Listen::Tcp(address) => guard_address(*address, trusted),
            Listen::Unix(path) => guard_directory(path),
        };
        match (guarded, &self.config.listen) {
            (Err(error), _) => self.error("listen", error.to_string(), ""),
            (Ok(()), Listen::Tcp(address)) => self.trust(*address),
            (Ok(()), Listen::Unix(_)) => {}
        }
    }

    /// Peers that may connect to `address`, and those that look like a slip.
    fn trust(&mut self, address: SocketAddr) {
        let trusted = &self.config.server.trusted_peers;
        if trusted.is_empty() || trusted.iter().any(|network| network.has_loopback()) {
            let finding = format!(
                "every user of this machine can connect to {address} and claim any certificate"
            );
            let remedy = "use a unix socket where other people have accounts";
            self.warn("listen", finding, remedy);
        }
        for network in trusted.iter().filter(|network| !network.is_private()) {
            let finding = format!(
                "{network} has public addresses, and whoever holds one can claim any certificate"
            );
            let remedy = "list the private addresses that the proxies connect from";
            self.warn("server.trusted_peers", finding, remedy);
        }
        if !trusted.is_empty() {
            let networks: Vec<_> = trusted.iter().map(Network::to_string).collect();
            let finding = format!("{address} is for {} alone", networks.join(", "));
            self.fine("server.trusted_peers", finding);
        }
    }

    pub(super) fn metrics(&mut self) {
        if let Some(address) = self.config.metrics.listen {
            let finding = format!("every user of this machine can read http://{address}/metrics");
            self.fine("metrics.listen", finding);
        }
    }

    /// Users that this machine does not have are passed over: one list serves several distributions.
    pub(super) fn peers(&mut self) -> Option<Peers> {
        let peers = peers(&self.config.server);
        if peers.are_nobody() && matches!(self.config.listen, Listen::Unix(_)) {
            let finding = "none of these users exists, so nobody could connect".to_owned();
            self.await_for(
                Some(Awaited::User),
                "server.proxy_uids",
                finding,
                "name the user that nginx runs as, or leave the list empty",
            );
            return None;
        }
        Some(peers)
    }
}

/// Peers that may connect; users that this machine does not have are passed over.
pub(in crate::app) fn peers(server: &Server) -> Peers {
    let networks = &server.trusted_peers;
    if server.proxy_uids.is_empty() {
        return Peers::by_file_mode().from_networks(networks);
    }
    let uids = server.proxy_uids.iter().filter_map(uid).collect();
    Peers::only(uids).from_networks(networks)
}

fn uid(user: &User) -> Option<u32> {
    match user {
        User::Id(uid) => Some(*uid),
        User::Name(name) => nix::unistd::User::from_name(name)
            .ok()
            .flatten()
            .map(|user| user.uid.as_raw()),
    }
}
