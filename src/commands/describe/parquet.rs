//! Parquet: its schema, and what its statistics say of places.

use std::fs::File;

use arrow_schema::{DataType, Field};
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    file::{metadata::ParquetMetaData, statistics::Statistics},
};

use super::{
    column::{LATITUDES, LONGITUDES},
    findings::{Findings, FoundField, FoundUnit},
};
use crate::dataset::metadata::FieldType;

/// Everything that a Parquet file says of itself, without its rows.
pub(super) fn survey(file: File) -> Result<Findings, String> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file);
    let reader = reader.map_err(|error| error.to_string())?;
    let metadata = reader.metadata();
    let rows = metadata.file_metadata().num_rows();
    let reach = |names: &[&str]| names.iter().find_map(|name| reach(metadata, name));
    let places = reach(LONGITUDES).zip(reach(LATITUDES));
    Ok(Findings {
        rows: u64::try_from(rows).ok(),
        fields: reader
            .schema()
            .fields()
            .iter()
            .map(|one| field(one))
            .collect(),
        bbox: places.map(|((west, east), (south, north))| [west, south, east, north]),
        ..Findings::default()
    })
}

fn field(field: &Field) -> FoundField {
    let metadata = field.metadata();
    let unit = ["unit", "units"]
        .into_iter()
        .find_map(|key| metadata.get(key));
    FoundField {
        name: field.name().clone(),
        field_type: field_type(field.data_type()),
        unit: unit.map_or_else(
            || FoundUnit::of_name(field.name()),
            |unit| FoundUnit::Said(unit.clone()),
        ),
        definition: metadata
            .get("definition")
            .or(metadata.get("description"))
            .cloned(),
        title: metadata.get("title").cloned(),
    }
}

fn field_type(data_type: &DataType) -> Option<FieldType> {
    match data_type {
        DataType::Boolean => Some(FieldType::Boolean),
        DataType::Date32 | DataType::Date64 => Some(FieldType::Date),
        DataType::Dictionary(_, values) => field_type(values),
        DataType::LargeUtf8 | DataType::Utf8 | DataType::Utf8View => Some(FieldType::String),
        DataType::Timestamp(..) => Some(FieldType::DateTime),
        other if other.is_integer() => Some(FieldType::Integer),
        other if other.is_numeric() => Some(FieldType::Number),
        _ => None,
    }
}

/// From the lowest to the highest number of the column `name`, as the statistics of all row groups say.
fn reach(metadata: &ParquetMetaData, name: &str) -> Option<(f64, f64)> {
    let mut reach: Option<(f64, f64)> = None;
    for group in metadata.row_groups() {
        let mut columns = group.columns().iter();
        let column = columns.find(|one| one.column_path().string().eq_ignore_ascii_case(name))?;
        let (low, high) = match column.statistics()? {
            Statistics::Double(numbers) => (*numbers.min_opt()?, *numbers.max_opt()?),
            Statistics::Float(numbers) => (
                f64::from(*numbers.min_opt()?),
                f64::from(*numbers.max_opt()?),
            ),
            Statistics::Int32(numbers) => (
                f64::from(*numbers.min_opt()?),
                f64::from(*numbers.max_opt()?),
            ),
            _ => return None,
        };
        let (lowest, highest) = reach.unwrap_or((low, high));
        reach = Some((lowest.min(low), highest.max(high)));
    }
    reach
}
