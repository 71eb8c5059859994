//! What the benches stand on: certificates, and a directory that calls one token good.

use std::{error::Error, time::Duration};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use perild::{
    caller::{Caller, Callers, RevocationLists, TrustAnchors},
    clock::Timestamp,
    edge::{CertificateFormat, ForwardedCertificate},
    token::{Algorithm, Binding, Identity, KeySettings, TokenKinds, TokenSettings},
};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use serde_json::json;

use super::fake_directory::{Answer, DirectoryTls, FakeDirectory};

/// An access token, as long as the directory makes them.
pub(crate) const TOKEN: &str = "Zc1m7Q0y3T8vXw5kR2nB6pL9sD4fG1hJ8aE0uI7oY3t";

/// What nginx leaves as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Everyone's certificates, and a directory that vouches for one token.
pub(crate) struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn mint() -> Result<Self, Box<dyn Error>> {
        let mut parameters = CertificateParams::new(Vec::new())?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        parameters
            .distinguished_name
            .push(DnType::CommonName, "authority");
        let key = KeyPair::generate()?;
        let certificate = parameters.self_signed(&key)?;
        Ok(Self {
            certificate,
            issuer: Issuer::new(parameters, key),
        })
    }

    fn leaf(
        &self,
        name: &str,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Result<(Certificate, KeyPair), rcgen::Error> {
        let mut parameters = CertificateParams::new(vec![name.to_owned()])?;
        parameters.extended_key_usages = vec![purpose];
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok((parameters.signed_by(&key, &self.issuer)?, key))
    }

    /// A consumer's certificate as nginx's `$ssl_client_escaped_cert` writes it.
    pub(crate) fn header(&self) -> Result<String, rcgen::Error> {
        let (certificate, _) =
            self.leaf("consumer.example", ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(utf8_percent_encode(&certificate.pem().replace('\r', ""), ESCAPED).to_string())
    }

    /// Those who trust this authority, and have seen nobody yet.
    pub(crate) fn callers(&self) -> Result<Callers, Box<dyn Error>> {
        let anchors = TrustAnchors::from_pem(self.certificate.pem().as_bytes())?;
        Ok(Callers::new(
            anchors,
            RevocationLists::default(),
            Duration::ZERO,
            10,
        ))
    }

    /// Who shows the certificate in `header`.
    pub(crate) fn caller(&self, header: &str) -> Result<Caller, Box<dyn Error>> {
        let forwarded =
            ForwardedCertificate::new(CertificateFormat::PemUrlencoded, header.as_bytes());
        let callers = self.callers()?;
        Ok(callers.recognise(&forwarded)?.verify(Timestamp::now())?)
    }

    /// A directory that calls every token active and bound to `caller`.
    pub(crate) fn directory(&self, caller: &Caller) -> Result<FakeDirectory, Box<dyn Error>> {
        let (certificate, key) = self.leaf("localhost", ExtendedKeyUsagePurpose::ServerAuth)?;
        let directory = FakeDirectory::start(&DirectoryTls {
            certificate: certificate.pem(),
            private_key: key.serialize_pem(),
            client_anchors: self.certificate.pem(),
        });
        let now = Timestamp::now().seconds();
        directory.answer_introspection(Answer::Json(json!({
            "active": true, "iss": directory.issuer, "aud": "https://us.example",
            "token_type": "Bearer", "iat": now, "exp": now + 3600,
            "cnf": {"x5t#S256": caller.thumbprint().to_string()},
            "client_id": "consumer", "organisation_id": "organisation", "scope": "openid read",
        })));
        Ok(directory)
    }

    pub(crate) fn settings(
        &self,
        directory: &FakeDirectory,
    ) -> Result<TokenSettings, Box<dyn Error>> {
        let (certificate, key) =
            self.leaf("provider.example", ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(TokenSettings {
            issuer: directory.issuer.clone(),
            discovery_url: None,
            introspection_endpoint: None,
            client_id: "provider".to_owned(),
            audience: Some("https://us.example".to_owned()),
            identity: Identity::from_pem(
                certificate.pem().as_bytes(),
                key.serialize_pem().as_bytes(),
            )?,
            trust_anchors_pem: self.certificate.pem().into_bytes(),
            cache_seconds: 3600,
            cache_entries: 10_000,
            timeout: Duration::from_secs(5),
            binding: Binding::default(),
            kinds: TokenKinds::Opaque,
            keys: KeySettings {
                url: None,
                algorithms: vec![Algorithm::Es256],
                lifetime: Duration::from_mins(10),
            },
            signed_answers: false,
        })
    }
}
