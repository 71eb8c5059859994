//! The second reading of a body: its places, one after the other.

use std::io::BufRead;

use super::{
    Carried, Header, Place, PlaceFault, Position, Record,
    element::Element,
    json::{Stop, Walker},
    position,
};
use crate::dataset::grid::Grid;

/// The places of a body, one after the other.
pub struct Places {
    source: Source,
    header: Option<Header>,
    text: Vec<u8>,
    is_first: bool,
    has_ended: bool,
    /// Places that were read together; kept for reuse.
    read: Vec<Read>,
    /// The positions of those of them that hold a place.
    positions: Vec<Position>,
    /// How many of these were handed out.
    taken: usize,
}

/// Where they come from: right before the first of them.
pub(super) enum Source {
    Features(Walker),
    Locations(Walker),
    Records(Box<dyn BufRead + Send>),
}

/// What was read of one place.
#[derive(Default)]
struct Read {
    element: Element,
    record: Record,
}

impl Places {
    pub(super) fn new(source: Source, header: Option<Header>) -> Self {
        Self {
            source,
            header,
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
        let is_record = matches!(self.source, Source::Records(_));
        Ok(Some(Place {
            position: *position,
            id: read.element.id.as_deref().filter(|_| !is_record),
            carried: if is_record {
                Carried::Record(&read.record)
            } else {
                Carried::Members(&read.element.members)
            },
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
        let position = match &mut self.source {
            Source::Records(reader) => {
                let has_header = !is_first || record.read(&mut **reader)?;
                if !has_header || !record.read(&mut **reader)? {
                    return Ok(None);
                }
                of_record(record, self.header.as_ref())
            }
            Source::Features(walker) => {
                if !step(walker, is_first, &mut self.text)? {
                    return Ok(None);
                }
                element.read_feature(&self.text)
            }
            Source::Locations(walker) => {
                if !step(walker, is_first, &mut self.text)? {
                    return Ok(None);
                }
                element.read_location(&self.text)
            }
        };
        Ok(Some(position))
    }
}

fn of_record(record: &Record, header: Option<&Header>) -> Position {
    let columns = header.map_or(0, |header| header.names.len());
    if record.len() != columns {
        return Err(PlaceFault::WrongNumberOfFields);
    }
    if std::str::from_utf8(record.text()).is_err() {
        return Err(PlaceFault::NotUtf8);
    }
    let field = |index: Option<usize>| index.and_then(|index| record.field(index));
    position(
        field(header.map(|header| header.latitude)).as_deref(),
        field(header.map(|header| header.longitude)).as_deref(),
    )
}

/// Walks to the next member of the array, into `text`; `false` after the last.
fn step(walker: &mut Walker, is_first: bool, text: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut walk = || {
        if is_first {
            walker.expect(b'[')?;
        }
        if walker.take(b']')? {
            return Ok(false);
        }
        if !is_first {
            walker.expect(b',')?;
        }
        walker.value(text).map(|()| true)
    };
    walk().map_err(|stop| match stop {
        Stop::Io(error) => error,
        Stop::Syntax | Stop::TooDeep | Stop::TooLong => std::io::ErrorKind::InvalidData.into(),
    })
}
