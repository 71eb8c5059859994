//! Reader of the places of a body, one after the other.

use std::io::BufRead;

use super::{
    Carried, Header, Place, PlaceFault, Position, Record,
    coordinates::position,
    element::{Element, Kind},
    json::{JsonCursor, JsonError, Kept},
};
use crate::{dataset::grid::Grid, edge::Body};

/// Reader of the places of a body.
pub struct PlaceReader {
    input: Input,
    text: Vec<u8>,
    is_first: bool,
    has_ended: bool,
    /// Places that were read together; kept for reuse.
    read: Vec<Read>,
    /// The positions of those of them that hold a place.
    positions: Vec<Position>,
    /// Number of these that were handed out.
    taken: usize,
}

/// Input of a reader, right before the first place.
pub(super) enum Input {
    /// Members of an array in the body.
    Elements(JsonCursor<'static>, Kind, Body),
    Records(Box<dyn BufRead + Send>, Header),
}

/// Text of one place.
#[derive(Default)]
struct Read {
    element: Element,
    record: Record,
}

impl PlaceReader {
    pub(super) fn new(input: Input) -> Self {
        Self {
            input,
            text: Vec::new(),
            is_first: true,
            has_ended: false,
            read: Vec::new(),
            positions: Vec::new(),
            taken: 0,
        }
    }

    /// The next place; none after the last.
    ///
    /// Some places are read together; `ahead` is told where they lie, before the first of them is handed out.
    ///
    /// # Errors
    /// What the reader says; the body was read through before, so that its shape is known.
    pub fn next_place(
        &mut self,
        ahead: impl FnOnce(&[Position]),
    ) -> std::io::Result<Option<Place<'_>>> {
        if self.taken == self.positions.len() {
            self.read_on()?;
            ahead(&self.positions);
        }
        let at = self.taken;
        let (Some(position), Some(read)) = (self.positions.get(at), self.read.get(at)) else {
            return Ok(None);
        };
        self.taken += 1;
        let Read { element, record } = read;
        let is_record = matches!(self.input, Input::Records(..));
        Ok(Some(Place {
            position: *position,
            id: element.id.as_deref().filter(|_| !is_record),
            carried: if is_record {
                Carried::Record(record)
            } else {
                Carried::Members(&element.members)
            },
            sent: element.coordinates(),
        }))
    }

    /// Reads some places in the stead of those that were handed out.
    fn read_on(&mut self) -> std::io::Result<()> {
        self.taken = 0;
        self.positions.clear();
        while !self.has_ended && self.positions.len() < Grid::TOGETHER {
            match self.read_one()? {
                Some(position) => self.positions.push(position),
                None => self.has_ended = true,
            }
        }
        Ok(())
    }

    /// Reads the next place behind those that were read with it; none after the last.
    fn read_one(&mut self) -> std::io::Result<Option<Position>> {
        let at = self.positions.len();
        if self.read.len() == at {
            self.read.push(Read::default());
        }
        let Some(Read { element, record }) = self.read.get_mut(at) else {
            return Ok(None);
        };
        let is_first = std::mem::take(&mut self.is_first);
        match &mut self.input {
            Input::Records(reader, header) => {
                let dialect = header.dialect;
                let has_header = !is_first || record.read(&mut **reader, dialect)?;
                if !has_header || !record.read(&mut **reader, dialect)? {
                    return Ok(None);
                }
                Ok(Some(of_record(record, header)))
            }
            Input::Elements(cursor, kind, body) => {
                let Some((start, kept)) = step(cursor, is_first, &mut self.text)? else {
                    return Ok(None);
                };
                let fault = match kept {
                    Kept::Whole => return element.read(&self.text, *kind).map(Some),
                    Kept::TooDeep => PlaceFault::TooDeep,
                    Kept::TooLong => PlaceFault::TooLong,
                };
                let cursor = JsonCursor::within_a_place(body.reader(start));
                element.read_apart(cursor, *kind, Some(fault)).map(Some)
            }
        }
    }
}

fn of_record(record: &Record, header: &Header) -> Position {
    if record.is_too_long() {
        return Err(PlaceFault::TooLong);
    }
    let mut beyond = header.width..record.len();
    if beyond.any(|index| !record.field(index).trim().is_empty()) {
        return Err(PlaceFault::WrongNumberOfFields);
    }
    if !record.is_utf8() {
        return Err(PlaceFault::NotUtf8);
    }
    position(
        Some(&record.field(header.latitude)),
        Some(&record.field(header.longitude)),
    )
}

/// Walks to the next member of the array, into `text`: where it begins, and what of it is kept; none after the last.
fn step(
    cursor: &mut JsonCursor<'_>,
    is_first: bool,
    text: &mut Vec<u8>,
) -> std::io::Result<Option<(u64, Kept)>> {
    let mut walk = || {
        if is_first {
            cursor.expect(b'[')?;
        }
        if cursor.take(b']')? {
            return Ok(None);
        }
        if !is_first {
            cursor.expect(b',')?;
        }
        cursor.peek()?;
        let start = cursor.at();
        cursor.value(text).map(|kept| Some((start, kept)))
    };
    walk().map_err(|error| match error {
        JsonError::Io(error) => error,
        JsonError::Syntax => std::io::ErrorKind::InvalidData.into(),
    })
}
