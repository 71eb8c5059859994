//! CSV (RFC 4180): a line with the names, then one for each row; a value that there is none of is an empty field.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use arrow_array::RecordBatchReader;

use perild_query::geometry::{Crs, wkt};

use super::text::{self, Value};

/// Writes `batches` to `out`.
pub(crate) fn write(batches: impl RecordBatchReader, out: &mut impl Write) -> io::Result<()> {
    write_in(Crs::Crs84, batches, out)
}

/// As [`write()`], with geometries in the system `crs`.
pub(crate) fn write_in(
    crs: Crs,
    batches: impl RecordBatchReader,
    out: &mut impl Write,
) -> io::Result<()> {
    let schema = batches.schema();
    let names = schema.fields().iter().map(|field| escaped(field.name()));
    let names: Vec<_> = names.collect();
    out.write_all(names.join(",").as_bytes())?;
    out.write_all(END)?;
    let mut line = Vec::new();
    for batch in batches {
        let batch = batch.map_err(io::Error::other)?;
        let columns = text::columns(&batch)?;
        for row in 0..batch.num_rows() {
            line.clear();
            for (at, column) in columns.iter().enumerate() {
                if at > 0 {
                    line.push(b',');
                }
                push(&mut line, &column.value(row), crs)?;
            }
            line.extend_from_slice(END);
            out.write_all(&line)?;
        }
    }
    Ok(())
}

/// `text` as a field, quoted where it must be (RFC 4180 §2).
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

fn push(line: &mut Vec<u8>, value: &Value<'_>, crs: Crs) -> io::Result<()> {
    match value {
        Value::Geometry(wkb) => {
            // Well-known text has commas, and no quotes.
            line.push(b'"');
            wkt::write(wkb, crs, line).map_err(io::Error::other)?;
            line.push(b'"');
        }
        Value::Instant(instant) => text::push_instant(line, *instant),
        Value::Json(text) => line.extend_from_slice(escaped(text).as_bytes()),
        Value::Null => {}
        Value::Number(number) => number.push(line),
        Value::Plain(text) => line.extend_from_slice(text.as_bytes()),
        Value::Text(text) => line.extend_from_slice(escaped(text).as_bytes()),
    }
    Ok(())
}

const END: &[u8] = b"\r\n";
