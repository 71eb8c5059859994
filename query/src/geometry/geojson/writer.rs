//! Writer of a geometry object, without anything between the binary and the text.

use crate::geometry::{Crs, Part, Position, Sink};

/// A geometry object, written while it is told.
pub struct Writer<'t> {
    text: &'t mut Vec<u8>,
    crs: Crs,
    /// Parts that are open, and `true` where something stands in them already.
    open: Vec<(Part, bool)>,
    numbers: zmij::Buffer,
}

impl<'t> Writer<'t> {
    /// One that appends to `text`.
    pub fn new(text: &'t mut Vec<u8>, crs: Crs) -> Self {
        Self {
            text,
            crs,
            open: Vec::new(),
            numbers: zmij::Buffer::new(),
        }
    }

    /// A comma where something stands before in the part that is open.
    fn separate(&mut self) {
        if let Some((_, has_more)) = self.open.last_mut()
            && std::mem::replace(has_more, true)
        {
            self.text.push(b',');
        }
    }

    /// `true` where what comes is a geometry object, and not an array of one.
    fn is_an_object(&self) -> bool {
        let around = self.open.last();
        around.is_none_or(|(part, _)| *part == Part::GeometryCollection)
    }

    fn number(&mut self, number: f64) {
        let text = self.numbers.format_finite(number);
        let whole = text.strip_suffix(".0").unwrap_or(text);
        self.text.extend_from_slice(whole.as_bytes());
    }
}

impl Sink for Writer<'_> {
    fn open(&mut self, part: Part, _: bool) {
        self.separate();
        if self.is_an_object() {
            self.text.extend_from_slice(b"{\"type\":\"");
            self.text.extend_from_slice(part.name().as_bytes());
            self.text.extend_from_slice(match part {
                Part::GeometryCollection => b"\",\"geometries\":".as_slice(),
                _ => b"\",\"coordinates\":",
            });
        }
        if part != Part::Point {
            self.text.push(b'[');
        }
        self.open.push((part, false));
    }

    fn position(&mut self, Position { xy, z }: Position) {
        self.separate();
        let [first, second] = self.crs.of_degrees(xy);
        self.text.push(b'[');
        self.number(first);
        self.text.push(b',');
        self.number(second);
        if let Some(z) = z {
            self.text.push(b',');
            self.number(z);
        }
        self.text.push(b']');
    }

    fn close(&mut self, part: Part) {
        let is_without_a_place = self.open.pop() == Some((Part::Point, false));
        if is_without_a_place {
            self.text.extend_from_slice(b"[]");
        }
        if part != Part::Point {
            self.text.push(b']');
        }
        if self.is_an_object() {
            self.text.push(b'}');
        }
    }
}
