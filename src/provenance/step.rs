//! Steps of a provider (IB1-PRV-5 to -7): the origin of a collection's version, and its transfer to one application.

use std::fmt;

use aws_lc_rs::{digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Map, Value};

use super::fault::SigningFault;
use crate::clock::Timestamp;

/// The id of a step: 15 octets in base64.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct StepId(Box<str>);

/// Steps in the order in which they are signed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Steps {
    pub(super) texts: Vec<Box<str>>,
    pub(super) origins: Vec<Box<str>>,
    pub(super) transfers: Vec<Box<str>>,
}

/// The origin of one version of a collection: the same step, with the same id, wherever that is passed on.
#[derive(Clone, Debug, Serialize)]
pub struct Origin<'o> {
    /// The time of the version.
    #[serde(skip)]
    pub timestamp: Timestamp,
    /// The source that it was made from; the collection itself, where none is named.
    pub origin: &'o str,
    /// The licence of the source, where the collection is under one.
    #[serde(rename = "originLicense", skip_serializing_if = "Option::is_none")]
    pub licence: Option<&'o str>,
    /// `true` where the source is somebody else's.
    #[serde(rename = "external")]
    pub is_external: bool,
    /// The address of the collection.
    #[serde(rename = "perild:collection")]
    pub collection: &'o str,
    /// Its version: the publisher's own, or the checksum of its content.
    #[serde(rename = "perild:version", skip_serializing_if = "Option::is_none")]
    pub version: Option<&'o str>,
}

/// The transfer of what was asked for to whoever asked.
#[derive(Clone, Debug, Serialize)]
pub struct Transfer<'t> {
    /// The origin.
    pub of: StepId,
    /// The application that receives it, or its member.
    pub to: &'t str,
    /// The standard that the collection conforms to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<&'t str>,
    /// The licence under which it is passed on.
    #[serde(rename = "license", skip_serializing_if = "Option::is_none")]
    pub licence: Option<&'t str>,
    /// The address of the service.
    pub service: &'t str,
    /// The path as the description of the service has it.
    pub path: &'t str,
    /// Those parameters that may be told.
    pub parameters: &'t Map<String, Value>,
    /// Permissions of people: what needs any is not published.
    pub permissions: [&'static str; 0],
}

#[derive(Serialize)]
struct Step<'s, T> {
    id: &'s StepId,
    timestamp: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    members: &'s T,
}

impl Steps {
    /// Adds the origin of a collection.
    ///
    /// # Errors
    /// [`SigningFault::Json`].
    pub fn origin(&mut self, origin: &Origin<'_>) -> Result<StepId, SigningFault> {
        let content = serde_json::to_string(origin).map_err(SigningFault::Json)?;
        let id = StepId::of(format!("{} {content}", origin.timestamp).as_bytes());
        self.push("origin", &id, origin.timestamp, origin)?;
        self.origins.push(id.0.clone());
        Ok(id)
    }

    /// Adds a transfer at `now`.
    ///
    /// # Errors
    /// [`SigningFault`].
    pub fn transfer(
        &mut self,
        transfer: &Transfer<'_>,
        now: Timestamp,
    ) -> Result<StepId, SigningFault> {
        let id = StepId::random()?;
        self.push("transfer", &id, now, transfer)?;
        self.transfers.push(id.0.clone());
        Ok(id)
    }

    /// `true` where to sign or to seal them is some microseconds of computing.
    #[must_use]
    pub fn are_few(&self) -> bool {
        self.texts.len() <= FEW
    }

    /// The ids of the steps that are transfers, in their order.
    #[must_use]
    pub fn transfers(&self) -> &[Box<str>] {
        &self.transfers
    }

    fn push(
        &mut self,
        kind: &'static str,
        id: &StepId,
        at: Timestamp,
        members: &impl Serialize,
    ) -> Result<(), SigningFault> {
        let timestamp = at.to_string();
        let step = Step {
            id,
            timestamp,
            kind,
            members,
        };
        let text = serde_json::to_string(&step).map_err(SigningFault::Json)?;
        self.texts.push(text.into());
        Ok(())
    }
}

impl StepId {
    /// An id that nobody else has.
    fn random() -> Result<Self, SigningFault> {
        let mut octets = [0; OCTETS];
        rand::fill(&mut octets).map_err(|_no_reason| SigningFault::NoRandom)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(octets).into()))
    }

    /// The id of a step with this content: nothing else has it, and whoever passes it on again has the same.
    fn of(content: &[u8]) -> Self {
        let whole = digest::digest(&digest::SHA256, content);
        let octets = whole.as_ref().get(..OCTETS).unwrap_or_default();
        Self(URL_SAFE_NO_PAD.encode(octets).into())
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const OCTETS: usize = 15;
/// Steps of an answer from eight collections, some kilobytes.
const FEW: usize = 16;
