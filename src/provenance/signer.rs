//! The member's signing certificate, and records signed with its key (IB1-PRV-4).

use base64::Engine;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Map, Value, json};

use super::{
    SigningKey, Steps,
    fault::{SignerError, SigningFault},
    record::{BASE64, Element, SignatureBlock, SignedList},
    signing_text::signing_text,
};
use crate::{
    caller::{Curve, SignerCertificate, decimal_serial},
    clock::Timestamp,
};

/// The signer of records: a key, its certificate with those of its issuers, and the framework.
#[derive(Debug)]
pub struct Signer {
    key: Box<dyn SigningKey>,
    certificate: SignerCertificate,
    framework: Box<str>,
    /// The member `certificates` of records, as JSON.
    certificates: Box<str>,
}

/// A record as JSON.
#[derive(Clone, Debug)]
pub struct SignedRecord {
    /// The text of the object.
    pub json: String,
}

impl Signer {
    /// The signer with `key`, of which `chain_pem` has the certificate and then those of its issuers in their order; a
    /// root among them stays out of records.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn new(
        chain_pem: &[u8],
        key: Box<dyn SigningKey>,
        framework: &str,
    ) -> Result<Self, SignerError> {
        let not_certificates = || SignerError::NotCertificates;
        let chain = CertificateDer::pem_slice_iter(chain_pem).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|_it_quotes_lines| not_certificates())?;
        let leaf = chain.first().ok_or_else(not_certificates)?;
        let certificate = SignerCertificate::read(leaf)?;
        if certificate.curve() != Curve::P256 {
            return Err(SignerError::Curve);
        }
        if certificate.public_key() != key.public_key() {
            return Err(SignerError::KeyDoesNotMatch);
        }
        let certificates = certificates(&chain).ok_or_else(not_certificates)?;
        if certificates.len() < 2 {
            return Err(SignerError::NoIssuer);
        }
        Ok(Self {
            key,
            certificate,
            framework: framework.into(),
            certificates: Value::from(certificates).to_string().into(),
        })
    }

    /// The certificate that it signs with.
    #[must_use]
    pub fn certificate(&self) -> &SignerCertificate {
        &self.certificate
    }

    /// `true` where [`Self::sign`] only computes, and never waits for a key that is elsewhere.
    #[must_use]
    pub fn is_at_hand(&self) -> bool {
        self.key.is_at_hand()
    }

    /// The URL of the trust framework.
    #[must_use]
    pub fn framework(&self) -> &str {
        &self.framework
    }

    /// The record of `steps`, signed `now`.
    ///
    /// # Errors
    /// [`SigningFault`].
    pub fn sign(&self, steps: &Steps, now: Timestamp) -> Result<SignedRecord, SigningFault> {
        let not_after = self.certificate.not_after();
        if now > not_after {
            return Err(SigningFault::Ended { not_after });
        }
        let texts = steps.texts.iter();
        let elements = texts.map(|text| Element::Step(BASE64.encode(text.as_bytes())));
        let mut list = SignedList {
            elements: elements.collect(),
            signature: SignatureBlock {
                version: 0,
                serial: self.certificate.serial().to_owned(),
                signed_at: now.to_string(),
                signature: String::new(),
            },
        };
        let text = signing_text(&self.framework, &list.elements, &list.signature);
        list.signature.signature = BASE64.encode(self.key.sign(text.as_bytes())?);
        let list = serde_json::to_string(&list).map_err(SigningFault::Json)?;
        let (framework, origins) = (json!(self.framework), json!(steps.origins));
        let certificates = &self.certificates;
        Ok(SignedRecord {
            json: format!(
                "{{\"ib1:provenance\":{framework},\"origins\":{origins},\"steps\":{list},\"certificates\":{certificates}}}"
            ),
        })
    }
}

/// The member `certificates`: those of `chain` without roots, the first with the numbers of the others.
fn certificates(chain: &[CertificateDer<'_>]) -> Option<Map<String, Value>> {
    let mut serials = Vec::new();
    let mut found = Map::new();
    for der in chain.iter().filter(|der| !is_root(der)) {
        let serial = decimal_serial(der)?;
        found.insert(serial.clone(), json!([pem(der)]));
        serials.push(Value::from(serial));
    }
    let (first, issuers) = serials.split_first()?;
    let path = found.get_mut(first.as_str()?)?.as_array_mut()?;
    path.extend(issuers.iter().cloned());
    Some(found)
}

fn is_root(der: &CertificateDer<'_>) -> bool {
    let parsed = x509_parser::parse_x509_certificate(der);
    parsed.is_ok_and(|(_, certificate)| {
        certificate.subject().as_raw() == certificate.issuer().as_raw()
    })
}

fn pem(der: &CertificateDer<'_>) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % PEM_LINE == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem
}

/// Letters of a line of PEM (RFC 7468 §2).
const PEM_LINE: usize = 64;
