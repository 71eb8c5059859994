//! A record of provenance: the steps of an answer, signed; sealed for an address; and opened again.

use std::{error::Error, hint::black_box};

use criterion::Criterion;
use perild::{
    clock::Timestamp,
    provenance::{KeyFile, Origin, Sealed, Signer, SigningFault, Steps, Transfer},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair,
    SanType,
};
use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let key = KeyPair::generate()?;
    let chain = chain(&key)?;
    let (file, seal) = KeyFile::from_pem(key.serialize_pem().as_bytes())?;
    let signer = Signer::new(chain.as_bytes(), Box::new(file), FRAMEWORK)?;
    let parameters = Map::from_iter([("f".to_owned(), Value::from("json"))]);
    let now = Timestamp::now();

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function(
        "provenance/a record of an origin and a transfer",
        |bencher| {
            bencher.iter(|| {
                let steps = steps(black_box(&parameters), now).expect("the steps are JSON");
                signer.sign(&steps, now).expect("the key signs")
            });
        },
    );
    let sealed = Sealed {
        recipient: "https://consumer.example/app".into(),
        steps: steps(&parameters, now)?,
    };
    criterion.bench_function("provenance/the address of a record", |bencher| {
        bencher.iter(|| seal.seal(black_box(&sealed)));
    });
    let address = seal.seal(&sealed).ok_or("the system has random octets")?;
    criterion.bench_function("provenance/the steps of an address", |bencher| {
        bencher.iter(|| seal.open(black_box(&address)));
    });
    criterion.final_summary();
    Ok(())
}

fn steps(parameters: &Map<String, Value>, now: Timestamp) -> Result<Steps, SigningFault> {
    let collection = "https://provider.example/v1/collections/ghi";
    let mut steps = Steps::default();
    let of = steps.origin(&Origin {
        timestamp: now,
        origin: collection,
        licence: Some("https://creativecommons.org/licenses/by/4.0/"),
        is_external: false,
        collection,
        version: Some("2026.1"),
    })?;
    let transfer = Transfer {
        of,
        to: "https://consumer.example/app",
        standard: None,
        licence: Some("https://registry.example.org/license/energy"),
        service: "https://provider.example",
        path: "/v1/collections/{id}/position",
        parameters,
        permissions: [],
    };
    steps.transfer(&transfer, now)?;
    Ok(steps)
}

/// A signing certificate for `key` with its issuer's behind it.
fn chain(key: &KeyPair) -> Result<String, rcgen::Error> {
    let named = |name: &str| {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Example Energy");
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let authority = |name: &str| {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    };
    let root = CertifiedIssuer::self_signed(authority("root"), KeyPair::generate()?)?;
    let issuer = CertifiedIssuer::signed_by(authority("issuer"), KeyPair::generate()?, &root)?;
    let mut params = named("https://provider.example/app");
    params.use_authority_key_identifier_extension = true;
    params.subject_alt_names = vec![SanType::URI("https://provider.example/app".try_into()?)];
    let text = |text: &str| {
        [
            &[0x0c, u8::try_from(text.len()).unwrap_or(0)],
            text.as_bytes(),
        ]
        .concat()
    };
    let role = text("https://registry.example.org/role/provider");
    let roles = [&[0x30, u8::try_from(role.len()).unwrap_or(0)], &*role].concat();
    let member = text("https://directory.example.org/member/1");
    let statements = [(1, roles), (3, member)];
    params.custom_extensions = statements
        .map(|(arc, content)| {
            let oid = [1, 3, 6, 1, 4, 1, 62329, 1, arc];
            CustomExtension::from_oid_content(&oid, content)
        })
        .into();
    let certificate = params.signed_by(key, &issuer)?;
    Ok(certificate.pem() + &issuer.pem())
}

const FRAMEWORK: &str = "https://registry.core.trust.ib1.org/trust-framework";
