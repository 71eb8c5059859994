//! A row as a GeoJSON feature (RFC 7946 §3.2), or as a JSON object.

use std::io::{self, Write};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::Schema;
use perild_query::geometry::{Crs, geojson};
use serde_json::Value as Json;

use super::text::{self, Column, Value};
use crate::dataset::tables::ItemKey;

/// Columns of a row by what they are of a feature.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeatureColumns {
    /// The columns of the id, in its order; a feature of none has no id.
    pub(crate) id: Vec<usize>,
    /// The geometry.
    pub(crate) geometry: GeometryColumns,
    /// Columns that are no properties, beside those of a point.
    pub(crate) hidden: Vec<usize>,
}

/// The columns of a geometry.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum GeometryColumns {
    /// Rows have no place.
    #[default]
    None,
    /// A longitude and a latitude in degrees.
    Point([usize; 2]),
    /// Well-known binary, which is written in a system.
    Wkb(usize, Crs),
}

/// A writer of rows, with the names of their properties as they stand in JSON.
pub(crate) struct FeatureWriter<'f> {
    columns: &'f FeatureColumns,
    heads: Vec<(usize, String)>,
}

/// The columns of one batch.
pub(super) struct FeatureBatch<'w> {
    id: Vec<Column<'w>>,
    geometry: Geometry<'w>,
    properties: Vec<(&'w str, Column<'w>)>,
}

enum Geometry<'w> {
    None,
    Point([Column<'w>; 2]),
    Wkb(Column<'w>, Crs),
}

impl<'f> FeatureWriter<'f> {
    /// A writer of rows of `schema`.
    pub(crate) fn new(columns: &'f FeatureColumns, schema: &Schema) -> Self {
        let names = schema.fields().iter().enumerate();
        let is_property = |at: &usize| {
            let is_placed = match columns.geometry {
                GeometryColumns::None => false,
                GeometryColumns::Point(point) => point.contains(at),
                GeometryColumns::Wkb(column, _) => column == *at,
            };
            !is_placed && !columns.hidden.contains(at)
        };
        let heads = names
            .filter(|(at, _)| is_property(at))
            .map(|(at, field)| (at, format!("{}:", Json::from(field.name().as_str()))));
        Self {
            columns,
            heads: heads.collect(),
        }
    }

    /// Appends a row of `batch` as a feature.
    pub(crate) fn push(
        &self,
        out: &mut Vec<u8>,
        batch: &RecordBatch,
        row: usize,
    ) -> io::Result<()> {
        self.batch(batch)?.push_feature(out, row)
    }

    /// Writes the rows of `batches` to `out` as `push` appends each, with commas between.
    pub(super) fn write_list(
        &self,
        batches: impl RecordBatchReader,
        push: impl Fn(&FeatureBatch<'_>, &mut Vec<u8>, usize) -> io::Result<()>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut text = Vec::new();
        let mut is_first = true;
        for batch in batches {
            let batch = batch.map_err(io::Error::other)?;
            let rows = self.batch(&batch)?;
            for row in 0..batch.num_rows() {
                text.clear();
                if !is_first {
                    text.push(b',');
                }
                is_first = false;
                push(&rows, &mut text, row)?;
                out.write_all(&text)?;
            }
        }
        Ok(())
    }

    /// The columns of `batch`.
    pub(super) fn batch<'w>(&'w self, batch: &'w RecordBatch) -> io::Result<FeatureBatch<'w>> {
        let column = |at: usize| text::column(batch, at);
        let id = self.columns.id.iter().map(|at| column(*at));
        let geometry = match self.columns.geometry {
            GeometryColumns::None => Geometry::None,
            GeometryColumns::Point([longitude, latitude]) => {
                Geometry::Point([column(longitude)?, column(latitude)?])
            }
            GeometryColumns::Wkb(at, crs) => Geometry::Wkb(column(at)?, crs),
        };
        let properties = self.heads.iter();
        let properties = properties.map(|(at, head)| Ok((head.as_str(), column(*at)?)));
        Ok(FeatureBatch {
            id: id.collect::<io::Result<_>>()?,
            geometry,
            properties: properties.collect::<io::Result<_>>()?,
        })
    }
}

impl FeatureBatch<'_> {
    /// Appends `row` as a feature.
    pub(super) fn push_feature(&self, out: &mut Vec<u8>, row: usize) -> io::Result<()> {
        out.extend_from_slice(b"{\"type\":\"Feature\",");
        self.push_id(out, row)?;
        out.extend_from_slice(b"\"geometry\":");
        match &self.geometry {
            Geometry::None => out.extend_from_slice(b"null"),
            Geometry::Point(point) => push_point(out, point.each_ref().map(|one| one.value(row))),
            Geometry::Wkb(column, crs) => push(out, &column.value(row), *crs)?,
        }
        out.extend_from_slice(b",\"properties\":");
        self.push_object(out, row)?;
        out.push(b'}');
        Ok(())
    }

    /// Appends the properties of `row` as an object.
    pub(super) fn push_object(&self, out: &mut Vec<u8>, row: usize) -> io::Result<()> {
        out.push(b'{');
        for (at, (head, column)) in self.properties.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(head.as_bytes());
            push(out, &column.value(row), Crs::Crs84)?;
        }
        out.push(b'}');
        Ok(())
    }

    /// Appends the id: of one column its value, of several their texts as an item's address has them.
    fn push_id(&self, out: &mut Vec<u8>, row: usize) -> io::Result<()> {
        match self.id.as_slice() {
            [] => return Ok(()),
            [one] => {
                out.extend_from_slice(b"\"id\":");
                push(out, &one.value(row), Crs::Crs84)?;
            }
            several => {
                let mut id = String::new();
                for (at, column) in several.iter().enumerate() {
                    ItemKey::push(&mut id, at, &column.value(row).plain());
                }
                out.extend_from_slice(b"\"id\":");
                push_text(out, &id)?;
            }
        }
        out.push(b',');
        Ok(())
    }
}

/// A point, or `null` for who has no place (RFC 7946 §3.2).
fn push_point(text: &mut Vec<u8>, place: [Value<'_>; 2]) {
    let [Value::Number(longitude), Value::Number(latitude)] = place else {
        return text.extend_from_slice(b"null");
    };
    text.extend_from_slice(b"{\"type\":\"Point\",\"coordinates\":[");
    longitude.push(text);
    text.push(b',');
    latitude.push(text);
    text.extend_from_slice(b"]}");
}

fn push(out: &mut Vec<u8>, value: &Value<'_>, crs: Crs) -> io::Result<()> {
    match value {
        Value::Geometry(wkb) => geojson::write(wkb, crs, out).map_err(io::Error::other)?,
        Value::Instant(instant) => {
            out.push(b'"');
            text::push_instant(out, *instant);
            out.push(b'"');
        }
        Value::Json(json) => out.extend_from_slice(json.as_bytes()),
        Value::Null => out.extend_from_slice(b"null"),
        Value::Number(number) => number.push(out),
        Value::Plain(plain) => out.extend_from_slice(plain.as_bytes()),
        Value::Text(text) => push_text(out, text)?,
    }
    Ok(())
}

/// Appends a text in quotes.
fn push_text(out: &mut Vec<u8>, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::other)
}
