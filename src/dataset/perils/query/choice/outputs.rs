//! Columns of an answer: each variable that is chosen at each combination of the values that are chosen.

use super::{Chosen, Point, malformed};
use crate::dataset::{
    grid::{ColumnIndex, Columns},
    perils::{
        Refused,
        query::{OutputColumn, output::Between},
    },
};

/// Columns of the answer from one coverage, as they are put together.
pub(super) struct Outputs<'s> {
    coverage: u32,
    columns: &'s Columns,
    chosen: &'s mut Chosen,
    /// Position of each column of the store that is read already.
    slots: Vec<Option<u32>>,
    /// Positions along the dimensions.
    positions: Vec<usize>,
}

impl<'s> Outputs<'s> {
    pub(super) fn new(coverage: u32, columns: &'s Columns, chosen: &'s mut Chosen) -> Self {
        let count = usize::try_from(columns.count()).unwrap_or(usize::MAX);
        Self {
            coverage,
            columns,
            chosen,
            slots: vec![None; count],
            positions: Vec::with_capacity(columns.dimensions().len()),
        }
    }

    /// Outputs a variable at each combination of points, the last dimension fastest.
    pub(super) fn product(
        &mut self,
        variable: usize,
        points: &[Vec<Point>],
    ) -> Result<(), Refused> {
        if points.iter().any(Vec::is_empty) {
            return Ok(());
        }
        let mut at = vec![0; points.len()];
        loop {
            self.push(variable, &at, points)?;
            // As an odometer: the last place turns first.
            let mut places = at.iter_mut().zip(points).rev();
            let turned = places.find_map(|(at, points)| {
                *at += 1;
                if *at < points.len() {
                    return Some(());
                }
                *at = 0;
                None
            });
            if turned.is_none() {
                return Ok(());
            }
        }
    }

    /// Outputs a variable at those of `points` that stand at `at`.
    fn push(
        &mut self,
        variable: usize,
        at: &[usize],
        points: &[Vec<Point>],
    ) -> Result<(), Refused> {
        if self.chosen.outputs.len() >= MOST_VALUES {
            return Err(Refused::TooMuch {
                what: "values of a place",
                found: u64::try_from(self.chosen.outputs.len() + 1).unwrap_or(u64::MAX),
                limit: u64::try_from(MOST_VALUES).unwrap_or(u64::MAX),
            });
        }
        self.positions.clear();
        let mut between: Option<(usize, Between)> = None;
        let chosen = at
            .iter()
            .zip(points)
            .filter_map(|(at, points)| points.get(*at));
        for (dimension, point) in chosen.enumerate() {
            let (Point::At(position) | Point::After(position, _)) = *point;
            self.positions.push(position);
            if let Point::After(_, point) = *point {
                let found = self.between(dimension, position, point);
                let found = found.filter(|_| between.is_none()).ok_or_else(|| {
                    malformed(
                        "dimension_interpolation",
                        "linear along one dimension at a time",
                    )
                })?;
                between = Some((dimension, found));
            }
        }
        let Some(lower) = self.columns.index(variable, &self.positions) else {
            return Ok(());
        };
        let upper = between.and_then(|(dimension, _)| {
            *self.positions.get_mut(dimension)? += 1;
            self.columns.index(variable, &self.positions)
        });
        let output = OutputColumn {
            coverage: self.coverage,
            column: lower,
            between: between.map(|(_, between)| between),
            lower: self.place(lower),
            upper: self.place(upper.unwrap_or(lower)),
        };
        self.chosen.outputs.push(output);
        Ok(())
    }

    fn between(&self, dimension: usize, position: usize, point: i64) -> Option<Between> {
        let values = &self.columns.dimensions().get(dimension)?.values;
        Some(Between {
            dimension: u32::try_from(dimension).ok()?,
            point,
            lower: values.ordinate(position)?,
            upper: values.ordinate(position + 1)?,
        })
    }

    /// Position of a column among those that are read.
    fn place(&mut self, column: ColumnIndex) -> u32 {
        let columns = &mut self.chosen.columns;
        let next = u32::try_from(columns.len()).unwrap_or(u32::MAX);
        let number = usize::try_from(column.number()).unwrap_or(usize::MAX);
        let Some(slot) = self.slots.get_mut(number) else {
            return next;
        };
        *slot.get_or_insert_with(|| {
            columns.push((self.coverage, column));
            next
        })
    }
}

/// Values of one place, at most: an answer has a text of its own around each of them.
const MOST_VALUES: usize = 10_000;
