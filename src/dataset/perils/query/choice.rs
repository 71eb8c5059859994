//! The coverages, variables and values of dimensions that options name, looked up in what the coverages have.

mod outputs;
mod subset_items;

use std::{ops::Range, sync::Arc};

use super::{Options, OutputColumn, options::choice};
use crate::{
    dataset::{
        grid::{ColumnIndex, Columns, DimensionValues, Profile, millionths},
        perils::{Description, Perils, Refused},
    },
    policy::CollectionId,
};
use outputs::Outputs;
use subset_items::subset_items;

/// Vocabulary in which coverages are asked for, and in which answers speak of them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Form {
    /// Collections, variables and dimensions.
    Collections,
    /// Perils, metrics, scenarios and years.
    Perils,
}

/// Columns that were found for the options.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) coverages: Vec<Arc<Description>>,
    /// Each with its coverage's position.
    pub(super) columns: Vec<(u32, ColumnIndex)>,
    pub(super) outputs: Vec<OutputColumn>,
    pub(super) groups: Vec<Range<usize>>,
}

/// Coverages, variables and values that options ask for.
pub(super) struct Asked<'o> {
    form: Form,
    coverages: Vec<Arc<Description>>,
    /// Names of variables; none: all.
    variables: Option<&'o [String]>,
    /// Values along dimensions.
    along: Vec<Along<'o>>,
    is_linear: bool,
}

/// Values that are asked for along one dimension.
struct Along<'o> {
    dimension: &'o str,
    /// Each with its place in the options.
    values: Vec<(String, Extent<'o>)>,
}

/// One value, or all from one to another.
#[derive(Clone, Copy)]
enum Extent<'o> {
    From(&'o str, &'o str),
    One(&'o str),
}

/// A place along a dimension.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Point {
    At(usize),
    /// Behind the value at a position, at an ordinate.
    After(usize, i64),
}

impl Asked<'_> {
    pub(super) fn form(&self) -> Form {
        self.form
    }
}

impl<'o> Asked<'o> {
    /// The choice of `options` among `known`, but for the collections that are `withheld`: these are not known.
    pub(super) fn read(
        options: &'o Options,
        known: &Perils,
        withheld: &[CollectionId],
    ) -> Result<Self, Refused> {
        match options.items("collections") {
            Some(ids) => {
                let known = |id: &String| {
                    let served = known.description(id).filter(|_| !id.is_empty())?;
                    (!withheld.contains(&served.collection)).then_some(served)
                };
                Self::collections(options, ids, known)
            }
            None => Self::perils(options, known),
        }
    }

    /// Perils, metrics, scenarios and years.
    fn perils(options: &'o Options, known: &Perils) -> Result<Self, Refused> {
        for option in OF_COLLECTIONS {
            if options.items(option).is_some() {
                return Err(malformed(option, "given with collections"));
            }
        }
        let profile = Profile::perils();
        let perils: Vec<_> = profile
            .coverages
            .iter()
            .filter_map(|peril| known.description(&peril.id))
            .collect();
        let is_known = |item: &str| perils.iter().any(|one| one.id().eq_ignore_ascii_case(item));
        let chosen = options.items("perils");
        each(options, "perils", is_known, || {
            profile.listed().collect::<Vec<_>>().join(", ")
        })?;
        let all = || perils.iter().map(|one| &one.coverage.columns);
        let variables = options.items("metrics");
        each(
            options,
            "metrics",
            |item| all().any(|columns| columns.variable_named(item).is_some()),
            || variable_names(all()),
        )?;
        let mut along = Vec::new();
        along.extend(listed(options, "scenarios", "scenario"));
        let is_linear = choice(
            options,
            "year_interpolation",
            &[("none", false), ("linear", true)],
        )?;
        along.extend(listed(options, "years", "year"));
        let is_chosen = |one: &&&Arc<Description>| {
            chosen.is_none_or(|chosen| {
                let mut chosen = chosen.iter();
                chosen.any(|item| one.id().eq_ignore_ascii_case(item))
            })
        };
        let asked = Self {
            form: Form::Perils,
            coverages: perils
                .iter()
                .filter(is_chosen)
                .map(|one| Arc::clone(one))
                .collect(),
            variables,
            along,
            is_linear,
        };
        asked.check(&all().collect::<Vec<_>>())?;
        Ok(asked)
    }

    /// Collections by their ids, with variables and dimensions of their own.
    fn collections<'k>(
        options: &'o Options,
        ids: &'o [String],
        known: impl Fn(&String) -> Option<&'k Arc<Description>>,
    ) -> Result<Self, Refused> {
        for option in OF_PERILS {
            if options.items(option).is_some() {
                return Err(malformed("collections", format!("given without {option}")));
            }
        }
        let mut coverages: Vec<Arc<Description>> = Vec::with_capacity(ids.len());
        for (index, id) in ids.iter().enumerate() {
            let description = known(id).ok_or_else(|| Refused::Unknown {
                at: format!("collections[{index}]"),
                // Not the ids: some collections are known only to those who may read them.
                known: "those of /v1/collections".into(),
            })?;
            if coverages.iter().any(|one| one.id() == id) {
                return Err(malformed(
                    "collections",
                    "a list in which none stands twice",
                ));
            }
            coverages.push(Arc::clone(description));
        }
        let held = coverages.clone();
        let all: Vec<&Columns> = held.iter().map(|one| &one.coverage.columns).collect();
        each(
            options,
            "variables",
            |item| {
                all.iter()
                    .any(|columns| columns.variable_named(item).is_some())
            },
            || variable_names(all.iter().copied()),
        )?;
        let along = subset_items(options.items("subset").unwrap_or_default(), &all)?;
        let asked = Self {
            form: Form::Collections,
            variables: options.items("variables"),
            along,
            is_linear: choice(
                options,
                "dimension_interpolation",
                &[("none", false), ("linear", true)],
            )?,
            coverages,
        };
        asked.check(&all)?;
        Ok(asked)
    }

    /// Refuses a value that none of the coverages has.
    fn check(&self, all: &[&Columns]) -> Result<(), Refused> {
        for along in &self.along {
            for (at, extent) in &along.values {
                let dimensions = || {
                    all.iter().filter_map(|columns| {
                        let at = columns.dimension_named(along.dimension)?;
                        columns.dimensions().get(at)
                    })
                };
                let mut found = dimensions();
                if found.any(|one| !self.points(*extent, &one.values).is_empty()) {
                    continue;
                }
                let Some(dimension) = dimensions().next() else {
                    continue;
                };
                if let Extent::From(..) = extent {
                    return Err(malformed(at, "a range of numbers in which some value lies"));
                }
                return Err(Refused::Unknown {
                    at: at.clone(),
                    known: self.known_values(&dimension.values).into(),
                });
            }
        }
        Ok(())
    }

    fn known_values(&self, values: &DimensionValues) -> String {
        let texts: Vec<_> = values.texts().collect();
        let is_ordered = values.ordinate(0).is_some();
        let (Some(first), Some(last), true) = (texts.first(), texts.last(), is_ordered) else {
            return texts.join(", ");
        };
        if self.is_linear {
            return format!("those from {first} to {last}");
        }
        let option = match self.form {
            Form::Collections => "dimension_interpolation",
            Form::Perils => "year_interpolation",
        };
        format!(
            "{}; with {option}=linear also those between",
            texts.join(", ")
        )
    }

    /// Outputs what is asked for of every coverage that has it.
    pub(super) fn choose(self) -> Result<Chosen, Refused> {
        let mut chosen = Chosen::default();
        for description in &self.coverages {
            let columns = &description.coverage.columns;
            let start = chosen.outputs.len();
            let points: Vec<_> = columns
                .dimensions()
                .iter()
                .map(|dimension| self.along(&dimension.name, &dimension.values))
                .collect();
            let coverage = u32::try_from(chosen.coverages.len()).unwrap_or(u32::MAX);
            let mut outputs = Outputs::new(coverage, columns, &mut chosen);
            for (variable, one) in columns.variables().iter().enumerate() {
                let is_chosen = self.variables.is_none_or(|names| {
                    names.iter().any(|name| one.name.eq_ignore_ascii_case(name))
                });
                if is_chosen {
                    outputs.product(variable, &points)?;
                }
            }
            let end = chosen.outputs.len();
            if end > start {
                chosen.coverages.push(Arc::clone(description));
                chosen.groups.push(start..end);
            }
        }
        if chosen.outputs.is_empty() {
            return Err(match self.form {
                Form::Collections => {
                    malformed("variables", "of the collections that are asked for")
                }
                Form::Perils => malformed("metrics", "of the perils that are asked for"),
            });
        }
        Ok(chosen)
    }

    /// The points that are asked for along a dimension, each once and in their order; all without any.
    fn along(&self, name: &str, values: &DimensionValues) -> Vec<Point> {
        let is_named = |along: &&Along<'_>| along.dimension.eq_ignore_ascii_case(name);
        let mut asked = self.along.iter().filter(is_named).peekable();
        if asked.peek().is_none() {
            return (0..values.len()).map(Point::At).collect();
        }
        let extents = asked.flat_map(|along| &along.values);
        let points = extents.flat_map(|(_, extent)| self.points(*extent, values));
        let mut points: Vec<_> = points.collect();
        points.sort_unstable_by_key(|point| match point {
            Point::At(position) => (*position, i64::MIN),
            Point::After(position, point) => (*position, *point),
        });
        points.dedup();
        points
    }

    fn points(&self, extent: Extent<'_>, values: &DimensionValues) -> Vec<Point> {
        match extent {
            Extent::One(text) => self.point(text, values).into_iter().collect(),
            Extent::From(first, last) => {
                let DimensionValues::Number(numbers) = values else {
                    return Vec::new();
                };
                let (Some(first), Some(last)) = (millionths(first), millionths(last)) else {
                    return Vec::new();
                };
                let within = numbers.iter().enumerate();
                let within = within.filter(|(_, number)| (first..=last).contains(*number));
                within.map(|(position, _)| Point::At(position)).collect()
            }
        }
    }

    fn point(&self, text: &str, values: &DimensionValues) -> Option<Point> {
        // A year is a whole one.
        if self.form == Form::Perils
            && matches!(values, DimensionValues::Number(_))
            && text.parse::<u16>().is_err()
        {
            return None;
        }
        if let Some(position) = values.find(text) {
            return Some(Point::At(position));
        }
        let DimensionValues::Number(numbers) = values else {
            return None;
        };
        let point = millionths(text).filter(|_| self.is_linear)?;
        let after = numbers.partition_point(|number| *number < point);
        let before = after.checked_sub(1)?;
        (after < numbers.len()).then_some(Point::After(before, point))
    }
}

/// The items of an option that lists values of one dimension.
fn listed<'o>(options: &'o Options, option: &str, dimension: &'o str) -> Option<Along<'o>> {
    let items = options.items(option)?.iter().enumerate();
    let value = |(index, item): (usize, &'o String)| {
        (format!("{option}[{index}]"), Extent::One(item.as_str()))
    };
    Some(Along {
        dimension,
        values: items.map(value).collect(),
    })
}

/// Refuses an item of a list that is not known.
fn each(
    options: &Options,
    option: &str,
    is_known: impl Fn(&str) -> bool,
    known: impl Fn() -> String,
) -> Result<(), Refused> {
    let items = options.items(option).unwrap_or_default();
    match items.iter().position(|item| !is_known(item)) {
        None => Ok(()),
        Some(index) => Err(Refused::Unknown {
            at: format!("{option}[{index}]"),
            known: known().into(),
        }),
    }
}

fn variable_names<'c>(all: impl Iterator<Item = &'c Columns>) -> String {
    let names = all.flat_map(|columns| columns.variables().iter().map(|one| &*one.name));
    names.collect::<Vec<_>>().join(", ")
}

fn malformed(at: &str, expected: impl Into<std::borrow::Cow<'static, str>>) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

const OF_COLLECTIONS: [&str; 3] = ["dimension_interpolation", "subset", "variables"];
const OF_PERILS: [&str; 5] = [
    "metrics",
    "perils",
    "scenarios",
    "year_interpolation",
    "years",
];
