//! GeoJSON (RFC 7946): a feature for each row, with the columns as its properties.

use std::io::{self, Write};

use arrow_array::RecordBatchReader;
use serde_json::Value as Json;

use super::feature::{FeatureBatch, FeatureColumns, FeatureWriter};

/// A collection of features beside its rows.
pub(crate) struct Features {
    /// The columns by what they are of a feature.
    pub(crate) columns: FeatureColumns,
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
    let writer = FeatureWriter::new(&features.columns, &batches.schema());
    let push = |rows: &FeatureBatch<'_>, text: &mut _, row| rows.push_feature(text, row);
    writer.write_list(batches, push, out)?;
    out.write_all(b"]}")
}
