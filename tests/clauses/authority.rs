//! Certificate authorities with one thing changed, and what they issue.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationList,
    CertificateRevocationListParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SignatureAlgorithm, SigningKey as _,
};
use time::{Duration, OffsetDateTime};

/// A test's own authority, with its certificate as PEM.
pub(crate) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Ca {
    pub(crate) fn root(name: &str) -> Self {
        let (params, key) = (ca_params(name), KeyPair::generate().unwrap());
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    pub(crate) fn below(
        above: &Self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let (mut params, key) = (ca_params(name), KeyPair::generate().unwrap());
        change(&mut params);
        let pem = params.signed_by(&key, &above.issuer).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    /// A revocation list.
    pub(crate) fn list(
        &self,
        params: &CertificateRevocationListParams,
    ) -> CertificateRevocationList {
        params.signed_by(&self.issuer).unwrap()
    }

    /// The list in DER as one that does not say when the next is due.
    pub(crate) fn without_next_update(&self, list: &CertificateRevocationList) -> Vec<u8> {
        let (_, parsed) = x509_parser::parse_x509_crl(list.der()).unwrap();
        let tbs = parsed.tbs_cert_list.as_ref();
        // Tag, length and thirteen characters of each of two times.
        let is_time = |at: &[u8]| at == [0x17, 13];
        let first = tbs.windows(2).position(is_time).unwrap();
        let head = match tbs[1] {
            0..0x80 => 2,
            long => 2 + usize::from(long & 0x7f),
        };
        let content = [&tbs[head..first + 15], &tbs[first + 30..]].concat();
        let tbs = der(0x30, &content);
        let signature = [vec![0], self.issuer.key().sign(&tbs).unwrap()].concat();
        let algorithm = [0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        let parts = [tbs, der(0x30, &algorithm), der(3, &signature)];
        der(0x30, &parts.concat())
    }

    /// The key, for tools that sign themselves.
    pub(crate) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    pub(crate) fn leaf(&self, change: impl FnOnce(&mut CertificateParams)) -> String {
        self.leaf_of(&PKCS_ECDSA_P256_SHA256, change)
    }

    pub(crate) fn leaf_of(
        &self,
        algorithm: &'static SignatureAlgorithm,
        change: impl FnOnce(&mut CertificateParams),
    ) -> String {
        let mut params = dated("bank.example");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut params);
        let key = KeyPair::generate_for(algorithm).unwrap();
        params.signed_by(&key, &self.issuer).unwrap().pem()
    }
}

/// Good from yesterday until tomorrow, for `name`.
pub(crate) fn dated(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(1);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// An element in DER whose length has two octets.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    match length.to_be_bytes() {
        [0, short @ 0..0x80] => [&[tag, short], content].concat(),
        [0, long] => [&[tag, 0x81, long], content].concat(),
        [high, low] => [&[tag, 0x82, high, low], content].concat(),
    }
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = dated(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}
