//! The second reading of a body: its places, one after the other.

use std::io::BufRead;

use super::{
    Carried, Header, Place, PlaceFault, Record,
    element::Element,
    json::{Stop, Walker},
    position,
};

/// The places of a body, one after the other.
pub struct Places {
    source: Source,
    header: Option<Header>,
    element: Element,
    record: Record,
    text: Vec<u8>,
    is_first: bool,
}

/// Where they come from: right before the first of them.
pub(super) enum Source {
    Features(Walker),
    Locations(Walker),
    Records(Box<dyn BufRead + Send>),
}

impl Places {
    pub(super) fn new(source: Source, header: Option<Header>) -> Self {
        Self {
            source,
            header,
            element: Element::default(),
            record: Record::default(),
            text: Vec::new(),
            is_first: true,
        }
    }

    /// The next place; none after the last.
    ///
    /// # Errors
    /// What the reader says; the body was read through before, so that its shape is known.
    pub fn next_place(&mut self) -> std::io::Result<Option<Place<'_>>> {
        let is_first = std::mem::take(&mut self.is_first);
        if let Source::Records(reader) = &mut self.source {
            let has_header = !is_first || self.record.read(&mut **reader)?;
            if !has_header || !self.record.read(&mut **reader)? {
                return Ok(None);
            }
            return Ok(Some(self.place_of_record()));
        }
        let (Source::Features(walker) | Source::Locations(walker)) = &mut self.source else {
            return Ok(None);
        };
        if !step(walker, is_first, &mut self.text)? {
            return Ok(None);
        }
        let position = match self.source {
            Source::Features(_) => self.element.read_feature(&self.text),
            Source::Locations(_) | Source::Records(_) => self.element.read_location(&self.text),
        };
        Ok(Some(Place {
            position,
            id: self.element.id.as_deref(),
            carried: Carried::Members(&self.element.members),
        }))
    }

    fn place_of_record(&self) -> Place<'_> {
        let header = self.header.as_ref();
        let columns = header.map_or(0, |header| header.names.len());
        let field = |index: Option<usize>| index.and_then(|index| self.record.field(index));
        let position = if self.record.len() != columns {
            Err(PlaceFault::WrongNumberOfFields)
        } else if std::str::from_utf8(self.record.text()).is_err() {
            Err(PlaceFault::NotUtf8)
        } else {
            position(
                field(header.map(|header| header.latitude)).as_deref(),
                field(header.map(|header| header.longitude)).as_deref(),
            )
        };
        Place {
            position,
            id: None,
            carried: Carried::Record(&self.record),
        }
    }
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
