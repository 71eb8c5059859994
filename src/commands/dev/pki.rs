//! A throw-away PKI with two roots, as a deployment has them: the directory's, which issues what
//! clients show, and the web's, which vouches for the front.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::clock::Timestamp;

/// A root that issues certificates for as long as a development run may last.
pub(super) struct CertificateAuthority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its private key.
pub(super) struct Holder {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl CertificateAuthority {
    /// Makes a root with the common name `name`.
    pub(super) fn new(name: &str) -> Result<Self, rcgen::Error> {
        let mut params = params("perild dev", "throw-away", name)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        CertifiedIssuer::self_signed(params, KeyPair::generate()?).map(Self)
    }

    /// A server's certificate for this machine's loopback names.
    pub(super) fn server(&self, name: &str) -> Result<Holder, rcgen::Error> {
        let mut params = params("perild dev", "server", name)?;
        params.subject_alt_names = vec![
            SanType::DnsName("localhost".try_into()?),
            SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        ];
        self.issue(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A transport certificate: CN = client id, OU = organisation id, O = organisation.
    pub(super) fn client(
        &self,
        client_id: &str,
        organisation_id: &str,
        organisation: &str,
    ) -> Result<Holder, rcgen::Error> {
        let params = params(organisation, organisation_id, client_id)?;
        self.issue(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// The root itself, to be trusted.
    pub(super) fn der(&self) -> &CertificateDer<'static> {
        self.0.der()
    }

    /// The root itself in PEM.
    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(
        &self,
        mut params: CertificateParams,
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<Holder, rcgen::Error> {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.0)?;
        Ok(Holder { certificate, key })
    }
}

impl Holder {
    /// The certificate.
    pub(super) fn der(&self) -> &CertificateDer<'static> {
        self.certificate.der()
    }

    /// The private key, PKCS #8.
    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.key.serialize_der().into())
    }

    /// The certificate in PEM.
    pub(super) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// The private key in PEM.
    pub(super) fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.key.serialize_pem())
    }
}

/// `x5t#S256` of a certificate, RFC 8705 §3.1.
pub(super) fn thumbprint(certificate: &CertificateDer<'_>) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, certificate))
}

fn params(organisation: &str, unit: &str, name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CountryName, "GB");
    subject.push(DnType::OrganizationName, organisation);
    subject.push(DnType::OrganizationalUnitName, unit);
    subject.push(DnType::CommonName, name);
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    let now = OffsetDateTime::from_unix_timestamp(Timestamp::now().seconds())
        .map_err(|_out_of_range| rcgen::Error::Time)?;
    params.not_before = now - Duration::hours(1);
    params.not_after = now + Duration::days(90);
    Ok(params)
}
