//! Places in an answer.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::layout::{Digest, digest::Digesting};

use super::SortKey;

/// A place in the answer to a question: behind a row of one version of the table. A version never changes, so that the
/// answer goes on there without a row lost or repeated, whatever was imported since.
///
/// As text it has 39 characters of an address, and says nothing that the table does not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor {
    version: [u8; 16],
    row: u64,
    order: [u8; 4],
}

/// A text that is no cursor, or one of another question.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CursorFault {
    /// It is none.
    #[error("this is not where an answer went on")]
    Malformed,
    /// It is of an answer in another order.
    #[error("the answer went on there in another order")]
    OtherOrder,
    /// No row of the table is there.
    #[error("the table has no such row")]
    NoSuchRow,
}

impl Cursor {
    pub(crate) fn new(version: &Digest, row: u64, sort: &[SortKey]) -> Self {
        Self {
            version: start_of(version),
            row,
            order: digest_of(sort),
        }
    }

    /// The cursor that `text` is.
    ///
    /// # Errors
    /// [`CursorFault::Malformed`].
    pub fn parse(text: &str) -> Result<Self, CursorFault> {
        // More is not looked at.
        if text.len() != TEXT_LENGTH {
            return Err(CursorFault::Malformed);
        }
        let octets = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let read = octets.and_then(|octets| {
            let (format, octets) = octets.split_first()?;
            let (version, octets) = octets.split_first_chunk()?;
            let (row, order) = octets.split_first_chunk()?;
            (*format == FORMAT).then_some(())?;
            Some(Self {
                version: *version,
                row: u64::from_be_bytes(*row),
                order: order.try_into().ok()?,
            })
        });
        read.ok_or(CursorFault::Malformed)
    }

    /// True of a place in an answer from the version.
    pub(crate) fn is_of(&self, version: &Digest) -> bool {
        self.version == start_of(version)
    }

    /// The row of all the table's that the answer goes on behind.
    pub(crate) fn row(&self, rows: u64, sort: &[SortKey]) -> Result<u64, CursorFault> {
        if self.order != digest_of(sort) {
            return Err(CursorFault::OtherOrder);
        }
        if self.row >= rows {
            return Err(CursorFault::NoSuchRow);
        }
        Ok(self.row)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut octets = vec![FORMAT];
        octets.extend(self.version);
        octets.extend(self.row.to_be_bytes());
        octets.extend(self.order);
        formatter.write_str(&BASE64_URL_SAFE_NO_PAD.encode(octets))
    }
}

fn start_of(version: &Digest) -> [u8; 16] {
    version.octets()
}

fn digest_of(sort: &[SortKey]) -> [u8; 4] {
    let mut digesting = Digesting::default();
    for key in sort {
        digesting.add(format!("{} {};", key.column, key.is_descending).as_bytes());
    }
    let [a, b, c, d, ..]: [u8; 16] = digesting.finish().octets();
    [a, b, c, d]
}

const FORMAT: u8 = 1;
const TEXT_LENGTH: usize = 39;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn version(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    const BY_STOCK: [SortKey; 1] = [SortKey {
        column: 2,
        is_descending: true,
    }];

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for row in [0, 1, u64::MAX] {
            let cursor = Cursor::new(&version("a"), row, &BY_STOCK);
            let text = cursor.to_string();
            assert_eq!(text.len(), TEXT_LENGTH);
            assert_eq!(Cursor::parse(&text), Ok(cursor));
        }
    }

    #[test]
    fn a_cursor_is_of_its_version_its_order_and_its_rows() {
        let cursor = Cursor::new(&version("a"), 7, &BY_STOCK);
        assert!(cursor.is_of(&version("a")));
        assert!(!cursor.is_of(&version("b")));
        assert_eq!(cursor.row(8, &BY_STOCK), Ok(7));
        assert_eq!(cursor.row(7, &BY_STOCK), Err(CursorFault::NoSuchRow));
        assert_eq!(cursor.row(8, &[]), Err(CursorFault::OtherOrder));
        let ascending = BY_STOCK.map(|key| SortKey {
            is_descending: false,
            ..key
        });
        assert_eq!(cursor.row(8, &ascending), Err(CursorFault::OtherOrder));
    }

    proptest! {
        #[test]
        fn text_is_a_cursor_that_is_written_so_or_none(text in "[A-Za-z0-9_=-]{0,50}|.{0,10}|A[A-Za-z0-9_-]{38}") {
            if let Ok(cursor) = Cursor::parse(&text) {
                prop_assert_eq!(cursor.to_string(), text);
            }
        }
    }
}
