//! CSV: a line for each cell, and in it a column for each of those that are selected.

use std::io::{self, Write};

use super::{
    json::share_name,
    ranges::{cells, each},
};
use crate::{
    dataset::{
        edr::{Cells, Selection},
        grid::{ColumnIndex, Value},
    },
    response::number::push_decimal,
};

/// Writes `selection` to `out`; a value that there is none of is an empty field.
pub(super) fn write(selection: &Selection, out: &mut impl Write) -> io::Result<()> {
    let columns = selection.columns();
    let variables = selection.slice().variables().iter();
    let wanted: Vec<ColumnIndex> = variables
        .flat_map(|variable| selection.slice().columns(columns, *variable))
        .collect();
    let is_area = matches!(selection.cells(), Cells::Area(_));
    out.write_all(b"longitude,latitude")?;
    if is_area {
        write!(out, ",{}", share_name(selection))?;
    }
    for column in &wanted {
        write!(out, ",{}", columns.name(*column))?;
    }
    out.write_all(b"\r\n")?;
    let decimals = wanted
        .iter()
        .map(|column| columns.variable(*column).map_or(0, |one| one.decimals));
    let decimals: Vec<_> = decimals.collect();
    let mut line = Vec::new();
    each(selection, cells(selection), &wanted, |one, values| {
        line.clear();
        write!(line, "{},{}", one.position.longitude, one.position.latitude)?;
        if is_area {
            write!(line, ",{}", one.share)?;
        }
        for (value, decimals) in values.iter().zip(&decimals) {
            line.push(b',');
            if let Value::Known(steps) = value {
                push_decimal(&mut line, *steps, *decimals);
            }
        }
        line.extend_from_slice(b"\r\n");
        out.write_all(&line)
    })
}
