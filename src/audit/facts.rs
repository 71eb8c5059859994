//! Facts of one decision, as an audit file has them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use crate::printable::printable_json;

/// Facts of one request and the decision about it: whoever asked, for what, and why it was let in or refused.
///
/// It holds no token, no value of a query, and nobody's name but those of organisations and programs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Facts<'f> {
    /// `granted` by a rule, `refused`, or `open` where no rule is asked.
    #[serde(borrow)]
    pub decision: Cow<'f, str>,
    /// The rule that granted.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Cow<'f, str>>,
    /// The clause of it that held, or the conditions that did not.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Cow<'f, str>>,
    /// The room that refused.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Cow<'f, str>>,
    /// The reason, in the fixed words of the metrics.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'f, str>>,
    /// The status of the answer.
    pub status: u16,
    /// The method.
    #[serde(borrow)]
    pub method: Cow<'f, str>,
    /// The route as a template.
    #[serde(borrow)]
    pub route: Cow<'f, str>,
    /// The collection.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Cow<'f, str>>,
    /// The publisher's version of it.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub version: Option<Cow<'f, str>>,
    /// The terms of use.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Cow<'f, str>>,
    /// SHA-256 over the query of the request target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_sha256: Option<Digest>,
    /// HMAC-SHA-256 of the body of a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_hmac_sha256: Option<Digest>,
    /// Rows of the answer, where it is one of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Octets of the body that left.
    pub bytes: u64,
    /// Microseconds from the request to the last octet.
    pub duration_us: u64,
    /// The client that the token was issued to.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Cow<'f, str>>,
    /// Its organisation.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<Cow<'f, str>>,
    /// The member of the trust framework, as the certificate names it.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub member: Option<Cow<'f, str>>,
    /// The application.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub application: Option<Cow<'f, str>>,
    /// HMAC-SHA-256 of the account (`sub`) of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Digest>,
    /// The issuer of the certificate.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub cert_issuer: Option<Cow<'f, str>>,
    /// Its serial number.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub cert_serial: Option<Cow<'f, str>>,
    /// Its thumbprint, RFC 8705 §3.1.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub cert_thumbprint: Option<Cow<'f, str>>,
    /// Whole days until its end; negative behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_days_left: Option<i64>,
    /// Ids of the provenance records that went along.
    #[serde(borrow, skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<Cow<'f, str>>,
    /// The interaction id of the request.
    #[serde(borrow)]
    pub interaction_id: Cow<'f, str>,
}

impl Facts<'_> {
    /// Kind of the lines that hold them.
    pub const KIND: &'static str = "access";

    /// The record as the rest of a line, from the member `kind` on, with nothing invisible in it.
    #[must_use]
    pub(super) fn body(&self) -> Vec<u8> {
        let text = serde_json::to_string(self).unwrap_or_default();
        let text = printable_json(text);
        let members = text.get(1..text.len().saturating_sub(1));
        let mut body = Vec::with_capacity(text.len() + KIND_MEMBER.len());
        body.extend_from_slice(KIND_MEMBER);
        body.extend_from_slice(members.unwrap_or_default().as_bytes());
        body
    }
}

/// The beginning of `text` that a record holds: what others say of themselves has no end of its own.
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    let end = text.floor_char_boundary(LONGEST_TEXT);
    Cow::Borrowed(text.get(..end).unwrap_or(text))
}

const KIND_MEMBER: &[u8] = b"\"kind\":\"access\",";

/// Octets of a text; two dozen of them, each octet escaped as six, are less than a line may have.
const LONGEST_TEXT: usize = 512;
