//! The answer to a question over HTTP: at once when it is short, else made while it is sent.

use std::{io, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{Method, StatusCode, header::LINK},
};

use super::{
    Format, Question, Schemas,
    answering::Answering,
    extent::{Extent, Limits},
};
use crate::{
    dataset::perils::{Refused, Values, places::PlaceList, query::Subset},
    fair_semaphore::Slot,
    response::{
        Coding, Refusal, RowCount, StreamBody,
        media::{Formats, Negotiated},
        pieces::{PieceBody, SlicedBody},
        provenance::Closing,
        representation::{BY_TYPE_AND_CODING, Caching, Representation},
        validators::Validators,
        write_buffer::PIECE_BYTES,
    },
};

/// Means of every answer, whatever is asked.
#[derive(Debug)]
pub(crate) struct Means<'s> {
    /// Schemas of answers from these perils.
    pub schemas: &'s Arc<Schemas>,
    /// The places of the answer, for its record.
    pub rows: RowCount,
    /// Limits of one request.
    pub limits: Limits,
    /// The end with a record of provenance, where the answer has one.
    pub closing: Option<Closing>,
}

/// The answer to `request`: the `places`, what `subset` asks of them, from `values`; `slot` is asked
/// for when it takes long.
///
/// # Errors
/// [`Refusal`] for formats that are not there or not acceptable, more than a request may ask, preconditions that
/// fail, and when as many long answers are under way as may be.
pub(crate) fn answer(
    request: &HttpRequest,
    Negotiated { format, coding }: Negotiated<Format>,
    places: PlaceList,
    subset: Subset,
    values: Values,
    slot: impl FnOnce() -> Option<Slot>,
    means: Means<'_>,
) -> Result<HttpResponse, Refusal> {
    let schemas = means.schemas;
    let question = Question {
        places,
        subset,
        values,
        format,
        rows: means.rows,
    };
    if let Some((option, expected)) = question.impossible() {
        return Err(Refused::Malformed {
            at: option.to_owned(),
            expected: expected.into(),
        }
        .into());
    }
    let extent = Extent::of(&question);
    extent.admit(means.limits)?;
    let representation = representation(request, &question, coding);
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    question.rows.add(0);
    let mut answer = representation.begin(StatusCode::OK);
    answer.insert_header((LINK, "</v1/perils>; rel=\"describedby\""));
    if extent.is_short(coding) {
        return at_once(answer, question, (coding, means.closing), schemas).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            Refusal::Fault
        });
    }
    let slot = slot().ok_or(Refusal::Busy)?;
    Ok(while_sent(
        answer,
        question,
        (coding, means.closing),
        slot,
        schemas,
    ))
}

/// The representation that caches know; that to a POST is none of its target (RFC 9110 §9.3.3).
fn representation(request: &HttpRequest, question: &Question, coding: Coding) -> Representation {
    let format = question.format;
    let caching = if *request.method() == Method::POST {
        Caching::Never
    } else {
        let stores = question.values.stores();
        Caching::Private(Validators::of_answer(
            &stores.collect(),
            request,
            format.media().name,
        ))
    };
    Representation {
        content_type: format.media().content_type,
        coding,
        chosen_by: Some(BY_TYPE_AND_CODING),
        caching,
    }
}

/// The answer to a question that takes longer, written on a thread of its own while it is sent.
fn while_sent(
    mut answer: HttpResponseBuilder,
    question: Question,
    (coding, closing): (Coding, Option<Closing>),
    slot: Slot,
    schemas: &Arc<Schemas>,
) -> HttpResponse {
    let schemas = Arc::clone(schemas);
    let body = StreamBody::start(slot, move |sink| {
        question.answer(sink, coding, closing, &schemas).map(drop)
    });
    answer.body(body)
}

/// The answer to a question of a few milliseconds, on this thread.
fn at_once(
    mut answer: HttpResponseBuilder,
    question: Question,
    (coding, closing): (Coding, Option<Closing>),
    schemas: &Schemas,
) -> io::Result<HttpResponse> {
    if coding == Coding::Identity
        && closing.is_none()
        && let Some(answering) = Answering::new(&question)
    {
        return Ok(answer.body(PieceBody::begin(answering, None)?));
    }
    let values = question.places.count() * question.subset.outputs.len();
    let octets = Vec::with_capacity(values * OCTETS_A_VALUE + PIECE_BYTES);
    // Whoever holds the body's slot holds it until the answer has left.
    let places = question.places.clone();
    let octets = question.answer(octets, coding, closing, schemas)?;
    Ok(answer.body(SlicedBody::new(octets, places)))
}

/// Octets of a value in an Arrow answer, and a little for the columns beside it.
const OCTETS_A_VALUE: usize = 10;
