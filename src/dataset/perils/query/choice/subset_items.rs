//! Items of the option `subset`, as OGC API Coverages writes them: `month(1)`, `height(2:10)`.

use super::{Along, Extent, malformed};
use crate::dataset::{
    grid::{Columns, DimensionValues, millionths},
    perils::Refused,
};

/// The values along dimensions that `items` name.
pub(super) fn subset_items<'o>(
    items: &'o [String],
    all: &[&Columns],
) -> Result<Vec<Along<'o>>, Refused> {
    let mut along = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("subset[{index}]");
        let parts = item.strip_suffix(')').and_then(|item| item.split_once('('));
        let Some((dimension, value)) = parts else {
            return Err(malformed(
                &at,
                "a dimension with a value or a range of numbers, as month(1) or height(2:10)",
            ));
        };
        let (dimension, value) = (dimension.trim(), value.trim());
        if all
            .iter()
            .all(|columns| columns.dimension_named(dimension).is_none())
        {
            return Err(Refused::Unknown {
                at,
                known: dimension_names(all).into(),
            });
        }
        let is_range = |value: &&str| {
            let ends = value.split_once(':');
            ends.is_some_and(|(first, last)| {
                millionths(first.trim()).is_some() && millionths(last.trim()).is_some()
            })
        };
        let extent = match Some(value)
            .filter(is_range)
            .and_then(|value| value.split_once(':'))
        {
            Some((first, last)) => Extent::From(first.trim(), last.trim()),
            None => Extent::One(value),
        };
        if let Extent::One(value) = extent
            && value.contains(':')
            && all.iter().all(|columns| !has_times(columns, dimension))
        {
            return Err(malformed(&at, "a range of numbers, as height(2:10)"));
        }
        along.push(Along {
            dimension,
            values: vec![(at, extent)],
        });
    }
    Ok(along)
}

/// `true` when colons may stand in the values of a dimension.
fn has_times(columns: &Columns, dimension: &str) -> bool {
    let found = columns.dimension_named(dimension);
    let found = found.and_then(|at| columns.dimensions().get(at));
    found.is_some_and(|one| matches!(one.values, DimensionValues::Time(_)))
}

fn dimension_names(all: &[&Columns]) -> String {
    let mut names: Vec<_> = all
        .iter()
        .flat_map(|columns| columns.dimensions().iter().map(|one| &*one.name))
        .collect();
    names.dedup();
    names.join(", ")
}
