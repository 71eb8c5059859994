//! Rows in another order than that in which they lie.

use std::{collections::VecDeque, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, UInt64Array, cast::AsArray, types::Float64Type};
use arrow_row::{RowConverter, SortField};
use arrow_schema::SortOptions;
use arrow_select::{concat::concat_batches, take::take_record_batch};

use crate::{
    layout::Stored,
    query::SortKey,
    schema::{ColumnType, Kind},
};

use super::{
    error::QueryError,
    files::Files,
    filter::Filter,
    ranges::Ranges,
    scan::{Matches, Scan, batch_rows, read},
};

/// Rows that were sorted, of which only the places are in memory.
pub(super) struct Sorted {
    files: Arc<Files>,
    rows: VecDeque<u64>,
    is_more: bool,
}

/// The sorted columns of a row, and its place: rows that are equal in them are told apart by it.
type Key = (Box<[u8]>, u64);

/// True when rows lie in the order.
pub(super) fn is_order_of(sort: &[SortKey], stored: &Stored) -> bool {
    if sort.is_empty() {
        return true;
    }
    let unique = stored.unique();
    let is_one = |(key, column): (&SortKey, &usize)| key.column == *column && !key.is_descending;
    // Columns behind those that tell rows apart change nothing.
    stored.table().kind != Kind::Features && sort.iter().zip(&unique).all(is_one)
}

impl Sorted {
    /// The first rows of those that the filter leaves, or those behind the row `after`.
    pub(super) fn new(
        files: Arc<Files>,
        filter: Filter,
        sort: &[SortKey],
        limit: Option<usize>,
        after: Option<u64>,
    ) -> Result<Self, QueryError> {
        let most = limit.unwrap_or(MOST_SORTED);
        if most > MOST_SORTED {
            return Err(QueryError::TooManyToSort { limit: MOST_SORTED });
        }
        let keys = SortKeys::new(&files, sort)?;
        let after = after.map(|row| keys.of_row(&files, row)).transpose()?;
        let mut first = keys.first(&files, filter, most.saturating_add(1), after.as_ref())?;
        let is_more = first.len() > most;
        if is_more && limit.is_none() {
            return Err(QueryError::TooManyToSort { limit: MOST_SORTED });
        }
        first.truncate(most);
        Ok(Self {
            files,
            rows: first.into_iter().map(|(_, row)| row).collect(),
            is_more,
        })
    }

    pub(super) fn is_more(&self) -> bool {
        self.is_more || !self.rows.is_empty()
    }

    /// The next rows and their places.
    pub(super) fn next(
        &mut self,
        columns: &[usize],
    ) -> Result<Option<(RecordBatch, Vec<u64>)>, QueryError> {
        let Some(first) = self.rows.front() else {
            return Ok(None);
        };
        let group = self
            .files
            .groups()
            .get(self.files.group_of(*first))
            .copied();
        let fitting = group.map_or(1, |group| batch_rows(&self.files, group, columns));
        let count = self.rows.len().min(FETCHED_ROWS).min(fitting);
        let asked: Vec<u64> = self.rows.drain(..count).collect();
        let mut in_file = asked.clone();
        in_file.sort_unstable();
        let mut batches = Vec::new();
        for matches in places(&self.files, &in_file) {
            for batch in read(&self.files, &matches, columns)? {
                batches.push(batch?);
            }
        }
        let Some(first) = batches.first() else {
            return Err(QueryError::Damaged("a row is absent".into()));
        };
        let all = concat_batches(&first.schema(), &batches)?;
        let order = asked
            .iter()
            .filter_map(|row| in_file.binary_search(row).ok());
        let order = order.filter_map(|place| u64::try_from(place).ok());
        let sorted = take_record_batch(&all, &UInt64Array::from_iter_values(order))?;
        Ok(Some((sorted, asked)))
    }
}

/// Columns to sort by.
struct SortKeys {
    converter: RowConverter,
    /// In the order of the file, as they are read.
    read: Vec<usize>,
    /// Of each column to sort by its place among those.
    places: Vec<usize>,
}

impl SortKeys {
    fn new(files: &Files, sort: &[SortKey]) -> Result<Self, QueryError> {
        let columns = &files.stored().table().columns;
        let fields = sort.iter().map(|key| {
            let column = columns.get(key.column);
            let column_type = column.map(|column| column.column_type);
            let is_compared =
                |one: &ColumnType| !matches!(one, ColumnType::Geometry | ColumnType::Json);
            let column_type = column_type.filter(is_compared);
            let column_type = column_type.ok_or(QueryError::Without("such column to sort by"))?;
            let options = SortOptions {
                descending: key.is_descending,
                nulls_first: false,
            };
            Ok(SortField::new_with_options(column_type.arrow(), options))
        });
        let fields = fields.collect::<Result<Vec<_>, QueryError>>()?;
        let mut read: Vec<usize> = sort.iter().map(|key| key.column).collect();
        read.sort_unstable();
        read.dedup();
        let places = sort
            .iter()
            .filter_map(|key| read.binary_search(&key.column).ok());
        Ok(Self {
            converter: RowConverter::new(fields)?,
            places: places.collect(),
            read,
        })
    }

    fn of_batch(&self, batch: &RecordBatch) -> Result<arrow_row::Rows, QueryError> {
        let columns = self.places.iter();
        let columns = columns.filter_map(|place| batch.columns().get(*place).map(with_one_zero));
        Ok(self
            .converter
            .convert_columns(&columns.collect::<Vec<_>>())?)
    }

    fn of_row(&self, files: &Files, row: u64) -> Result<Key, QueryError> {
        for matches in places(files, &[row]) {
            for batch in read(files, &matches, &self.read)? {
                let rows = self.of_batch(&batch?)?;
                if let Some(found) = rows.iter().next() {
                    return Ok((found.as_ref().into(), row));
                }
            }
        }
        Err(QueryError::Damaged("a row is absent".into()))
    }

    /// The first rows in the order, at most so many, behind `after`.
    fn first(
        &self,
        files: &Arc<Files>,
        filter: Filter,
        most: usize,
        after: Option<&Key>,
    ) -> Result<Vec<Key>, QueryError> {
        let mut scan = Scan::new(Arc::clone(files), filter, None);
        let mut kept: Vec<Key> = Vec::new();
        // The last of the first rows, as soon as there are as many: no row behind it is one of them.
        let mut last: Option<Key> = None;
        while let Some(matches) = scan.next_matches()? {
            let mut at = 0;
            for batch in scan.read(&matches, &self.read)? {
                for row in &self.of_batch(&batch?)? {
                    let place = matches.rows.row(at).unwrap_or_default();
                    at += 1;
                    let place = u64::try_from(place).unwrap_or_default();
                    let key = (row.as_ref(), matches.group.first + place);
                    let is_behind = |other: &Key| key > (&*other.0, other.1);
                    if after.is_none_or(is_behind) && !last.as_ref().is_some_and(is_behind) {
                        kept.push((key.0.into(), key.1));
                    }
                }
                if kept.len() >= most.saturating_mul(2).max(LEAST_KEPT) {
                    kept.sort_unstable();
                    kept.truncate(most);
                    last = kept.last().cloned();
                }
            }
        }
        kept.sort_unstable();
        kept.truncate(most);
        Ok(kept)
    }
}

/// A column whose zeros are one number, as they are where they are compared.
fn with_one_zero(column: &ArrayRef) -> ArrayRef {
    match column.as_primitive_opt::<Float64Type>() {
        Some(numbers) => Arc::new(numbers.unary::<_, Float64Type>(|number| number + 0.0)),
        None => Arc::clone(column),
    }
}

/// The row groups of rows that ascend.
fn places(files: &Files, rows: &[u64]) -> Vec<Matches> {
    let mut all: Vec<Matches> = Vec::new();
    for row in rows {
        let Some(group) = files.groups().get(files.group_of(*row)).copied() else {
            continue;
        };
        let Ok(place) = usize::try_from(row - group.first) else {
            continue;
        };
        match all.last_mut() {
            Some(last) if last.group.first == group.first => last.rows.push(place..place + 1),
            _ => all.push(Matches {
                group,
                rows: Ranges::of(place..place + 1),
            }),
        }
    }
    all
}

/// Rows that are sorted at most: their columns to sort by are in memory.
const MOST_SORTED: usize = 100_000;
/// Rows that are decoded together, in any order.
const FETCHED_ROWS: usize = 1_024;
const LEAST_KEPT: usize = 8_192;

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, StringArray};

    use super::*;
    use crate::{
        layout::{Options, Writer},
        query::Query,
        schema::{Column, TableSchema},
        table::Table,
    };

    #[test]
    fn zeros_are_one_number_in_an_order_and_from_page_to_page() {
        let column = Column::new;
        let schema = TableSchema {
            kind: Kind::Records,
            columns: vec![
                column("sku", ColumnType::Text),
                column("depth", ColumnType::Number),
            ],
            key: vec!["sku".into()],
            time: None,
            geometry: None,
            step_ms: None,
        };
        let skus = StringArray::from(vec!["a", "b", "c", "d", "e"]);
        let depths = Float64Array::from(vec![0.0, -0.0, -1.0, 0.0, -0.0]);
        let arrow = schema.arrow();
        let batch = RecordBatch::try_new(arrow, vec![Arc::new(skus), Arc::new(depths)]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::begin(folder.path(), schema, Options::default()).unwrap();
        writer.push(&batch).unwrap();
        writer.finish().unwrap();
        let table = Arc::new(Table::open(folder.path()).unwrap());
        for (is_descending, expected) in [(false, "cabde"), (true, "abdec")] {
            let key = |column, is_descending| SortKey {
                column,
                is_descending,
            };
            let (mut found, mut after) = (String::new(), None);
            loop {
                let mut page = table
                    .select(Query {
                        sort: vec![key(1, is_descending), key(0, false)],
                        limit: Some(2),
                        after: after.take(),
                        ..Query::default()
                    })
                    .unwrap();
                for batch in &mut page {
                    let batch = batch.unwrap();
                    found.extend(batch.column(0).as_string::<i32>().iter().flatten());
                }
                after = page.cursor().unwrap();
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected);
        }
    }
}
