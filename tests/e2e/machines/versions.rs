//! One name, one set of versions: what is had from one machine is continued at the other or begun anew.

use std::fs;

use super::{Machines, OWN, large};
use crate::support::{
    balancer::connect_from,
    http::{Answer, Request},
    world::NAME,
};

/// Rows: HTTP-7
#[test]
fn the_same_files_and_a_copied_store_are_the_same_versions_at_both_machines() {
    let machines = Machines::start();
    let token = machines.token();
    for target in [
        &format!("/{NAME}"),
        "/v1/files/large.csv",
        "/v1/location?lat=10&lon=20&perils=heat&scenarios=ssp585&years=2050",
        "/v1/location?lat=10&lon=20&perils=heat&scenarios=ssp585&years=2050&f=csv",
        "/v1/location?lat=10&lon=20&collections=solar",
        "/v1/location?lat=10&lon=20&collections=solar&f=csv",
        "/v1/collections/solar/position?coords=POINT(20%2010)",
    ] {
        let request = Request::get(target).bearer(&token);
        let [here, there] = machines.answers(&request);
        assert_eq!((here.status, there.status), (200, 200), "{target}");
        for field in ["etag", "last-modified", "content-type"] {
            assert!(here.field(field).is_some(), "{target}: {here:?}");
            assert_eq!(here.field(field), there.field(field), "{target}: {field}");
        }
        assert!(here.content == there.content, "{target}");
        let known = request.field("If-None-Match", here.field("etag").unwrap());
        assert_eq!(
            machines.answers(&known).map(|answer| answer.status),
            [304, 304],
            "{target}"
        );
    }
}

/// Rows: HTTP-7, HTTP-8
#[test]
fn a_download_goes_on_at_the_other_machine_or_begins_anew_and_is_never_mixed() {
    let machines = Machines::start();
    let token = machines.token();
    let target = "/v1/files/large.csv";
    let part = Request::get(target)
        .bearer(&token)
        .field("Range", "bytes=0-999999");
    let rest = |validator: &str| {
        let request = Request::get(target).bearer(&token);
        request
            .field("Range", "bytes=1000000-")
            .field("If-Range", validator)
    };
    let begun = machines.answers(&part);
    for from in &begun {
        assert_eq!(from.status, 206);
        let tag = from.field("etag").unwrap();
        for to in machines.answers(&rest(tag)) {
            assert_eq!((to.status, to.field("etag")), (206, Some(tag)));
            assert!([&from.content[..], &to.content].concat() == large(b'a'));
        }
    }

    // The second machine has the next version already, of the same length and time.
    let path = machines.both[1].shared("large.csv");
    let fresh = machines.both[1].shared("fresh.tmp");
    fs::write(&fresh, large(b'b')).unwrap();
    let modified = path.metadata().unwrap().modified().unwrap();
    let file = fs::File::options().write(true).open(&fresh).unwrap();
    file.set_modified(modified).unwrap();
    fs::rename(&fresh, &path).unwrap();

    let whole = |answer: &Answer, byte| answer.status == 200 && answer.content == large(byte);
    let old = begun[0].field("etag").unwrap();
    let [here, there] = machines.answers(&rest(old));
    assert_eq!((here.status, here.content.len()), (206, 2_000_000));
    assert!(here.content.iter().all(|byte| *byte == b'a'));
    assert!(whole(&there, b'b'), "{}", there.status);
    let new = there.field("etag").unwrap();
    assert_ne!(new, old);
    let [here, there] = machines.answers(&rest(new));
    assert!(whole(&here, b'a'), "{}", here.status);
    assert_eq!((there.status, there.content.len()), (206, 2_000_000));
    assert!(there.content.iter().all(|byte| *byte == b'b'));
}

#[test]
fn each_machine_has_its_own_name_and_the_common_one_and_links_lead_to_the_common_one() {
    let machines = Machines::start();
    let bank = Some(&machines.bank);
    let link = |answer: &Answer| -> String {
        let document: serde_json::Value = serde_json::from_slice(&answer.content).unwrap();
        document["servers"][0]["url"].as_str().unwrap().to_owned()
    };
    let described = Request::get("/openapi.json");
    let [here, there] = machines.answers(&described);
    assert_eq!(link(&here), "https://localhost");
    assert_eq!(link(&there), "https://localhost");
    assert_eq!(here.field("etag"), there.field("etag"));

    let token = machines.token();
    for (machine, own) in machines.both.iter().zip(OWN) {
        let port = machine.nginx.https;
        for name in OWN.into_iter().chain(["localhost"]) {
            let client = machines.consumer(bank, port);
            let mut connection = client.over(connect_from(super::CONSUMER, port), name);
            let answer = connection.try_send(&described.clone().host(name));
            if name == own || name == "localhost" {
                assert_eq!(link(&answer.unwrap()), "https://localhost", "{name}");
                let data = Request::get(&format!("/{NAME}")).bearer(&token).host(name);
                assert_eq!(connection.send(&data).status, 200, "{name}");
            } else {
                assert!(answer.is_none(), "{name} is another machine's");
            }
        }
    }
    // A machine that is gone is left out: whoever connects is answered by the other.
    let Machines {
        balancer,
        both,
        directory,
        bank,
        pki,
    } = machines;
    let [gone, left] = both;
    drop(gone.nginx);
    let machines = [left];
    for _ in 0..4 {
        let client =
            crate::support::tls::Client::new(&pki.path("web.pem"), Some(&bank), balancer.port);
        let request = Request::get(&format!("/{NAME}")).bearer(&token);
        assert_eq!(client.connect().send(&request).status, 200);
    }
    drop((machines, gone.perild, directory));
}
