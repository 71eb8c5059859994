//! The answer to a data query over HTTP: at once when it is short, else made while it is sent.

use std::io::{self, Write};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};

use arrow_array::RecordBatchReader;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, json};

use super::{Format, extent, json as coverage_json, netcdf, rows::Rows};
use crate::{
    dataset::{edr::Selection, perils::Served},
    fair_semaphore::Slot,
    response::{
        Refusal, RowCount, StreamBody,
        batches::{
            arrow, csv,
            feature::{FeatureColumns, GeometryColumns},
            geojson::{self, Features},
            parquet,
        },
        coding::Coded,
        file::PATH_SEGMENT,
        media::Negotiated,
        provenance::{Closed, Closing},
    },
};

/// Means of every answer, whatever is asked.
pub(crate) struct Means<'m, T> {
    /// The store of the coverage.
    pub store: &'m Served,
    /// The end with a record of provenance, where the answer has one.
    pub closing: Option<Closing>,
    /// Bytes of the answer, as they are estimated before it begins.
    pub answer_bytes: u64,
    /// The cells of the answer, for its record.
    pub rows: RowCount,
    /// A slot for an answer that takes long.
    pub slot: T,
}

/// The answer to `request`: what is selected, or 204 for nothing.
///
/// # Errors
/// [`Refusal`] for more than a request may ask, preconditions that fail, and when as many long answers are under way
/// as may be.
pub(crate) fn answer<T: FnOnce() -> Option<Slot>>(
    request: &HttpRequest,
    negotiated: Negotiated<Format>,
    selection: Option<Selection>,
    means: Means<'_, T>,
) -> Result<HttpResponse, Refusal> {
    let representation = negotiated.representation(request, means.store);
    let Some(selection) = selection else {
        return Ok(representation.nothing());
    };
    let bytes = extent::bytes(&selection, negotiated.format, means.answer_bytes)?;
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    let mut answer = representation.begin(StatusCode::OK);
    let (closing, rows) = (means.closing, means.rows);
    rows.add(0);
    if bytes <= BYTES_AT_ONCE {
        let body =
            written(&selection, negotiated, (closing, &rows), Vec::new()).map_err(|error| {
                tracing::error!(%error, "an answer could not be written");
                Refusal::Fault
            })?;
        return Ok(answer.body(body));
    }
    let slot = (means.slot)().ok_or(Refusal::Busy)?;
    Ok(answer.body(StreamBody::start(slot, move |sink| {
        written(&selection, negotiated, (closing, &rows), sink).map(drop)
    })))
}

/// Writes the answer to `out`, and gives `out` back.
fn written<W: Write + Send>(
    selection: &Selection,
    Negotiated { format, coding }: Negotiated<Format>,
    (closing, counted): (Option<Closing>, &RowCount),
    out: W,
) -> io::Result<W> {
    let mut out = Closed::new(Coded::new(out, coding)?, closing);
    match format {
        Format::Arrow => {
            let rows = Rows::described(selection).counted(counted);
            let opening = arrow::opening(&rows.schema())?;
            arrow::write(rows, &opening, &mut out)?;
        }
        Format::CoverageJson | Format::Json | Format::OldCoverageJson => {
            coverage_json::write(selection, &mut out)?;
            counted.add(cells(selection));
        }
        Format::Csv => csv::write(Rows::of_text(selection).counted(counted), &mut out)?,
        Format::GeoJson => {
            let rows = Rows::of_text(selection).counted(counted);
            geojson::write(rows, &features(selection), &mut out)?;
        }
        Format::NetCdf => {
            netcdf::write(selection, &mut out)?;
            counted.add(cells(selection));
        }
        Format::Parquet => {
            parquet::write(Rows::described(selection).counted(counted), &mut out)?;
        }
    }
    out.finish()?.finish()
}

/// The cells of a format that has their values one parameter after the other: they are there once all is.
fn cells(selection: &Selection) -> usize {
    usize::try_from(selection.cells().count()).unwrap_or(usize::MAX)
}

/// Cells as features, with what their properties are values of.
fn features(selection: &Selection) -> Features {
    let collection = selection.coverage().description().collection.as_str();
    let described_by = json!([{
        "href": format!("/v1/collections/{}", utf8_percent_encode(collection, PATH_SEGMENT)),
        "rel": "describedby",
        "type": "application/json",
    }]);
    Features {
        columns: FeatureColumns {
            geometry: GeometryColumns::Point([0, 1]),
            ..FeatureColumns::default()
        },
        members: Map::from_iter([
            ("links".to_owned(), described_by),
            (
                "parameters".to_owned(),
                coverage_json::parameters(selection),
            ),
        ]),
    }
}

/// Bytes of an answer that a worker, which others wait for, may write.
const BYTES_AT_ONCE: u64 = 512 * 1024;
