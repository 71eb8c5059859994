//! Writer of well-known text.

use crate::geometry::{Crs, Part, Position, Sink};

/// A geometry in well-known text, written while it is told.
pub(super) struct Writer<'t> {
    text: &'t mut Vec<u8>,
    crs: Crs,
    /// Parts that are open, and `true` where something stands in them already.
    open: Vec<(Part, bool)>,
    numbers: zmij::Buffer,
}

impl<'t> Writer<'t> {
    pub(super) fn new(text: &'t mut Vec<u8>, crs: Crs) -> Self {
        Self {
            text,
            crs,
            open: Vec::new(),
            numbers: zmij::Buffer::new(),
        }
    }

    /// A parenthesis before what stands first in the part that is open, and a comma before what follows.
    fn separate(&mut self) {
        if let Some((_, has_more)) = self.open.last_mut() {
            let has_more = std::mem::replace(has_more, true);
            self.text.push(if has_more { b',' } else { b'(' });
        }
    }

    fn number(&mut self, number: f64) {
        let text = self.numbers.format_finite(number);
        let whole = text.strip_suffix(".0").unwrap_or(text);
        self.text.extend_from_slice(whole.as_bytes());
    }
}

impl Sink for Writer<'_> {
    fn open(&mut self, part: Part, has_z: bool) {
        self.separate();
        let around = self.open.last();
        if around.is_none_or(|(part, _)| *part == Part::GeometryCollection) {
            let name = part.name().bytes();
            self.text
                .extend(name.map(|letter| letter.to_ascii_uppercase()));
            self.text.extend_from_slice(if has_z { b" Z" } else { b"" });
        }
        self.open.push((part, false));
    }

    fn position(&mut self, Position { xy, z }: Position) {
        self.separate();
        let [first, second] = self.crs.of_degrees(xy);
        self.number(first);
        self.text.push(b' ');
        self.number(second);
        if let Some(z) = z {
            self.text.push(b' ');
            self.number(z);
        }
    }

    fn close(&mut self, _: Part) {
        let is_empty = matches!(self.open.pop(), Some((_, false)));
        if is_empty {
            let is_apart = self.text.last().is_some_and(u8::is_ascii_alphabetic);
            self.text
                .extend_from_slice(if is_apart { b" EMPTY" } else { b"EMPTY" });
        } else {
            self.text.push(b')');
        }
    }
}
