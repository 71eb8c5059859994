//! Arrow IPC stream and Parquet: a row for each place, a column for each value, batch after batch.

use std::{collections::HashMap, io, io::Write, sync::Arc};

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, RecordBatch,
    builder::{Float64Builder, StringBuilder, UInt64Builder},
};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};

use super::{
    Question, Writer,
    json::id,
    table::{own_columns, peril_columns, plain, sent_columns},
    values::{cell_of, interpolations, missing},
};
use crate::dataset::perils::{
    places::{Carried, Place},
    query::{Answered, UsedCell, Wanted},
};

/// Writes an Arrow IPC stream.
pub(super) fn write_arrow<W: Write>(question: &Question, out: &mut W) -> io::Result<()> {
    let mut batches = Batches::new(question);
    let mut writer = StreamWriter::try_new(out, &batches.schema).map_err(io::Error::other)?;
    let mut sink = |batch: &RecordBatch| writer.write(batch).map_err(io::Error::other);
    batches.run(&mut sink)?;
    writer.finish().map_err(io::Error::other)
}

/// Writes a Parquet file.
pub(super) fn write_parquet<W: Write + Send>(question: &Question, out: &mut W) -> io::Result<()> {
    let mut batches = Batches::new(question);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("perild ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let schema = Arc::clone(&batches.schema);
    let mut writer =
        ArrowWriter::try_new(out, schema, Some(properties)).map_err(io::Error::other)?;
    let mut sink = |batch: &RecordBatch| {
        writer.write(batch).map_err(io::Error::other)?;
        // A row group that ends here is written now: memory stays flat.
        writer.flush().map_err(io::Error::other)
    };
    batches.run(&mut sink)?;
    writer.close().map(|_| ()).map_err(io::Error::other)
}

/// The columns of a batch as they fill up.
struct Batches<'q> {
    question: &'q Question,
    schema: SchemaRef,
    names: Vec<String>,
    rows: usize,
    index: UInt64Builder,
    coordinates: [Float64Builder; 2],
    sent: Vec<StringBuilder>,
    status: [StringBuilder; 2],
    cells: Vec<Float64Builder>,
    interpolation: StringBuilder,
    missing: StringBuilder,
    values: Vec<Float64Builder>,
    places: u64,
}

impl<'q> Batches<'q> {
    fn new(question: &'q Question) -> Self {
        let subset = &question.subset;
        let per_peril = if subset.radius_km.is_some() {
            subset.perils.len()
        } else {
            0
        };
        let sent = question
            .survey
            .header()
            .map_or(2, |header| header.names.len());
        let doubles = |count: usize| {
            (0..count)
                .map(|_| Float64Builder::with_capacity(ROWS))
                .collect()
        };
        Self {
            question,
            schema: schema(question),
            names: subset.wanted.iter().map(Wanted::name).collect(),
            rows: 0,
            index: UInt64Builder::with_capacity(ROWS),
            coordinates: [Float64Builder::new(), Float64Builder::new()],
            sent: (0..sent).map(|_| StringBuilder::new()).collect(),
            status: [StringBuilder::new(), StringBuilder::new()],
            cells: doubles(3 + 3 * per_peril),
            interpolation: StringBuilder::new(),
            missing: StringBuilder::new(),
            values: doubles(subset.wanted.len()),
            places: 0,
        }
    }

    fn run(&mut self, sink: &mut dyn FnMut(&RecordBatch) -> io::Result<()>) -> io::Result<()> {
        let question = self.question;
        let mut filling = Filling {
            batches: self,
            sink,
        };
        question.write(&mut filling)?;
        if self.rows > 0 {
            let batch = self.batch()?;
            sink(&batch)?;
        }
        Ok(())
    }

    fn push(&mut self, place: &Place<'_>, answered: &Answered) {
        let subset = &self.question.subset;
        self.push_sent(place, answered);
        let [status, reason] = &mut self.status;
        status.append_value(answered.status.name());
        reason.append_option(answered.status.reason());
        let nearest = answered.cells.first().filter(|_| !answered.made.is_empty());
        let per_peril = subset.perils.iter().filter(|_| subset.radius_km.is_some());
        let per_peril = per_peril.map(|peril| cell_of(subset, answered, *peril));
        let cells = std::iter::once(nearest).chain(per_peril);
        for (builders, cell) in self.cells.chunks_mut(3).zip(cells) {
            let numbers = cell.map(
                |UsedCell {
                     latitude,
                     longitude,
                     distance_km,
                     ..
                 }| { [*latitude, *longitude, *distance_km] },
            );
            for (at, builder) in builders.iter_mut().enumerate() {
                builder.append_option(numbers.and_then(|numbers| numbers.get(at).copied()));
            }
        }
        self.interpolation.append_value(interpolations(answered));
        self.missing
            .append_value(missing(subset, &self.names, &answered.made));
        if answered.made.is_empty() {
            self.values.iter_mut().for_each(Float64Builder::append_null);
        }
        for (builder, made) in self.values.iter_mut().zip(&answered.made) {
            builder.append_option(made.value.known());
        }
        self.rows += 1;
        self.places += 1;
    }

    fn push_sent(&mut self, place: &Place<'_>, answered: &Answered) {
        if let Carried::Record(record) = place.carried {
            for (index, builder) in self.sent.iter_mut().enumerate() {
                builder.append_option(record.field(index));
            }
            return;
        }
        self.index.append_value(self.places);
        let [latitude, longitude] = &mut self.coordinates;
        latitude.append_option(answered.position.map(|position| position.0));
        longitude.append_option(answered.position.map(|position| position.1));
        let properties = match place.carried {
            Carried::Members(members) if !members.is_empty() => Some(format!("{{{members}}}")),
            _ => None,
        };
        let sent = [
            Some(id(place, None))
                .filter(|id| id != "null")
                .map(|id| plain(&id)),
            properties,
        ];
        for (builder, text) in self.sent.iter_mut().zip(sent) {
            builder.append_option(text);
        }
    }

    fn batch(&mut self) -> io::Result<RecordBatch> {
        let rows = std::mem::take(&mut self.rows);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        let mut sent = self
            .sent
            .iter_mut()
            .map(|builder| -> ArrayRef { Arc::new(builder.finish()) });
        if self.question.survey.header().is_none() {
            columns.push(Arc::new(self.index.finish()));
            columns.extend(sent.next());
            columns.extend(
                self.coordinates
                    .iter_mut()
                    .map(|c| -> ArrayRef { Arc::new(c.finish()) }),
            );
        }
        columns.extend(sent);
        columns.extend(
            self.status
                .iter_mut()
                .map(|text| -> ArrayRef { Arc::new(text.finish()) }),
        );
        let mut cells = self
            .cells
            .iter_mut()
            .map(|c| -> Arc<Float64Array> { Arc::new(c.finish()) });
        columns.extend(cells.by_ref().take(3).map(|cell| -> ArrayRef { cell }));
        columns.push(Arc::new(self.interpolation.finish()));
        let synthetic = self.question.values.grid().about().synthetic;
        columns.push(Arc::new(BooleanArray::from(vec![synthetic; rows])));
        columns.push(Arc::new(self.missing.finish()));
        columns.extend(cells.map(|cell| -> ArrayRef { cell }));
        columns.extend(
            self.values
                .iter_mut()
                .map(|v| -> ArrayRef { Arc::new(v.finish()) }),
        );
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(io::Error::other)
    }
}

/// Fills batches and hands the full ones on.
struct Filling<'f, 'q> {
    batches: &'f mut Batches<'q>,
    sink: &'f mut dyn FnMut(&RecordBatch) -> io::Result<()>,
}

impl Writer for Filling<'_, '_> {
    fn place(&mut self, place: &Place<'_>, answered: &Answered) -> io::Result<()> {
        self.batches.push(place, answered);
        if self.batches.rows < ROWS {
            return Ok(());
        }
        let batch = self.batches.batch()?;
        (self.sink)(&batch)
    }
}

/// The columns, each value's with its unit, peril, version and definition.
fn schema(question: &Question) -> SchemaRef {
    let subset = &question.subset;
    let header = question.survey.header();
    let mut fields: Vec<Field> = sent_columns(header, subset)
        .into_iter()
        .map(|name| {
            let data_type = match (header, name.as_str()) {
                (None, "index") => DataType::UInt64,
                (None, "latitude" | "longitude") => DataType::Float64,
                _ => DataType::Utf8,
            };
            Field::new(name, data_type, true)
        })
        .collect();
    fields.extend(own_columns(subset).iter().map(|name| {
        let data_type = match *name {
            "synthetic" => DataType::Boolean,
            "cell_latitude" | "cell_longitude" | "distance_km" => DataType::Float64,
            _ => DataType::Utf8,
        };
        Field::new(*name, data_type, true)
    }));
    fields.extend(
        peril_columns(subset)
            .into_iter()
            .map(|name| Field::new(name, DataType::Float64, true)),
    );
    fields.extend(subset.wanted.iter().map(value_field));
    let about = question.values.grid().about();
    let metadata = [
        ("perild.store_version", about.version.id.to_string()),
        ("perild.synthetic", about.synthetic.to_string()),
        ("perild.source", about.source.clone()),
        ("perild.licence", about.licence.clone()),
        (
            "perild.interpolation",
            subset.interpolation.name().to_owned(),
        ),
    ];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
    Arc::new(Schema::new(fields).with_metadata(HashMap::from(metadata)))
}

fn value_field(wanted: &Wanted) -> Field {
    let metric = wanted.metric;
    let metadata = [
        ("unit", metric.ucum().to_owned()),
        ("peril", metric.peril().name().to_owned()),
        ("peril_version", metric.peril().version().to_owned()),
        ("metric", metric.name().to_owned()),
        ("scenario", wanted.scenario.name().to_owned()),
        ("year", wanted.year.to_string()),
        ("definition", metric.definition().to_owned()),
    ];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
    Field::new(wanted.name(), DataType::Float64, true).with_metadata(HashMap::from(metadata))
}

/// Rows of a batch, and of a Parquet row group.
const ROWS: usize = 8192;
