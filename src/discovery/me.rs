//! The caller: what the certificate and the token say, what may be read with them, and how much of it at once.

use serde::Serialize;

use super::{
    View,
    link::{JSON, Link},
    view::Reading,
};
use crate::{caller::CertificateFacts, clock::Timestamp, dataset::Collection, token::BoundToken};

/// The caller.
#[derive(Clone, Copy, Debug)]
pub struct Me<'m> {
    /// The certificate that was presented.
    pub certificate: &'m CertificateFacts,
    /// The token that is bound to it.
    pub token: &'m BoundToken,
    /// Limits of one request.
    pub limits: Limits,
    /// The time.
    pub now: Timestamp,
}

/// Limits of one request.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Limits {
    /// Places of one request.
    pub places_per_request: u64,
    /// Bytes of one request's body.
    pub body_bytes: u64,
    /// Bytes of one answer, as they are estimated before it begins.
    pub answer_bytes: u64,
    /// The largest radius of a search, in kilometres.
    pub search_radius_km: u32,
    /// Long answers that are under way at once, for all callers together.
    pub long_answers: u64,
}

#[derive(Serialize)]
pub(super) struct MeDocument<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation_id: Option<&'m str>,
    scopes: Vec<&'m str>,
    certificate: Certificate<'m>,
    may_read: Vec<&'m str>,
    may_read_more: bool,
    limits: Limits,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Certificate<'m> {
    subject: &'m str,
    issuer: &'m str,
    serial_number: &'m str,
    #[serde(rename = "x5t#S256")]
    thumbprint: String,
    not_after: String,
    days_left: i64,
}

pub(super) fn document<'m>(view: &View<'m>, me: &Me<'m>) -> MeDocument<'m> {
    let (may_read, may_read_more) = readable(view);
    let facts = me.certificate;
    let left = facts.not_after().seconds().saturating_sub(me.now.seconds());
    let mut links = Link::to_itself(view, "/v1/me", TITLE).to_vec();
    links.push(Link::new(
        view,
        "data",
        "/v1/collections",
        JSON,
        "What is published, and whether you may read it",
    ));
    MeDocument {
        client_id: me.token.client_id(),
        organisation_id: me.token.organisation_id(),
        scopes: me.token.scope().iter().collect(),
        certificate: Certificate {
            subject: facts.subject(),
            issuer: facts.issuer(),
            serial_number: facts.serial(),
            thumbprint: facts.thumbprint().to_string(),
            not_after: facts.not_after().to_string(),
            days_left: left.div_euclid(SECONDS_OF_A_DAY),
        },
        may_read: may_read.iter().map(|one| one.id().as_str()).collect(),
        may_read_more,
        limits: me.limits,
        links,
    }
}

/// The first collections that may be read, and whether there are more.
pub(super) fn readable<'m>(view: &View<'m>) -> (Vec<&'m Collection>, bool) {
    let shown = view.collections(None);
    let mut readable = shown.filter(|one| view.reading(one) == Reading::May);
    let first = readable.by_ref().take(MOST_NAMED).collect();
    (first, readable.next().is_some())
}

pub(super) const TITLE: &str = "Who you are here";
/// Collections that are named one by one.
const MOST_NAMED: usize = 100;
const SECONDS_OF_A_DAY: i64 = 86_400;
