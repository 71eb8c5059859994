//! A question as steps that leave the rows of which it is true.

mod keys;
mod place;
mod time;

use std::collections::BTreeSet;

use arrow_array::{BooleanArray, RecordBatch};

use crate::{
    layout::{Stored, stored::BOX},
    literal::Literal,
    predicate::{Comparison, Folding, Predicate},
    query::Query,
};

use super::{error::QueryError, ranges::Ranges};

pub(super) use keys::key_error;

/// Steps, the cheapest first, and what says of which pages they cannot be true.
pub(super) struct Filter {
    steps: Vec<Step>,
    bounds: Predicate,
    bounds_columns: BTreeSet<usize>,
    /// The least and the greatest value of the first column of keys, as far as these are asked for.
    first_key: Option<(Literal, Literal)>,
    /// Rows of all among which those are; all rows without it.
    rows: Option<Vec<u64>>,
}

/// A step.
pub(super) enum Step {
    /// Rows of which a predicate is true.
    Holds(Predicate),
    /// Rows whose keys are among some.
    Keys(keys::Keys),
    /// Features that meet a box.
    Meets(place::Meets),
}

impl Filter {
    /// The filter of a question. `rows` are those that its keys are of, where these lie in another order than rows.
    pub(super) fn new(
        stored: &Stored,
        query: &Query,
        rows: Option<Vec<u64>>,
    ) -> Result<Self, QueryError> {
        let mut steps = Vec::new();
        let mut bounds = Vec::new();
        if let Some(ids) = query.ids.as_ref().filter(|_| rows.is_none()) {
            let (step, bound) = keys::step(stored, ids)?;
            steps.push(step);
            bounds.push(bound);
        }
        let prefix = query.key_prefix.as_deref();
        let prefix = prefix
            .map(|prefix| keys::prefix(stored, prefix))
            .transpose()?;
        let datetime = query
            .datetime
            .map(|interval| time::within(stored.table(), interval));
        let boxes = query
            .bbox
            .map(|bbox| place::boxes(stored, bbox))
            .transpose()?;
        let cheap: Vec<_> = [prefix, datetime.transpose()?, boxes]
            .into_iter()
            .flatten()
            .collect();
        bounds.extend(cheap.iter().cloned());
        if !cheap.is_empty() {
            steps.push(Step::Holds(Predicate::all(cheap)));
        }
        if let Some(predicate) = &query.predicate {
            bounds.push(predicate.clone());
            // Geometries are read where all else holds.
            let of_places = |part: &Predicate| {
                stored
                    .geometry()
                    .is_some_and(|at| part.columns().contains(&at))
            };
            let parts = predicate.conjuncts().iter().cloned();
            let (dear, cheap): (Vec<_>, Vec<_>) = parts.partition(of_places);
            let parts = [cheap, dear].into_iter().filter(|parts| !parts.is_empty());
            steps.extend(parts.map(|parts| Step::Holds(Predicate::all(parts))));
        }
        if let Some(bbox) = query.bbox {
            steps.extend(place::meets(stored, bbox).map(Step::Meets));
        }
        let first_key = query.ids.as_deref().and_then(keys::range);
        let bounds = Predicate::all(bounds);
        let mut bounds_columns = bounds.columns();
        if stored
            .geometry()
            .is_some_and(|at| bounds_columns.remove(&at))
        {
            let first = stored.table().columns.len();
            bounds_columns.extend(first..first + BOX.len());
        }
        Ok(Self {
            first_key: first_key.filter(|_| rows.is_none()),
            steps,
            bounds_columns,
            bounds,
            rows,
        })
    }

    /// True of a filter that leaves all rows.
    pub(super) fn is_all(&self) -> bool {
        self.steps.is_empty() && self.rows.is_none()
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Of some rows at least one of which it can be true, as far as their bounds tell.
    pub(super) fn bounds(&self) -> &Predicate {
        &self.bounds
    }

    /// The least and the greatest value of the first column of keys.
    pub(super) fn first_key(&self) -> Option<&(Literal, Literal)> {
        self.first_key.as_ref()
    }

    /// Columns whose bounds tell something.
    pub(super) fn bounds_columns(&self) -> &BTreeSet<usize> {
        &self.bounds_columns
    }

    /// Rows of a group, which has `rows` of them from the `first` of all.
    pub(super) fn rows_of(&self, first: u64, rows: usize) -> Ranges {
        let Some(all) = &self.rows else {
            return Ranges::of(0..rows);
        };
        let from = all.partition_point(|row| *row < first);
        let within = all.iter().skip(from).map_while(|row| {
            let row = usize::try_from(row - first).ok()?;
            (row < rows).then_some(row..row + 1)
        });
        within.collect()
    }
}

impl Step {
    /// Columns that are read.
    pub(super) fn columns(&self) -> Vec<usize> {
        match self {
            Self::Holds(predicate) => predicate.columns().into_iter().collect(),
            Self::Keys(keys) => keys.columns().to_vec(),
            Self::Meets(meets) => vec![meets.geometry()],
        }
    }

    /// Rows of the batch, which has the step's columns in their order, of which it is true.
    pub(super) fn holds(&self, batch: &RecordBatch) -> Result<BooleanArray, QueryError> {
        match self {
            Self::Holds(predicate) => {
                let columns = self.columns();
                let at = |column: usize| columns.binary_search(&column).ok();
                Ok(predicate.holds(batch, &at)?)
            }
            Self::Keys(keys) => keys.holds(batch),
            Self::Meets(meets) => meets.holds(batch),
        }
    }
}

/// A column beside a value.
fn compared(column: usize, comparison: Comparison, literal: Literal) -> Predicate {
    Predicate::Compare {
        column,
        folding: Folding::default(),
        comparison,
        literal,
    }
}
