//! The answer to a question over HTTP: at once when it is short, else made while it is sent.

use std::{io, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        Method, StatusCode,
        header::{
            ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName,
            HeaderValue, LINK, VARY,
        },
    },
};
use tokio::sync::Semaphore;

use super::{Coding, Format, Question, Schemas, answering::Answering};
use crate::{
    dataset::perils::{
        Refused, Values,
        places::{InputFormat, Survey},
        query::Subset,
    },
    response::{
        Refusal, StreamBody,
        perils::Described,
        pieces::{PIECE, PieceBody, SlicedBody},
    },
};

/// The answer to `request`: the places of `survey`, what `subset` wants of them, from `values`.
///
/// # Errors
/// [`Refusal`] for formats that are not there or not acceptable, preconditions that fail, and when as
/// many long answers are under way as may be.
pub fn answer(
    request: &HttpRequest,
    format: Option<&str>,
    survey: Survey,
    subset: Subset,
    values: Values,
    streams: &Arc<Semaphore>,
    schemas: &Arc<Schemas>,
) -> Result<HttpResponse, Refusal> {
    let (format, coding) = negotiated(request, format, survey.format())?;
    let question = Question {
        survey,
        subset,
        values,
        format,
    };
    if !question.is_possible() {
        return Err(Refused::Malformed {
            at: "layout".to_owned(),
            expected: "wide, unless the answer is CSV".into(),
        }
        .into());
    }
    let representation = format!("{} {}", format.name(), coding.name());
    let described = Described::representation(question.values.grid(), request, &representation);
    let is_cacheable = request.method() != Method::POST;
    if is_cacheable && let Some(mut answer) = described.judge(request)? {
        answer.headers_mut().insert(VARY, CHOSEN_BY);
        return Ok(answer);
    }
    let answer = begun(is_cacheable.then_some(&described), format, coding);
    if question.survey.count() * question.subset.wanted.len() <= VALUES_AT_ONCE {
        return at_once(answer, question, coding, schemas).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            Refusal::Fault
        });
    }
    while_sent(answer, question, coding, streams, schemas)
}

/// The format that is named or acceptable, and the coding for it.
fn negotiated(
    request: &HttpRequest,
    format: Option<&str>,
    input: InputFormat,
) -> Result<(Format, Coding), Refusal> {
    let format = Format::choose(format, field(request, &ACCEPT), input)?;
    let format = format.ok_or(NOT_ACCEPTABLE)?;
    let coding = Coding::choose(field(request, &ACCEPT_ENCODING)).ok_or(NOT_ACCEPTABLE)?;
    if format.is_compressible() {
        Ok((format, coding))
    } else {
        Ok((format, Coding::Identity))
    }
}

/// Status and header fields: of a representation that may be kept, or of an answer that may not.
fn begun(described: Option<&Described>, format: Format, coding: Coding) -> HttpResponseBuilder {
    let mut answer = if let Some(described) = described {
        described.build(StatusCode::OK)
    } else {
        let mut answer = HttpResponse::Ok();
        answer.insert_header((CACHE_CONTROL, "no-store"));
        answer
    };
    answer
        .insert_header((CONTENT_TYPE, format.content_type()))
        .insert_header((VARY, CHOSEN_BY))
        .insert_header((LINK, "</v1/perils>; rel=\"describedby\""));
    if coding != Coding::Identity {
        answer.insert_header((CONTENT_ENCODING, coding.name()));
    }
    answer
}

/// The answer to a question that takes longer, written on a thread of its own while it is sent.
fn while_sent(
    mut answer: HttpResponseBuilder,
    question: Question,
    coding: Coding,
    streams: &Arc<Semaphore>,
    schemas: &Arc<Schemas>,
) -> Result<HttpResponse, Refusal> {
    let place = Arc::clone(streams).try_acquire_owned();
    let place = place.or(Err(Refusal::Busy))?;
    let schemas = Arc::clone(schemas);
    let body = StreamBody::start(place, move |sink| {
        question.answer(sink, coding, &schemas).map(drop)
    });
    Ok(answer.body(body))
}

/// The answer to a question of a few milliseconds, on this thread.
fn at_once(
    mut answer: HttpResponseBuilder,
    question: Question,
    coding: Coding,
    schemas: &Schemas,
) -> io::Result<HttpResponse> {
    if coding == Coding::Identity
        && let Some(answering) = Answering::new(&question)
    {
        return Ok(answer.body(PieceBody::begin(answering, None)?));
    }
    let values = question.survey.count() * question.subset.wanted.len();
    let octets = Vec::with_capacity(values * OCTETS_A_VALUE + PIECE);
    let octets = question.answer(octets, coding, schemas)?;
    Ok(answer.body(SlicedBody::new(octets)))
}

fn field<'r>(request: &'r HttpRequest, name: &HeaderName) -> Option<&'r str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

const CHOSEN_BY: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding");
const NOT_ACCEPTABLE: Refusal = Refusal::NotAcceptable {
    offered: Format::OFFERED,
};
/// Octets of a value in an Arrow answer, and a little for the columns beside it.
const OCTETS_A_VALUE: usize = 10;
/// Values of an answer that is made at once: a few milliseconds, a few megabytes.
const VALUES_AT_ONCE: usize = 20_000;
