//! GeoJSON (RFC 7946): a feature for each row, with the columns as its properties.

use std::io::{self, Write};

use arrow_array::RecordBatchReader;
use serde_json::Value as Json;

use super::text::{Column, Value};

/// What makes rows features.
pub(crate) struct Features {
    /// The columns of longitudes and latitudes in degrees, which are the geometry and no properties.
    pub(crate) point: [usize; 2],
    /// Members of the collection beside its features.
    pub(crate) members: serde_json::Map<String, Json>,
}

/// Writes `batches` to `out`.
pub(crate) fn write(
    batches: impl RecordBatchReader,
    features: &Features,
    out: &mut impl Write,
) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",")?;
    for (name, value) in &features.members {
        write!(out, "{}:{value},", Json::from(name.as_str()))?;
    }
    out.write_all(b"\"features\":[")?;
    let schema = batches.schema();
    let names = schema.fields().iter().enumerate();
    let heads = names
        .filter(|(at, _)| !features.point.contains(at))
        .map(|(at, field)| (at, format!("{}:", Json::from(field.name().as_str()))));
    let heads: Vec<_> = heads.collect();
    let mut text = Vec::new();
    let mut is_first = true;
    for batch in batches {
        let batch = batch.map_err(io::Error::other)?;
        let column = |at: usize| Column::of(batch.column(at)).map_err(io::Error::other);
        let [longitude, latitude] = features.point;
        let point = [column(longitude)?, column(latitude)?];
        let properties = heads.iter().map(|(at, head)| Ok((head, column(*at)?)));
        let properties: Vec<_> = properties.collect::<io::Result<_>>()?;
        for row in 0..batch.num_rows() {
            text.clear();
            if !is_first {
                text.push(b',');
            }
            is_first = false;
            text.extend_from_slice(b"{\"type\":\"Feature\",\"geometry\":");
            push_point(&mut text, point.each_ref().map(|one| one.value(row)));
            text.extend_from_slice(b",\"properties\":{");
            for (at, (head, column)) in properties.iter().enumerate() {
                if at > 0 {
                    text.push(b',');
                }
                text.extend_from_slice(head.as_bytes());
                push(&mut text, &column.value(row));
            }
            text.extend_from_slice(b"}}");
            out.write_all(&text)?;
        }
    }
    out.write_all(b"]}")
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

fn push(text: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Null => text.extend_from_slice(b"null"),
        Value::Number(number) => number.push(text),
        Value::Plain(plain) => text.extend_from_slice(plain.as_bytes()),
        Value::Text(value) => text.extend_from_slice(Json::from(&**value).to_string().as_bytes()),
    }
}
