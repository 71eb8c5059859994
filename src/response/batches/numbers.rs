//! Columns of numbers that fill up row by row, and are in one piece of memory: a hundred columns cost one
//! allocation, and a few rows at a time are brought over, because to all columns at once each row would touch more
//! places in memory than a processor keeps at hand.

use arrow_array::{ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::{Buffer, NullBufferBuilder, ScalarBuffer};

/// As many columns as were asked for, with room for as many rows.
pub(crate) struct Numbers<T: ArrowPrimitiveType> {
    columns: usize,
    room: usize,
    /// Rows that are in their columns.
    rows: usize,
    /// Column after column, each with room for all rows; empty until the first row.
    values: Vec<T::Native>,
    /// For each column which of its rows have a number.
    present: Vec<NullBufferBuilder>,
    /// The rows that come next, row after row.
    block: Vec<T::Native>,
    /// For each column a bit for each row of the block that has no number there, the lowest first.
    absent: Vec<u64>,
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    pub(crate) fn new(columns: usize, room: usize) -> Self {
        Self {
            columns,
            room,
            rows: 0,
            values: Vec::new(),
            present: (0..columns).map(|_| NullBufferBuilder::new(room)).collect(),
            block: Vec::with_capacity(columns * room.min(BLOCK)),
            absent: vec![0; columns],
        }
    }

    /// Appends a row: a number or none for each column, none for those that `row` does not reach.
    pub(crate) fn push(&mut self, row: impl Iterator<Item = Option<T::Native>>) {
        let bit = 1 << self.waiting();
        let start = self.block.len();
        let end = start + self.columns;
        let numbers = row.zip(&mut self.absent).map(|(number, absent)| {
            if number.is_none() {
                *absent |= bit;
            }
            number.unwrap_or_default()
        });
        self.block.extend(numbers);
        for absent in self.absent.iter_mut().skip(self.block.len() - start) {
            *absent |= bit;
        }
        self.block.resize(end, T::Native::default());
        if self.waiting() == BLOCK {
            self.turn();
        }
    }

    /// The columns; there is room for as many rows again.
    pub(crate) fn finish(&mut self) -> impl Iterator<Item = PrimitiveArray<T>> {
        self.turn();
        let rows = std::mem::take(&mut self.rows);
        let room = self.room;
        let values = Buffer::from_vec(std::mem::take(&mut self.values));
        let present = self.present.iter_mut().enumerate();
        present.map(move |(at, present)| {
            let numbers = ScalarBuffer::new(values.clone(), at * room, rows);
            PrimitiveArray::new(numbers, present.finish())
        })
    }

    /// Rows of the block.
    fn waiting(&self) -> usize {
        self.block.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Brings the rows of the block into the columns.
    fn turn(&mut self) {
        let rows = self.waiting();
        if rows == 0 {
            return;
        }
        if self.values.is_empty() {
            self.values = vec![T::Native::default(); self.columns * self.room];
        }
        let columns = self.values.chunks_exact_mut(self.room);
        let marks = self.present.iter_mut().zip(&mut self.absent);
        for (at, (column, (present, absent))) in columns.zip(marks).enumerate() {
            let numbers = self.block.iter().skip(at).step_by(self.columns);
            for (place, number) in column.iter_mut().skip(self.rows).zip(numbers) {
                *place = *number;
            }
            match std::mem::take(absent) {
                0 => present.append_n_non_nulls(rows),
                bits => (0..rows).for_each(|row| present.append(bits & (1 << row) == 0)),
            }
        }
        self.rows += rows;
        self.block.clear();
    }
}

/// Rows of a block: with a hundred columns as large as a processor's nearer caches, and a bit for each in 64.
const BLOCK: usize = 64;

#[cfg(test)]
mod tests {
    use arrow_array::{Array, types::Float64Type};
    use proptest::prelude::*;

    use super::*;

    type Doubles = Numbers<Float64Type>;

    fn columns(doubles: &mut Doubles) -> Vec<Vec<Option<f64>>> {
        let columns = doubles.finish();
        columns.map(|column| column.iter().collect()).collect()
    }

    proptest! {
        #[test]
        fn columns_are_the_rows_turned(
            rows in (1..7_usize).prop_flat_map(|columns| {
                let number = prop::option::weighted(0.9, -1e6..1e6_f64);
                prop::collection::vec(prop::collection::vec(number, columns), 1..200)
            }),
            spare in 0..100_usize,
        ) {
            let mut doubles = Doubles::new(rows[0].len(), rows.len() + spare);
            for _again in 0..2 {
                for row in &rows {
                    doubles.push(row.iter().copied());
                }
                let expected: Vec<Vec<_>> = (0..rows[0].len())
                    .map(|at| rows.iter().map(|row| row[at]).collect())
                    .collect();
                prop_assert_eq!(columns(&mut doubles), expected);
            }
        }
    }

    #[test]
    fn a_row_that_ends_early_has_no_numbers_from_there_on() {
        let mut doubles = Doubles::new(3, 2);
        doubles.push([Some(1.0)].into_iter());
        doubles.push(std::iter::empty());
        let found = columns(&mut doubles);
        assert_eq!(found, [[Some(1.0), None], [None; 2], [None; 2]]);
    }

    #[test]
    fn a_column_without_gaps_has_no_marks() {
        let mut doubles = Doubles::new(2, 100);
        (0..100).for_each(|_| doubles.push([Some(0.5), None].into_iter()));
        let marked: Vec<_> = doubles.finish().map(|column| column.null_count()).collect();
        assert_eq!(marked, [0, 100]);
        assert_eq!(Doubles::new(0, 5).finish().count(), 0);
    }
}
