//! Rows of a row group.

use std::ops::Range;

use arrow_array::BooleanArray;
use arrow_buffer::bit_iterator::BitSliceIterator;

/// Ranges of rows, ascending, none of them empty and no two touching.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Ranges(Vec<Range<usize>>);

impl Ranges {
    /// One range.
    pub(super) fn of(rows: Range<usize>) -> Self {
        let mut ranges = Self::default();
        ranges.push(rows);
        ranges
    }

    /// Adds rows that come after those that are there.
    pub(super) fn push(&mut self, rows: Range<usize>) {
        if rows.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.end >= rows.start => last.end = last.end.max(rows.end),
            _ => self.0.push(rows),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.0.iter().cloned()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(ExactSizeIterator::len).sum()
    }

    /// Takes the first rows, at most so many.
    pub(super) fn take_first(&mut self, most: usize) -> Self {
        let mut first = Self::default();
        let mut rest = Self::default();
        let mut left = most;
        for range in self.0.drain(..) {
            let middle = range.start + range.len().min(left);
            left -= middle - range.start;
            first.push(range.start..middle);
            rest.push(middle..range.end);
        }
        *self = rest;
        first
    }

    /// The rows that are in both.
    pub(super) fn within(&self, rows: &Range<usize>) -> Self {
        let mut both = Self::default();
        for range in &self.0 {
            both.push(range.start.max(rows.start)..range.end.min(rows.end));
        }
        both
    }

    /// The row that is the `place`th of these, from 0.
    pub(super) fn row(&self, place: usize) -> Option<usize> {
        let mut left = place;
        for range in &self.0 {
            if left < range.len() {
                return Some(range.start + left);
            }
            left -= range.len();
        }
        None
    }

    /// Those of the rows for which `holds` is true, which has a value for each.
    pub(super) fn filtered(&self, holds: &BooleanArray) -> Self {
        let values = holds.values();
        let set = BitSliceIterator::new(values.values(), values.offset(), values.len());
        let mut kept = Self::default();
        let mut ranges = self.0.iter().cloned();
        let mut range = ranges.next().unwrap_or(0..0);
        // Rows of the ranges before this one.
        let mut before = 0;
        for (from, to) in set {
            let mut from = from;
            while from < to {
                while from >= before + range.len() {
                    before += range.len();
                    let Some(next) = ranges.next() else {
                        return kept;
                    };
                    range = next;
                }
                let end = to.min(before + range.len());
                kept.push(range.start + from - before..range.start + end - before);
                from = end;
            }
        }
        kept
    }
}

impl FromIterator<Range<usize>> for Ranges {
    fn from_iter<I: IntoIterator<Item = Range<usize>>>(ranges: I) -> Self {
        let mut all = Self::default();
        ranges.into_iter().for_each(|range| all.push(range));
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(rows: &[bool]) -> Ranges {
        let rows = rows.iter().enumerate().filter(|(_, is_in)| **is_in);
        rows.map(|(row, _)| row..row + 1).collect()
    }

    fn rows(ranges: &Ranges) -> Vec<usize> {
        ranges.iter().flatten().collect()
    }

    proptest! {
        #[test]
        fn ranges_are_as_a_list_of_rows_is(
            picked in prop::collection::vec(any::<bool>(), 0..80),
            holds in prop::collection::vec(any::<bool>(), 80),
            most in 0_usize..90,
            begin in 0_usize..80,
            length in 0_usize..80,
        ) {
            let ranges = of(&picked);
            let plain = rows(&ranges);
            prop_assert_eq!(ranges.len(), plain.len());
            prop_assert_eq!(ranges.is_empty(), plain.is_empty());
            let touch = ranges.iter().zip(ranges.iter().skip(1)).any(|(one, next)| one.end >= next.start);
            prop_assert!(!touch, "a reader skips and reads by runs");
            prop_assert_eq!(ranges.row(most), plain.get(most).copied());
            let mut rest = ranges.clone();
            let first = rest.take_first(most);
            let middle = most.min(plain.len());
            prop_assert_eq!(rows(&first), &plain[..middle]);
            prop_assert_eq!(rows(&rest), &plain[middle..]);
            let within = plain.iter().copied().filter(|row| (begin..begin + length).contains(row));
            prop_assert_eq!(rows(&ranges.within(&(begin..begin + length))), within.collect::<Vec<_>>());
            let holds = BooleanArray::from(holds[..plain.len()].to_vec());
            let kept = plain.iter().zip(&holds).filter(|(_, holds)| *holds == Some(true));
            let kept: Vec<_> = kept.map(|(row, _)| *row).collect();
            prop_assert_eq!(rows(&ranges.filtered(&holds)), kept);
        }
    }
}
