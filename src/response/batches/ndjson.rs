//! JSON texts in lines: an object for each row, or a GeoJSON feature where rows have a geometry.

use std::io::{self, Write};

use arrow_array::RecordBatchReader;

use super::feature::{FeatureColumns, FeatureWriter, GeometryColumns};

/// Writes `batches` to `out`.
pub(crate) fn write(
    batches: impl RecordBatchReader,
    columns: &FeatureColumns,
    out: &mut impl Write,
) -> io::Result<()> {
    let writer = FeatureWriter::new(columns, &batches.schema());
    let are_features = !matches!(columns.geometry, GeometryColumns::None);
    let mut line = Vec::new();
    for batch in batches {
        let batch = batch.map_err(io::Error::other)?;
        let rows = writer.batch(&batch)?;
        for row in 0..batch.num_rows() {
            line.clear();
            if are_features {
                rows.push_feature(&mut line, row)?;
            } else {
                rows.push_object(&mut line, row)?;
            }
            line.push(b'\n');
            out.write_all(&line)?;
        }
    }
    Ok(())
}
