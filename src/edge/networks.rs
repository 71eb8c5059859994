//! Networks whose connections are the proxy's: `server.trusted_peers`.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// One address, or one network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
///
/// Never everybody: a prefix of no bits is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network(IpNet);

/// Reason why a text is no network that can be trusted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// It has no prefix, so every address is in it.
    #[error(
        "{0} is everybody, who could then claim any certificate: list the proxies' addresses or networks"
    )]
    Everybody(String),
    /// The address has bits behind the prefix, so either it or the prefix is a slip.
    #[error("{text} has bits behind its prefix: write {network} for the network, or {address}")]
    HostBits {
        /// As it was written.
        text: String,
        /// The network that it lies in.
        network: String,
        /// The address alone.
        address: IpAddr,
    },
    /// Neither form.
    #[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/16")]
    Unreadable(String),
}

impl Network {
    /// `true` when `address` lies in it; an IPv4 address may come in its IPv6 clothes (RFC 4291 §2.5.5.2).
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// `true` when all of it is private (RFC 1918, 6598, 4193), link-local or loopback.
    #[must_use]
    pub fn is_private(self) -> bool {
        let mut private = PRIVATE.iter().chain(&LOOPBACK);
        private.any(|network| network.contains(&self.0))
    }

    /// `true` when users of this machine are in it.
    #[must_use]
    pub fn has_loopback(self) -> bool {
        let mut loopback = LOOPBACK.iter();
        loopback.any(|network| network.contains(&self.0) || self.0.contains(network))
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse::<IpAddr>() {
            let address = address.to_canonical();
            return if address.is_unspecified() {
                Err(NetworkError::Everybody(text.to_owned()))
            } else {
                Ok(Self(IpNet::from(address)))
            };
        }
        let written: IpNet = text
            .parse()
            .ok()
            .ok_or_else(|| NetworkError::Unreadable(text.to_owned()))?;
        let network = canonical(written);
        if network.prefix_len() == 0 {
            return Err(NetworkError::Everybody(text.to_owned()));
        }
        if network.addr() != network.network() {
            return Err(NetworkError::HostBits {
                text: text.to_owned(),
                network: network.trunc().to_string(),
                address: network.addr(),
            });
        }
        Ok(Self(network))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An IPv4 network that was written within `::ffff:0:0/96`, as IPv4; anything else as it is.
fn canonical(network: IpNet) -> IpNet {
    let within = |network: IpNet| {
        let bits = network.prefix_len().checked_sub(96)?;
        match network.addr().to_canonical() {
            IpAddr::V4(address) if network.addr().is_ipv6() => Ipv4Net::new(address, bits).ok(),
            _ => None,
        }
    };
    within(network).map_or(network, IpNet::V4)
}

const LOOPBACK: [IpNet; 2] = [v4([127, 0, 0, 0], 8), v6(1, 128)];

const PRIVATE: [IpNet; 7] = [
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    v4([100, 64, 0, 0], 10),
    v4([169, 254, 0, 0], 16),
    v6(0xfc << 120, 7),
    v6(0xfe80 << 112, 10),
];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits))
}

const fn v6(address: u128, bits: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from_bits(address), bits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn contains(text: &str, address: &str) -> bool {
        network(text).contains(address.parse().unwrap())
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_an_address_is_in_its_network_and_its_neighbour_is_not() {
        for (text, inside, outside) in [
            ("10.0.1.7", "10.0.1.7", "10.0.1.8"),
            ("10.0.1.0/24", "10.0.1.255", "10.0.2.0"),
            ("10.0.1.0/24", "::ffff:10.0.1.9", "::ffff:10.0.2.9"),
            ("::ffff:10.0.1.0/120", "10.0.1.9", "10.0.2.9"),
            ("::ffff:10.0.1.7", "10.0.1.7", "::ffff:10.0.1.8"),
            ("fd00:1::/64", "fd00:1::9", "fd00:1:0:1::9"),
            ("::1", "::1", "127.0.0.1"),
            ("127.0.0.0/8", "127.9.9.9", "::1"),
        ] {
            assert!(contains(text, inside), "{inside} in {text}");
            assert!(!contains(text, outside), "{outside} in {text}");
        }
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_everybody_is_not_a_peer_that_can_be_listed() {
        for text in [
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/0",
            "::ffff:0.0.0.0/96",
            "0.0.0.0",
            "::",
        ] {
            assert_eq!(
                text.parse::<Network>(),
                Err(NetworkError::Everybody(text.to_owned()))
            );
        }
        assert_eq!(network("0.0.0.0/1").to_string(), "0.0.0.0/1");
    }

    #[test]
    fn a_slip_is_told_of_with_what_may_have_been_meant() {
        let said = |text: &str| text.parse::<Network>().unwrap_err().to_string();
        insta::assert_snapshot!(said("10.0.1.7/24"), @"10.0.1.7/24 has bits behind its prefix: write 10.0.1.0/24 for the network, or 10.0.1.7");
        insta::assert_snapshot!(said("proxy.internal"), @r#""proxy.internal" is neither an IP address nor a network such as 10.0.0.0/16"#);
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0",
            "10.0.0.0/",
            " 10.0.0.1",
            "10.0.0.1:80",
        ] {
            assert_eq!(
                text.parse::<Network>(),
                Err(NetworkError::Unreadable(text.to_owned()))
            );
        }
    }

    #[test]
    fn networks_that_reach_the_internet_and_this_machine_are_known() {
        for (text, is_private, has_loopback) in [
            ("10.0.1.0/24", true, false),
            ("172.16.0.0/12", true, false),
            ("172.0.0.0/11", false, false),
            ("203.0.113.7", false, false),
            ("127.0.0.2", true, true),
            ("::1", true, true),
            ("fd00::/8", true, false),
            ("0.0.0.0/1", false, true),
        ] {
            let network = network(text);
            assert_eq!(network.is_private(), is_private, "{text}");
            assert_eq!(network.has_loopback(), has_loopback, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_network_has_what_shares_its_prefix(address: [u8; 4], other: [u8; 4], bits in 1_u8..=32) {
            let mask = u32::MAX << (32 - bits);
            let (address, other) = (u32::from_be_bytes(address), u32::from_be_bytes(other));
            let text = format!("{}/{bits}", Ipv4Addr::from(address & mask));
            let network: Network = text.parse().unwrap();
            let other_address = IpAddr::V4(other.into());
            prop_assert_eq!(network.contains(other_address), address & mask == other & mask);
        }
    }
}
