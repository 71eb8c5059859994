//! From rows to the lines that they stand in, in few words: most rows follow each other line by line.

use super::fault::Place;

/// The places of all rows that were read, by their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    runs: Vec<Run>,
    rows: u64,
    is_lossy: bool,
}

/// Rows of one file whose lines follow each other.
#[derive(Clone, Copy, Debug)]
struct Run {
    row: u64,
    file: usize,
    number: u64,
    has_lines: bool,
}

impl Places {
    /// Takes note that the next row stands in `file` at `number`.
    pub(super) fn push(&mut self, file: usize, number: u64, has_lines: bool) {
        let row = self.rows;
        self.rows += 1;
        let goes_on = self
            .runs
            .last()
            .is_some_and(|run| run.file == file && run.number + (row - run.row) == number);
        if goes_on || self.is_lossy {
            return;
        }
        self.is_lossy = self.runs.len() == MOST_RUNS;
        self.runs.push(Run {
            row,
            file,
            number,
            has_lines,
        });
    }

    /// The file and the place of the row at `row`, counted from 0.
    pub(super) fn of(&self, row: u64) -> Option<(usize, Place)> {
        let after = self.runs.partition_point(|run| run.row <= row);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let is_last = after == self.runs.len();
        if self.is_lossy && is_last {
            return None;
        }
        let number = run.number + (row - run.row);
        let place = if run.has_lines {
            Place::Line(number)
        } else {
            Place::Row(number)
        };
        Some((run.file, place))
    }
}

const MOST_RUNS: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_again() {
        let mut places = Places::default();
        let rows = [
            (0, 2, true),
            (0, 3, true),
            (0, 7, true),
            (0, 8, true),
            (1, 2, true),
            (2, 1, false),
        ];
        for (file, number, has_lines) in rows {
            places.push(file, number, has_lines);
        }
        for (row, (file, number, has_lines)) in (0..).zip(rows) {
            let place = if has_lines {
                Place::Line(number)
            } else {
                Place::Row(number)
            };
            assert_eq!(places.of(row), Some((file, place)));
        }
        assert_eq!(places.runs.len(), 4);
    }
}
