//! The row with a key, in files whose rows lie in the order of their keys.
//!
//! Bounds of row groups and pages leave one page, or a few where keys have their beginning in common. Of a part with an
//! Arrow file the batch with its rows is taken as it lies there; of another the page is decoded once with all its columns.
//! The row is found in it by halves: nothing is planned and nothing is evaluated.

use std::{cmp::Ordering, ops::Range, sync::Arc};

use arrow_array::{
    Array, ArrayRef, RecordBatch,
    cast::AsArray,
    types::{Date32Type, Int64Type, TimestampMillisecondType},
};

use arrow_schema::DataType;
use parquet::file::page_index::offset_index::PageLocation;

use crate::literal::Literal;

use super::{
    blocks::{MOST_BYTES, Place},
    bounds::rows_within,
    error::QueryError,
    files::{Files, Group},
    ranges::Ranges,
    scan::{Matches, batch_rows, groups_of, read},
};

/// The outcome of a look at the pages of a key.
#[derive(Debug)]
pub(super) enum Lookup {
    /// The row, in all columns of the file; none where no row has the key.
    Is(Option<RecordBatch>),
    /// Pages too large to be decoded for one row, or a key that is not compared here: the question is to be put.
    Unknown,
}

/// The row of `files` with the key.
pub(super) fn row(files: &Files, key: &[Literal]) -> Result<Lookup, QueryError> {
    let columns = files.stored().unique();
    let table = &files.stored().table().columns;
    let is_of = |(at, value): (&usize, &Literal)| {
        let column = table.get(*at);
        column.is_some_and(|column| column.column_type == value.column_type())
    };
    let is_key = columns.len() == key.len() && columns.iter().zip(key).all(is_of);
    if files.stored().geometry().is_some() || !is_key {
        return Ok(Lookup::Unknown);
    }
    let Some(pieces) = pieces(files, &columns, key) else {
        return Ok(Lookup::Unknown);
    };
    let (mut low, mut high) = (0, pieces.len());
    while low < high {
        let middle = low.midpoint(high);
        let Some(piece) = pieces.get(middle) else {
            break;
        };
        let Some(rows) = rows_of(files, piece)? else {
            return Ok(Lookup::Unknown);
        };
        match found(&rows, &columns, key) {
            Some(Found::Before) => high = middle,
            Some(Found::Row(row)) => return Ok(Lookup::Is(Some(rows.slice(row, 1)))),
            Some(Found::Nothing) => return Ok(Lookup::Is(None)),
            Some(Found::After) => low = middle + 1,
            None => return Ok(Lookup::Unknown),
        }
    }
    Ok(Lookup::Is(None))
}

/// Rows that are looked at together.
enum Piece {
    /// A batch of the Arrow file of a group.
    Batch(Group, usize),
    /// A page of the first column of keys.
    Page(Page),
}

struct Page {
    group: Group,
    rows: Range<usize>,
}

/// The pages or batches that can have the key, in their order; none where bounds do not tell.
fn pieces(files: &Files, columns: &[usize], key: &[Literal]) -> Option<Vec<Piece>> {
    let (column, first) = (*columns.first()?, key.first()?);
    let range = (first.clone(), first.clone());
    let groups = groups_of(files, column, &range);
    let mut pieces = Vec::new();
    for group in files.groups().get(groups)? {
        let index = files.file(*group)?.metadata();
        let index = index.page_index_for_row_group(group.at);
        let within = rows_within(&index, column, &range, group.rows)?;
        if let Some(arrow) = files.arrow(*group) {
            let first = group.first_of_file;
            let batches = arrow.batches_of(&(first + within.start..first + within.end));
            pieces.extend(batches.map(|batch| Piece::Batch(*group, batch)));
            continue;
        }
        let starts = index.page_locations(column)?.iter();
        let mut starts = starts
            .filter_map(|page| usize::try_from(page.first_row_index).ok())
            .skip_while(|start| *start < within.start)
            .take_while(|start| *start < within.end)
            .peekable();
        while let Some(start) = starts.next() {
            let end = starts.peek().copied().unwrap_or(within.end);
            let (group, rows) = (*group, start..end);
            pieces.push(Piece::Page(Page { group, rows }));
        }
    }
    Some(pieces)
}

/// The rows with all columns; none where they may take too much memory.
fn rows_of(files: &Files, piece: &Piece) -> Result<Option<Arc<RecordBatch>>, QueryError> {
    match piece {
        Piece::Batch(group, at) => mapped(files, *group, *at),
        Piece::Page(page) => decoded(files, page),
    }
}

/// The rows of a batch, where they lie.
fn mapped(files: &Files, group: Group, at: usize) -> Result<Option<Arc<RecordBatch>>, QueryError> {
    let Some(arrow) = files.arrow(group) else {
        return Ok(None);
    };
    let place = Place::new(arrow.all().digest(), 0, at);
    if let Some(rows) = files.blocks().get(&place) {
        return Ok(Some(rows));
    }
    let rows = Arc::new(arrow.batch(at)?);
    files.blocks().keep_mapped(place, &rows);
    Ok(Some(rows))
}

/// The rows of a page, decoded.
fn decoded(files: &Files, page: &Page) -> Result<Option<Arc<RecordBatch>>, QueryError> {
    let Some(digest) = files.digest(page.group) else {
        return Ok(None);
    };
    let place = Place::new(digest, page.group.at, page.rows.start);
    if let Some(rows) = files.blocks().get(&place) {
        return Ok(Some(rows));
    }
    let columns: Vec<usize> = (0..files.stored().file().fields().len()).collect();
    let is_small = bytes(files, page).is_some_and(|bytes| bytes <= MOST_BYTES);
    if !is_small || page.rows.len() > batch_rows(files, page.group, &columns) {
        return Ok(None);
    }
    let rows = Matches {
        group: page.group,
        rows: Ranges::of(page.rows.clone()),
    };
    let batch = read(files, &rows, &columns)?.next().transpose()?;
    let batch = batch.filter(|batch| batch.num_rows() == page.rows.len());
    let batch = batch.ok_or_else(|| QueryError::Damaged("a page has other rows".into()))?;
    let batch = Arc::new(batch);
    files.blocks().keep(place, &batch);
    Ok(Some(batch))
}

/// Octets that the rows of a page take when they are decoded, at most; none where the index of pages does not tell. A
/// dictionary, or keys that begin alike, make many times as much of what lies in the file.
fn bytes(files: &Files, page: &Page) -> Option<usize> {
    let index = files.file(page.group)?.metadata();
    let index = index.page_index_for_row_group(page.group.at);
    let mut sum = 0_usize;
    for (at, field) in files.stored().file().fields().iter().enumerate() {
        sum = sum.saturating_add(page.rows.len().saturating_mul(MOST_FIXED_BYTES));
        if !matches!(field.data_type(), DataType::Utf8 | DataType::Binary) {
            continue;
        }
        let pages = index.offset_index(at)?;
        let sizes = pages.unencoded_byte_array_data_bytes()?;
        let row_of = |place: &PageLocation| usize::try_from(place.first_row_index).ok();
        let places = pages.page_locations();
        let from = places.partition_point(|place| row_of(place) <= Some(page.rows.start));
        let to = places.partition_point(|place| row_of(place) < Some(page.rows.end));
        for size in sizes.get(from.checked_sub(1)?..to)? {
            sum = sum.saturating_add(usize::try_from(*size).ok()?);
        }
    }
    Some(sum)
}

/// The place of a key beside the rows of a page.
enum Found {
    Before,
    Row(usize),
    /// Between two rows.
    Nothing,
    After,
}

/// The place of the key beside rows, which ascend; none where it is not compared with them.
fn found(rows: &RecordBatch, columns: &[usize], key: &[Literal]) -> Option<Found> {
    let columns = columns.iter().map(|column| rows.columns().get(*column));
    let columns: Vec<&ArrayRef> = columns.collect::<Option<_>>()?;
    let (mut low, mut high) = (0, rows.num_rows());
    while low < high {
        let middle = low.midpoint(high);
        match order(&columns, middle, key)? {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Some(Found::Row(middle)),
            Ordering::Greater => high = middle,
        }
    }
    Some(match low {
        0 => Found::Before,
        end if end == rows.num_rows() => Found::After,
        _ => Found::Nothing,
    })
}

/// The order of a row's key and the key.
fn order(columns: &[&ArrayRef], row: usize, key: &[Literal]) -> Option<Ordering> {
    for (column, value) in columns.iter().zip(key) {
        let order = beside(column, row, value)?;
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

/// The order of a value of a column and the value: of text that of its octets, as rows lie.
fn beside(column: &ArrayRef, row: usize, value: &Literal) -> Option<Ordering> {
    if row >= column.len() || column.is_null(row) {
        return None;
    }
    Some(match value {
        Literal::Text(text) => column.as_string_opt::<i32>()?.value(row).cmp(text),
        Literal::Integer(value) => {
            let numbers = column.as_primitive_opt::<Int64Type>()?;
            numbers.value(row).cmp(value)
        }
        Literal::Date(day) => column.as_primitive_opt::<Date32Type>()?.value(row).cmp(day),
        Literal::DateTime(instant) => {
            let instants = column.as_primitive_opt::<TimestampMillisecondType>()?;
            instants.value(row).cmp(instant)
        }
        Literal::Boolean(_) | Literal::Number(_) => return None,
    })
}

/// Octets of a value of a fixed length, or of the place where a text ends.
const MOST_FIXED_BYTES: usize = 8;

#[cfg(test)]
mod tests;
