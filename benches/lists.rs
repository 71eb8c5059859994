//! A revocation list of a million entries: reading it, and looking a serial number up.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use perild::caller::{RevocationList, TrustAnchors};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};

const ENTRIES: u128 = 1_000_000;

/// The number of an entry: of 16 octets, and nothing like its neighbours'.
fn serial(entry: u128) -> [u8; 16] {
    let mixed = entry.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    ((mixed | 1 << 126) & !(1 << 127)).to_be_bytes()
}

fn list(issuer: &CertifiedIssuer<'_, KeyPair>) -> Vec<u8> {
    let revoked = |entry| RevokedCertParams {
        serial_number: SerialNumber::from_slice(&serial(entry)),
        revocation_time: date_time_ymd(2026, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 1, 1),
        next_update: date_time_ymd(2026, 2, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: (0..ENTRIES).map(revoked).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).expect("a list").der().to_vec()
}

fn lists(criterion: &mut Criterion) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().expect("a key");
    let root = CertifiedIssuer::self_signed(params, key).expect("a root");
    let anchors = TrustAnchors::from_pem(root.pem().as_bytes()).expect("anchors");
    let der = list(&root);
    let read = || RevocationList::read("list", &der, &anchors, None).expect("a list");
    let list = read();
    assert!(list.is_verified());

    let mut group = criterion.benchmark_group("lists");
    group.sample_size(10);
    group.bench_function("read a million entries", |bencher| {
        bencher.iter_batched(|| (), |()| read(), BatchSize::PerIteration);
    });
    group.sample_size(100);
    // A step that has no factor in common with their number visits all, far from one another.
    let mut entry = 0;
    let mut next = |from: u128| {
        entry = (entry + 387_911) % ENTRIES;
        serial(from + entry)
    };
    for (kind, from, is_revoked) in [("revoked", 0, true), ("not revoked", ENTRIES, false)] {
        group.bench_function(format!("look-up, {kind}"), |bencher| {
            bencher.iter(|| {
                let found = list.revokes(black_box(&next(from)));
                assert_eq!(found, is_revoked);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, lists);
criterion_main!(benches);
