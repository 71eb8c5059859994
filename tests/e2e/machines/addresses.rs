//! The consumer's address behind a balancer: taken from its PROXY line, and from nobody else's.

use std::{
    io::Write,
    net::{Ipv4Addr, TcpStream},
};

use super::{Added, CONSUMER, Machine, Machines, OTHER, fresh_id};
use crate::support::{
    balancer::{ADDRESS, connect_from},
    http::{Answer, Request},
    pki::Identity,
    process::{PATIENCE, eventually},
    world::NAME,
};

/// The address in the log of the machine that has answered the request with this id.
fn logged_address(machines: &[Machine], id: &str) -> String {
    let line = eventually("a line of the log", PATIENCE, || {
        machines.iter().find_map(|machine| machine.logged(id))
    });
    let address = line.get("address").and_then(|address| address.as_str());
    address.unwrap().to_owned()
}

/// Rows: NGX-4
#[test]
fn the_log_has_the_consumers_address_through_the_balancer_and_past_it() {
    let machines = Machines::start();
    let token = machines.token();
    let expired = machines.pki.expired_consumer("bank-a");
    for (identity, status) in [
        (Some(&machines.bank), 200),
        (None, 401),
        (Some(&expired), 401),
    ] {
        for from in [CONSUMER, OTHER] {
            // Once by each machine, and once past the balancer.
            for port in [None, None, Some(machines.both[0].nginx.https)] {
                let mut connection = match port {
                    None => machines.connect(identity, from),
                    Some(port) => machines
                        .consumer(identity, port)
                        .over(connect_from(from, port), "localhost"),
                };
                let id = fresh_id();
                let request = Request::get(&format!("/{NAME}"))
                    .bearer(&token)
                    .field("x-fapi-interaction-id", &id);
                assert_eq!(connection.send(&request).status, status);
                let address = logged_address(&machines.both, &id);
                assert_eq!(address, Ipv4Addr::from(from).to_string());
            }
        }
    }
}

/// What is said before TLS, with a connection from `claimed`.
fn proxy_line(claimed: [u8; 4]) -> Vec<u8> {
    let claimed = Ipv4Addr::from(claimed);
    format!("PROXY TCP4 {claimed} 127.0.0.1 40000 443\r\n").into_bytes()
}

/// The same in the second version of the protocol.
fn proxy_header(claimed: [u8; 4]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    header.extend(claimed);
    header.extend([127, 0, 0, 1, 0x9c, 0x40, 0x01, 0xbb]);
    header
}

/// The answer to a request by `identity` over a connection that begins with `said`.
fn asked(
    machines: &Machines,
    identity: Option<&Identity>,
    mut socket: TcpStream,
    said: &[u8],
    request: &Request,
) -> Option<Answer> {
    socket.write_all(said).unwrap();
    let client = machines.consumer(identity, 0);
    client.over(socket, "localhost").try_send(request)
}

#[test]
fn a_proxy_line_is_believed_of_the_balancer_and_who_else_sends_one_is_refused() {
    let machines = Machines::start();
    let token = machines.token();
    let expired = machines.pki.expired_consumer("bank-a");
    let machine = &machines.both[0];
    let port = machine.nginx.balanced;
    let said = [proxy_line(CONSUMER), proxy_header(CONSUMER)];
    // A line that claims nothing, as of a balancer that looks whether the port answers.
    let unknown = b"PROXY UNKNOWN\r\n".to_vec();
    for (identity, status) in [
        (Some(&machines.bank), 200),
        (None, 401),
        (Some(&expired), 401),
    ] {
        let target = format!("/{NAME}");
        for said in &said {
            let id = fresh_id();
            let request = Request::get(&target)
                .bearer(&token)
                .field("x-fapi-interaction-id", &id);
            let balancer = connect_from(ADDRESS, port);
            let answer = asked(&machines, identity, balancer, said, &request);
            assert_eq!(answer.unwrap().status, status);
            let address = logged_address(&machines.both, &id);
            assert_eq!(address, Ipv4Addr::from(CONSUMER).to_string());
        }
        for said in said.iter().chain([&unknown, &proxy_line(OTHER)]) {
            for target in [&*target, "/", "/healthz", "/v1/files/large.csv"] {
                let id = fresh_id();
                let request = Request::get(target)
                    .bearer(&token)
                    .field("x-fapi-interaction-id", &id);
                let stranger = connect_from(OTHER, port);
                let answer = asked(&machines, identity, stranger, said, &request);
                assert!(answer.is_none(), "{target}: {answer:?}");
                let address = logged_address(&machines.both, &id);
                assert_eq!(address, Ipv4Addr::from(OTHER).to_string(), "{target}");
            }
        }
    }
    let request = Request::get("/healthz");
    let bank = Some(&machines.bank);
    // No line at that port, and a line at the one for everyone: neither is a handshake.
    for (from, port, said) in [
        (ADDRESS, port, Vec::new()),
        (OTHER, port, Vec::new()),
        (ADDRESS, machine.nginx.https, proxy_line(CONSUMER)),
        (OTHER, machine.nginx.https, proxy_line(CONSUMER)),
    ] {
        let answer = asked(&machines, bank, connect_from(from, port), &said, &request);
        assert!(answer.is_none(), "{from:?} at {port}: {answer:?}");
    }
}

#[test]
fn a_limit_counts_each_consumer_behind_the_balancer_by_himself() {
    let machines = Machines::with(&Added {
        http: "limit_req_zone $perild_address_key zone=few:1m rate=1r/m;\n",
        server: "limit_req zone=few burst=1 nodelay;\n",
    });
    let statuses = |from| {
        let ask = |_| machines.connect(None, from).send(&Request::get("/healthz"));
        (0..6)
            .map(ask)
            .map(|answer| answer.status)
            .collect::<Vec<_>>()
    };
    // Two at each machine, which count by themselves.
    for from in [CONSUMER, OTHER, [127, 0, 0, 6]] {
        assert_eq!(statuses(from), [200, 200, 200, 200, 429, 429], "{from:?}");
    }
}
