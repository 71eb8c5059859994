//! A file of revocation lists: whatever is in it is refused, or is a list that nobody signed.
#![no_main]

use std::{sync::LazyLock, time::Duration};

use libfuzzer_sys::fuzz_target;
use perild::caller::{RevocationListReader, TrustAnchors};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

fuzz_target!(|octets: &[u8]| {
    let mut reader = RevocationListReader::new(&ANCHORS, Some(Duration::from_secs(86_400)));
    reader.read("a.crl", octets);
    let Ok(lists) = reader.finish() else {
        return;
    };
    // What is kept is never more than what was read.
    assert!(lists.held_bytes() <= 4 * octets.len() + 256);
    for list in lists.iter() {
        assert!(!list.is_verified(), "this authority never signed a list");
        assert!(!list.revokes(&[]));
    }
});

/// An authority made for this run, whose key is gone.
static ANCHORS: LazyLock<TrustAnchors> = LazyLock::new(|| {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = authority.self_signed(&key).expect("a certificate");
    TrustAnchors::from_pem(certificate.pem().as_bytes()).expect("trust anchors")
});
