//! The name that consumers use, as nginx and the rest of the world know it.

use std::{
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    thread,
};

use rustls_pki_types::CertificateDer;

use super::{
    of_nginx,
    shown::{PATIENCE, Shown, shown},
};
use crate::config::Finding;

/// That no site in nginx's `dump` has the name `host`.
pub(super) fn in_nginx(host: &str, dump: &str) -> Option<Finding> {
    let is_named = server_names(dump).any(|name| covers(name, host));
    (!is_named).then(|| {
        of_nginx(
            format!("no site of nginx has the name {host} of base_url (server_name)"),
            "let server_name and base_url name the same; base_url is what descriptions and links lead to",
        )
    })
}

/// The names of all `server_name` directives, which may go over several lines.
fn server_names(dump: &str) -> impl Iterator<Item = &str> {
    let lines = dump.lines().map(str::trim);
    let mut is_within = false;
    let words = lines
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
    words.filter_map(move |word| {
        if !is_within {
            is_within = word == "server_name";
            return None;
        }
        let name = word.trim_end_matches(';');
        is_within = name.len() == word.len();
        Some(name)
    })
}

/// `true` when nginx takes `host` for `name`; of a regular expression that is believed.
fn covers(name: &str, host: &str) -> bool {
    let name = name.trim_matches(['"', '\'']).to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    if name.starts_with('~') {
        return true;
    }
    let is_below = |parent: &str| {
        let below = host.strip_suffix(parent);
        below.is_some_and(|below| below.len() > 1 && below.ends_with('.'))
    };
    if let Some(parent) = name.strip_prefix("*.") {
        return is_below(parent);
    }
    if let Some(parent) = name.strip_prefix('.') {
        return host == parent || is_below(parent);
    }
    if let Some(beginning) = name.strip_suffix(".*") {
        return host.starts_with(&format!("{beginning}."));
    }
    name == host
}

/// Findings on where `host` leads to: nowhere, or to machines that show another certificate than `here`.
pub(super) fn in_the_world(host: &str, here: &CertificateDer<'_>) -> Vec<Finding> {
    match (host, 443).to_socket_addrs() {
        Ok(addresses) => {
            let addresses: Vec<_> = addresses.take(MOST_ADDRESSES).collect();
            elsewhere(host, here, &addresses)
        }
        Err(error) => vec![of_nginx(
            format!("the name {host} of base_url cannot be looked up: {error}"),
            "add an A or AAAA record that leads to this machine; consumers and the renewal of its certificate need it",
        )],
    }
}

/// One finding for each of `addresses` that shows another certificate; one that does not answer may be
/// out of reach from here alone.
fn elsewhere(host: &str, here: &CertificateDer<'_>, addresses: &[SocketAddr]) -> Vec<Finding> {
    let other = |address: SocketAddr| {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
        match shown(host, stream) {
            Shown::Certificate(certificate) if certificate != *here => Some(address.ip()),
            _ => None,
        }
    };
    let others: Vec<IpAddr> = thread::scope(|scope| {
        let asked: Vec<_> = addresses
            .iter()
            .map(|address| scope.spawn(move || other(*address)))
            .collect();
        let found = asked.into_iter().filter_map(|asked| asked.join().ok());
        found.flatten().collect()
    });
    let fault = |address: IpAddr| {
        of_nginx(
            format!(
                "{host} leads to {address} as well, where another certificate is shown than here: two machines have one name, and consumers and the authority's challenge for the renewal reach either"
            ),
            "let the name's DNS records lead to one of them, or put both behind one balancer",
        )
    };
    others.into_iter().map(fault).collect()
}

const MOST_ADDRESSES: usize = 8;

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, sync::Arc};

    use rcgen::{CertificateParams, KeyPair};
    use rustls::{ServerConfig, ServerConnection};

    use super::*;

    #[test]
    fn a_name_that_no_site_has_is_told_of() {
        let dump = "server {\n # server_name commented.example;\n server_name a.example\n   B.example;\n}\n\
            server { server_name *.wild.example .dot.example; listen 80; server_name last.*; }\n";
        for host in [
            "a.example",
            "b.example",
            "x.wild.example",
            "dot.example",
            "x.dot.example",
            "last.org",
        ] {
            assert_eq!(in_nginx(host, dump), None, "{host}");
        }
        for host in [
            "commented.example",
            "wild.example",
            "xdot.example",
            "listen",
            "a.example.org",
            "80",
        ] {
            let told = in_nginx(host, dump).unwrap().to_string();
            assert!(told.contains(&format!("has the name {host} ")), "{told}");
        }
        assert_eq!(in_nginx("any.example", r"server_name ~^a\d+;"), None);
    }

    /// A server that shows a certificate of its own for `host`, to one who asks.
    fn server(host: &str, address: &str) -> (CertificateDer<'static>, SocketAddr) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.clone()],
                rustls_pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
        let listener = TcpListener::bind((address, 0)).unwrap();
        let at = listener.local_addr().unwrap();
        let config = Arc::new(config);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
                while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
            }
        });
        (certificate, at)
    }

    #[test]
    fn a_second_machine_of_the_name_is_told_of_by_its_address() {
        let host = "data.example";
        let (here, at) = server(host, "127.0.0.1");
        let (_, other) = server(host, "127.0.0.2");
        let silent = TcpListener::bind("127.0.0.3:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert_eq!(elsewhere(host, &here, &[at, silent]), Vec::new());
        let told = elsewhere(host, &here, &[at, other, silent]);
        assert_eq!(told.len(), 1, "{told:?}");
        let told = told[0].to_string();
        assert!(told.contains("leads to 127.0.0.2 as well"), "{told}");
        assert!(told.contains("DNS records"), "{told}");
    }

    #[test]
    fn a_name_that_nobody_knows_is_told_of() {
        let here = CertificateDer::from(vec![0]);
        let told = in_the_world("nobody.invalid", &here);
        assert_eq!(told.len(), 1);
        assert!(
            told[0].to_string().contains("cannot be looked up"),
            "{told:?}"
        );
    }
}
