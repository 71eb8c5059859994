//! A table that may be read.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arrow_array::RecordBatch;
use bytes::Bytes;
use perild_query::{
    Literal, Query, Rows, Table, TableSchema, Time,
    table::{QueryError, WholeFile},
};

use super::{ItemKey, Refused};

/// A table that a permit is for; [`Tables::table`](super::Tables::table) alone makes one.
#[derive(Clone, Debug)]
pub struct PermittedTable(Arc<Table>);

impl PermittedTable {
    pub(super) fn new(table: Arc<Table>) -> Self {
        Self(table)
    }

    /// Its columns.
    #[must_use]
    pub fn schema(&self) -> &TableSchema {
        self.0.schema()
    }

    /// Its version: another one for every other content.
    #[must_use]
    pub fn version(&self) -> &str {
        self.0.version()
    }

    /// The time of its import.
    #[must_use]
    pub fn modified(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.0.modified_ms()).unwrap_or(0))
    }

    /// All values of a column in order, where they are few.
    #[must_use]
    pub fn distinct(&self, column: usize) -> Option<Vec<Box<str>>> {
        self.0.statistics(column)?.distinct
    }

    /// The row with `key`, as a batch of all columns.
    ///
    /// # Errors
    /// [`Refused::NoItem`] for a key that no row has, [`Refused::Unreadable`].
    pub fn item(&self, key: &str) -> Result<RecordBatch, Refused> {
        let key = self.key(key).ok_or(Refused::NoItem)?;
        let found = self.0.item(&key)?;
        found
            .filter(|row| row.num_rows() > 0)
            .ok_or(Refused::NoItem)
    }

    /// The rows that `query` asks for.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn select(&self, query: Query) -> Result<Rows, Refused> {
        Ok(self.0.select(query)?)
    }

    /// `true` where `query` is answered from few rows, whatever it finds.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn is_quick(&self, query: &Query) -> Result<bool, Refused> {
        Ok(self.0.is_quick(query)?)
    }

    /// The Parquet file of the table's octets that answers `query`, where it asks for all rows as they lie; the file has the
    /// schema and the metadata of `empty`, which is one without rows.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn file(&self, query: &Query, empty: &Bytes) -> Result<Option<WholeFile>, Refused> {
        Ok(self.0.file(query, empty)?)
    }

    /// The number of rows that `query` asks for, whatever its limit.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn count(&self, query: &Query) -> Result<u64, Refused> {
        Ok(self.0.count(query)?)
    }

    /// The columns whose values tell rows apart: those of the key, and of series the time.
    #[must_use]
    pub fn unique(&self) -> Vec<usize> {
        unique(self.schema())
    }

    /// The values of the key that `text` spells; none where no row can have it.
    pub(super) fn key(&self, text: &str) -> Option<Box<[Literal]>> {
        let columns = self.unique();
        let key = ItemKey::parse(text, columns.len())?;
        let values = columns.iter().zip(key.values());
        let values = values.map(|(column, text)| {
            let column = self.schema().columns.get(*column)?;
            Literal::parse(text, column.column_type).ok()
        });
        values.collect()
    }
}

/// The columns whose values tell rows of `schema` apart.
pub(super) fn unique(schema: &TableSchema) -> Vec<usize> {
    let time = match &schema.time {
        Some(Time::At { column }) if schema.kind == perild_query::Kind::Series => Some(column),
        _ => None,
    };
    let names = schema.key.iter().chain(time);
    let columns = names.filter_map(|name| Some(schema.column(name)?.0));
    columns.collect()
}

/// A fault of the question is the consumer's; one of the table is told in the log.
impl From<QueryError> for Refused {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Cursor(_) => Self::malformed("next", "as a page before has it in its link"),
            QueryError::Gone => Self::Gone,
            QueryError::Key { .. } => Self::NoItem,
            QueryError::TooManyToSort { limit } => Self::malformed(
                "limit",
                format!("{limit} or less where sortby is not the order of the table"),
            ),
            QueryError::Without(what) => Self::malformed(
                "the query",
                format!("about what this collection has: it has no {what}"),
            ),
            QueryError::Damaged(_) | QueryError::Evaluation(_) | QueryError::Rows(_) => {
                tracing::error!(%error, "a table cannot be read");
                Self::Unreadable
            }
        }
    }
}
