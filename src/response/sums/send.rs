//! Sums over HTTP: at once when they are few, else while they are made.

use std::io::{self, Write};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::Format;
use crate::{
    dataset::tables::{Batches, PermittedTable, Refused},
    fair_semaphore::Slot,
    response::{
        Refusal, RowCount, StreamBody,
        batches::{arrow, csv, feature::FeatureColumns, json, ndjson, parquet},
        coding::Coded,
        media::Negotiated,
        provenance::{Closed, Closing},
    },
};

/// An answer of which the first batches are made, so that what is wrong with them can still be told.
pub(crate) struct Begun {
    schema: SchemaRef,
    first: Vec<RecordBatch>,
    /// The others; none when all are made.
    rest: Option<Batches>,
}

impl Begun {
    /// Makes the first of `batches`.
    ///
    /// # Errors
    /// [`Refused`] where one of them cannot be made.
    pub(crate) fn of(mut batches: Batches) -> Result<Self, Refused> {
        let schema = batches.schema();
        let (mut first, mut bytes) = (Vec::new(), 0);
        while bytes <= BYTES_AT_ONCE {
            let Some(batch) = batches.next() else {
                let rest = None;
                return Ok(Self {
                    schema,
                    first,
                    rest,
                });
            };
            let batch = batch.map_err(|error| Refused::from(&error))?;
            bytes += batch.get_array_memory_size();
            first.push(batch);
        }
        Ok(Self {
            schema,
            first,
            rest: Some(batches),
        })
    }
}

/// The answer with the batches that are `begun`, from `table`: whole, or while they are made, in one of the slots of
/// long answers.
///
/// # Errors
/// [`Refusal::Busy`] where as many long answers are under way as may be.
pub(crate) fn answer(
    request: &HttpRequest,
    negotiated: Negotiated<Format>,
    table: &PermittedTable,
    begun: Begun,
    (rows, closing): (&RowCount, Option<Closing>),
    slot: impl FnOnce() -> Option<Slot>,
) -> Result<HttpResponse, Refusal> {
    let representation = negotiated.representation(request, table);
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    let mut answer = representation.begin(StatusCode::OK);
    let rows = rows.clone();
    rows.add(0);
    let count = move |batch: &Result<RecordBatch, ArrowError>| {
        rows.add(batch.as_ref().map_or(0, RecordBatch::num_rows));
    };
    let first = begun.first.into_iter().map(Ok);
    let Some(rest) = begun.rest else {
        let batches = RecordBatchIterator::new(first.inspect(count), begun.schema);
        let body = written(negotiated, batches, closing, Vec::new());
        return Ok(answer.body(body.or_else(fault)?));
    };
    let slot = slot().ok_or(Refusal::Busy)?;
    let batches = first.chain(rest.map(told)).inspect(count);
    let batches = RecordBatchIterator::new(batches, begun.schema);
    Ok(answer.body(StreamBody::start(slot, move |sink| {
        written(negotiated, batches, closing, sink).map(drop)
    })))
}

/// A batch, or its fault, which the log is told: the status of the answer is on its way already.
fn told(batch: Result<RecordBatch, ArrowError>) -> Result<RecordBatch, ArrowError> {
    batch.inspect_err(|error| {
        let refused = Refused::from(error);
        tracing::warn!(%refused, "an answer ends before its last row");
    })
}

fn written<W: Write + Send>(
    negotiated: Negotiated<Format>,
    batches: impl RecordBatchReader,
    closing: Option<Closing>,
    out: W,
) -> io::Result<W> {
    let mut out = Closed::new(Coded::new(out, negotiated.coding)?, closing);
    match negotiated.format() {
        Format::Arrow => {
            let opening = arrow::opening(&batches.schema())?;
            arrow::write(batches, &opening, &mut out)?;
        }
        Format::Csv => csv::write(batches, &mut out)?,
        Format::Json => json::write(batches, &mut out)?,
        Format::NdJson => ndjson::write(batches, &FeatureColumns::default(), &mut out)?,
        Format::Parquet => parquet::write_groups(batches, ROWS_OF_A_GROUP, &mut out)?,
    }
    out.finish()?.finish()
}

fn fault<T>(error: io::Error) -> Result<T, Refusal> {
    tracing::error!(%error, "an answer could not be written");
    drop(error);
    Err(Refusal::Fault)
}

/// Bytes of batches in memory that a worker, which others wait for, may write.
const BYTES_AT_ONCE: usize = 512 * 1024;
/// Rows of a row group, unless they take much memory.
const ROWS_OF_A_GROUP: usize = 128 * 1024;
