//! From the certificate header to a caller: remembered, and new with and without a revocation list.

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use perild::{
    caller::{Callers, RevocationListReader, TrustAnchors},
    clock::Timestamp,
    edge::{CertificateFormat, ForwardedCertificate},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    RsaKeySize, SerialNumber, date_time_ymd,
};

const NOW: Timestamp = Timestamp::from_seconds(1_768_478_400);

/// A root, an intermediate, a list of the intermediate, and a client's header.
struct Directory {
    bundle: String,
    header: String,
    list: Vec<u8>,
}

impl Directory {
    fn new(key: fn() -> KeyPair) -> Self {
        let root = CertifiedIssuer::self_signed(ca("root"), key()).expect("a root");
        let issuing = CertifiedIssuer::signed_by(ca("issuing"), key(), &root).expect("a CA");
        let mut client = CertificateParams::default();
        client
            .distinguished_name
            .push(DnType::CommonName, "https://directory.example/client");
        client.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let client = client.signed_by(&key(), &issuing).expect("a client");
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2026, 2, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&issuing).expect("a list").der().to_vec();
        let header = client
            .pem()
            .replace('\r', "")
            .replace('\n', "%0A")
            .replace(' ', "%20");
        let header = header
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        Self {
            bundle: root.pem() + &issuing.pem(),
            header,
            list,
        }
    }

    fn callers(&self, with_list: bool) -> Callers {
        let anchors = TrustAnchors::from_pem(self.bundle.as_bytes()).expect("anchors");
        let mut lists = RevocationListReader::new(&anchors, None);
        if with_list {
            lists.read("list", &self.list);
        }
        let lists = lists.finish().expect("lists");
        Callers::new(anchors, lists, Duration::ZERO, 10_000)
    }

    fn certificate(&self) -> ForwardedCertificate<'_> {
        ForwardedCertificate::new(CertificateFormat::PemUrlencoded, self.header.as_bytes())
    }
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn verify(callers: &Callers, certificate: &ForwardedCertificate<'_>) {
    let presented = callers
        .recognise(black_box(certificate))
        .expect("a certificate");
    black_box(presented.verify(NOW).expect("a good one"));
}

fn certificates(criterion: &mut Criterion) {
    let p256 = || KeyPair::generate().expect("a key");
    let rsa = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key");
    for (name, directory) in [
        ("p256", Directory::new(p256)),
        ("rsa2048", Directory::new(rsa)),
    ] {
        let certificate = directory.certificate();
        let callers = directory.callers(true);
        verify(&callers, &certificate);
        criterion.bench_function(&format!("caller/remembered/{name}"), |bencher| {
            bencher.iter(|| verify(&callers, &certificate));
        });
        for (kind, with_list) in [("new", false), ("new-with-list", true)] {
            criterion.bench_function(&format!("caller/{kind}/{name}"), |bencher| {
                // Each certificate is new to callers that have seen none.
                bencher.iter_batched_ref(
                    || directory.callers(with_list),
                    |callers| verify(callers, &certificate),
                    BatchSize::PerIteration,
                );
            });
        }
    }
}

criterion_group!(benches, certificates);
criterion_main!(benches);
