//! `FlatGeobuf` 3: a header that says the columns and their types, an index that is passed over, and features one after
//! the other, each with its length before it.

mod flatbuffer;
mod header;
mod properties;
mod shape;

use super::{
    columns::Columns,
    fault::{Shown, What},
    read::{Broken, RowReader},
    row::{Cell, Row},
    window::Window,
};
use crate::{
    geometry::{Crs, of_crs},
    schema::ColumnType,
};
use flatbuffer::{Damage, Table};
use header::{Header, Type};
use properties::Properties;
use shape::Shapes;

/// A file of features.
pub(super) struct FlatGeobufFile {
    window: Window,
    header: Header,
    /// For each column of the header the position of the table's.
    positions: Vec<usize>,
    /// The column of geometries.
    geometry: usize,
    shapes: Shapes,
    number: u64,
    /// Numbers that are none, which stand for no value.
    not_numbers: u64,
}

impl FlatGeobufFile {
    /// The file, read up to its first feature; its geometries are the column `geometry`.
    pub(super) fn open(
        mut window: Window,
        geometry: &str,
        columns: &mut Columns,
    ) -> Result<Self, What> {
        let mark = exactly(&mut window, MARK_BYTES, "its first octets")?;
        // The fourth and the last octet are the version: its number, and that of a correction, which changes no form.
        if !mark.starts_with(b"fgb\x03fgb") {
            return Err(What::Foreign {
                found: "FlatGeobuf of another version".into(),
                remedy: "write it as version 3, which GDAL does since 3.1",
            });
        }
        window.take(MARK_BYTES);
        let length = length(&mut window, MOST_OF_A_HEADER, "the header")?;
        let header = Header::read(exactly(&mut window, length, "the header")?)?;
        window.take(length);
        pass(&mut window, header.index_bytes)?;
        let geometry = columns.position(geometry)?;
        let mut positions = Vec::new();
        for (name, _) in &header.columns {
            let position = columns.position(name)?;
            if position == geometry {
                return Err(What::Twice(Shown::new(name)));
            }
            positions.push(position);
        }
        let shapes = Shapes::new(&header);
        Ok(Self {
            window,
            header,
            positions,
            geometry,
            shapes,
            number: 0,
            not_numbers: 0,
        })
    }

    /// Octets of the next feature; none at the end.
    fn next_length(&mut self) -> Result<Option<usize>, What> {
        let (read, said) = (self.number - 1, self.header.features);
        if self.window.head(1)?.is_empty() {
            return match said {
                Some(said) if read < said => Err(What::Refused(
                    format!("ends after {read} of the {said} features that its header says: it was cut short").into(),
                )),
                _ => Ok(None),
            };
        }
        if said == Some(read) {
            return Err(What::Refused(
                format!("goes on behind the {read} features that its header says").into(),
            ));
        }
        length(&mut self.window, MOST_OF_A_FEATURE, "a feature").map(Some)
    }

    fn feature(&mut self, length: usize, row: &mut Row) -> Result<(), Broken> {
        let octets = exactly(&mut self.window, length, "a feature").map_err(last)?;
        let feature = Table::root(octets).map_err(damaged)?;
        if feature
            .tables(OWN_COLUMNS)
            .map_err(damaged)?
            .is_some_and(|own| own.len() > 0)
        {
            return Err(What::Foreign {
                found: "a feature with columns of its own".into(),
                remedy: "write all columns into the header, as GDAL does",
            }
            .into());
        }
        if let Some(geometry) = feature.table(GEOMETRY).map_err(damaged)? {
            let octets = self.shapes.of(geometry)?;
            match self.header.crs {
                Crs::Epsg3857 => {
                    let turned = of_crs(octets, self.header.crs);
                    let turned =
                        turned.map_err(|fault| What::Geometry(fault.to_string().into()))?;
                    row.push(self.geometry, Cell::Wkb(&turned));
                }
                _ => row.push(self.geometry, Cell::Wkb(octets)),
            }
        }
        let octets = feature.vector::<1>(PROPERTIES).map_err(damaged)?;
        let mut properties = Properties(octets.unwrap_or_default().as_flattened());
        while let Some(number) = properties.next_column()? {
            let column = self
                .header
                .columns
                .get(number)
                .zip(self.positions.get(number));
            let ((name, of), position) = column.ok_or_else(|| {
                What::Refused(
                    format!("has a value of the column {number}, which the header has not").into(),
                )
            })?;
            if row.has(*position) {
                return Err(What::Twice(Shown::new(name)).into());
            }
            let is_number = properties
                .read(*of, *position, row)
                .map_err(|what| Broken {
                    what,
                    column: Some((**name).into()),
                    is_last: false,
                })?;
            self.not_numbers += u64::from(!is_number);
        }
        Ok(())
    }
}

impl RowReader for FlatGeobufFile {
    fn read(&mut self, row: &mut Row, _: &mut Columns) -> Result<bool, Broken> {
        self.number += 1;
        row.begin(self.number);
        let Some(length) = self.next_length().map_err(last)? else {
            return Ok(false);
        };
        let read = self.feature(length, row);
        self.window.take(length);
        read.map(|()| true)
    }

    fn types(&self) -> Vec<(usize, ColumnType)> {
        let named = self.header.columns.iter().zip(&self.positions);
        let typed = named.filter_map(|((_, of), position)| Some((*position, of.column_type()?)));
        let geometry = (self.geometry, ColumnType::Geometry);
        std::iter::once(geometry).chain(typed).collect()
    }

    fn is_typed(&self) -> bool {
        let mut types = self.header.columns.iter().map(|(_, of)| *of);
        !types.any(|of| of == Type::DateTime)
    }

    fn note(&self) -> Option<String> {
        let measures = self.header.has_m;
        let measures = measures.then(|| "measures (M) of its positions are left out".to_owned());
        let count = self.not_numbers;
        let numbers =
            (count > 0).then(|| format!("{count} numbers are NaN or infinite, and are no value"));
        match (measures, numbers) {
            (Some(measures), Some(numbers)) => Some(format!("{measures}; {numbers}")),
            (one, other) => one.or(other),
        }
    }

    fn has_lines(&self) -> bool {
        false
    }
}

/// The length that stands before a part, of which at most so many octets are read at once.
fn length(window: &mut Window, most: usize, part: &'static str) -> Result<usize, What> {
    let octets = exactly(window, LENGTH_BYTES, part)?;
    let length = octets
        .first_chunk()
        .map_or(0, |octets| u32::from_le_bytes(*octets));
    window.take(LENGTH_BYTES);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > most {
        return Err(What::Refused(
            format!(
                "{part} says to be {length} octets long, and may be {most}: the file is damaged, or one geometry is too large"
            )
            .into(),
        ));
    }
    Ok(length)
}

/// The next octets, which stay where they are.
fn exactly<'w>(
    window: &'w mut Window,
    length: usize,
    part: &'static str,
) -> Result<&'w [u8], What> {
    let octets = window.head(length)?;
    if octets.len() < length {
        return Err(What::Truncated(part));
    }
    Ok(octets)
}

/// Goes over so many octets.
fn pass(window: &mut Window, mut octets: u64) -> Result<(), What> {
    while octets > 0 {
        if window.head(1)?.is_empty() {
            return Err(What::Truncated("the index"));
        }
        let there = u64::try_from(window.bytes().len()).unwrap_or(u64::MAX);
        let passed = there.min(octets);
        window.take(usize::try_from(passed).unwrap_or(usize::MAX));
        octets -= passed;
    }
    Ok(())
}

fn damaged(damage: Damage) -> What {
    What::Unreadable(format!("as FlatGeobuf: {damage}").into())
}

fn last(what: What) -> Broken {
    Broken {
        what,
        column: None,
        is_last: true,
    }
}

const MARK_BYTES: usize = 8;
const LENGTH_BYTES: usize = 4;
/// Octets of a header, as the library of the format takes at most.
const MOST_OF_A_HEADER: usize = 10 * 1024 * 1024;
/// Octets of a feature, as the longest row of other formats has.
const MOST_OF_A_FEATURE: usize = 64 * 1024 * 1024;

// Fields by their numbers in the schema (feature.fbs).
const GEOMETRY: usize = 0;
const PROPERTIES: usize = 1;
const OWN_COLUMNS: usize = 2;
