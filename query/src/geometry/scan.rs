//! Tokens that well-known text and the arrays of GeoJSON have in common.

use super::{GeometryFault, MAX_POSITIONS};

/// A text, read up to `at`.
pub(super) struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    positions: usize,
}

type Read<T> = Result<T, GeometryFault>;

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            positions: 0,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next octet that is no space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let spaces = rest.iter().take_while(|octet| octet.is_ascii_whitespace());
        self.at += spaces.count();
        self.text.get(self.at).copied()
    }

    pub(super) fn take(&mut self, token: u8) -> bool {
        let is_next = self.peek() == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect(&mut self, token: u8, expected: &'static str) -> Read<()> {
        if self.take(token) {
            return Ok(());
        }
        Err(self.expected(expected))
    }

    pub(super) fn expected(&self, expected: &'static str) -> GeometryFault {
        let at = self.at;
        GeometryFault::Expected { at, expected }
    }

    /// The letters that come next, as many as the longest word may have and one more.
    pub(super) fn word(&mut self) -> &'t [u8] {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let letters = rest.iter().take_while(|octet| octet.is_ascii_alphabetic());
        let word = rest.get(..letters.take(LONGEST_WORD).count());
        let word = word.unwrap_or_default();
        self.at += word.len();
        word
    }

    /// Goes back to a place before.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn is_at_a_number(&mut self) -> bool {
        let next = self.peek();
        next.is_some_and(|octet| octet.is_ascii_digit() || b"+-.".contains(&octet))
    }

    pub(super) fn number(&mut self) -> Read<f64> {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_of_a_number = |octet: &&u8| octet.is_ascii_digit() || b"+-.eE".contains(octet);
        let length = rest.iter().take_while(is_of_a_number).count();
        let digits = rest.get(..length).map(std::str::from_utf8);
        let number = digits.and_then(Result::ok).map(str::parse::<f64>);
        let number = number
            .and_then(Result::ok)
            .ok_or_else(|| self.expected("a number"))?;
        if !number.is_finite() {
            return Err(GeometryFault::NotFinite { at: self.at });
        }
        self.at += length;
        // Adding zero turns a negative zero into a plain one.
        Ok(number + 0.0)
    }

    /// Counts a position.
    pub(super) fn count(&mut self) -> Read<()> {
        self.positions += 1;
        if self.positions <= MAX_POSITIONS {
            return Ok(());
        }
        let limit = MAX_POSITIONS;
        Err(GeometryFault::TooManyPositions { limit })
    }
}

/// Letters of `GEOMETRYCOLLECTIONZM`, and one more that is too many.
const LONGEST_WORD: usize = 21;
