//! Statistics over HTTP: few octets, whatever they were made of.

use std::io::Write;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{CACHE_CONTROL, IF_NONE_MATCH, VARY},
    },
};

use super::{Format, json, table};
use crate::{
    dataset::{edr::AreaStatistics, perils::Served},
    response::{
        Refusal,
        coding::Coded,
        fields::joined,
        media::{Formats, Negotiated},
        representation::{BY_TYPE_AND_CODING, Caching, Representation, Validators},
    },
};

/// 304 where `request` names the tag of the answer: as [`crate::response::coverage::unchanged`].
#[must_use]
pub fn unchanged(
    request: &HttpRequest,
    negotiated: Negotiated<Format>,
    store: &Served,
) -> Option<HttpResponse> {
    let tags = joined(request.headers(), &IF_NONE_MATCH)?;
    if tags.trim() == "*" {
        return None;
    }
    let representation = representation(request, negotiated, store);
    representation.judge(request).ok().flatten()
}

/// The answer to `request`: statistics of what is selected, or 204 for nothing.
///
/// # Errors
/// [`Refusal`] for preconditions that fail.
pub fn answer(
    request: &HttpRequest,
    negotiated: Negotiated<Format>,
    statistics: Option<&AreaStatistics>,
    store: &Served,
) -> Result<HttpResponse, Refusal> {
    let representation = representation(request, negotiated, store);
    let Some(statistics) = statistics else {
        let control = match representation.caching {
            Caching::Never => "no-store",
            Caching::Private(_) | Caching::Public(_) => "private, no-cache",
        };
        return Ok(HttpResponse::NoContent()
            .insert_header((CACHE_CONTROL, control))
            .insert_header((VARY, BY_TYPE_AND_CODING))
            .finish());
    };
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    let body = written(statistics, negotiated).map_err(|error| {
        tracing::error!(%error, "statistics could not be written");
        Refusal::Fault
    })?;
    Ok(representation.begin(StatusCode::OK).body(body))
}

fn written(
    statistics: &AreaStatistics,
    negotiated: Negotiated<Format>,
) -> std::io::Result<Vec<u8>> {
    let mut out = Coded::new(Vec::new(), negotiated.coding)?;
    match negotiated.format {
        Format::Csv => table::write(statistics, &mut out)?,
        Format::Json => out.write_all(&json::document(statistics))?,
    }
    out.finish()
}

fn representation(
    request: &HttpRequest,
    negotiated: Negotiated<Format>,
    store: &Served,
) -> Representation {
    let media = negotiated.format.media();
    let caching = if *request.method() == Method::POST {
        Caching::Never
    } else {
        Caching::Private(Validators::of_answer([store], request, media.essence()))
    };
    Representation {
        content_type: media.content_type,
        coding: negotiated.coding,
        chosen_by: Some(BY_TYPE_AND_CODING),
        caching,
    }
}
