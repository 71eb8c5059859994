//! One row of a source, as its reader hands it on.

use std::{borrow::Cow, ops::Range};

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'r> {
    /// Text that may be of any type, as CSV has it.
    Text(&'r str),
    /// Text that is marked as such, as JSON's in quotes.
    Quoted(&'r str),
    /// A number that is marked as such, as it is written.
    Number(&'r str),
    /// True or false.
    Boolean(bool),
    /// An array or an object of JSON.
    Nested(&'r str),
    /// A geometry of GeoJSON.
    Geometry(&'r str),
    /// A whole number.
    Integer(i64),
    /// A double.
    Real(f64),
    /// A day, counted from 1970.
    Day(i32),
    /// An instant in milliseconds since 1970; the second is true where something finer was cut off.
    Instant(i64, bool),
    /// A geometry in well-known binary.
    Wkb(&'r [u8]),
}

/// A row: where it begins, and the values that it has. Its memory serves the next row as well.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The line, or the row where there are no lines, counted from 1.
    pub(super) number: u64,
    text: String,
    octets: Vec<u8>,
    cells: Vec<(usize, Stored)>,
}

#[derive(Clone, Debug)]
enum Stored {
    Text(Kind, Range<usize>),
    Octets(Range<usize>),
    Own(Cell<'static>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Text,
    Quoted,
    Number,
    Nested,
    Geometry,
}

impl Row {
    /// Forgets everything, for the row that begins at `number`.
    pub(super) fn begin(&mut self, number: u64) {
        self.number = number;
        self.text.clear();
        self.octets.clear();
        self.cells.clear();
    }

    /// Adds the value of the column at `column`.
    pub(super) fn push(&mut self, column: usize, cell: Cell<'_>) {
        let (kind, text) = match cell {
            Cell::Text(text) => (Kind::Text, text),
            Cell::Quoted(text) => (Kind::Quoted, text),
            Cell::Number(text) => (Kind::Number, text),
            Cell::Nested(text) => (Kind::Nested, text),
            Cell::Geometry(text) => (Kind::Geometry, text),
            Cell::Wkb(octets) => {
                let begin = self.octets.len();
                self.octets.extend_from_slice(octets);
                let range = begin..self.octets.len();
                return self.cells.push((column, Stored::Octets(range)));
            }
            Cell::Boolean(value) => return self.own(column, Cell::Boolean(value)),
            Cell::Integer(value) => return self.own(column, Cell::Integer(value)),
            Cell::Real(value) => return self.own(column, Cell::Real(value)),
            Cell::Day(value) => return self.own(column, Cell::Day(value)),
            Cell::Instant(value, is_cut) => return self.own(column, Cell::Instant(value, is_cut)),
        };
        let begin = self.text.len();
        self.text.push_str(text);
        let range = begin..self.text.len();
        self.cells.push((column, Stored::Text(kind, range)));
    }

    fn own(&mut self, column: usize, cell: Cell<'static>) {
        self.cells.push((column, Stored::Own(cell)));
    }

    /// The column at `column` has a value already.
    pub(super) fn has(&self, column: usize) -> bool {
        self.cells.iter().any(|(other, _)| *other == column)
    }

    /// The values, each with the position of its column; columns without a value are left out.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, Cell<'_>)> {
        self.cells.iter().map(|(column, stored)| {
            let text = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
            let cell = match stored {
                Stored::Text(Kind::Text, range) => Cell::Text(text(range)),
                Stored::Text(Kind::Quoted, range) => Cell::Quoted(text(range)),
                Stored::Text(Kind::Number, range) => Cell::Number(text(range)),
                Stored::Text(Kind::Nested, range) => Cell::Nested(text(range)),
                Stored::Text(Kind::Geometry, range) => Cell::Geometry(text(range)),
                Stored::Octets(range) => {
                    Cell::Wkb(self.octets.get(range.clone()).unwrap_or_default())
                }
                Stored::Own(cell) => *cell,
            };
            (*column, cell)
        })
    }
}

impl<'r> Cell<'r> {
    /// As it stands in the source, or as a text would have it.
    pub(super) fn text(self) -> Cow<'r, str> {
        match self {
            Self::Text(text)
            | Self::Quoted(text)
            | Self::Number(text)
            | Self::Nested(text)
            | Self::Geometry(text) => Cow::Borrowed(text),
            Self::Boolean(true) => Cow::Borrowed("true"),
            Self::Boolean(false) => Cow::Borrowed("false"),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Real(number) => Cow::Owned(number.to_string()),
            Self::Day(day) => Cow::Owned(format!("day {day} since 1970")),
            Self::Instant(ms, _) => Cow::Owned(format!("{ms} ms since 1970")),
            Self::Wkb(octets) => Cow::Owned(format!("{} octets", octets.len())),
        }
    }

    /// Octets that it takes, about.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Text(text)
            | Self::Quoted(text)
            | Self::Number(text)
            | Self::Nested(text)
            | Self::Geometry(text) => text.len(),
            Self::Wkb(octets) => octets.len(),
            _ => 8,
        }
    }
}
