//! Gridded sources that follow each other in time, as one: a file a month or a year, as archives have them.
//!
//! Sources on the same axes that have other times each are joined along their dimension of times. What is on other
//! axes, or has the very same times, stays by itself: a tile of the grid.

use std::sync::Arc;

use super::{
    Faulty, Problem,
    gridded::fault::GriddedFault,
    joined_rows::{JoinedRows, SourceRows},
    parsed::{AlongTime, OfGrid, Parsed},
    read_source::ReadSource,
    table::Table,
};
use crate::dataset::grid::{
    ColumnIndex, Columns, ColumnsError, CoverageMetadata, Dimension, DimensionValues, Instant,
};

/// The sources, those that follow each other in time as one.
///
/// # Errors
/// Sources whose times overlap, or that have other variables, dimensions or places.
pub(super) fn joined(sources: Vec<ReadSource>) -> Result<Vec<ReadSource>, Vec<Faulty>> {
    let mut all = Vec::new();
    let mut faulty = Vec::new();
    for series in series(sources) {
        match one(series) {
            Ok(source) => all.push(source),
            Err(fault) => faulty.push(fault),
        }
    }
    if faulty.is_empty() {
        Ok(all)
    } else {
        Err(faulty)
    }
}

/// Sources on the same axes, each series in the order of time. Sources with the very same times are of series of their
/// own.
fn series(mut sources: Vec<ReadSource>) -> Vec<Vec<ReadSource>> {
    sources.sort_by(|one, other| {
        let first = |source: &ReadSource| Some(times(source)?.first()?.seconds);
        (first(one), &one.name).cmp(&(first(other), &other.name))
    });
    let mut all: Vec<Vec<ReadSource>> = Vec::new();
    for source in sources {
        let follows = |series: &&mut Vec<ReadSource>| {
            let mut others = series.iter();
            times(&source).is_some()
                && others.all(|other| {
                    are_on_the_same_axes(other, &source)
                        && times(other).is_some()
                        && times(other) != times(&source)
                })
        };
        match all.iter_mut().find(follows) {
            Some(series) => series.push(source),
            None => all.push(vec![source]),
        }
    }
    all
}

fn are_on_the_same_axes(one: &ReadSource, other: &ReadSource) -> bool {
    one.parsed.latitudes == other.parsed.latitudes
        && one.parsed.longitudes == other.parsed.longitudes
}

/// The times of a gridded source, when it has one dimension of them.
fn times(source: &ReadSource) -> Option<&[Instant]> {
    source.parsed.gridded.as_ref()?;
    let dimensions = source.parsed.table.coverage.columns.dimensions();
    let mut found = dimensions.iter().filter_map(|one| match &one.values {
        DimensionValues::Time(times) => Some(&**times),
        DimensionValues::Number(_) | DimensionValues::Text(_) => None,
    });
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// The sources of a series as one.
fn one(mut series: Vec<ReadSource>) -> Result<ReadSource, Faulty> {
    let (Some(first), 2..) = (series.first(), series.len()) else {
        return series
            .pop()
            .ok_or_else(|| faulty("", GriddedFault::NoTimes));
    };
    for pair in series.windows(2) {
        if let [before, after] = pair {
            fits(first, after)?;
            follows(before, after)?;
        }
    }
    let table = table(&series).map_err(|fault| faulty(&first.name, fault.into()))?;
    let names: Vec<_> = series.iter().map(|source| source.name.clone()).collect();
    let is_synthetic = series.iter().any(|source| source.is_synthetic);
    let found = found(&series);
    let parsed = parsed(table, series, found).map_err(|at| {
        let name = |at: usize| names.get(at).map_or("", |name| name);
        faulty(name(at), GriddedFault::OtherPlaces(name(0).to_owned()))
    })?;
    Ok(ReadSource {
        name: name_of(&names),
        is_synthetic,
        parsed,
    })
}

/// The first of its files, and what follows.
fn name_of(names: &[String]) -> String {
    let base = |name: &String| {
        let base = std::path::Path::new(name).file_name().unwrap_or_default();
        base.to_string_lossy().into_owned()
    };
    let (first, last) = (names.first(), names.last().map(base));
    let (first, last) = (first.map_or("", |name| name), last.unwrap_or_default());
    format!("{first} to {last} ({} files)", names.len())
}

/// True of a `source` with the variables and dimensions of `first`, but for its times.
fn fits(first: &ReadSource, source: &ReadSource) -> Result<(), Faulty> {
    let timeless = |source: &ReadSource| {
        let columns = &source.parsed.table.coverage.columns;
        let dimensions = columns.dimensions().iter().cloned();
        let dimensions: Vec<_> = dimensions
            .map(|one| match one.values {
                DimensionValues::Time(_) => with_times(&one, Vec::new()),
                DimensionValues::Number(_) | DimensionValues::Text(_) => one,
            })
            .collect();
        (columns.variables().to_vec(), dimensions)
    };
    if timeless(first) != timeless(source) {
        return Err(faulty(
            &source.name,
            GriddedFault::OtherColumns(first.name.clone()),
        ));
    }
    let calendars = |source: &ReadSource| {
        let found = source.parsed.gridded.as_ref();
        found.map(|found| found.calendars.clone())
    };
    if calendars(first) == calendars(source) {
        Ok(())
    } else {
        Err(faulty(
            &source.name,
            GriddedFault::OtherCalendar(first.name.clone()),
        ))
    }
}

/// True if the times of `after` are later than those of `before`.
fn follows(before: &ReadSource, after: &ReadSource) -> Result<(), Faulty> {
    let last = times(before).and_then(<[_]>::last);
    let first = times(after).and_then(<[_]>::first);
    match (last, first) {
        (Some(last), Some(first)) if last.seconds < first.seconds => Ok(()),
        (Some(last), Some(first)) => Err(faulty(
            &after.name,
            GriddedFault::Overlap {
                other: before.name.clone(),
                first: first.text.clone(),
                last: last.text.clone(),
            },
        )),
        _ => Err(faulty(&after.name, GriddedFault::NoTimes)),
    }
}

/// The table of all: that of the first, with the times of all.
fn table(series: &[ReadSource]) -> Result<Table, ColumnsError> {
    let tables = || series.iter().map(|source| &source.parsed.table);
    let (Some(first), all) = (tables().next(), series.iter().filter_map(times)) else {
        return Err(ColumnsError::NoVariable);
    };
    let all: Vec<Instant> = all.flatten().cloned().collect();
    let known = &first.coverage;
    let dimensions = known
        .columns
        .dimensions()
        .iter()
        .map(|one| match one.values {
            DimensionValues::Time(_) => with_times(one, all.clone()),
            DimensionValues::Number(_) | DimensionValues::Text(_) => one.clone(),
        });
    let dimensions: Vec<_> = dimensions.collect();
    let columns = Columns::new(known.columns.variables(), dimensions)?;
    // A title that names one month is not that of all.
    let same = |of: fn(&CoverageMetadata) -> &Box<str>| {
        let is_same = tables().all(|table| of(&table.coverage) == of(known));
        if is_same {
            of(known).clone()
        } else {
            Box::default()
        }
    };
    let forms = columns.all().map(|column| {
        let variable = columns.variable_of(column);
        let of_a_variable = usize::try_from(known.columns.of_a_variable()).unwrap_or(usize::MAX);
        let forms = first.forms.as_deref().unwrap_or_default();
        forms.get(variable * of_a_variable).copied()
    });
    Ok(Table {
        forms: first.forms.is_some().then(|| forms.flatten().collect()),
        names: columns.all().map(|one| columns.name(one).into()).collect(),
        coverage: CoverageMetadata {
            title: same(|one| &one.title),
            licence: same(|one| &one.licence),
            columns: columns.clone(),
            ..known.clone()
        },
        ..Table::clone(first)
    })
}

fn with_times(dimension: &Dimension, times: Vec<Instant>) -> Dimension {
    Dimension {
        values: DimensionValues::Time(times),
        ..dimension.clone()
    }
}

/// The sources' words beside their values.
fn found(series: &[ReadSource]) -> Option<OfGrid> {
    let all = || {
        series
            .iter()
            .filter_map(|source| source.parsed.gridded.as_ref())
    };
    let mut skipped = Vec::new();
    for one in all().flat_map(|found| &found.skipped) {
        if !skipped.contains(one) {
            skipped.push(one.clone());
        }
    }
    let (first, last) = (series.first()?, series.last()?);
    let dimensions = first.parsed.table.coverage.columns.dimensions().iter();
    let mut dimensions = dimensions.filter(|one| matches!(one.values, DimensionValues::Time(_)));
    Some(OfGrid {
        has_rough_places: all().any(|found| found.has_rough_places),
        skipped,
        calendars: all().next()?.calendars.clone(),
        along_time: Some(AlongTime {
            dimension: dimensions.next()?.name.clone(),
            first: times(first)?.first()?.text.clone(),
            last: times(last)?.last()?.text.clone(),
        }),
    })
}

/// The rows of all, in the columns of `table`.
///
/// # Errors
/// Which of the sources has other places than the first.
fn parsed(table: Table, series: Vec<ReadSource>, found: Option<OfGrid>) -> Result<Parsed, usize> {
    let columns = &table.coverage.columns;
    let mut stats = vec![super::statistics::ColumnStats::NONE; table.width()];
    let (mut before, mut rounded) = (0, 0);
    let mut sources = Vec::with_capacity(series.len());
    let mut first = None;
    for source in series {
        let parsed = source.parsed;
        let own = &parsed.table.coverage.columns;
        let places: Vec<_> = own
            .all()
            .map(|one| place(columns, own, one, before))
            .collect();
        for (place, own) in places.iter().zip(&parsed.stats) {
            if let Some(free) = stats.get_mut(*place) {
                *free = *own;
            }
        }
        before += own.dimensions().iter().map(count_of_times).sum::<usize>();
        rounded += parsed.rounded;
        first.get_or_insert((
            parsed.rows,
            parsed.latitudes,
            parsed.longitudes,
            parsed.turn,
        ));
        sources.push((parsed.source_rows, places));
    }
    let rows = JoinedRows::new(sources)?;
    let (count, latitudes, longitudes, turn) = first.ok_or(0_usize)?;
    Ok(Parsed {
        faults: super::Faults::default(),
        rows: count,
        cells_with_data: u64::try_from(rows.count()).unwrap_or(u64::MAX),
        stats,
        latitudes,
        longitudes,
        turn,
        rounded,
        source_rows: SourceRows::Joined(rows),
        gridded: found,
        table: Arc::new(table),
    })
}

/// The place among `columns` of the column `one` of a source, before which there are `before` times.
fn place(columns: &Columns, own: &Columns, one: ColumnIndex, before: usize) -> usize {
    let dimensions = own.dimensions().iter().zip(own.positions(one));
    let positions = dimensions.map(|(dimension, position)| match dimension.values {
        DimensionValues::Time(_) => position + before,
        DimensionValues::Number(_) | DimensionValues::Text(_) => position,
    });
    let positions: Vec<_> = positions.collect();
    let column = columns.index(own.variable_of(one), &positions);
    column
        .and_then(|column| usize::try_from(column.number()).ok())
        .unwrap_or(usize::MAX)
}

fn count_of_times(dimension: &Dimension) -> usize {
    match &dimension.values {
        DimensionValues::Time(times) => times.len(),
        DimensionValues::Number(_) | DimensionValues::Text(_) => 0,
    }
}

fn faulty(name: &str, fault: GriddedFault) -> Faulty {
    Faulty {
        name: name.to_owned(),
        problem: Problem::Parse(fault.into()),
    }
}
