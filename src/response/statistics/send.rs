//! Statistics over HTTP: few octets, whatever they were made of.

use std::io::Write;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};

use super::{Format, json, table};
use crate::{
    dataset::{edr::AreaStatistics, perils::Served},
    response::{
        Refusal, RowCount,
        coding::Coded,
        media::Negotiated,
        provenance::{Closed, Closing},
    },
};

/// The answer to `request`: statistics of what is selected, or 204 for nothing.
///
/// # Errors
/// [`Refusal`] for preconditions that fail.
pub(crate) fn answer(
    request: &HttpRequest,
    negotiated: Negotiated<Format>,
    statistics: Option<&AreaStatistics>,
    store: &Served,
    (closing, rows): (Option<Closing>, &RowCount),
) -> Result<HttpResponse, Refusal> {
    let representation = negotiated.representation(request, store);
    let Some(statistics) = statistics else {
        return Ok(representation.nothing());
    };
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    let body = written(statistics, negotiated, closing).map_err(|error| {
        tracing::error!(%error, "statistics could not be written");
        Refusal::Fault
    })?;
    rows.add(statistics.columns().len());
    Ok(representation.begin(StatusCode::OK).body(body))
}

fn written(
    statistics: &AreaStatistics,
    negotiated: Negotiated<Format>,
    closing: Option<Closing>,
) -> std::io::Result<Vec<u8>> {
    let mut out = Closed::new(Coded::new(Vec::new(), negotiated.coding)?, closing);
    match negotiated.format {
        Format::Csv => table::write(statistics, &mut out)?,
        Format::Json => out.write_all(&json::document(statistics))?,
    }
    out.finish()?.finish()
}
