//! Rows of which a question is true, found in the order in which they lie.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use arrow_array::{BooleanArray, RecordBatch};
use arrow_buffer::BooleanBufferBuilder;
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReader,
    file::metadata::{RowGroupMetaData, page_index::RowGroupPageIndex},
};

use crate::{layout::guard::guarded, literal::Literal};

use super::{
    bounds::{GroupBounds, PageBounds, PartBounds, groups_within, rows_within},
    error::QueryError,
    files::{Files, Group},
    filter::{Filter, Step},
    mapped::Mapped,
    ranges::Ranges,
};

/// A walk through the files, which goes as far as it is asked.
pub(super) struct Scan {
    files: Arc<Files>,
    filter: Filter,
    /// The row groups that come next.
    next: Range<usize>,
    /// Only rows from this one on.
    from: u64,
    /// Rows of the group before that have not been looked at.
    pending: Option<Matches>,
    chunk: usize,
}

/// Rows of a row group.
#[derive(Debug)]
pub(super) struct Matches {
    pub(super) group: Group,
    pub(super) rows: Ranges,
}

impl Scan {
    /// A walk through the rows behind the row `after`.
    pub(super) fn new(files: Arc<Files>, filter: Filter, after: Option<u64>) -> Self {
        let from = after.map_or(0, |after| after.saturating_add(1));
        let keys = key_groups(&files, &filter);
        Self {
            filter,
            next: keys.start.max(files.group_of(from))..keys.end,
            from,
            pending: None,
            chunk: FIRST_CHUNK_ROWS,
            files,
        }
    }

    /// `true` when the pages that may have rows of the answer have at most so many, as far as their bounds tell.
    pub(super) fn has_at_most(&self, rows: usize) -> bool {
        let mut left = rows;
        self.next.len() <= MOST_GROUPS_TO_LOOK_AT
            && self.next.clone().all(|next| {
                let group = self.files.groups().get(next).copied();
                let rows = group.map_or(0, |group| self.pruned(group).len());
                let is_within = rows <= left;
                left = left.saturating_sub(rows);
                is_within
            })
    }

    /// The next rows, all of one row group.
    pub(super) fn next_matches(&mut self) -> Result<Option<Matches>, QueryError> {
        loop {
            let Some(mut pending) = self.pending.take() else {
                let next = self.next.next();
                let Some(group) = next.and_then(|next| self.files.groups().get(next).copied())
                else {
                    return Ok(None);
                };
                let rows = self.pruned(group);
                self.pending = Some(Matches { group, rows }).filter(|found| !found.rows.is_empty());
                continue;
            };
            if self.filter.steps().is_empty() {
                return Ok(Some(pending));
            }
            let group = pending.group;
            let mut rows = pending.rows.take_first(self.chunk);
            self.chunk = (self.chunk * 2).min(MOST_CHUNK_ROWS);
            self.pending = Some(pending).filter(|pending| !pending.rows.is_empty());
            for step in self.filter.steps() {
                if !rows.is_empty() {
                    rows = self.narrowed(group, &rows, step)?;
                }
            }
            if !rows.is_empty() {
                return Ok(Some(Matches { group, rows }));
            }
        }
    }

    /// The columns of the rows, in the order of the file.
    pub(super) fn read(&self, rows: &Matches, columns: &[usize]) -> Result<Batches, QueryError> {
        read(&self.files, rows, columns)
    }

    /// Rows of the group of whose pages it may be true.
    fn pruned(&self, group: Group) -> Ranges {
        let files = &self.files;
        let stored = files.stored();
        let mut rows = self.filter.rows_of(group.first, group.rows);
        if let Ok(skipped) = usize::try_from(self.from.saturating_sub(group.first)) {
            rows = rows.within(&(skipped..group.rows));
        }
        if rows.is_empty() {
            return rows;
        }
        let bounds = self.filter.bounds();
        let part = files.part(group);
        if part.is_some_and(|part| !bounds.may_hold(&PartBounds { part, stored })) {
            return Ranges::default();
        }
        let Some(metadata) = files.file(group).map(Mapped::metadata) else {
            return Ranges::default();
        };
        if let Some(group) = metadata.row_groups().get(group.at)
            && !bounds.may_hold(&GroupBounds { group, stored })
        {
            return Ranges::default();
        }
        let pages = metadata.page_index_for_row_group(group.at);
        let within = self.key_rows(&pages, group.rows);
        let mut starts = BTreeSet::from([within.start, within.end]);
        for column in self.filter.bounds_columns() {
            let places = pages.page_locations(*column).into_iter().flatten();
            let places = places.filter_map(|page| usize::try_from(page.first_row_index).ok());
            starts.extend(places.filter(|row| within.contains(row)));
        }
        let kept = starts.iter().zip(starts.iter().skip(1)).filter(|(row, _)| {
            let page = PageBounds {
                pages: &pages,
                stored,
                row: **row,
                rows: group.rows,
            };
            bounds.may_hold(&page)
        });
        let mut all = Ranges::default();
        for (start, end) in kept {
            rows.within(&(*start..*end))
                .iter()
                .for_each(|rows| all.push(rows));
        }
        all
    }

    /// The rows of pages that can have the keys that are asked for, in files that are sorted by them.
    fn key_rows(&self, pages: &RowGroupPageIndex, rows: usize) -> Range<usize> {
        let stored = self.files.stored();
        let column = stored.unique().first().copied();
        let key = self
            .filter
            .first_key()
            .filter(|_| stored.geometry().is_none());
        let found = column.zip(key);
        let found = found.and_then(|(column, key)| rows_within(pages, column, key, rows));
        found
            .filter(|found| found.start <= found.end)
            .unwrap_or(0..rows)
    }

    fn narrowed(&self, group: Group, rows: &Ranges, step: &Step) -> Result<Ranges, QueryError> {
        let mut holds = BooleanBufferBuilder::new(rows.len());
        let matches = Matches {
            group,
            rows: rows.clone(),
        };
        for batch in read(&self.files, &matches, &step.columns())? {
            holds.append_buffer(step.holds(&batch?)?.values());
        }
        if holds.len() != rows.len() {
            return Err(QueryError::Damaged("a row group has other rows".into()));
        }
        Ok(rows.filtered(&BooleanArray::new(holds.finish(), None)))
    }
}

/// The column that files are sorted by, and the values of it that are asked for.
fn first_key<'a>(files: &Files, filter: &'a Filter) -> Option<(usize, &'a (Literal, Literal))> {
    let stored = files.stored();
    let key = filter.first_key().filter(|_| stored.geometry().is_none())?;
    Some((stored.first_unique()?, key))
}

/// The row groups that can have the keys that are asked for.
fn key_groups(files: &Files, filter: &Filter) -> Range<usize> {
    match first_key(files, filter) {
        Some((column, key)) => groups_of(files, column, key),
        None => 0..files.groups().len(),
    }
}

/// The row groups, of which `column` ascends, that can have a value from the one to the other.
pub(super) fn groups_of(files: &Files, column: usize, values: &(Literal, Literal)) -> Range<usize> {
    let groups = files.groups();
    let statistics = |at: usize| {
        let group = groups.get(at).copied()?;
        let metadata = files.file(group)?.metadata();
        let chunk = metadata.row_groups().get(group.at)?.columns().get(column)?;
        chunk.statistics()
    };
    groups_within(groups.len(), statistics, values)
}

/// Batches of some columns.
pub(super) struct Batches {
    reader: ParquetRecordBatchReader,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = guarded(|| self.reader.next().transpose());
        next.map_err(QueryError::Damaged).transpose()
    }
}

/// Batches of the columns of rows, small enough to be held in memory.
pub(super) fn read(
    files: &Files,
    rows: &Matches,
    columns: &[usize],
) -> Result<Batches, QueryError> {
    let file = files.file(rows.group);
    let file = file.ok_or_else(|| QueryError::Damaged("a part is absent".into()))?;
    // Room is made for as many rows before the first is read.
    let batch_rows = batch_rows(files, rows.group, columns).min(rows.rows.len().max(1));
    let reader = file.reader(rows.group.at, &rows.rows, columns, batch_rows)?;
    Ok(Batches { reader })
}

/// Rows of the group that are few enough to be held in memory.
pub(super) fn batch_rows(files: &Files, group: Group, columns: &[usize]) -> usize {
    let metadata = files.file(group).map(Mapped::metadata);
    let found = metadata.and_then(|metadata| metadata.row_groups().get(group.at));
    let chunks = found.map(RowGroupMetaData::columns).unwrap_or_default();
    let sizes = columns.iter().filter_map(|column| chunks.get(*column));
    let bytes = sizes.map(|chunk| usize::try_from(chunk.uncompressed_size()).unwrap_or(usize::MAX));
    let bytes = bytes.fold(0_usize, usize::saturating_add) / group.rows.max(1);
    (BATCH_BYTES / bytes.max(1)).clamp(1, MOST_BATCH_ROWS)
}

/// Rows that are looked at together: few at first, since a page of an answer needs few.
const FIRST_CHUNK_ROWS: usize = 32_768;
/// Row groups whose bounds are looked at before an answer is begun.
const MOST_GROUPS_TO_LOOK_AT: usize = 4_096;
const MOST_CHUNK_ROWS: usize = 131_072;
/// Octets of a batch, about.
const BATCH_BYTES: usize = 4 << 20;
const MOST_BATCH_ROWS: usize = 8_192;

#[cfg(test)]
mod tests;
