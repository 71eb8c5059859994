//! Lists, maps and structures of Parquet, as JSON.

use std::fmt::Write;

use arrow_array::{
    Array, ArrayRef,
    cast::AsArray,
    types::{Date32Type, Decimal128Type},
};
use arrow_schema::DataType;

use super::scalar::{integer, number, text};

/// Tells whether all that lies within is of a type that JSON has.
pub(super) fn check(data_type: &DataType) -> Result<(), ()> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) => check(item.data_type()),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                fields.iter().try_for_each(|field| check(field.data_type()))
            }
            _ => Err(()),
        },
        DataType::Struct(fields) => fields.iter().try_for_each(|field| check(field.data_type())),
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64
        | DataType::Decimal128(..)
        | DataType::Date32
        | DataType::Null
        | DataType::Utf8
        | DataType::LargeUtf8 => Ok(()),
        _ => Err(()),
    }
}

/// Writes the value of `array` at `at`, whose type was checked.
pub(super) fn write(array: &ArrayRef, at: usize, json: &mut String) {
    if array.is_null(at) || *array.data_type() == DataType::Null {
        json.push_str("null");
        return;
    }
    match array.data_type() {
        DataType::List(_) => list(&array.as_list::<i32>().value(at), json),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(at), json),
        DataType::Map(..) => {
            let entries = array.as_map().value(at);
            let (keys, values) = (entries.column(0), entries.column(1));
            members(
                json,
                (0..entries.len()).map(|entry| (name(keys, entry), values, entry)),
            );
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let named = fields.iter().zip(columns);
            members(
                json,
                named.map(|(field, column)| (field.name().clone(), column, at)),
            );
        }
        DataType::Boolean => json.push_str(if array.as_boolean().value(at) {
            "true"
        } else {
            "false"
        }),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            let number = number(array, at);
            if number.is_finite() {
                let _ = write!(json, "{number}");
            } else {
                json.push_str("null");
            }
        }
        DataType::Decimal128(..) => {
            json.push_str(&array.as_primitive::<Decimal128Type>().value_as_string(at));
        }
        DataType::Date32 => {
            let day = array.as_primitive::<Date32Type>().value_as_date(at);
            quoted(&day.map_or_else(String::new, |day| day.to_string()), json);
        }
        DataType::Utf8 | DataType::LargeUtf8 => quoted(text(array, at), json),
        _ => match integer(array, at) {
            Ok(number) => {
                let _ = write!(json, "{number}");
            }
            // More than 63 bits: all digits, as text.
            Err(_) => quoted(
                &array
                    .as_primitive::<arrow_array::types::UInt64Type>()
                    .value(at)
                    .to_string(),
                json,
            ),
        },
    }
}

fn list(items: &ArrayRef, json: &mut String) {
    json.push('[');
    for at in 0..items.len() {
        if at > 0 {
            json.push(',');
        }
        write(items, at, json);
    }
    json.push(']');
}

fn members<'a>(json: &mut String, members: impl Iterator<Item = (String, &'a ArrayRef, usize)>) {
    json.push('{');
    for (position, (name, values, at)) in members.enumerate() {
        if position > 0 {
            json.push(',');
        }
        quoted(&name, json);
        json.push(':');
        write(values, at, json);
    }
    json.push('}');
}

/// The name of a member: JSON has texts alone.
fn name(keys: &ArrayRef, at: usize) -> String {
    let mut json = String::new();
    write(keys, at, &mut json);
    let bare = serde_json::from_str::<String>(&json);
    bare.unwrap_or(json)
}

fn quoted(text: &str, json: &mut String) {
    json.push_str(&serde_json::Value::from(text).to_string());
}
