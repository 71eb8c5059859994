//! The answer to a data query over HTTP: at once when it is short, else made while it is sent.

use std::io::{self, Write};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, VARY},
    },
};

use super::{Media, Negotiated, json, table};
use crate::{
    dataset::{
        edr::{Cells, Selection},
        perils::{Refused, Served},
    },
    fair_semaphore::Slot,
    response::{
        Coding, Refusal, StreamBody,
        coding::Coded,
        representation::{BY_TYPE_AND_CODING, Caching, Representation, Validators},
    },
};

/// What there is to answer with, whatever is asked.
pub struct Means<'m, T> {
    /// The store of the coverage.
    pub store: &'m Served,
    /// Octets of the answer, as they are estimated before it begins.
    pub answer_bytes: u64,
    /// A slot for an answer that takes long.
    pub slot: T,
}

/// The answer to `request`: what is selected, or 204 for nothing.
///
/// # Errors
/// [`Refusal`] for more than a request may ask, preconditions that fail, and when as many long answers are under way
/// as may be.
pub fn answer<T: FnOnce() -> Option<Slot>>(
    request: &HttpRequest,
    negotiated: Negotiated,
    selection: Option<Selection>,
    means: Means<'_, T>,
) -> Result<HttpResponse, Refusal> {
    let Negotiated { media, coding } = negotiated;
    let Some(selection) = selection else {
        return Ok(HttpResponse::NoContent()
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .insert_header((VARY, BY_TYPE_AND_CODING))
            .finish());
    };
    let values = selection.values();
    let octets = values
        .saturating_add(
            selection
                .cells()
                .count()
                .saturating_mul(beside_values(&selection)),
        )
        .saturating_mul(OCTETS_A_VALUE);
    if octets > means.answer_bytes {
        return Err(Refused::TooMuch {
            what: "octets of the answer, as estimated",
            found: octets,
            limit: means.answer_bytes,
        }
        .into());
    }
    let validators = Validators::of_answer([means.store], request, media.essence());
    let representation = Representation {
        content_type: media.content_type(),
        coding,
        chosen_by: Some(BY_TYPE_AND_CODING),
        caching: Caching::Private(validators),
    };
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    let mut answer = representation.begin(StatusCode::OK);
    if octets <= OCTETS_AT_ONCE {
        let body = written(&selection, media, coding, Vec::new()).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            Refusal::Fault
        })?;
        return Ok(answer.body(body));
    }
    let slot = (means.slot)().ok_or(Refusal::Busy)?;
    Ok(answer.body(StreamBody::start(slot, move |sink| {
        written(&selection, media, coding, sink).map(drop)
    })))
}

/// Writes the answer to `out`, and gives `out` back.
fn written<W: Write>(selection: &Selection, media: Media, coding: Coding, out: W) -> io::Result<W> {
    let mut out = Coded::new(out, coding)?;
    match media {
        Media::CoverageJson | Media::Json | Media::OldCoverageJson => {
            json::write(selection, &mut out)?;
        }
        Media::Csv => table::write(selection, &mut out)?,
    }
    out.finish()
}

/// What is written of a cell beside its values, in values: coordinates, and of several places each one's own axes and
/// ranges.
fn beside_values(selection: &Selection) -> u64 {
    let slice = selection.slice();
    let along: usize = slice.along().iter().map(Vec::len).sum();
    let of_a_place = match selection.cells() {
        Cells::Places { .. } => along + slice.variables().len() * VALUES_LIKE_A_RANGE,
        Cells::Area(_) | Cells::Grid { .. } => 0,
    };
    VALUES_LIKE_COORDINATES.saturating_add(u64::try_from(of_a_place).unwrap_or(u64::MAX))
}

/// Octets of a value in an answer, with what separates it.
const OCTETS_A_VALUE: u64 = 20;
/// Coordinates and the names around them, in values.
const VALUES_LIKE_COORDINATES: u64 = 16;
/// The names around a range, in values.
const VALUES_LIKE_A_RANGE: usize = 10;
/// Octets of an answer that a worker, which others wait for, may write.
const OCTETS_AT_ONCE: u64 = 512 * 1024;
