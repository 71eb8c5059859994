//! JSON document with rows as objects (RFC 8259), after what their columns say of themselves.

use std::io::{self, Write};

use arrow_array::RecordBatchReader;
use arrow_schema::{Field, Schema};
use serde_json::{Map, Value};

use super::feature::{FeatureBatch, FeatureColumns, FeatureWriter};

/// Writes `batches` to `out`: `columns`, by their names, and `rows`.
pub(crate) fn write(batches: impl RecordBatchReader, out: &mut impl Write) -> io::Result<()> {
    let schema = batches.schema();
    write!(out, "{{\"columns\":{},\"rows\":[", columns(&schema))?;
    let properties = FeatureColumns::default();
    let writer = FeatureWriter::new(&properties, &schema);
    let push = |rows: &FeatureBatch<'_>, text: &mut _, row| rows.push_object(text, row);
    writer.write_list(batches, push, out)?;
    out.write_all(b"]}")
}

fn columns(schema: &Schema) -> Value {
    let about = |field: &Field| {
        let said = field.metadata().iter();
        said.map(|(name, text)| (name.to_owned(), Value::from(text.as_str())))
            .collect::<Map<_, _>>()
    };
    let columns = schema.fields().iter();
    columns
        .map(|field| (field.name().to_owned(), Value::from(about(field))))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Arc};

    use arrow_array::{ArrayRef, Float64Array, RecordBatch, RecordBatchIterator, StringArray};
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn rows_come_after_what_their_columns_say_and_there_may_be_none() {
        let unit = HashMap::from([("unit".to_owned(), "kW.h".to_owned())]);
        let schema = Arc::new(Schema::new(vec![
            Field::new("meter", DataType::Utf8, false),
            Field::new("kwh", DataType::Float64, true).with_metadata(unit),
        ]));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec!["a\"", "b"])),
            Arc::new(Float64Array::from(vec![Some(0.5), None])),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
        for (batches, expected) in [
            (
                vec![],
                r#"{"columns":{"kwh":{"unit":"kW.h"},"meter":{}},"rows":[]}"#,
            ),
            (
                vec![Ok(batch.slice(0, 1)), Ok(batch.slice(1, 1))],
                r#"{"columns":{"kwh":{"unit":"kW.h"},"meter":{}},"rows":[{"meter":"a\"","kwh":0.5},{"meter":"b","kwh":null}]}"#,
            ),
        ] {
            let mut out = Vec::new();
            write(
                RecordBatchIterator::new(batches, Arc::clone(&schema)),
                &mut out,
            )
            .unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
