//! `NetCDF` with the CF conventions, which xarray, GDAL and Panoply open.
//!
//! The cells of a box are a grid of latitudes and longitudes; all others are points with a latitude and a longitude
//! each. Dimensions of the coverage follow, as in its columns. A value that there is none of is not a number.

mod classic;
mod shape;

use std::io::{self, Write};

use self::shape::{Coordinates, Shape};
use super::ranges::{cells, each};
use crate::dataset::edr::Selection;

pub(super) use self::classic::MOST_OF_A_VARIABLE;

/// Writes `selection` to `out`.
pub(super) fn write(selection: &Selection, out: &mut impl Write) -> io::Result<()> {
    let shape = Shape::of(selection);
    shape.file.write_header(out)?;
    for coordinates in &shape.coordinates {
        coordinates.write(selection, out)?;
    }
    let columns = selection.columns();
    let mut piece = Vec::new();
    for position in selection.slice().variables() {
        let Some(variable) = columns.variables().get(*position) else {
            continue;
        };
        let wanted = selection.slice().columns(columns, *position);
        each(selection, cells(selection), &wanted, |_, values| {
            piece.clear();
            for value in values {
                let number = value.in_units(variable.decimals).unwrap_or(f64::NAN);
                piece.extend(number.to_be_bytes());
            }
            out.write_all(&piece)
        })?;
    }
    Ok(())
}

impl Coordinates {
    fn write(&self, selection: &Selection, out: &mut impl Write) -> io::Result<()> {
        let mut octets = Vec::new();
        match self {
            Self::Numbers(numbers) => {
                octets.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
            }
            Self::OfCells(number) => {
                for one in cells(selection) {
                    octets.extend(number(&one).to_be_bytes());
                    if octets.len() >= OCTETS_OF_A_PIECE {
                        out.write_all(&octets)?;
                        octets.clear();
                    }
                }
            }
            Self::Texts(texts, length) => {
                for (text, end) in texts.iter().zip((*length..).step_by(*length)) {
                    octets.extend_from_slice(text.as_bytes());
                    octets.resize(end, 0);
                }
                octets.resize(octets.len().next_multiple_of(4), 0);
            }
        }
        out.write_all(&octets)
    }
}

/// Octets of coordinates that are handed on together.
const OCTETS_OF_A_PIECE: usize = 64 * 1024;
/// Octets of a number.
pub(super) const OCTETS_OF_A_NUMBER: u64 = 8;
