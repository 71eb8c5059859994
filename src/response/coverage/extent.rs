//! The length of an answer to a data query, as it is estimated before it begins.

use super::{Format, netcdf};
use crate::{
    dataset::{
        edr::{Cells, Selection},
        perils::Refused,
    },
    response::batches::parquet::{self, CHUNKS, MOST_CHUNKS},
};

/// Bytes of `selection` in `format`.
///
/// # Errors
/// [`Refused::TooMuch`] for more than `limit`, and for more than a Parquet file may remember.
pub(super) fn bytes(selection: &Selection, format: Format, limit: u64) -> Result<u64, Refused> {
    let rows = selection.cells().count();
    let columns = count(selection.slice().count());
    let bytes = match format {
        Format::CoverageJson | Format::Csv | Format::Json | Format::OldCoverageJson => {
            let beside = rows.saturating_mul(beside_values(selection));
            let values = selection.values().saturating_add(beside);
            values.saturating_mul(BYTES_OF_A_TEXT)
        }
        Format::GeoJson => {
            let of_a_row = BYTES_OF_A_FEATURE.saturating_add(members(selection));
            rows.saturating_mul(of_a_row)
        }
        Format::NetCdf => {
            let numbers = selection
                .values()
                .saturating_add(rows.saturating_mul(COORDINATES));
            numbers.saturating_mul(netcdf::OCTETS_OF_A_NUMBER)
        }
        Format::Arrow | Format::Parquet => {
            let columns = columns.saturating_add(COORDINATES);
            let numbers = rows.saturating_mul(columns);
            let of_fields = (numbers / NUMBERS_OF_A_BATCH + 1).saturating_mul(columns);
            let of_fields = of_fields.saturating_mul(BYTES_OF_A_FIELD);
            numbers.saturating_mul(BYTES_OF_A_NUMBER) + of_fields
        }
    };
    if bytes > limit {
        return Err(Refused::TooMuch {
            what: "octets of the answer, as estimated",
            found: bytes,
            limit,
        });
    }
    let of_a_variable = rows.saturating_mul(count(selection.slice().of_a_variable()));
    let of_a_variable = of_a_variable.saturating_mul(netcdf::OCTETS_OF_A_NUMBER);
    if format == Format::NetCdf && of_a_variable > netcdf::MOST_OF_A_VARIABLE {
        return Err(Refused::TooMuch {
            what: "octets of a variable of NetCDF",
            found: of_a_variable,
            limit: netcdf::MOST_OF_A_VARIABLE,
        });
    }
    let chunks = parquet::chunks(rows, columns + COORDINATES, 0);
    if format == Format::Parquet && chunks > MOST_CHUNKS {
        return Err(Refused::TooMuch {
            what: CHUNKS,
            found: chunks,
            limit: MOST_CHUNKS,
        });
    }
    Ok(bytes)
}

/// Bytes of the properties of a feature.
fn members(selection: &Selection) -> u64 {
    let (columns, slice) = (selection.columns(), selection.slice());
    let wanted = slice.variables().iter();
    let wanted = wanted.flat_map(|variable| slice.columns(columns, *variable));
    let names: u64 = wanted.map(|column| count(columns.name(column).len())).sum();
    names.saturating_add(count(slice.count()).saturating_mul(BYTES_OF_A_TEXT + BYTES_OF_A_MEMBER))
}

/// The text beside a cell's values, counted in values: coordinates, and of several places each one's own axes and
/// ranges.
fn beside_values(selection: &Selection) -> u64 {
    let slice = selection.slice();
    let along: usize = slice.along().iter().map(Vec::len).sum();
    let of_a_place = match selection.cells() {
        Cells::Places { .. } => along + slice.variables().len() * VALUES_LIKE_A_RANGE,
        Cells::Area(_) | Cells::Grid { .. } | Cells::Radius(_) | Cells::Trajectory(_) => 0,
    };
    VALUES_LIKE_COORDINATES.saturating_add(count(of_a_place))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Bytes of a value as text, with what separates it.
const BYTES_OF_A_TEXT: u64 = 20;
/// Coordinates and the names around them, in values.
const VALUES_LIKE_COORDINATES: u64 = 16;
/// The names around a range, in values.
const VALUES_LIKE_A_RANGE: usize = 10;
/// Bytes of a feature of GeoJSON without its properties.
const BYTES_OF_A_FEATURE: u64 = 160;
/// Bytes around the name of a property.
const BYTES_OF_A_MEMBER: u64 = 4;
/// Columns of longitude, latitude and share.
const COORDINATES: u64 = 3;
/// Bytes of a number, with a mark of whether there is one.
const BYTES_OF_A_NUMBER: u64 = 9;
/// Numbers of a batch, and bytes that are said of each of its columns.
const NUMBERS_OF_A_BATCH: u64 = 1024 * 1024;
const BYTES_OF_A_FIELD: u64 = 1_000;
