//! The columns of a gridded source, and where each of its values belongs.

use std::collections::HashSet;

use super::{fault::GriddedFault, known::KnownCoverage};
use crate::{
    dataset::{
        grid::{Columns, Dimension, DimensionValues, Instant, MICRO, Named, Variable},
        metadata::Unit,
    },
    import::{
        Shown,
        described::layout::{moment, steps},
        format::{self, Coverage, Labels, Naming},
    },
};

/// The columns of a coverage, in the order that its description has or else its source.
#[derive(Debug)]
pub(super) struct Arranged {
    pub(super) columns: Columns,
    /// For each column the place of its value in a cell of the source.
    from: Vec<usize>,
}

/// A dimension, and where each of its values stands along that of the source.
struct Matched {
    dimension: Dimension,
    /// Its place among the dimensions of the source.
    at: usize,
    places: Vec<usize>,
}

impl Arranged {
    /// # Errors
    /// What the description has and the source does not, or the other way round.
    pub(super) fn of(found: &Coverage, known: &KnownCoverage) -> Result<Self, GriddedFault> {
        let (variables, from_variables) = variables(found, known)?;
        let dimensions = dimensions(found, known)?;
        let lengths = found.dimensions.iter().map(|one| one.labels.len());
        let lengths: Vec<_> = lengths.collect();
        let known: Vec<_> = dimensions.iter().map(|one| one.dimension.clone()).collect();
        let columns = Columns::new(variables, known)?;
        let from = columns.all().map(|column| {
            let mut places = vec![0; lengths.len()];
            for (matched, position) in dimensions.iter().zip(columns.positions(column)) {
                let place = matched.places.get(position).copied().unwrap_or(0);
                if let Some(free) = places.get_mut(matched.at) {
                    *free = place;
                }
            }
            let variable = from_variables.get(columns.variable_of(column));
            let variable = variable.copied().unwrap_or(0);
            places
                .iter()
                .zip(&lengths)
                .fold(variable, |from, (place, length)| from * length + place)
        });
        let from = from.collect();
        Ok(Self { columns, from })
    }

    /// Puts the values of a cell of the source in their columns.
    #[inline]
    pub(super) fn put(&self, found: &[i64], values: &mut [i64]) {
        for (value, from) in values.iter_mut().zip(&self.from) {
            if let Some(found) = found.get(*from) {
                *value = *found;
            }
        }
    }
}

/// The variables, and the place of each in the source.
fn variables(
    found: &Coverage,
    known: &KnownCoverage,
) -> Result<(Vec<Variable>, Vec<usize>), GriddedFault> {
    if known.variables.is_empty() {
        let all = found.variables.iter().map(|found| Variable {
            name: found.name.as_str().into(),
            decimals: found.decimals,
            ..of_source(found)
        });
        return Ok((all.collect(), (0..found.variables.len()).collect()));
    }
    let naming = &known.naming;
    let described = known.variables.iter().map(|known| {
        let mut all = found.variables.iter();
        let at = all.position(|found| *found.name == *named(known, naming));
        let at = at.ok_or_else(|| GriddedFault::NoVariable(known.name.clone()))?;
        let source = found.variables.get(at).map(of_source).unwrap_or_default();
        let variable = Variable {
            title: said(&known.title, source.title),
            unit: said(&known.unit, source.unit),
            standard_name: said(&known.standard_name, source.standard_name),
            ..known.clone()
        };
        Ok((variable, at))
    });
    described.collect()
}

/// The name of a variable in the source: where no column names the variable of a row, all values are of one, and the
/// column that holds them may be called otherwise.
fn named<'n>(known: &'n Variable, naming: &'n Naming) -> &'n str {
    match (&naming.value, &naming.variable) {
        (Some(value), None) => value,
        _ => &known.name,
    }
}

/// The variable as a source describes it beside its name.
fn of_source(found: &format::Variable) -> Variable {
    Variable {
        title: text(found.title.as_ref()),
        unit: ucum(found.unit.as_deref()),
        standard_name: text(found.standard_name.as_ref()),
        ..Variable::default()
    }
}

fn dimensions(found: &Coverage, known: &KnownCoverage) -> Result<Vec<Matched>, GriddedFault> {
    if known.dimensions.is_empty() {
        let all = found.dimensions.iter().enumerate();
        let all = all.map(|(at, found)| {
            let dimension = of_dimension(found)?;
            let places = (0..found.labels.len()).collect();
            Ok(Matched {
                dimension,
                at,
                places,
            })
        });
        return all.collect();
    }
    let is_known = |name: &str| known.dimensions.iter().any(|known| *known.name == *name);
    if let Some(other) = found.dimensions.iter().find(|one| !is_known(&one.name)) {
        let name = Shown::new(other.name.as_bytes());
        return Err(GriddedFault::OtherDimension(name));
    }
    let is_in_parts = known.is_in_parts;
    let described = known.dimensions.iter().map(|known| {
        let mut all = found.dimensions.iter().enumerate();
        let found = all.find(|(_, found)| *found.name == *known.name);
        let (at, found) = found.ok_or_else(|| GriddedFault::NoDimension(known.name.clone()))?;
        let source = of_dimension(found)?;
        let known = if is_in_parts {
            &those_there(known, &source)
        } else {
            known
        };
        let places = places(known, &source)?;
        let dimension = Dimension {
            title: said(&known.title, source.title),
            unit: said(&known.unit, source.unit),
            ..known.clone()
        };
        Ok(Matched {
            dimension,
            at,
            places,
        })
    });
    described.collect()
}

/// The dimension `known` with those of its times that `source` has.
fn those_there(known: &Dimension, source: &Dimension) -> Dimension {
    let (DimensionValues::Time(known_times), DimensionValues::Time(times)) =
        (&known.values, &source.values)
    else {
        return known.clone();
    };
    let there: HashSet<i64> = times.iter().map(|one| one.seconds).collect();
    let times = known_times
        .iter()
        .filter(|one| there.contains(&one.seconds));
    Dimension {
        values: DimensionValues::Time(times.cloned().collect()),
        ..known.clone()
    }
}

/// The first value of the dimensions `known` that `columns` do not have.
pub(in crate::import) fn missing_value(
    columns: &Columns,
    known: &[Dimension],
) -> Option<GriddedFault> {
    known.iter().find_map(|known| {
        let mut all = columns.dimensions().iter();
        let found = all.find(|found| found.name == known.name)?;
        let there: HashSet<_> = found.values.texts().collect();
        let mut texts = known.values.texts();
        let value = texts.find(|text| !there.contains(text))?;
        Some(GriddedFault::NoValue {
            dimension: known.name.clone(),
            value: value.as_ref().into(),
        })
    })
}

/// For each value of `known` its place along `source`, which has the same values.
fn places(known: &Dimension, source: &Dimension) -> Result<Vec<usize>, GriddedFault> {
    let places = known.values.texts().enumerate().map(|(at, text)| {
        let place = match (&known.values, &source.values) {
            // A month and its first moment are one time.
            (DimensionValues::Time(_), DimensionValues::Time(times)) => {
                let seconds = known.values.ordinate(at);
                times.iter().position(|one| Some(one.seconds) == seconds)
            }
            (_, values) => values.find(&text),
        };
        place.ok_or_else(|| GriddedFault::NoValue {
            dimension: known.name.clone(),
            value: text.as_ref().into(),
        })
    });
    let places: Vec<_> = places.collect::<Result<_, _>>()?;
    let mut texts = source.values.texts().enumerate();
    let taken: HashSet<_> = places.iter().copied().collect();
    match texts.find(|(place, _)| !taken.contains(place)) {
        None => Ok(places),
        Some((_, text)) => Err(GriddedFault::OtherValue {
            dimension: Shown::new(known.name.as_bytes()),
            value: Shown::new(text.as_bytes()),
        }),
    }
}

fn of_dimension(found: &format::Dimension) -> Result<Dimension, GriddedFault> {
    let name = || Shown::new(found.name.as_bytes());
    let values = match &found.labels {
        Labels::Numbers(numbers) => {
            let numbers = numbers.iter().map(|number| {
                steps(*number, MICRO).ok_or_else(|| GriddedFault::Number {
                    dimension: name(),
                    value: *number,
                })
            });
            DimensionValues::Number(numbers.collect::<Result<_, _>>()?)
        }
        Labels::Texts(texts) => DimensionValues::Text(
            texts
                .iter()
                .map(|text| Named {
                    name: text.as_str().into(),
                    definition: Box::default(),
                })
                .collect(),
        ),
        Labels::Times(times) => {
            let times = times.iter().map(|text| {
                let moment = moment(text).ok_or_else(|| GriddedFault::Time {
                    dimension: name(),
                    value: Shown::new(text.as_bytes()),
                })?;
                Ok::<_, GriddedFault>(Instant {
                    text: text.as_str().into(),
                    seconds: moment.time().seconds(),
                })
            });
            DimensionValues::Time(times.collect::<Result<_, _>>()?)
        }
    };
    Ok(Dimension {
        name: found.name.as_str().into(),
        title: text(found.title.as_ref()),
        unit: ucum(found.unit.as_deref()),
        values,
    })
}

/// A unit of UDUNITS in UCUM where both mean the same by it, else as it is written.
fn ucum(unit: Option<&str>) -> Box<str> {
    let Some(unit) = unit.map(str::trim) else {
        return Box::default();
    };
    let products = unit.split_whitespace().collect::<Vec<_>>().join(".");
    let spelled = Unit::nearest(unit);
    let is_ucum = |code: &&str| Unit::parse(code).is_ucum();
    let code = Some(unit)
        .filter(is_ucum)
        .or(spelled)
        .or(Some(&*products).filter(is_ucum));
    code.unwrap_or(unit).into()
}

fn said(known: &str, source: Box<str>) -> Box<str> {
    if known.is_empty() {
        source
    } else {
        known.into()
    }
}

fn text(said: Option<&String>) -> Box<str> {
    said.map_or(Box::default(), |said| said.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_udunits_become_those_of_ucum() {
        for (unit, code) in [
            ("degC", "Cel"),
            ("K", "K"),
            ("W m-2", "W.m-2"),
            ("kg m-2 s-1", "kg.m-2.s-1"),
            ("m s-1", "m.s-1"),
            ("1", "1"),
            ("%", "%"),
            ("furlongs", "furlongs"),
        ] {
            assert_eq!(&*ucum(Some(unit)), code);
        }
        assert_eq!(&*ucum(None), "");
    }
}
