//! The coverages as the catalogue lists them: what their stores say, in the words of DCAT and OGC API.

use super::{Description, Perils};
use crate::dataset::{
    Kind,
    catalog::{Held, Holding},
    grid::{self, Axis, Columns, CoverageMetadata, Variable},
    metadata::{
        BoundingBox, Dimension, DimensionValues, Extent, Field, FieldType, Interval, Licence,
        Metadata, Moment, Unit,
    },
};

impl Holding for Perils {
    fn held(&self) -> Vec<Held> {
        let each = self.descriptions().iter();
        each.map(|description| held(description)).collect()
    }
}

fn held(description: &Description) -> Held {
    let coverage = &description.coverage;
    let group = (*coverage.group == *Perils::group().as_str()).then(|| Perils::group().clone());
    let metadata = Metadata {
        title: said(&coverage.title).unwrap_or_else(|| coverage.id.clone()),
        description: said(&described(coverage)),
        licence: said(&coverage.licence).map(|text| Licence::parse(&text)),
        version: said(&coverage.version),
        extent: Extent {
            spatial: spatial(description),
            temporal: temporal(&coverage.columns),
        },
        fields: coverage.columns.variables().iter().map(field).collect(),
        dimensions: coverage
            .columns
            .dimensions()
            .iter()
            .map(dimension)
            .collect(),
        ..Metadata::default()
    };
    Held {
        id: description.collection.clone(),
        group,
        kind: Kind::Coverage,
        metadata,
        digest: description
            .store
            .as_ref()
            .map(|store| store.checksum.clone()),
        has_data: description.store.is_some(),
    }
}

/// Paragraphs on what it is and where its values come from.
fn described(coverage: &CoverageMetadata) -> String {
    let source = match &*coverage.source {
        "" => String::new(),
        source => format!("Source: {source}"),
    };
    let paragraphs = [coverage.description.to_string(), source].into_iter();
    let said: Vec<_> = paragraphs.filter(|text| !text.is_empty()).collect();
    said.join("\n\n")
}

/// The box around the centres of the cells, as far as longitudes go.
fn spatial(description: &Description) -> Option<BoundingBox> {
    let shape = description.shape()?;
    let within = |axis: &Axis, bound: f64| {
        let (first, last) = axis.extent();
        [first, last].map(|degrees| degrees.clamp(-bound, bound))
    };
    let ([south, north], [west, east]) = (
        within(&shape.latitude, 90.0),
        within(&shape.longitude, 180.0),
    );
    BoundingBox::new([west, south, east, north])
}

/// From the first value of a dimension of times, or of years, to the last.
fn temporal(columns: &Columns) -> Option<Interval> {
    let mut dimensions = columns.dimensions().iter();
    dimensions.find_map(|dimension| {
        let texts = match &dimension.values {
            grid::DimensionValues::Time(_) => dimension.values.texts(),
            grid::DimensionValues::Number(_) if &*dimension.name == "year" => {
                dimension.values.texts()
            }
            grid::DimensionValues::Number(_) | grid::DimensionValues::Text(_) => return None,
        };
        let texts: Vec<_> = texts.collect();
        let day = |text: &str| match text.len() {
            4 => Moment::parse(&format!("{text}-01-01")),
            7 => Moment::parse(&format!("{text}-01")),
            _ => Moment::parse(text),
        };
        Interval::new(day(texts.first()?), day(texts.last()?))
    })
}

fn field(variable: &Variable) -> Field {
    Field {
        name: variable.name.clone(),
        title: said(&variable.title),
        field_type: Some(FieldType::Number),
        unit: said(&variable.unit).map(|unit| Unit::parse(&unit)),
        definition: said(&variable.definition),
        standard_name: said(&variable.standard_name),
    }
}

fn dimension(dimension: &grid::Dimension) -> Dimension {
    let texts = || dimension.values.texts();
    let words = || texts().map(Box::from).collect();
    Dimension {
        name: dimension.name.clone(),
        title: said(&dimension.title),
        unit: said(&dimension.unit),
        values: match &dimension.values {
            grid::DimensionValues::Number(_) => {
                DimensionValues::Numbers(texts().filter_map(|text| text.parse().ok()).collect())
            }
            grid::DimensionValues::Text(_) => DimensionValues::Texts(words()),
            grid::DimensionValues::Time(_) => DimensionValues::Times(words()),
        },
    }
}

fn said(text: &str) -> Option<Box<str>> {
    (!text.is_empty()).then(|| text.into())
}
