//! Record: the container in JSON, as it is written and read (IB1-PRV-1, -2).

use std::collections::BTreeMap;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde::{Deserialize, Serialize, de, ser::SerializeTuple};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    caller::{decimal_serial, names_as_issuer},
    clock::Timestamp,
};

/// A record with its signatures; nothing in it is believed before [`verify()`](super::verify()).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The URL of the trust framework.
    #[serde(rename = "ib1:provenance")]
    pub framework: String,
    /// The ids of the steps that are origins, in their order.
    pub origins: Vec<String>,
    /// The steps.
    pub steps: SignedList,
    /// For each serial number the certificate in PEM, and the serial numbers of its issuers in their order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub certificates: BTreeMap<String, Vec<String>>,
}

/// Elements and the signature over them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedList {
    /// The elements, in their order.
    pub elements: Vec<Element>,
    /// The signature.
    pub signature: SignatureBlock,
}

/// An element of a signed list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Element {
    /// A list that somebody signed before.
    List(SignedList),
    /// A step: JSON in base64.
    Step(String),
}

/// The end of a signed list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignatureBlock {
    /// The version of the format.
    pub version: u64,
    /// The serial number of the signer's certificate, in decimal.
    pub serial: String,
    /// The time of the signature.
    pub signed_at: String,
    /// ECDSA in DER, in base64.
    pub signature: String,
}

/// The fault of what is no record.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// A certificate that is not one in PEM, or not the one whose number it stands under.
    #[error("the certificate {serial} is not one in PEM with this serial number")]
    Certificate {
        /// The number under which it stands.
        serial: String,
    },
    /// A path of issuers on which one is missing, or is the issuer of another.
    #[error(
        "the issuers of the certificate {serial} are not the ones that it names, one after the other"
    )]
    Issuers {
        /// The number under which the certificate stands.
        serial: String,
    },
    /// It is not the JSON of a record.
    #[error("it is not the JSON of a record: {0}")]
    Json(serde_json::Error),
    /// It has neither a record nor is it one.
    #[error("it has no member \"ib1:provenance\"")]
    NoRecord,
    /// A serial number that is not written in decimal.
    #[error("\"{}\" is no serial number in decimal", .0.escape_debug())]
    Serial(String),
    /// A signature that is not in padded base64 for URLs.
    #[error("a signature is not in padded base64 for URLs")]
    Signature,
    /// A step that is not the JSON of an object in base64, with an id and a type.
    #[error("step {position} is not a JSON object with \"id\" and \"type\" in base64 for URLs")]
    Step {
        /// Its position among all steps, counted from one.
        position: usize,
    },
    /// A time that is not in UTC to the second.
    #[error("\"{}\" is not a time like 2026-11-30T12:00:00Z", .0.escape_debug())]
    Time(String),
    /// More certificates than a record needs.
    #[error("it brings {found} certificates, more than {MOST_CERTIFICATES}")]
    TooManyCertificates {
        /// The number of them.
        found: usize,
    },
}

impl Record {
    /// Reads a record, or an answer that has one beside its data.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(json: &[u8]) -> Result<Self, Malformed> {
        /// The record in a document, of which nothing else is looked at.
        #[derive(Deserialize)]
        struct Around {
            #[serde(rename = "ib1:provenance")]
            found: Option<Value>,
        }
        let around: Around = serde_json::from_slice(json).map_err(Malformed::Json)?;
        let record = match around.found {
            None => return Err(Malformed::NoRecord),
            Some(Value::String(_)) => serde_json::from_slice(json),
            Some(record) => serde_json::from_value(record),
        };
        let record: Self = record.map_err(Malformed::Json)?;
        if record.certificates.len() > MOST_CERTIFICATES {
            let found = record.certificates.len();
            return Err(Malformed::TooManyCertificates { found });
        }
        Ok(record)
    }

    /// The certificates that it brings, each by its serial number.
    ///
    /// # Errors
    /// [`Malformed::Certificate`], [`Malformed::Issuers`].
    pub(super) fn ders(&self) -> Result<BTreeMap<&str, CertificateDer<'static>>, Malformed> {
        let each = self.certificates.iter().map(|(serial, path)| {
            let pem = path.first().map(|pem| pem.trim()).unwrap_or_default();
            let is_alone = pem.starts_with(BEGIN) && pem.ends_with(END);
            let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok();
            let der = der.filter(|_| is_alone && pem.matches(BEGIN).count() == 1);
            let is_its =
                |der: &CertificateDer<'static>| decimal_serial(der).as_ref() == Some(serial);
            let wrong = || Malformed::Certificate {
                serial: serial.clone(),
            };
            let der = der.filter(is_its).ok_or_else(wrong)?;
            Ok((serial.as_str(), der))
        });
        let ders = each.collect::<Result<BTreeMap<_, _>, _>>()?;
        for (serial, path) in &self.certificates {
            if !has_its_issuers(&ders, serial, path.get(1..).unwrap_or_default()) {
                return Err(Malformed::Issuers {
                    serial: serial.clone(),
                });
            }
        }
        Ok(ders)
    }
}

/// `true` when each of `issuers` is among `ders`, and is the one that the certificate before it names.
fn has_its_issuers(
    ders: &BTreeMap<&str, CertificateDer<'static>>,
    serial: &str,
    issuers: &[String],
) -> bool {
    let path = std::iter::once(serial).chain(issuers.iter().map(String::as_str));
    let path: Option<Vec<_>> = path.map(|serial| ders.get(serial)).collect();
    path.is_some_and(|path| {
        let mut steps = path.windows(2);
        steps.all(|two| matches!(two, [of, issuer] if names_as_issuer(of, issuer)))
    })
}

impl SignatureBlock {
    /// The time of the signature.
    ///
    /// # Errors
    /// [`Malformed::Time`].
    pub(super) fn time(&self) -> Result<Timestamp, Malformed> {
        let wrong = || Malformed::Time(self.signed_at.clone());
        let time = OffsetDateTime::parse(&self.signed_at, &Rfc3339);
        let time = time.map_err(|_no_time| wrong())?.unix_timestamp();
        let time = Timestamp::from_seconds(time);
        // Two spellings of one time would be two texts.
        if time.to_string() == self.signed_at {
            Ok(time)
        } else {
            Err(wrong())
        }
    }

    /// The octets of the signature.
    ///
    /// # Errors
    /// [`Malformed::Signature`].
    pub(super) fn octets(&self) -> Result<Vec<u8>, Malformed> {
        let octets = BASE64.decode(&self.signature);
        octets.map_err(|_not_base64| Malformed::Signature)
    }

    /// The serial number, which nothing but digits can be.
    ///
    /// # Errors
    /// [`Malformed::Serial`].
    pub(super) fn digits(&self) -> Result<&str, Malformed> {
        let serial = self.serial.as_str();
        let is_digits = serial.bytes().all(|byte| byte.is_ascii_digit());
        let is_shortest = serial == "0" || !serial.starts_with('0');
        if is_digits && is_shortest && !serial.is_empty() {
            Ok(serial)
        } else {
            Err(Malformed::Serial(self.serial.clone()))
        }
    }
}

impl Serialize for SignedList {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_tuple(self.elements.len() + 1)?;
        for element in &self.elements {
            match element {
                Element::List(signed) => list.serialize_element(signed)?,
                Element::Step(text) => list.serialize_element(text)?,
            }
        }
        let SignatureBlock {
            version,
            serial,
            signed_at,
            signature,
        } = &self.signature;
        list.serialize_element(&(version, serial, signed_at, signature))?;
        list.end()
    }
}

impl<'de> Deserialize<'de> for SignedList {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::<Value>::deserialize(deserializer)?;
        Self::of(values).map_err(de::Error::custom)
    }
}

impl SignedList {
    /// The list that `values` are; JSON that was read is no deeper than its reader allows.
    fn of(mut values: Vec<Value>) -> Result<Self, &'static str> {
        let block = values.pop().ok_or(NO_SIGNATURE)?;
        let block = serde_json::from_value::<(u64, String, String, String)>(block);
        let (version, serial, signed_at, signature) = block.map_err(|_other| NO_SIGNATURE)?;
        let element = |value| match value {
            Value::Array(values) => Self::of(values).map(Element::List),
            Value::String(text) => Ok(Element::Step(text)),
            _ => Err("an element is neither a text nor a signed list"),
        };
        let elements = values.into_iter().map(element);
        Ok(Self {
            elements: elements.collect::<Result<_, _>>()?,
            signature: SignatureBlock {
                version,
                serial,
                signed_at,
                signature,
            },
        })
    }
}

const NO_SIGNATURE: &str = "a list does not end with [version, serial number, time, signature]";

/// Base64 for URLs (RFC 4648 §5), with its padding: the reference library refuses it without.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Certificates of a record: each signer brings two or three.
const MOST_CERTIFICATES: usize = 64;
