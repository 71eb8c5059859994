//! Values of Parquet's columns, each as one of the types that tables have.

use arrow_array::{Array, ArrayRef, cast::AsArray, types::Date32Type};
use arrow_schema::{DataType, Field, TimeUnit};
use jiff::tz::TimeZone;

use super::{
    super::{
        fault::{Shown, What},
        moment::{NoInstant, in_zone},
        row::{Cell, Row},
    },
    nested,
    scalar::{binary, decimal, instant, integer, number, text, time_of_day, uuid},
};
use crate::{
    geometry::{Crs, of_crs},
    schema::ColumnType,
};

/// The way in which a column is read.
#[derive(Clone, Debug)]
pub(super) enum Reading {
    Boolean,
    Date,
    /// A decimal number that a double holds, or a whole one.
    Decimal(ColumnType),
    Integer,
    /// A time of a clock, in units of a second of which there are as many, in the zone.
    Local(TimeUnit, TimeZone),
    Nested,
    /// No row has a value, as data frames write a column of which they know no more.
    Nothing,
    Number,
    Shape(Crs),
    Text,
    /// A time of day, which is text.
    Clock(TimeUnit),
    Instant(TimeUnit),
    /// Sixteen octets, which are text.
    Uuid,
}

impl Reading {
    /// The reading of the column `field`; `shape` is the system of its geometries, if it has some.
    pub(super) fn of(
        field: &Field,
        shape: Option<Crs>,
        is_geometry: bool,
        zone: Option<&TimeZone>,
    ) -> Result<Self, What> {
        let not_read = |remedy| What::Foreign {
            found: format!("of the type {}", field.data_type()).into(),
            remedy,
        };
        Ok(match field.data_type() {
            DataType::Binary | DataType::LargeBinary => match shape {
                Some(crs) => Self::Shape(crs),
                None if is_geometry => Self::Shape(Crs::Crs84),
                None => {
                    return Err(not_read(
                        "leave it out, or say geometry = \"...\" where it is well-known binary",
                    ));
                }
            },
            DataType::Boolean => Self::Boolean,
            DataType::Date32 => Self::Date,
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
            | DataType::Decimal256(precision, scale) => {
                // A double keeps fifteen digits, a whole number of 64 bits eighteen; the rest is text, digit by digit.
                let column_type = match (*precision, *scale) {
                    (..=18, 0) => ColumnType::Integer,
                    (..=15, _) => ColumnType::Number,
                    _ => ColumnType::Text,
                };
                Self::Decimal(column_type)
            }
            DataType::Float16 | DataType::Float32 | DataType::Float64 => Self::Number,
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64 => Self::Integer,
            DataType::List(_)
            | DataType::LargeList(_)
            | DataType::Map(..)
            | DataType::Struct(_) => {
                nested::check(field.data_type())
                    .map_err(|()| not_read("leave it out, or write it as text"))?;
                Self::Nested
            }
            DataType::Timestamp(unit, Some(_)) => Self::Instant(*unit),
            DataType::Timestamp(unit, None) => match zone {
                Some(zone) => Self::Local(*unit, zone.clone()),
                None => {
                    return Err(not_read(
                        "it says no zone: say in the description which is meant, as zone = \"UTC\"",
                    ));
                }
            },
            DataType::Time32(unit) | DataType::Time64(unit) => Self::Clock(*unit),
            DataType::Null => Self::Nothing,
            DataType::Utf8 | DataType::LargeUtf8 => Self::Text,
            _ => return Err(not_read("leave it out, or write it as text")),
        })
    }

    /// The type of the column, where the file says one.
    pub(super) fn column_type(&self) -> Option<ColumnType> {
        Some(match self {
            Self::Boolean => ColumnType::Boolean,
            Self::Date => ColumnType::Date,
            Self::Decimal(column_type) => *column_type,
            Self::Integer => ColumnType::Integer,
            Self::Local(..) | Self::Instant(_) => ColumnType::DateTime,
            Self::Nested => ColumnType::Json,
            Self::Nothing => return None,
            Self::Number => ColumnType::Number,
            Self::Shape(_) => ColumnType::Geometry,
            Self::Clock(_) | Self::Text | Self::Uuid => ColumnType::Text,
        })
    }

    /// Adds the value of `array` at `at` to `row`; false of a number that is none, which stands for no value.
    pub(super) fn push(
        &self,
        array: &ArrayRef,
        at: usize,
        column: usize,
        row: &mut Row,
    ) -> Result<bool, What> {
        if array.is_null(at) {
            return Ok(true);
        }
        match self {
            Self::Nothing => (),
            Self::Boolean => row.push(column, Cell::Boolean(array.as_boolean().value(at))),
            Self::Date => row.push(
                column,
                Cell::Day(array.as_primitive::<Date32Type>().value(at)),
            ),
            Self::Decimal(..) => row.push(column, Cell::Number(&decimal(array, at))),
            Self::Integer => row.push(column, Cell::Integer(integer(array, at)?)),
            Self::Number => {
                let number = number(array, at);
                if !number.is_finite() {
                    return Ok(false);
                }
                row.push(column, Cell::Real(number));
            }
            Self::Nested => {
                let mut text = String::new();
                nested::write(array, at, &mut text);
                row.push(column, Cell::Nested(&text));
            }
            Self::Shape(crs) => {
                let octets = binary(array, at);
                match crs {
                    Crs::Epsg3857 => {
                        let turned = of_crs(octets, *crs);
                        let turned =
                            turned.map_err(|fault| What::Geometry(fault.to_string().into()))?;
                        row.push(column, Cell::Wkb(&turned));
                    }
                    _ => row.push(column, Cell::Wkb(octets)),
                }
            }
            Self::Text => row.push(column, Cell::Quoted(text(array, at))),
            Self::Clock(unit) => {
                row.push(column, Cell::Quoted(&time_of_day(array, at, *unit)?));
            }
            Self::Uuid => {
                let octets = array.as_fixed_size_binary().value(at);
                row.push(column, Cell::Quoted(&uuid(octets)));
            }
            Self::Instant(unit) => {
                let (ms, is_cut) = instant(array, at, *unit)?;
                row.push(column, Cell::Instant(ms, is_cut));
            }
            Self::Local(unit, zone) => {
                let (local, is_cut) = instant(array, at, *unit)?;
                let ms = in_zone(local, zone).map_err(|why| What::Clock {
                    text: Shown::new(&clock(local)),
                    zone: zone.iana_name().unwrap_or_default().into(),
                    is_fold: why == NoInstant::Fold,
                })?;
                row.push(column, Cell::Instant(ms, is_cut));
            }
        }
        Ok(true)
    }
}

fn clock(local: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(local);
    instant.map_or_else(|_| local.to_string(), |instant| instant.to_string())
}
