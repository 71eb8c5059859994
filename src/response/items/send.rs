//! Rows over HTTP: a page with links to the next, all rows while they are read, or one row.

use std::io::{self, Write};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{HeaderName, LINK},
    },
};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use perild_query::{Rows, geometry::Crs};
use serde_json::{Map, Value, json};

use super::{AnswerColumns, Format, Links};
use crate::{
    clock::Timestamp,
    dataset::tables::{Page, PermittedTable, Refused, Tolerance},
    fair_semaphore::Slot,
    response::{
        Refusal, RowCount, StreamBody,
        batches::{
            arrow, csv,
            feature::FeatureWriter,
            geojson::{self, Features},
            ndjson, parquet,
        },
        coding::{Coded, Coding},
        media::Negotiated,
        provenance::{Closed, Closing},
        representation::Representation,
        validators::ContentVersion,
    },
};

/// The form of an answer with rows of a table.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// The format and its coding.
    pub(crate) negotiated: Negotiated<Format>,
    /// The columns.
    pub(crate) columns: AnswerColumns,
    /// The system of geometries; none of rows without.
    pub(crate) crs: Option<Crs>,
    /// The distance that they may be from those that are stored, where they are to be simplified.
    pub(crate) tolerance: Option<Tolerance>,
    /// The time of the answer.
    pub(crate) now: Timestamp,
    /// The counter of the rows that are written.
    pub(crate) rows: RowCount,
    /// The end with a record of provenance, where the answer has one.
    pub(crate) closing: Option<Closing>,
}

impl From<&PermittedTable> for ContentVersion {
    fn from(table: &PermittedTable) -> Self {
        Self {
            text: format!("{} ", table.version()),
            last_modified: table.modified(),
        }
    }
}

impl Form {
    /// The representation of the answer from `table`. A page says when it was made, and so is never the same bytes again.
    pub(crate) fn representation(
        &self,
        request: &HttpRequest,
        table: &PermittedTable,
    ) -> Representation {
        let representation = self.negotiated.representation(request, table);
        if self.negotiated.format.is_paged() {
            representation.weakly_tagged()
        } else {
            representation
        }
    }

    /// `batch` with its geometries as they are wanted. To simplify long ones may take longer than others on the same
    /// thread can wait.
    ///
    /// # Errors
    /// [`Refused::Unreadable`].
    pub(crate) fn simplified(&self, batch: RecordBatch) -> Result<RecordBatch, Refused> {
        match self.tolerance.zip(self.columns.geometry) {
            Some((tolerance, geometry)) => tolerance.simplify(&batch, geometry),
            None => Ok(batch),
        }
    }

    fn begin(&self, representation: &Representation) -> HttpResponseBuilder {
        self.described(representation.begin(StatusCode::OK))
    }

    /// `answer` with the system of its geometries.
    pub(super) fn described(&self, mut answer: HttpResponseBuilder) -> HttpResponseBuilder {
        if let Some(crs) = self.crs {
            // OGC API Features Part 2 §6.4: the URI stands in angle brackets.
            answer.insert_header((CONTENT_CRS, format!("<{}>", crs.uri())));
        }
        answer
    }

    /// The members of a collection of features beside them: its time, and their numbers.
    fn numbers(&self, returned: usize, matched: Option<u64>) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("timeStamp".to_owned(), self.now.to_string().into());
        members.insert("numberReturned".to_owned(), json!(returned));
        if let Some(matched) = matched {
            members.insert("numberMatched".to_owned(), json!(matched));
        }
        members
    }

    /// Writes `batches` to `out`, and gives `out` back; a collection of features has `members` before them.
    pub(super) fn written<W: Write + Send>(
        &self,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
        members: Map<String, Value>,
        out: W,
    ) -> io::Result<W> {
        self.rows.add(0);
        let counted = batches.inspect(|batch| {
            let rows = batch.as_ref().map_or(0, RecordBatch::num_rows);
            self.rows.add(rows);
        });
        let batches = described(counted, &self.columns.schema);
        let out = Coded::new(out, self.negotiated.coding)?;
        let mut out = Closed::new(out, self.closing.clone());
        match self.negotiated.format {
            Format::Arrow => {
                let opening = arrow::opening(&batches.schema())?;
                arrow::write(batches, &opening, &mut out)?;
            }
            Format::Csv => csv::write_in(self.crs.unwrap_or_default(), batches, &mut out)?,
            Format::GeoJson | Format::Json => {
                let columns = self.columns.features.clone();
                geojson::write(batches, &Features { columns, members }, &mut out)?;
            }
            Format::NdJson => ndjson::write(batches, &self.columns.features, &mut out)?,
            Format::Parquet => parquet::write_groups(batches, ROWS_OF_A_GROUP, &mut out)?,
        }
        out.finish()?.finish()
    }
}

/// The answer with a page of rows, of all that match so many where that was asked for: at once when it is short, else
/// while it is written, in one of the slots of long answers.
///
/// # Errors
/// [`Refusal::Busy`] where as many long answers are under way as may be.
pub(crate) fn page(
    representation: &Representation,
    form: Form,
    page: Page,
    matched: Option<u64>,
    links: &Links<'_>,
    slot: impl FnOnce() -> Option<Slot>,
) -> Result<HttpResponse, Refusal> {
    let next = page.next.as_ref().map(ToString::to_string);
    let mut answer = form.begin(representation);
    if let Some(next) = &next {
        answer.insert_header((LINK, format!("<{}>; rel=\"next\"", links.next(next))));
    }
    let mut members = form.numbers(page.rows, matched);
    let links = links.of_page(form.negotiated.format, next.as_deref());
    members.insert("links".to_owned(), links);
    let batches = page.batches.into_iter().map(Ok);
    if page.bytes <= BYTES_AT_ONCE {
        let body = form.written(batches, members, Vec::new());
        return Ok(answer.body(body.or_else(fault)?));
    }
    let slot = slot().ok_or(Refusal::Busy)?;
    Ok(answer.body(StreamBody::start(slot, move |sink| {
        form.written(batches, members, sink).map(drop)
    })))
}

/// The answer with all rows but those that are `passed_over`: at once when it is short, so that its length is told, else while they are read.
///
/// # Errors
/// [`Refusal::Busy`] where as many long answers are under way as may be, [`Refusal::Fault`] where the first rows cannot
/// be read.
pub(crate) async fn all(
    representation: &Representation,
    form: Form,
    rows: Rows,
    passed_over: usize,
    slot: Option<Slot>,
) -> Result<HttpResponse, Refusal> {
    let slot = slot.ok_or(Refusal::Busy)?;
    let mut answer = form.begin(representation);
    let body = StreamBody::begin(slot, move |sink| {
        let mut left = passed_over;
        let rows = rows.map(|batch| {
            let batch = batch.map_err(|error| {
                tracing::error!(%error, "a table cannot be read");
                ArrowError::ExternalError(Box::new(error))
            })?;
            let before = left.min(batch.num_rows());
            left -= before;
            let batch = batch.slice(before, batch.num_rows() - before);
            let simplified = form.simplified(batch);
            simplified.map_err(|error| ArrowError::ExternalError(Box::new(error)))
        });
        form.written(rows, Map::new(), sink).map(drop)
    });
    let body = body.await.or_else(fault)?;
    if representation.coding == Coding::Identity {
        Ok(answer.body(body))
    } else {
        // GDAL takes the length of a coded answer for that of what it decodes.
        Ok(answer.body(body.without_length()))
    }
}

/// The answer with the number of rows that match, and none of them.
///
/// # Errors
/// [`Refusal::Fault`] where it cannot be coded.
pub(crate) fn hits(
    representation: &Representation,
    form: &Form,
    matched: u64,
    links: &Links<'_>,
) -> Result<HttpResponse, Refusal> {
    let mut members = form.numbers(0, Some(matched));
    let links = links.of_page(form.negotiated.format, None);
    members.insert("links".to_owned(), links);
    let body = form.written(std::iter::empty(), members, Vec::new());
    Ok(form.begin(representation).body(body.or_else(fault)?))
}

/// The answer with one row, which `row` has in the columns of the form.
///
/// # Errors
/// [`Refusal::Fault`] where it cannot be written.
pub(crate) fn item(
    representation: &Representation,
    form: &Form,
    row: RecordBatch,
    links: &Links<'_>,
) -> Result<HttpResponse, Refusal> {
    let format = form.negotiated.format;
    let body = if format.is_paged() {
        feature(form, &row, &links.of_item(format))
    } else {
        form.written(std::iter::once(Ok(row)), Map::new(), Vec::new())
    };
    Ok(form.begin(representation).body(body.or_else(fault)?))
}

/// One row as a feature with links.
fn feature(form: &Form, row: &RecordBatch, links: &Value) -> io::Result<Vec<u8>> {
    let row = row
        .clone()
        .with_schema(form.columns.schema.clone())
        .map_err(io::Error::other)?;
    let writer = FeatureWriter::new(&form.columns.features, &form.columns.schema);
    form.rows.add(row.num_rows());
    let out = Coded::new(Vec::new(), form.negotiated.coding)?;
    let mut out = Closed::new(out, form.closing.clone());
    let mut text = Vec::new();
    writer.push(&mut text, &row, 0)?;
    // The brace that ends the feature comes behind its links.
    let inner = text.strip_suffix(b"}").unwrap_or(&text);
    out.write_all(inner)?;
    write!(out, ",\"links\":{links}}}")?;
    out.finish()?.finish()
}

/// `batches` with the fields of `schema`, which say more of their columns.
fn described(
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    schema: &SchemaRef,
) -> impl RecordBatchReader {
    let fields = SchemaRef::clone(schema);
    let batches = batches.map(move |batch| batch?.with_schema(SchemaRef::clone(&fields)));
    RecordBatchIterator::new(batches, SchemaRef::clone(schema))
}

fn fault<T>(error: io::Error) -> Result<T, Refusal> {
    tracing::error!(%error, "an answer could not be written");
    drop(error);
    Err(Refusal::Fault)
}

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");
/// Bytes of rows in memory that a worker, which others wait for, may write.
const BYTES_AT_ONCE: usize = 512 * 1024;
/// Rows of a row group, unless they take much memory: a table has few columns, and a file of it may have many rows.
const ROWS_OF_A_GROUP: usize = 128 * 1024;
