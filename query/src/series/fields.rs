//! Columns of an answer: their names, types and units.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::{function::Function, question::Aggregation};
use crate::schema::Column;

impl Aggregation {
    /// The schema of an answer with a row for each interval of each series.
    pub(super) fn long(&self) -> SchemaRef {
        let mut fields: Vec<Field> = self.groups.iter().map(group_field).collect();
        fields.extend(self.interval_fields());
        fields.extend(self.outcomes().map(|(column, function)| {
            outcome_field(&format!("{}_{function}", column.name), column, function)
        }));
        if self.step.is_some() {
            fields.push(with_unit(Field::new(EXPECTED, DataType::Int64, false), ONE));
        }
        Arc::new(Schema::new(fields))
    }

    /// Begin and end of an interval.
    pub(super) fn interval_fields(&self) -> [Field; 2] {
        let data_type = if self.time.is_date {
            DataType::Date32
        } else {
            DataType::Timestamp(TimeUnit::Millisecond, Some(self.zone.name().into()))
        };
        [START, END].map(|name| Field::new(name, data_type.clone(), false))
    }
}

/// The field of a function of a column, with the unit that it has then.
pub(super) fn outcome_field(name: &str, column: &Column, function: Function) -> Field {
    let is_count = function == Function::Count;
    let data_type = match function {
        Function::Count => DataType::Int64,
        Function::Mean | Function::Quantile(_) => DataType::Float64,
        Function::First | Function::Last | Function::Max | Function::Min | Function::Sum => {
            column.column_type.arrow()
        }
    };
    let field = Field::new(name, data_type, !is_count);
    let unit = if is_count {
        Some(ONE)
    } else {
        column.unit.as_deref()
    };
    let mut field = match unit {
        Some(unit) => with_unit(field, unit),
        None => field,
    };
    let metadata = field.metadata_mut();
    metadata.insert("column", &*column.name);
    metadata.insert("function", function.to_string());
    if let Some(definition) = &column.definition {
        metadata.insert("definition", &**definition);
    }
    field
}

fn group_field(column: &Column) -> Field {
    about(
        Field::new(&*column.name, column.column_type.arrow(), true),
        column,
    )
}

/// A field of values as they are stored, with their unit and their definition.
pub(super) fn about(field: Field, column: &Column) -> Field {
    let mut field = match &column.unit {
        Some(unit) => with_unit(field, unit),
        None => field,
    };
    if let Some(definition) = &column.definition {
        field.metadata_mut().insert("definition", &**definition);
    }
    field
}

fn with_unit(mut field: Field, unit: &str) -> Field {
    field.metadata_mut().insert("unit", unit);
    field
}

/// The first instant of an interval.
const START: &str = "interval_start";
/// The first instant after an interval.
const END: &str = "interval_end";
/// Rows that an interval has when none is missing.
const EXPECTED: &str = "expected";
/// The unit of a number of things, in UCUM.
const ONE: &str = "1";
