//! One line of a source: where it is, and its values.

use memchr::memchr_iter;

use super::{
    LineFault,
    fault::Shown,
    field::{LATITUDE, LONGITUDE, bare, unquoted},
    header::{Layout, Slot},
    key::is_key,
    place::{Place, ROUNDED_OFF},
};

/// A line beside its values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Record {
    /// The place, west of Greenwich below 0.
    pub place: Place,
    /// Its longitude as it stands there, up to 360.
    pub written_longitude: i32,
    /// The number of its numbers that had more than six decimals.
    pub rounded: u32,
}

impl Layout {
    /// Reads a line without its line end; `values` takes the coverage's values in the order of its
    /// columns, in steps of their variables, missing ones by the marks of 64-bit numbers. Longitudes beyond 180 are
    /// those west of Greenwich.
    ///
    /// # Errors
    /// [`LineFault`].
    pub fn record(&self, line: &[u8], values: &mut [i64]) -> Result<Record, LineFault> {
        if line.is_empty() {
            return Err(LineFault::Empty);
        }
        let mut key: Option<&[u8]> = None;
        let (mut latitude, mut longitude, mut rounded) = (0, 0, 0);
        let mut slots = self.slots.iter();
        let mut start = 0;
        for end in memchr_iter(b',', line).chain(Some(line.len())) {
            let field = unquoted(line.get(start..end).unwrap_or_default());
            start = end + 1;
            match slots.next() {
                Some(Slot::Value(at)) => {
                    if let Some(value) = values.get_mut(*at) {
                        *value = self.value(*at, field, &mut rounded)?;
                    }
                }
                Some(Slot::Ignored) => (),
                Some(Slot::Key) => key = Some(field),
                Some(Slot::Latitude) => {
                    latitude = self.coordinate(&LATITUDE, field, &mut rounded)?;
                }
                Some(Slot::Longitude) => {
                    longitude = self.coordinate(&LONGITUDE, field, &mut rounded)?;
                }
                None => return Err(self.fields(line)),
            }
        }
        if slots.next().is_some() {
            return Err(self.fields(line));
        }
        let written = Place {
            latitude,
            longitude,
        };
        let record = Record {
            place: written.west_below_zero(),
            written_longitude: longitude,
            rounded,
        };
        if let Some(key) = key {
            self.check_key(key, written, record.place)?;
        }
        Ok(record)
    }

    #[inline]
    fn check_key(&self, key: &[u8], written: Place, place: Place) -> Result<(), LineFault> {
        let slack = if self.rounds { ROUNDED_OFF } else { 0 };
        let is_one = |key| is_key(key, written, slack) || is_key(key, place, slack);
        if is_one(key) || is_one(bare(key)) {
            return Ok(());
        }
        let found = Shown::new(key);
        let expected = written.key();
        Err(LineFault::KeyDiffers { expected, found })
    }

    #[cold]
    pub(super) fn fields(&self, line: &[u8]) -> LineFault {
        LineFault::Fields {
            expected: self.slots.len(),
            found: memchr_iter(b',', line).count() + 1,
        }
    }
}

/// `true` when a line holds separators and nothing between them, as spreadsheets end their tables.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter()
        .all(|octet| matches!(octet, b',' | b'"') || octet.is_ascii_whitespace())
}

#[cfg(test)]
mod tests;
