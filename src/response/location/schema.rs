//! The columns of an Arrow or Parquet answer, each value's with its unit, peril and version.
//!
//! The schema of all values is some 20 kB of Arrow, and takes longer to make than a hundred places to find. It
//! depends on what is asked for and not on the places, so schemas are kept, up to a bound.

use std::{io, sync::Arc};

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use moka::sync::Cache;

use super::{
    Question,
    table::{cell_columns, own_columns, sent_columns},
    values::{Facts, decimals},
};
use crate::{
    dataset::perils::query::{Form, Interpolation, OutputColumn},
    response::batches::{arrow, metadata, named},
};

/// Schemas of one store's answers that were made before.
#[derive(Debug)]
pub struct Schemas {
    kept: Cache<Asked, Arc<Prepared>>,
}

/// Facts of a question that a schema depends on.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Asked {
    sent: Vec<String>,
    has_index: bool,
    /// Positions of the coordinates among `sent`, the first of them first.
    coordinates: [usize; 2],
    form: Form,
    /// The coverages by name.
    coverages: Vec<Box<str>>,
    wanted: Vec<OutputColumn>,
    interpolation: Interpolation,
    has_own_cells: bool,
}

/// A schema with what is made of it for every answer.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) schema: SchemaRef,
    /// Positions of the columns that were sent as coordinates, the first of them first.
    pub(super) coordinates: [usize; 2],
    /// The values' columns.
    pub(super) names: Vec<String>,
    /// For each value, its digits after the point.
    pub(super) decimals: Vec<u8>,
    /// The message that opens an Arrow stream.
    pub(super) message: Vec<u8>,
}

impl Default for Schemas {
    fn default() -> Self {
        let weigh = |asked: &Asked, prepared: &Arc<Prepared>| {
            let names: usize = asked.sent.iter().map(String::len).sum();
            // The schema's own texts are about those of its message.
            u32::try_from(2 * prepared.message.len() + names).unwrap_or(u32::MAX)
        };
        Self {
            kept: Cache::builder().weigher(weigh).max_capacity(MOST).build(),
        }
    }
}

impl Schemas {
    /// The schema of the answer to `question`.
    ///
    /// # Errors
    /// What Arrow says of the schema.
    pub(super) fn of(&self, question: &Question) -> io::Result<Arc<Prepared>> {
        let subset = &question.subset;
        let header = question.places.header();
        let asked = Asked {
            sent: sent_columns(header, subset),
            has_index: header.is_none(),
            coordinates: header.map_or([2, 3], |header| {
                let (latitude, longitude) = (header.latitude, header.longitude);
                [latitude.min(longitude), latitude.max(longitude)]
            }),
            form: subset.form,
            coverages: subset.coverages.iter().map(|one| one.id().into()).collect(),
            wanted: subset.outputs.clone(),
            interpolation: subset.interpolation,
            has_own_cells: subset.has_own_cells(),
        };
        if let Some(prepared) = self.kept.get(&asked) {
            return Ok(prepared);
        }
        let prepared = Arc::new(Prepared::new(question, &asked)?);
        self.kept.insert(asked, Arc::clone(&prepared));
        Ok(prepared)
    }
}

impl Prepared {
    fn new(question: &Question, asked: &Asked) -> io::Result<Self> {
        let schema = schema(question, asked);
        let message = arrow::opening(&schema)?;
        Ok(Self {
            schema: Arc::new(schema),
            coordinates: asked.coordinates,
            names: question.subset.names(),
            decimals: decimals(&question.subset),
            message,
        })
    }
}

fn schema(question: &Question, asked: &Asked) -> Schema {
    let subset = &question.subset;
    let mut fields: Vec<Field> = Vec::new();
    fields.extend(asked.sent.iter().enumerate().map(|(at, name)| {
        let data_type = match at {
            0 if asked.has_index => DataType::UInt64,
            _ if asked.coordinates.contains(&at) => DataType::Float64,
            _ => DataType::Utf8,
        };
        Field::new(name, data_type, true)
    }));
    fields.extend(own_columns(subset).iter().map(|name| {
        let data_type = match name.as_str() {
            "synthetic" => DataType::Boolean,
            "cell_latitude" | "cell_longitude" | "distance_km" => DataType::Float64,
            _ => DataType::Utf8,
        };
        Field::new(name, data_type, true)
    }));
    fields.extend(
        cell_columns(subset)
            .into_iter()
            .map(|name| Field::new(name, DataType::Float64, true)),
    );
    let names = subset.names();
    let values = Facts::of_all(subset).zip(&names);
    fields.extend(values.map(|(facts, name)| value_field(&facts, name, subset.form)));
    let variables = Facts::of_all(subset).map(|facts| facts.variable);
    let mut metadata = metadata(&question.origins(), variables);
    metadata.insert(
        "perild.interpolation".to_owned(),
        subset.interpolation.name().to_owned(),
    );
    Schema::new(fields).with_metadata(metadata)
}

fn value_field(facts: &Facts<'_>, name: &str, form: Form) -> Field {
    let (id, version) = match form {
        Form::Collections => ("collection", "collection_version"),
        Form::Perils => ("peril", "peril_version"),
    };
    let metadata = named([
        ("unit", facts.variable.unit.to_string()),
        (id, facts.coverage.id().to_owned()),
        (version, facts.coverage.coverage.version.to_string()),
    ]);
    Field::new(name, DataType::Float64, true).with_metadata(metadata)
}

/// Octets of all schemas that are kept: some forty of the largest.
const MOST: u64 = 4 * 1024 * 1024;
