//! A token that was seen before, redeemed: keyed hash, cache, and every check of time and binding.

#[path = "../tests/support/fake_directory.rs"]
mod fake_directory;

use std::{error::Error, hint::black_box, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use criterion::Criterion;
use futures_util::FutureExt as _;
use perild::{
    caller::{Caller, Callers, RevocationLists, TrustAnchors},
    clock::Timestamp,
    edge::{AccessToken, CertificateFormat, ForwardedCertificate},
    token::{Identity, TokenSettings, Tokens},
};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use serde_json::json;
use tokio::runtime::Runtime;

use self::fake_directory::{Answer, DirectoryTls, FakeDirectory};

const TOKEN: &str = "Zc1m7Q0y3T8vXw5kR2nB6pL9sD4fG1hJ8aE0uI7oY3t";

fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::mint()?;
    let (caller, now) = (authority.caller()?, Timestamp::now());
    let directory = authority.directory()?;
    directory.answer_introspection(Answer::Json(json!({
        "active": true, "iss": directory.issuer, "aud": "https://us.example",
        "token_type": "Bearer", "iat": now.seconds(), "exp": now.seconds() + 3600,
        "cnf": {"x5t#S256": caller.thumbprint().to_string()},
        "client_id": "consumer", "organisation_id": "organisation", "scope": "openid read",
    })));
    let runtime = Runtime::new()?;
    let tokens = Tokens::start(
        authority.settings(&directory)?,
        None,
        runtime.handle().clone(),
    )?;
    let token = AccessToken::parse(TOKEN).ok_or("the token is one")?;
    runtime.block_on(tokens.redeem(token, &caller, now))?;

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("token/redeem a token seen before", |bencher| {
        bencher.iter(|| {
            let redeemed = tokens.redeem(black_box(token), &caller, now).now_or_never();
            assert!(
                matches!(redeemed, Some(Ok(_))),
                "a cached token waits for nothing"
            );
        });
    });
    criterion.final_summary();
    Ok(())
}

struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn mint() -> Result<Self, Box<dyn Error>> {
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

    fn caller(&self) -> Result<Caller, Box<dyn Error>> {
        let anchors = TrustAnchors::from_pem(self.certificate.pem().as_bytes())?;
        let callers = Callers::new(anchors, RevocationLists::default(), Duration::ZERO, 10);
        let (certificate, _) =
            self.leaf("consumer.example", ExtendedKeyUsagePurpose::ClientAuth)?;
        let header = STANDARD.encode(certificate.der());
        let forwarded = ForwardedCertificate::new(CertificateFormat::DerBase64, header.as_bytes());
        Ok(callers.recognise(&forwarded)?.verify(Timestamp::now())?)
    }

    fn directory(&self) -> Result<FakeDirectory, Box<dyn Error>> {
        let (certificate, key) = self.leaf("localhost", ExtendedKeyUsagePurpose::ServerAuth)?;
        Ok(FakeDirectory::start(&DirectoryTls {
            certificate: certificate.pem(),
            private_key: key.serialize_pem(),
            client_anchors: self.certificate.pem(),
        }))
    }

    fn settings(&self, directory: &FakeDirectory) -> Result<TokenSettings, Box<dyn Error>> {
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
        })
    }
}
