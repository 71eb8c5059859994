//! Rows of several sources that have the same places and different columns, read as those of one.

use std::sync::Arc;

use super::{place::Place, row_buffer::BufferedRows};
use crate::dataset::grid::WIDE_NOT_COVERED;

/// Rows of one source, or of several that are one.
pub(super) enum SourceRows {
    Buffered(BufferedRows),
    Joined(JoinedRows),
}

/// The rows of sources with the same places in the same order.
pub(super) struct JoinedRows {
    parts: Vec<Part>,
    /// Of each row the number of its place.
    with_row: Vec<u32>,
    any: Arc<Bits>,
}

/// The rows of one of them.
struct Part {
    rows: SourceRows,
    /// Of each of its values the place in a row of all.
    columns: Vec<usize>,
    /// Places that have a row in it.
    present: Arc<Bits>,
}

/// One bit a place, and how many are set before each word of them.
#[derive(PartialEq)]
struct Bits {
    words: Vec<u64>,
    before: Vec<u32>,
}

impl SourceRows {
    /// True if some number does not fit 32 bits.
    pub(super) fn is_wide(&self) -> bool {
        match self {
            Self::Buffered(rows) => rows.is_wide(),
            Self::Joined(joined) => joined.parts.iter().any(|part| part.rows.is_wide()),
        }
    }

    /// The places in the order of their lines, and whether each has a row.
    pub(super) fn places(&self) -> Box<dyn Iterator<Item = (Place, bool)> + '_> {
        match self {
            Self::Buffered(rows) => Box::new(rows.places()),
            Self::Joined(joined) => {
                let first = joined.parts.first().into_iter();
                let places = first.flat_map(|part| part.rows.places());
                let places = places.enumerate();
                Box::new(places.map(|(at, (place, _))| (place, joined.any.has(at))))
            }
        }
    }

    /// Copies row `number`, counted from 0, into `row`.
    pub(super) fn read_row(&self, number: usize, row: &mut [i64]) -> Option<()> {
        match self {
            Self::Buffered(rows) => rows.read_row(number, row),
            Self::Joined(joined) => joined.read_row(number, row),
        }
    }

    /// Copies the values of row `number` to the places `columns` of `row`.
    fn read_columns(&self, number: usize, columns: &[usize], row: &mut [i64]) -> Option<()> {
        let mut values = vec![WIDE_NOT_COVERED; columns.len()];
        self.read_row(number, &mut values)?;
        for (column, value) in columns.iter().zip(values) {
            *row.get_mut(*column)? = value;
        }
        Some(())
    }
}

impl JoinedRows {
    /// Joins sources, each with the places of its values in a row of all.
    ///
    /// # Errors
    /// The first source that has not the places of the others in their order.
    pub(super) fn new(sources: Vec<(SourceRows, Vec<usize>)>) -> Result<Self, usize> {
        let mut parts: Vec<Part> = Vec::with_capacity(sources.len());
        for (at, (rows, columns)) in sources.into_iter().enumerate() {
            if let Some(first) = parts.first() {
                let (ours, theirs) = (rows.places(), first.rows.places());
                if !ours
                    .map(|(place, _)| place)
                    .eq(theirs.map(|(place, _)| place))
                {
                    return Err(at);
                }
            }
            let mut present = Arc::new(Bits::of(rows.places().map(|(_, has_row)| has_row)));
            // Most often the same cells have values at all times.
            if let Some(same) = parts.iter().rev().find(|part| part.present == present) {
                present = Arc::clone(&same.present);
            }
            parts.push(Part {
                rows,
                columns,
                present,
            });
        }
        let any = Arc::new(Bits::any(parts.iter().map(|part| &*part.present)));
        Ok(Self {
            with_row: any.places().collect(),
            any,
            parts,
        })
    }

    /// The number of rows.
    pub(super) fn count(&self) -> usize {
        self.with_row.len()
    }

    fn read_row(&self, number: usize, row: &mut [i64]) -> Option<()> {
        let place = usize::try_from(*self.with_row.get(number)?).ok()?;
        row.fill(WIDE_NOT_COVERED);
        for part in &self.parts {
            if part.present.has(place) {
                let number = part.present.rank(place);
                part.rows.read_columns(number, &part.columns, row)?;
            }
        }
        Some(())
    }
}

impl Bits {
    fn of(bits: impl Iterator<Item = bool>) -> Self {
        let mut words = Vec::new();
        for (at, bit) in bits.enumerate() {
            if at % WORD == 0 {
                words.push(0);
            }
            if let Some(word) = words.last_mut() {
                *word |= u64::from(bit) << (at % WORD);
            }
        }
        Self::new(words)
    }

    /// The bits that are set in any of `all`.
    fn any<'b>(all: impl Iterator<Item = &'b Self>) -> Self {
        let mut words: Vec<u64> = Vec::new();
        for bits in all {
            words.resize(words.len().max(bits.words.len()), 0);
            for (word, other) in words.iter_mut().zip(&bits.words) {
                *word |= other;
            }
        }
        Self::new(words)
    }

    fn new(words: Vec<u64>) -> Self {
        let before = words.iter().scan(0, |before, word| {
            let here = *before;
            *before += word.count_ones();
            Some(here)
        });
        Self {
            before: before.collect(),
            words,
        }
    }

    fn has(&self, at: usize) -> bool {
        let word = self.words.get(at / WORD).copied().unwrap_or(0);
        word >> (at % WORD) & 1 == 1
    }

    /// The number of those set before `at`.
    fn rank(&self, at: usize) -> usize {
        let word = self.words.get(at / WORD).copied().unwrap_or(0);
        let within = word & ((1 << (at % WORD)) - 1);
        let before = self.before.get(at / WORD).copied().unwrap_or(0);
        usize::try_from(before + within.count_ones()).unwrap_or(usize::MAX)
    }

    fn places(&self) -> impl Iterator<Item = u32> {
        let places = (0..self.words.len() * WORD).filter(|at| self.has(*at));
        places.filter_map(|at| u32::try_from(at).ok())
    }
}

/// Bits of a word.
const WORD: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::row_buffer::RowBuffer;

    const PLACES: i32 = 150;

    /// A source whose row at place `p` is `p * 10 + column`, where `has` says that it has one.
    fn source(width: usize, first: i32, has: fn(i32) -> bool) -> SourceRows {
        let folder = tempfile::tempdir().unwrap();
        let mut buffer = RowBuffer::new(folder.path(), width).unwrap();
        for at in 0..PLACES {
            let place = Place {
                latitude: 0,
                longitude: first + at,
            };
            if has(at) {
                let values = (0..).take(width).map(|column| i64::from(at) * 10 + column);
                buffer.push(place, &values.collect::<Vec<_>>()).unwrap();
            } else {
                buffer.push_empty(place).unwrap();
            }
        }
        SourceRows::Buffered(buffer.finish().unwrap())
    }

    #[test]
    fn a_place_has_the_values_of_each_source_that_has_a_row_for_it() {
        let odd = source(2, 0, |at| at % 2 == 1);
        let third = source(1, 0, |at| at % 3 == 0);
        let joined = JoinedRows::new(vec![(odd, vec![2, 0]), (third, vec![1])])
            .ok()
            .unwrap();
        assert_eq!(joined.count(), 100);
        let rows = SourceRows::Joined(joined);
        let mut number = 0;
        for (at, (place, has_row)) in rows.places().enumerate() {
            let at = i64::try_from(at).unwrap();
            assert_eq!(i64::from(place.longitude), at);
            assert_eq!(has_row, at % 2 == 1 || at % 3 == 0, "{at}");
            if !has_row {
                continue;
            }
            let mut row = [7; 3];
            rows.read_row(number, &mut row).unwrap();
            number += 1;
            let of = |is: bool, value: i64| if is { value } else { WIDE_NOT_COVERED };
            let expected = [
                of(at % 2 == 1, at * 10 + 1),
                of(at % 3 == 0, at * 10),
                of(at % 2 == 1, at * 10),
            ];
            assert_eq!(row, expected, "{at}");
        }
        assert_eq!(number, 100);
        assert!(rows.read_row(number, &mut [0; 3]).is_none());
    }

    #[test]
    fn sources_with_other_places_are_not_joined() {
        let all = |_| true;
        let two = vec![(source(1, 0, all), vec![0]), (source(1, 0, all), vec![1])];
        assert!(JoinedRows::new(two).is_ok());
        let other = vec![(source(1, 0, all), vec![0]), (source(1, 1, all), vec![1])];
        assert_eq!(JoinedRows::new(other).err(), Some(1));
    }
}
