//! From the layout that a description has to the table that a file is.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
    path::{Path, PathBuf},
    sync::atomic::AtomicU64,
};

use super::NotDescribed;
use crate::{
    dataset::{
        grid::{
            ColumnPattern, Columns, CoverageMetadata, Dimension, DimensionValues, Instant, MICRO,
            Named, Variable, distinct, power,
        },
        metadata::{
            Moment,
            description::{self, CoverageLayout, Described, Part},
        },
    },
    import::{
        source::SourceFile,
        table::{Form, Table},
    },
};

/// The table of the coverage `id`, whose `first` file tells of the variables where no field does.
pub(super) fn table(
    path: &Path,
    id: &str,
    described: &Described,
    layout: &CoverageLayout,
    first: Option<&PathBuf>,
) -> Result<Table, NotDescribed> {
    let wrong = |source| NotDescribed::Columns {
        path: path.to_owned(),
        source,
    };
    let dimensions: Vec<_> = layout.dimensions.iter().map(dimension).collect();
    let mut variables: Vec<_> = layout
        .variables
        .iter()
        .filter(|one| !is_of_place(layout, &one.field.name))
        .map(variable)
        .collect();
    if variables.is_empty() {
        let header = first.map_or(Ok(String::new()), |file| header(file))?;
        let names = header.split(',').map(|name| name.trim().trim_matches('"'));
        variables = of_header(layout, &dimensions, names);
    }
    if variables.is_empty() {
        return Err(NotDescribed::Variables(path.to_owned()));
    }
    let columns = Columns::new(variables, dimensions).map_err(wrong)?;
    let names = names(path, id, layout, &columns)?;
    let forms = columns.all().filter_map(|column| columns.variable(column));
    let forms = forms.map(|one| Form {
        decimals: one.decimals,
        minimum: one.minimum,
    });
    let metadata = &described.metadata;
    let text = |text: &Option<Box<str>>| text.clone().unwrap_or_default();
    let licence = metadata.licence.as_ref();
    Ok(Table {
        rank: 0,
        forms: Some(forms.collect()),
        coverage: CoverageMetadata {
            id: id.into(),
            title: metadata.title.clone(),
            description: text(&metadata.description),
            version: text(&metadata.version),
            source: text(&metadata.publisher),
            licence: licence.map_or(Box::default(), |licence| licence.text().into()),
            ..CoverageMetadata::named(id, columns)
        },
        names,
        not_covered: layout.missing.clone(),
        not_applicable: layout.not_applicable.clone(),
        latitude: place_names(layout.latitude.as_deref(), ["latitude", "lat"]),
        longitude: place_names(layout.longitude.as_deref(), ["longitude", "lon"]),
        ignored: layout.ignore.clone(),
        ignores_others: false,
    })
}

pub(super) fn names(
    path: &Path,
    id: &str,
    layout: &CoverageLayout,
    columns: &Columns,
) -> Result<Vec<Box<str>>, NotDescribed> {
    let wrong = |source| NotDescribed::Pattern {
        path: path.to_owned(),
        source,
    };
    let pattern = match &layout.columns {
        Some(pattern) => ColumnPattern::read(pattern.text(), columns).map_err(wrong)?,
        None => ColumnPattern::of(columns),
    };
    let variables: Vec<_> = columns
        .variables()
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let names = pattern.names(columns, id, &variables);
    distinct(&names).map_err(wrong)?;
    Ok(names)
}

fn place_names(said: Option<&str>, known: [&str; 2]) -> Vec<Box<str>> {
    match said {
        Some(name) => vec![name.into()],
        None => known.map(Box::from).to_vec(),
    }
}

/// `true` when a column tells of the place, or of nothing.
pub(super) fn is_of_place(layout: &CoverageLayout, name: &str) -> bool {
    let latitude = place_names(layout.latitude.as_deref(), ["latitude", "lat"]);
    let longitude = place_names(layout.longitude.as_deref(), ["longitude", "lon"]);
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let mut known = latitude.iter().chain(&longitude).chain(&layout.ignore);
    is("key")
        || known.any(|known| is(known))
        || layout.dimensions.iter().any(|one| is(&one.name))
        || layout.value.as_deref().is_some_and(is)
        || layout.variable.as_deref().is_some_and(is)
}

/// The first line of a file of text, packed or not.
fn header(path: &Path) -> Result<String, NotDescribed> {
    let unreadable = |source| NotDescribed::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = SourceFile::open(path).map_err(unreadable)?;
    let read = AtomicU64::new(0);
    let text = file.text(&read).map_err(unreadable)?;
    let mut line = Vec::new();
    io::BufReader::new(text.take(LONGEST_HEADER))
        .read_until(b'\n', &mut line)
        .map_err(unreadable)?;
    let line = String::from_utf8_lossy(&line);
    Ok(line.trim_start_matches('\u{feff}').trim().to_owned())
}

/// The variables that the columns of a header name, where no field does.
pub(super) fn of_header<'n>(
    layout: &CoverageLayout,
    dimensions: &[Dimension],
    names: impl Iterator<Item = &'n str>,
) -> Vec<Variable> {
    let names = names.filter(|name| !is_of_place(layout, name));
    let (before, after) = around_variable(layout, dimensions);
    let mut variables: Vec<Variable> = Vec::new();
    for name in names {
        let variable = name
            .strip_prefix(&*before)
            .and_then(|name| name.strip_suffix(&*after));
        if let Some(variable) = variable.filter(|name| !name.is_empty())
            && variables.iter().all(|known| *known.name != *variable)
        {
            variables.push(Variable {
                name: variable.into(),
                ..Variable::default()
            });
        }
    }
    variables
}

/// The texts before and after the variable in the names of the columns of the first value of each dimension.
fn around_variable(layout: &CoverageLayout, dimensions: &[Dimension]) -> (String, String) {
    let first = |name: &str| {
        let mut dimensions = dimensions.iter();
        let found = dimensions.find(|one| *one.name == *name);
        found.and_then(|one| one.values.text(0)).unwrap_or_default()
    };
    let (mut before, mut after, mut is_after) = (String::new(), String::new(), false);
    let Some(pattern) = &layout.columns else {
        for dimension in dimensions {
            after.push('_');
            after.push_str(&first(&dimension.name));
        }
        return (before, after);
    };
    for part in pattern.parts() {
        let text = match part {
            Part::Name(name) if **name == *"variable" => {
                is_after = true;
                continue;
            }
            Part::Name(name) => first(name),
            Part::Text(text) => Cow::Borrowed(&**text),
        };
        if is_after { &mut after } else { &mut before }.push_str(&text);
    }
    (before, after)
}

pub(super) fn variable(known: &description::Variable) -> Variable {
    let (field, decimals) = (&known.field, known.decimals.unwrap_or(DECIMALS));
    let text = |text: &Option<Box<str>>| text.clone().unwrap_or_default();
    Variable {
        name: field.name.clone(),
        title: text(&field.title),
        unit: field
            .unit
            .as_ref()
            .map_or(Box::default(), |unit| unit.code().into()),
        definition: text(&field.definition),
        standard_name: Box::default(),
        decimals,
        minimum: known
            .minimum
            .and_then(|number| steps(number, power(decimals))),
        maximum: known
            .maximum
            .and_then(|number| steps(number, power(decimals))),
    }
}

pub(super) fn dimension(known: &description::Dimension) -> Dimension {
    Dimension {
        name: known.name.clone(),
        title: known.title.clone().unwrap_or_default(),
        unit: known.unit.clone().unwrap_or_default(),
        values: match &known.values {
            description::DimensionValues::Numbers(numbers) => {
                let numbers = numbers.iter().filter_map(|number| steps(*number, MICRO));
                DimensionValues::Number(numbers.collect())
            }
            description::DimensionValues::Texts(texts) => {
                let named = |text: &str| Named {
                    name: text.into(),
                    definition: Box::default(),
                };
                DimensionValues::Text(texts.iter().map(|text| named(text)).collect())
            }
            description::DimensionValues::Times(texts) => {
                DimensionValues::Time(texts.iter().map(|text| instant(text)).collect())
            }
        },
    }
}

fn instant(text: &str) -> Instant {
    Instant {
        text: text.into(),
        seconds: moment(text).map_or(0, |moment| moment.time().seconds()),
    }
}

/// The first moment of a time: a year or a month begins with its first day.
pub(in crate::import) fn moment(text: &str) -> Option<Moment> {
    match text.len() {
        4 => Moment::parse(&format!("{text}-01-01")),
        7 => Moment::parse(&format!("{text}-01")),
        _ => Moment::parse(text),
    }
}

/// A number of a description in steps, as long as a double keeps them apart.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "rounded, and below sixteen digits"
)]
pub(in crate::import) fn steps(number: f64, of_a_unit: i64) -> Option<i64> {
    let steps = (number * of_a_unit as f64).round();
    (steps.abs() < 1e15).then_some(steps as i64)
}

/// Decimals that are kept where nobody says how many.
const DECIMALS: u8 = 6;
/// Octets of the longest header.
const LONGEST_HEADER: u64 = 16 * 1024 * 1024;
