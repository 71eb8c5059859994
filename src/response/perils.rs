//! Peril values as HTTP answers: validators, caching, and the fields that lead on to `/v1`.

use std::{
    io::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, LINK, WARNING},
    },
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;

use super::{
    Refusal, StreamBody,
    conditions::{self, Validators, Verdict, http_date},
    contract::LocationAnswer,
    pieces::{PieceBody, Pieces},
};
use crate::{
    dataset::{
        grid::{Grid, Peril},
        perils::{Values, contract::LocationRequest},
    },
    turns::Turn,
};

/// What an answer is a version of: one store, asked one thing.
#[derive(Clone, Debug)]
pub struct Described {
    entity_tag: String,
    last_modified: SystemTime,
}

impl Described {
    /// The answer that `grid` gives to the target of `request`.
    #[must_use]
    pub fn new(grid: &Grid, request: &HttpRequest) -> Self {
        Self::representation(grid, request, "")
    }

    /// As [`Described::new`], for one of several representations (RFC 9110 §8.8.3).
    #[must_use]
    pub fn representation(grid: &Grid, request: &HttpRequest, representation: &str) -> Self {
        let target = request.uri().path_and_query().map(ToString::to_string);
        let version = grid.about().version;
        let what = format!(
            "{} {} {} {representation} {}",
            env!("CARGO_PKG_VERSION"),
            version.id,
            grid.checksum(),
            target.unwrap_or_default()
        );
        let tag = digest(&SHA256, what.as_bytes());
        let tag = tag.as_ref().get(..15).unwrap_or_default();
        let imported = u64::try_from(version.imported_at).unwrap_or(0);
        Self {
            entity_tag: BASE64_URL_SAFE_NO_PAD.encode(tag),
            last_modified: UNIX_EPOCH + Duration::from_secs(imported),
        }
    }

    /// What the preconditions of `request` come to: an answer of their own, or none.
    ///
    /// # Errors
    /// [`Refusal::PreconditionFailed`].
    pub fn judge(&self, request: &HttpRequest) -> Result<Option<HttpResponse>, Refusal> {
        let validators = Validators {
            entity_tag: &self.entity_tag,
            last_modified: self.last_modified,
        };
        match conditions::judge(request.headers(), validators) {
            Verdict::Failed => Err(Refusal::PreconditionFailed),
            Verdict::NotModified => Ok(Some(self.build(StatusCode::NOT_MODIFIED).finish())),
            Verdict::Proceed => Ok(None),
        }
    }

    /// An answer with its validators.
    #[must_use]
    pub fn build(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut answer = HttpResponse::build(status);
        answer
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .insert_header((ETAG, format!("\"{}\"", self.entity_tag)))
            .insert_header((LAST_MODIFIED, http_date(self.last_modified)));
        answer
    }
}

/// A whole answer of the old contract about `perils` to a GET or HEAD.
///
/// # Errors
/// [`Refusal::PreconditionFailed`].
pub fn contract(
    request: &HttpRequest,
    described: &Described,
    body: Bytes,
    perils: &[Peril],
    has_quirk: bool,
) -> Result<HttpResponse, Refusal> {
    if let Some(answer) = described.judge(request)? {
        return Ok(answer);
    }
    let mut answer = described.build(StatusCode::OK);
    answer.insert_header((CONTENT_TYPE, "application/json"));
    say_units(&mut answer, perils);
    if has_quirk {
        lead_on(&mut answer);
    }
    Ok(answer.body(body))
}

/// The answer to `POST /location`: at once when it is short, else made while it is sent.
///
/// # Errors
/// [`Refusal::Busy`].
pub fn locations(
    request: LocationRequest,
    values: Values,
    turn: impl FnOnce() -> Option<Turn>,
) -> Result<HttpResponse, Refusal> {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "application/json"));
    say_units(&mut answer, &request.perils);
    if request.has_quirk {
        lead_on(&mut answer);
    }
    let records = request.places.len() * values.columns().len();
    let mut location = LocationAnswer::new(request, values);
    if records <= RECORDS_AT_ONCE {
        let length = u64::try_from(location.length()).ok();
        let body = PieceBody::begin(location, length).or(Err(Refusal::Fault))?;
        return Ok(answer.body(body));
    }
    let turn = turn().ok_or(Refusal::Busy)?;
    let body = StreamBody::start(turn, move |mut sink| {
        location.write_to(&mut sink)?;
        sink.flush()
    });
    Ok(answer.body(body))
}

/// Says of metrics whose values are not what the old listing calls them, what they are: its octets stay as they were.
fn say_units(answer: &mut HttpResponseBuilder, perils: &[Peril]) {
    let mut metrics = perils.iter().flat_map(|peril| peril.metrics());
    if metrics.any(|metric| metric.units() == "percent" && metric.ucum() == "1") {
        answer.insert_header((NOTE, FRACTIONS));
    }
}

/// Says that the answer rests on a leniency of the old service, and where there is none (RFC 9745).
fn lead_on(answer: &mut HttpResponseBuilder) {
    answer
        .insert_header((WARNING, QUIRK))
        .insert_header((HeaderName::from_static("deprecation"), DEPRECATED_SINCE))
        .insert_header((LINK, "</v1/location>; rel=\"successor-version\""));
}

const NOTE: HeaderName = HeaderName::from_static("perild-note");
const FRACTIONS: &str = "fire: values are fractions from 0 to 1; the unit 'percent' of the listing and of records is historical";
const QUIRK: &str = "299 - \"a filter was not understood as one of the known names and was applied as the old service did; /v1/location refuses it and lists them\"";
/// 20 November 2026, when `/v1` came to be.
const DEPRECATED_SINCE: &str = "@1795132800";
/// About 12 MB of records, a few milliseconds of work between those of other requests.
const RECORDS_AT_ONCE: usize = 50_000;
