//! The variables of a coverage and the places along its dimensions that a data query selects.

use super::{
    along::chosen,
    datetime::span,
    given::{known, malformed},
    parameters::Parameters,
};
use crate::dataset::{
    grid::{ColumnIndex, Columns, Dimension, DimensionValues, millionths},
    perils::Refused,
};

/// Variables, and for each dimension the positions of its values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Slice {
    variables: Vec<usize>,
    along: Vec<Vec<usize>>,
}

impl Slice {
    /// The slice of `columns` by `parameters`; all of what they say nothing of.
    ///
    /// # Errors
    /// [`Refused::Unknown`] and [`Refused::Malformed`] for what the coverage does not have.
    pub fn read(columns: &Columns, parameters: &Parameters) -> Result<Self, Refused> {
        let all = |count: usize| (0..count).collect::<Vec<_>>();
        let variables = match &parameters.names {
            Some(names) => variables(columns, names)?,
            None => all(columns.variables().len()),
        };
        let each = columns.dimensions().iter();
        let mut along: Vec<_> = each.map(|one| all(one.values.len())).collect();
        let mut each: Vec<Vec<usize>> = vec![Vec::new(); along.len()];
        for (index, item) in parameters.subset.iter().enumerate() {
            let (dimension, mut positions) = subset(columns, &format!("subset[{index}]"), item)?;
            if let Some(of_it) = each.get_mut(dimension) {
                of_it.append(&mut positions);
            }
        }
        for (dimension, text) in &parameters.dimensions {
            let found = columns.dimensions().get(*dimension);
            if let (Some(dimension), Some(of_it)) = (found, each.get_mut(*dimension)) {
                if !of_it.is_empty() {
                    return Err(malformed(
                        &dimension.name,
                        "left out where subset chooses along it",
                    ));
                }
                *of_it = chosen(dimension, text)?;
            }
        }
        for (along, mut of_it) in along.iter_mut().zip(each) {
            if !of_it.is_empty() {
                of_it.sort_unstable();
                of_it.dedup();
                *along = of_it;
            }
        }
        if let Some(datetime) = &parameters.datetime {
            at_times(columns, datetime, &mut along)?;
        }
        Ok(Self { variables, along })
    }

    /// Positions of the variables.
    #[must_use]
    pub fn variables(&self) -> &[usize] {
        &self.variables
    }

    /// Positions along each dimension.
    #[must_use]
    pub fn along(&self) -> &[Vec<usize>] {
        &self.along
    }

    /// The number of columns of a variable.
    #[must_use]
    pub fn of_a_variable(&self) -> usize {
        self.along.iter().map(Vec::len).product()
    }

    /// The number of columns.
    #[must_use]
    pub fn count(&self) -> usize {
        self.variables.len() * self.of_a_variable()
    }

    /// The columns of a variable, the last dimension fastest.
    #[must_use]
    pub fn columns(&self, columns: &Columns, variable: usize) -> Vec<ColumnIndex> {
        let of_each = |number: usize| {
            let mut rest = number;
            let mut positions = vec![0; self.along.len()];
            for (position, along) in positions.iter_mut().zip(&self.along).rev() {
                *position = along.get(rest % along.len()).copied().unwrap_or_default();
                rest /= along.len();
            }
            columns.index(variable, &positions)
        };
        (0..self.of_a_variable()).filter_map(of_each).collect()
    }
}

fn variables(columns: &Columns, names: &[String]) -> Result<Vec<usize>, Refused> {
    let mut found = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let variable = columns
            .variable_named(name)
            .ok_or_else(|| Refused::Unknown {
                at: format!("parameter-name[{index}]"),
                known: known(columns.variables().iter().map(|one| &*one.name)),
            })?;
        found.push(variable);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// A dimension and positions along it: `month(1)`, `height(2:10)`, `scenario("ssp126")`.
fn subset(columns: &Columns, at: &str, item: &str) -> Result<(usize, Vec<usize>), Refused> {
    let parts = item.strip_suffix(')').and_then(|item| item.split_once('('));
    let Some((name, value)) = parts else {
        return Err(malformed(
            at,
            "a dimension with a value or a range of numbers, as month(1) or height(2:10)",
        ));
    };
    let (name, value) = (name.trim(), value.trim());
    let unquoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    let value = unquoted.unwrap_or(value);
    let found = columns.dimension_named(name);
    let found = found.and_then(|place| Some((place, columns.dimensions().get(place)?)));
    let Some((place, dimension)) = found else {
        return Err(Refused::Unknown {
            at: at.to_owned(),
            known: known(columns.dimensions().iter().map(|one| &*one.name)),
        });
    };
    if let Some(position) = dimension.values.find(value) {
        return Ok((place, vec![position]));
    }
    match range(dimension, value) {
        Some(positions) if positions.is_empty() => {
            Err(malformed(at, "a range of numbers in which some value lies"))
        }
        Some(positions) => Ok((place, positions)),
        None => Err(Refused::Unknown {
            at: at.to_owned(),
            known: known(dimension.values.texts()),
        }),
    }
}

/// Positions of the numbers from one to another; none when that is no range, or the dimension has no numbers.
fn range(dimension: &Dimension, value: &str) -> Option<Vec<usize>> {
    let DimensionValues::Number(numbers) = &dimension.values else {
        return None;
    };
    let (first, last) = value.split_once(':')?;
    let range = millionths(first.trim())?..=millionths(last.trim())?;
    let within = numbers.iter().enumerate();
    let within = within.filter(|(_, number)| range.contains(number));
    Some(within.map(|(position, _)| position).collect())
}

/// Leaves of the times those that `text` spans; none may be left, for that is no fault.
fn at_times(columns: &Columns, text: &str, along: &mut [Vec<usize>]) -> Result<(), Refused> {
    let span = span(text).ok_or_else(|| {
        malformed(
            "datetime",
            "a time of RFC 3339, a date, a month or a year, or an interval as 2020/2024 or ../2024",
        )
    })?;
    let mut has_times = false;
    for (dimension, along) in columns.dimensions().iter().zip(along) {
        if let DimensionValues::Time(times) = &dimension.values {
            has_times = true;
            along.retain(|position| {
                let time = times.get(*position);
                time.is_some_and(|time| span.contains(&time.seconds))
            });
        }
    }
    if has_times {
        Ok(())
    } else {
        Err(malformed(
            "datetime",
            "left out: the collection has no dimension of time",
        ))
    }
}
