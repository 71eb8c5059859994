//! The certificate header: any value in any format is refused, or is verified as any certificate is.
#![no_main]

use std::{sync::LazyLock, time::Duration};

use libfuzzer_sys::fuzz_target;
use perild::{
    caller::{Callers, RevocationLists, TrustAnchors},
    clock::Timestamp,
    edge::{CertificateFormat, ForwardedCertificate},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

fuzz_target!(|octets: &[u8]| {
    let Some((&format, text)) = octets.split_first() else {
        return;
    };
    let format = FORMATS[usize::from(format) % FORMATS.len()];
    let header = ForwardedCertificate::new(format, text);
    if let Ok(presented) = CALLERS.recognise(&header) {
        let verdict = presented.verify(Timestamp::from_seconds(1_800_000_000));
        assert!(
            verdict.is_err(),
            "no certificate of this authority was ever issued"
        );
    }
});

const FORMATS: [CertificateFormat; 4] = [
    CertificateFormat::PemUrlencoded,
    CertificateFormat::PemFolded,
    CertificateFormat::DerBase64,
    CertificateFormat::Rfc9440,
];

/// An authority made for this run, whose key is gone.
static CALLERS: LazyLock<Callers> = LazyLock::new(|| {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = authority.self_signed(&key).expect("a certificate");
    let anchors = TrustAnchors::from_pem(certificate.pem().as_bytes()).expect("trust anchors");
    Callers::new(anchors, RevocationLists::default(), Duration::ZERO, 16)
});
