//! Certificates and lists of every kind, minted when a test runs.

use std::{sync::OnceLock, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SerialNumber,
};
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use crate::{
    caller::{
        Caller, Callers, CertificateRefused, RevocationListError, RevocationListReader,
        RevocationLists, TrustAnchors,
    },
    clock::Timestamp,
    edge::{CertificateFormat, ForwardedCertificate},
};

/// 2026-01-15T12:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_768_478_400);
pub(super) const DAY: i64 = 86_400;

pub(super) fn later(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW.seconds() + seconds)
}

pub(super) fn date(seconds_later: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(later(seconds_later).seconds()).unwrap()
}

pub(super) struct Ca {
    pub(super) issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Ca {
    pub(super) fn root(name: &str, adjust: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::root_with(KeyPair::generate().unwrap(), name, adjust)
    }

    pub(super) fn root_with(
        key: KeyPair,
        name: &str,
        adjust: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        Self {
            issuer: CertifiedIssuer::self_signed(ca_params(name, adjust), key).unwrap(),
        }
    }

    pub(super) fn intermediate(
        &self,
        name: &str,
        adjust: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        self.intermediate_with(KeyPair::generate().unwrap(), name, adjust)
    }

    pub(super) fn intermediate_with(
        &self,
        key: KeyPair,
        name: &str,
        adjust: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let params = ca_params(name, adjust);
        Self {
            issuer: CertifiedIssuer::signed_by(params, key, &self.issuer).unwrap(),
        }
    }

    pub(super) fn leaf(
        &self,
        adjust: impl FnOnce(&mut CertificateParams),
    ) -> CertificateDer<'static> {
        self.leaf_with(&KeyPair::generate().unwrap(), adjust)
    }

    pub(super) fn leaf_with(
        &self,
        key: &KeyPair,
        adjust: impl FnOnce(&mut CertificateParams),
    ) -> CertificateDer<'static> {
        let mut params = dated(CertificateParams::default());
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        adjust(&mut params);
        if params.distinguished_name.get(&DnType::CommonName).is_none() {
            params.distinguished_name.push(DnType::CommonName, "client");
        }
        params.signed_by(key, &self.issuer).unwrap().der().clone()
    }

    /// A list from yesterday until tomorrow that revokes `serials`.
    pub(super) fn list(
        &self,
        serials: &[u64],
        adjust: impl FnOnce(&mut CertificateRevocationListParams),
    ) -> Vec<u8> {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date(-DAY),
            reason_code: None,
            invalidity_date: None,
        };
        let mut params = CertificateRevocationListParams {
            this_update: date(-DAY),
            next_update: date(DAY),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        adjust(&mut params);
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }

    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub(super) fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_pem(self.pem().as_bytes()).unwrap()
    }

    pub(super) fn callers(&self) -> Callers {
        callers(&[self], vec![])
    }
}

/// Callers by the certificates of `bundle` and by `lists`, named list 0, list 1 and so on.
pub(super) fn callers(bundle: &[&Ca], lists: Vec<Vec<u8>>) -> Callers {
    callers_with_grace(bundle, lists, Duration::ZERO)
}

pub(super) fn callers_with_grace(bundle: &[&Ca], lists: Vec<Vec<u8>>, grace: Duration) -> Callers {
    let pem: String = bundle.iter().map(|ca| ca.pem()).collect();
    let anchors = TrustAnchors::from_pem(pem.as_bytes()).unwrap();
    let lists = read_lists(&anchors, lists).unwrap();
    Callers::new(anchors, lists, grace, 100)
}

/// The files `lists`, named list 0, list 1 and so on.
pub(super) fn read_lists(
    anchors: &TrustAnchors,
    lists: impl IntoIterator<Item: AsRef<[u8]>>,
) -> Result<RevocationLists, Vec<RevocationListError>> {
    let mut reader = RevocationListReader::new(anchors, None);
    for (at, list) in lists.into_iter().enumerate() {
        reader.read(&format!("list {at}"), list.as_ref());
    }
    reader.finish()
}

pub(super) fn text(der: &[u8]) -> String {
    STANDARD.encode(der)
}

pub(super) fn verify(callers: &Callers, der: &[u8]) -> Result<Caller, CertificateRefused> {
    verify_at(callers, der, NOW)
}

pub(super) fn verify_at(
    callers: &Callers,
    der: &[u8],
    now: Timestamp,
) -> Result<Caller, CertificateRefused> {
    let text = text(der);
    let certificate = ForwardedCertificate::new(CertificateFormat::DerBase64, text.as_bytes());
    callers.recognise(&certificate).unwrap().verify(now)
}

/// One root and one good leaf for tests that repeat themselves.
pub(super) fn shared() -> &'static (Ca, CertificateDer<'static>) {
    static SHARED: OnceLock<(Ca, CertificateDer<'static>)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let root = Ca::root("root", |_| ());
        let leaf = root.leaf(|_| ());
        (root, leaf)
    })
}

fn ca_params(name: &str, adjust: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = dated(CertificateParams::default());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    adjust(&mut params);
    params
}

/// Valid from 14.5 days before now until 16.5 days after.
fn dated(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date(-14 * DAY - DAY / 2);
    params.not_after = date(16 * DAY + DAY / 2);
    params
}
