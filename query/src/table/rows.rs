//! The rows of an answer.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Schema, SchemaRef};

use crate::{
    layout::Digest,
    query::{Cursor, Query, SortKey},
};

use super::{
    error::QueryError,
    files::Files,
    filter::Filter,
    scan::{Batches, Matches, Scan},
    sorted::{self, Sorted},
};

/// Rows of an answer, a batch after the other.
pub struct Rows {
    version: Digest,
    sort: Vec<SortKey>,
    projection: Projection,
    found: Found,
    /// Rows that may still come; all of them without it.
    left: Option<usize>,
    /// Rows of the last batch among all of the table, in its order.
    last: Vec<u64>,
    /// The last row of the batches before that one.
    before: Option<u64>,
    is_over: bool,
}

/// Rows that were found, and those that are to be.
enum Found {
    /// In the order of the table.
    Stored {
        scan: Box<Scan>,
        /// Rows that are being decoded.
        open: Option<(Batches, Matches, usize)>,
        /// Rows behind the last of the answer.
        ahead: Option<Matches>,
    },
    /// In the order that was asked for.
    Sorted(Sorted),
}

/// Columns of an answer.
struct Projection {
    schema: SchemaRef,
    /// In the order of the file.
    read: Vec<usize>,
    /// Of each column of the answer its place among those.
    places: Vec<usize>,
}

impl Rows {
    pub(super) fn new(
        files: Arc<Files>,
        version: &Digest,
        filter: Filter,
        query: Query,
        after: Option<u64>,
    ) -> Result<Self, QueryError> {
        let projection = Projection::new(&files, query.properties)?;
        let is_stored_order = sorted::is_order_of(&query.sort, files.stored());
        let found = if is_stored_order {
            Found::Stored {
                scan: Box::new(Scan::new(files, filter, after)),
                open: None,
                ahead: None,
            }
        } else {
            Found::Sorted(Sorted::new(files, filter, &query.sort, query.limit, after)?)
        };
        Ok(Self {
            version: version.clone(),
            sort: query.sort,
            projection,
            found,
            left: query.limit,
            last: Vec::new(),
            before: after,
            is_over: false,
        })
    }

    /// The columns.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.projection.schema
    }

    /// The version of the table that they are of: of an answer that goes on that which it was begun with.
    #[must_use]
    pub fn version(&self) -> &str {
        self.version.as_str()
    }

    /// The place behind the last row, when there are more of them; all batches have to have been taken.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn cursor(&mut self) -> Result<Option<Cursor>, QueryError> {
        self.cursor_after(self.last.len())
    }

    /// The place behind the first rows of the last batch, when there are more: where an answer ends early. The answer is
    /// not to be gone on with here.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn cursor_after(&mut self, taken: usize) -> Result<Option<Cursor>, QueryError> {
        let row = taken
            .checked_sub(1)
            .and_then(|at| self.last.get(at))
            .copied();
        let Some(row) = row.or(self.before) else {
            return Ok(None);
        };
        let is_more = taken < self.last.len() || self.is_more()?;
        Ok(is_more.then(|| Cursor::new(&self.version, row, &self.sort)))
    }

    fn is_more(&mut self) -> Result<bool, QueryError> {
        match &mut self.found {
            Found::Sorted(sorted) => Ok(sorted.is_more()),
            Found::Stored { scan, open, ahead } => {
                if open
                    .as_ref()
                    .is_some_and(|(_, matches, at)| *at < matches.rows.len())
                {
                    return Ok(true);
                }
                if ahead.is_none() {
                    *ahead = scan.next_matches()?;
                }
                Ok(ahead.is_some())
            }
        }
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, QueryError> {
        let (batch, rows) = match &mut self.found {
            Found::Sorted(sorted) => match sorted.next(&self.projection.read)? {
                Some(found) => found,
                None => return Ok(None),
            },
            Found::Stored { scan, open, ahead } => {
                let found = stored(scan, open, ahead, &mut self.left, &self.projection.read)?;
                match found {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
        };
        self.before = self.last.last().copied().or(self.before);
        self.last = rows;
        self.projection.apply(&batch).map(Some)
    }
}

impl Iterator for Rows {
    type Item = Result<RecordBatch, QueryError>;

    /// The next rows; after an error there are none.
    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.batch().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

type Batch = Option<(RecordBatch, Vec<u64>)>;

fn stored(
    scan: &mut Scan,
    open: &mut Option<(Batches, Matches, usize)>,
    ahead: &mut Option<Matches>,
    left: &mut Option<usize>,
    columns: &[usize],
) -> Result<Batch, QueryError> {
    loop {
        if let Some((batches, matches, at)) = open {
            if let Some(batch) = batches.next().transpose()? {
                let rows = *at..*at + batch.num_rows();
                *at = rows.end;
                let rows = rows.filter_map(|place| {
                    let row = u64::try_from(matches.rows.row(place)?).ok()?;
                    matches.group.first.checked_add(row)
                });
                return Ok(Some((batch, rows.collect())));
            }
            if *at < matches.rows.len() {
                return Err(QueryError::Damaged("a row group has other rows".into()));
            }
            *open = None;
        }
        if *left == Some(0) {
            return Ok(None);
        }
        let found = match ahead.take() {
            Some(found) => Some(found),
            None => scan.next_matches()?,
        };
        let Some(mut found) = found else {
            return Ok(None);
        };
        if let Some(left) = left {
            let group = found.group;
            let rows = found.rows.take_first(*left);
            *left -= rows.len();
            *ahead = Some(found).filter(|found| !found.rows.is_empty());
            found = Matches { group, rows };
        }
        let batches = scan.read(&found, columns)?;
        *open = Some((batches, found, 0));
    }
}

impl Projection {
    fn new(files: &Files, properties: Option<Vec<usize>>) -> Result<Self, QueryError> {
        let table = files.stored().table();
        let all = || (0..table.columns.len()).collect();
        let columns: Vec<usize> = properties.unwrap_or_else(all);
        let arrow = table.arrow();
        let fields = columns
            .iter()
            .map(|column| arrow.fields().get(*column).cloned());
        let fields: Option<Vec<_>> = fields.collect();
        let fields = fields.ok_or(QueryError::Without("such column"))?;
        let mut read = columns.clone();
        read.sort_unstable();
        read.dedup();
        let places = columns
            .iter()
            .filter_map(|column| read.binary_search(column).ok());
        Ok(Self {
            schema: Arc::new(Schema::new(fields)),
            places: places.collect(),
            read,
        })
    }

    /// The columns of a batch of those that were read.
    fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, QueryError> {
        let columns = self
            .places
            .iter()
            .map(|place| batch.columns().get(*place).cloned());
        let columns: Option<Vec<ArrayRef>> = columns.collect();
        let columns = columns.ok_or_else(|| QueryError::Damaged("a column is absent".into()))?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(
            schema, columns, &options,
        )?)
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{StringArray, cast::AsArray};

    use super::*;
    use crate::{
        layout::{Options, Writer},
        schema::{Column, ColumnType, Kind, TableSchema},
        table::{Table, ranges::Ranges},
    };

    /// A table of records whose notes are so long that each is a batch, all in one row group.
    fn of_long_notes(skus: &[&str]) -> (tempfile::TempDir, Arc<Table>) {
        let columns = ["sku", "note"].map(|name| Column {
            name: name.into(),
            column_type: ColumnType::Text,
            is_nullable: false,
            unit: None,
            definition: None,
        });
        let schema = TableSchema {
            kind: Kind::Records,
            columns: columns.to_vec(),
            key: vec!["sku".into()],
            time: None,
            geometry: None,
            step_ms: None,
        };
        let notes = skus.iter().map(|sku| sku.repeat(3 << 20));
        let columns: [ArrayRef; 2] = [
            Arc::new(StringArray::from_iter_values(skus)),
            Arc::new(StringArray::from_iter_values(notes)),
        ];
        let batch = RecordBatch::try_new(schema.arrow(), columns.to_vec()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::begin(folder.path(), schema, Options::default()).unwrap();
        writer.push(&batch).unwrap();
        writer.finish().unwrap();
        let table = Arc::new(Table::open(folder.path()).unwrap());
        (folder, table)
    }

    #[test]
    fn an_answer_that_ends_between_the_batches_of_a_row_group_goes_on_there() {
        let skus = ["a", "b", "c", "d"];
        let (_folder, table) = of_long_notes(&skus);
        assert_eq!(table.files.groups().len(), 1);
        let found = |rows: &mut Rows| {
            let batch = rows.next()?.unwrap();
            let skus = batch.column(0).as_string::<i32>();
            Some(skus.iter().flatten().collect::<Vec<_>>().concat())
        };
        for taken in 1..=skus.len() {
            let mut rows = table.select(Query::default()).unwrap();
            let begun: Vec<String> = (0..taken).map(|_| found(&mut rows).unwrap()).collect();
            assert_eq!(begun, skus[..taken], "a batch has one row");
            let after = rows.cursor().unwrap();
            assert_eq!(after.is_some(), taken < skus.len(), "{taken}");
            let Some(after) = after else { continue };
            let rest = Query {
                after: Some(after),
                ..Query::default()
            };
            let mut rows = table.select(rest).unwrap();
            let rest: Vec<String> = std::iter::from_fn(|| found(&mut rows)).collect();
            assert_eq!(rest, skus[taken..]);
        }
    }

    #[test]
    fn a_row_group_with_fewer_rows_than_are_looked_for_is_damaged() {
        let (_folder, table) = of_long_notes(&["a", "b", "c"]);
        for (there, is_damaged) in [(3, false), (2, true)] {
            let filter = table.filter(&Query::default()).unwrap();
            let mut scan = Scan::new(Arc::clone(&table.files), filter, None);
            let found = scan.next_matches().unwrap().unwrap();
            let read = Matches {
                group: found.group,
                rows: Ranges::of(0..there),
            };
            let batches = scan.read(&read, &[0]).unwrap();
            let (mut open, mut ahead, mut left) = (Some((batches, found, 0)), None, None);
            let mut next = || stored(&mut scan, &mut open, &mut ahead, &mut left, &[0]);
            let (_, rows) = next().unwrap().unwrap();
            assert_eq!(rows, (0..u64::try_from(there).unwrap()).collect::<Vec<_>>());
            assert_eq!(next().is_err(), is_damaged, "{there}");
        }
    }
}
