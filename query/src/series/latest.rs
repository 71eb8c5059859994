//! The latest row of each series.

use std::{error::Error, sync::Arc};

use arrow_array::{RecordBatch, RecordBatchReader, UInt64Array};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use arrow_select::{concat::concat_batches, take::take_record_batch};

use super::{
    fault::Fault,
    fields::about,
    long::BATCH,
    question::{Order, Refused, order_of},
    segments::{Segment, Segments},
    wanted::Within,
};
use crate::schema::TableSchema;

/// A reader of the latest row of each series, as it is.
pub struct Latest<I> {
    schema: SchemaRef,
    segments: Option<Segments<I>>,
    /// The latest rows of the series that is read.
    segment: Option<Segment>,
}

impl<I, E> Latest<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    /// The latest rows of `batches`, which are of `schema` and of `table` in the order of series and time, with its key
    /// and its time: of the time that `within` has.
    ///
    /// # Errors
    /// [`Refused::Kind`] of a table that is not one of series.
    pub fn of(
        batches: I,
        schema: &Schema,
        table: &TableSchema,
        within: Within,
    ) -> Result<Self, Refused> {
        let order: Order = order_of(table, within)?;
        Ok(Self {
            schema: described(schema, table),
            segments: Some(Segments::of(batches, order)),
            segment: None,
        })
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, Fault> {
        let mut rows = Vec::new();
        while let Some(segments) = &mut self.segments {
            let next = segments.next()?;
            let is_complete = next.as_ref().is_none_or(|segment| segment.is_new);
            if is_complete && let Some(segment) = self.segment.take() {
                rows.push(last_row(&segment)?);
            }
            match next {
                Some(segment) if !segment.range.is_empty() => self.segment = Some(segment),
                Some(_) => {}
                None => self.segments = None,
            }
            if rows.len() == BATCH {
                break;
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(concat_batches(&self.schema, &rows)?))
    }
}

/// The columns of `schema` with what the table says of each.
fn described(schema: &Schema, table: &TableSchema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let field = field.as_ref().clone();
        match table.column(field.name()) {
            Some((_, column)) => about(field, column),
            None => field,
        }
    });
    let fields: Vec<_> = fields.collect();
    Arc::new(Schema::new(fields).with_metadata(schema.metadata().clone()))
}

fn last_row(segment: &Segment) -> Result<RecordBatch, Fault> {
    let last = u64::try_from(segment.range.end).unwrap_or(u64::MAX);
    let last = UInt64Array::from(vec![last.saturating_sub(1)]);
    Ok(take_record_batch(&segment.read.batch, &last)?)
}

impl<I, E> Iterator for Latest<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batch();
        if batch.is_err() {
            self.segments = None;
        }
        batch
            .map_err(|fault| ArrowError::ExternalError(Box::new(fault)))
            .transpose()
    }
}

impl<I, E> RecordBatchReader for Latest<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
