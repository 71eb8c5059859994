//! Answers over HTTP: validators, a note about units, and the fields that lead on to `/v1`.

use std::io::Write;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{HeaderName, LINK, WARNING},
    },
};
use bytes::Bytes;

use super::LocationAnswer;
use crate::{
    climatescore::Peril,
    climatescore::request::LocationRequest,
    dataset::perils::Values,
    fair_semaphore::Slot,
    response::{
        Coding, Refusal, RowCount, StreamBody,
        pieces::{PieceBody, Pieces},
        representation::{Caching, Representation},
        validators::Validators,
    },
};

/// The answer about `perils` to a GET or HEAD.
///
/// # Errors
/// [`Refusal::PreconditionFailed`].
pub(in crate::climatescore) fn whole(
    request: &HttpRequest,
    validators: Validators,
    body: Bytes,
    perils: &[Peril],
    has_quirk: bool,
) -> Result<HttpResponse, Refusal> {
    let representation = in_json(Caching::Private(validators));
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    let mut answer = representation.begin(StatusCode::OK);
    say_units(&mut answer, perils);
    if has_quirk {
        add_deprecation_headers(&mut answer);
    }
    Ok(answer.body(body))
}

/// The answer to `POST /location`: at once when it is short, else made while it is sent.
///
/// # Errors
/// [`Refusal::Busy`].
pub(in crate::climatescore) fn locations(
    request: LocationRequest,
    values: Values,
    rows: &RowCount,
    slot: impl FnOnce() -> Option<Slot>,
) -> Result<HttpResponse, Refusal> {
    let mut answer = in_json(Caching::Never).begin(StatusCode::OK);
    say_units(&mut answer, &request.perils);
    if request.has_quirk {
        add_deprecation_headers(&mut answer);
    }
    let records = request.places.len() * values.count();
    let mut location = LocationAnswer::new(request, values).counted(rows);
    if records <= RECORDS_AT_ONCE {
        let length = u64::try_from(location.length()).ok();
        let body = PieceBody::begin(location, length).or(Err(Refusal::Fault))?;
        return Ok(answer.body(body));
    }
    let slot = slot().ok_or(Refusal::Busy)?;
    let body = StreamBody::start(slot, move |mut sink| {
        location.write_to(&mut sink)?;
        sink.flush()
    });
    Ok(answer.body(body))
}

/// JSON, without a choice: the old service knew no content coding.
fn in_json(caching: Caching) -> Representation {
    Representation {
        content_type: "application/json",
        coding: Coding::Identity,
        chosen_by: None,
        caching,
    }
}

/// Says of metrics whose values are not what the old listing calls them, what they are: its bytes stay as they were.
fn say_units(answer: &mut HttpResponseBuilder, perils: &[Peril]) {
    let mut metrics = perils.iter().flat_map(|peril| peril.metrics());
    if metrics.any(|metric| metric.units() == "percent" && metric.ucum() == "1") {
        answer.insert_header((NOTE, FRACTIONS));
    }
}

/// Says that the answer rests on a leniency of the old service, and where there is none (RFC 9745).
fn add_deprecation_headers(answer: &mut HttpResponseBuilder) {
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
