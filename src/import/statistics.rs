//! Statistics of a column, counted while it is read.

use crate::dataset::grid::{ColumnStatistics, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED};

/// Counts of one column.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnStats {
    known: u64,
    not_applicable: u64,
    not_covered: u64,
    min: i64,
    max: i64,
    sum: i128,
}

impl ColumnStats {
    pub(super) const NONE: Self = Self {
        known: 0,
        not_applicable: 0,
        not_covered: 0,
        min: i64::MAX,
        max: i64::MIN,
        sum: 0,
    };

    #[inline]
    pub(super) fn count(&mut self, value: i64) {
        match value {
            WIDE_NOT_COVERED => self.not_covered += 1,
            WIDE_NOT_APPLICABLE => self.not_applicable += 1,
            number => {
                self.known += 1;
                self.min = self.min.min(number);
                self.max = self.max.max(number);
                self.sum += i128::from(number);
            }
        }
    }

    /// Counts `lines` lines that leave the column empty.
    pub(super) fn count_empty(&mut self, lines: u64) {
        self.not_covered += lines;
    }

    /// Counts what `other` has as well.
    pub(super) fn add(&mut self, other: &Self) {
        self.known += other.known;
        self.not_applicable += other.not_applicable;
        self.not_covered += other.not_covered;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
    }

    /// Takes back a value that was counted twice.
    pub(super) fn take_back(&mut self, value: i64) {
        match value {
            WIDE_NOT_COVERED => self.not_covered -= 1,
            WIDE_NOT_APPLICABLE => self.not_applicable -= 1,
            number => {
                self.known -= 1;
                self.sum -= i128::from(number);
            }
        }
    }

    pub(super) fn statistics(&self, column: &str) -> ColumnStatistics {
        let known = self.known > 0;
        ColumnStatistics {
            column: column.to_owned(),
            known: self.known,
            not_applicable: self.not_applicable,
            not_covered: self.not_covered,
            min: known.then_some(self.min),
            mean: known.then(|| self.mean()).flatten(),
            max: known.then_some(self.max),
        }
    }

    fn mean(&self) -> Option<i64> {
        let known = i128::from(self.known);
        i64::try_from((self.sum * 2 + known).div_euclid(known * 2)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_missing_values_are_counted_apart_and_leave_the_mean_alone() {
        let mut column = ColumnStats::NONE;
        for value in [1, 2, 5, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED] {
            column.count(value);
        }
        column.count_empty(2);
        let found = column.statistics("a");
        assert_eq!(
            (found.known, found.not_applicable, found.not_covered),
            (3, 1, 3)
        );
        assert_eq!(
            (found.min, found.mean, found.max),
            (Some(1), Some(3), Some(5))
        );
        let mut twice = column;
        twice.add(&column);
        for value in [1, 2, 5, WIDE_NOT_APPLICABLE] {
            twice.take_back(value);
        }
        for _ in 0..3 {
            twice.take_back(WIDE_NOT_COVERED);
        }
        let once = twice.statistics("a");
        assert_eq!((once.known, once.mean, once.not_covered), (3, Some(3), 3));
        let none = ColumnStats::NONE.statistics("a");
        assert_eq!((none.min, none.mean, none.max), (None, None, None));
    }
}
