//! Verification of a record: each signature, the path of each signer's certificate at the time of its signature, and
//! what the record says of itself.

use std::{collections::BTreeMap, time::Duration};

use base64::Engine;
use rustls_pki_types::CertificateDer;
use serde_json::{Map, Value};

use super::{
    record::{BASE64, Element, Malformed, Record, SignedList},
    signing_text::signing_text,
};
use crate::{
    caller::{AnchorsError, SignerCertificate, SignerRefused, TrustAnchors},
    clock::Timestamp,
};

/// A step with those who signed it.
#[derive(Clone, Debug)]
pub struct VerifiedStep {
    /// Its members.
    pub members: Map<String, Value>,
    /// The signer, and then those who signed the lists that it stands in, the outermost last.
    pub signers: Vec<SignerCertificate>,
}

/// The reason why a record is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// The anchors cannot be read.
    #[error("the trust anchors: {0}")]
    Anchors(#[from] AnchorsError),
    /// It is of another framework than is wanted.
    #[error("it is of the framework \"{}\"", .0.escape_debug())]
    Framework(String),
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It does not bring the certificate of a signature.
    #[error("it does not bring the certificate {serial}, with which it is signed")]
    NoCertificate {
        /// The serial number.
        serial: String,
    },
    /// It names other origins than it has.
    #[error("\"origins\" are not the origins among its steps")]
    Origins,
    /// A signature of a time to come.
    #[error("it is signed at {signed_at}, which is to come")]
    SignedInFuture {
        /// The time of the signature.
        signed_at: Timestamp,
    },
    /// The certificate of a signature is not good.
    #[error("the signer {serial} at {signed_at}: {reason}")]
    Signer {
        /// The serial number of the certificate.
        serial: String,
        /// The time of the signature.
        signed_at: Timestamp,
        /// The reason.
        reason: SignerRefused,
    },
    /// A signature that is not that of its text, or none in DER.
    #[error("the signature of {serial} does not belong to what it stands below")]
    WrongSignature {
        /// The serial number of the certificate.
        serial: String,
    },
    /// A version of the format that is not known here.
    #[error("it is of version {0} of the format; 0 is known")]
    Version(u64),
}

/// Verifies `record` against the roots in `anchors_pem`; `framework` is the one that it has to be of, where one is wanted.
///
/// # Errors
/// [`Unverified`]: the first thing that is wrong.
pub fn verify(
    record: &Record,
    anchors_pem: &[u8],
    framework: Option<&str>,
    now: Timestamp,
) -> Result<Vec<VerifiedStep>, Unverified> {
    if framework.is_some_and(|wanted| wanted != record.framework) {
        return Err(Unverified::Framework(record.framework.clone()));
    }
    let mut verification = Verification {
        framework: &record.framework,
        anchors_pem,
        certificates: record.ders()?,
        now,
        steps: Vec::new(),
    };
    verification.list(&record.steps, &mut Vec::new())?;
    let steps = verification.steps;
    let origins = steps.iter().filter(|step| step.text("type") == ORIGIN);
    if origins
        .map(|step| step.text("id"))
        .eq(record.origins.iter())
    {
        Ok(steps)
    } else {
        Err(Unverified::Origins)
    }
}

impl VerifiedStep {
    /// The text of a member; empty where it has no such text.
    #[must_use]
    pub fn text(&self, member: &str) -> &str {
        let text = self.members.get(member).and_then(Value::as_str);
        text.unwrap_or_default()
    }
}

struct Verification<'r> {
    framework: &'r str,
    anchors_pem: &'r [u8],
    certificates: BTreeMap<&'r str, CertificateDer<'static>>,
    now: Timestamp,
    steps: Vec<VerifiedStep>,
}

impl Verification<'_> {
    /// Verifies `list`, which those in `around` have signed again, the outermost first.
    fn list(
        &mut self,
        list: &SignedList,
        around: &mut Vec<SignerCertificate>,
    ) -> Result<(), Unverified> {
        around.push(self.signer(list)?);
        for element in &list.elements {
            match element {
                Element::List(inner) => self.list(inner, around)?,
                Element::Step(text) => {
                    let members = members(text).ok_or(Malformed::Step {
                        position: self.steps.len() + 1,
                    })?;
                    let signers = around.iter().rev().cloned().collect();
                    self.steps.push(VerifiedStep { members, signers });
                }
            }
        }
        around.pop();
        Ok(())
    }

    /// The signer of `list`, whose certificate was good at the time and whose signature is that of the list.
    fn signer(&self, list: &SignedList) -> Result<SignerCertificate, Unverified> {
        let block = &list.signature;
        if block.version != 0 {
            return Err(Unverified::Version(block.version));
        }
        let serial = block.digits()?.to_owned();
        let signed_at = block.time()?;
        if self.now < signed_at.before(MOST_AHEAD) {
            return Err(Unverified::SignedInFuture { signed_at });
        }
        let Some(der) = self.certificates.get(serial.as_str()) else {
            return Err(Unverified::NoCertificate { serial });
        };
        let anchors = TrustAnchors::from_pem(self.anchors_pem)?;
        let anchors = anchors.with_intermediates(self.certificates.values());
        let signer = match SignerCertificate::verify(der, anchors, signed_at) {
            Ok(signer) => signer,
            Err(reason) => {
                return Err(Unverified::Signer {
                    serial,
                    signed_at,
                    reason,
                });
            }
        };
        let text = signing_text(self.framework, &list.elements, block);
        if signer.has_signed(text.as_bytes(), &block.octets()?) {
            Ok(signer)
        } else {
            Err(Unverified::WrongSignature { serial })
        }
    }
}

/// The members of a step with an id and a type; keys with an underscore are for who has verified (§16.3).
fn members(text: &str) -> Option<Map<String, Value>> {
    let json = BASE64.decode(text).ok()?;
    let members: Map<String, Value> = serde_json::from_slice(&json).ok()?;
    let is_text = |name: &str| members.get(name).is_some_and(Value::is_string);
    let is_ours = members.keys().all(|name| !name.starts_with('_'));
    (is_text("id") && is_text("type") && is_ours).then_some(members)
}

const ORIGIN: &str = "origin";
/// Clocks of others may be ahead of ours.
const MOST_AHEAD: Duration = Duration::from_mins(1);
