//! A table that is open: its files are mapped, and what is in memory says where rows lie.
//!
//! A question is answered in three steps. Parts, row groups and pages of whose bounds it cannot be true are passed over;
//! of those that are left the columns are read that say of which rows it is true; of these rows the columns of the
//! answer are decoded. Rows come in batches as they are read, so that an answer of any length needs little memory.

mod arrow_file;
mod blocks;
mod bounds;
mod error;
mod files;
mod filter;
mod lookup;
mod mapped;
mod octets;
mod ranges;
mod rows;
mod scan;
mod sorted;
mod whole;

use std::{iter, path::Path, sync::Arc};

use arrow_array::{RecordBatch, cast::AsArray, types::Int64Type};
use bytes::Bytes;

pub use blocks::Blocks;
pub use error::{QueryError, TableError};
pub use rows::Rows;
pub use whole::{Piece, WholeFile};

use crate::{
    layout::{ColumnStatistics, Digest, Folder, Manifest, Stored, folder::Versions},
    literal::Literal,
    query::Query,
    schema::{Kind, TableSchema},
};

use files::Files;
use filter::Filter;
use lookup::Lookup;
use scan::Scan;

/// A version of a table. It stays whole while it is held, whatever is imported meanwhile.
#[derive(Debug)]
pub struct Table {
    manifest: Manifest,
    files: Arc<Files>,
    /// Of features the keys in their order.
    keys: Option<Arc<Files>>,
    /// The version before, in which answers go on that were begun with it.
    before: Option<Arc<Self>>,
}

impl Table {
    /// Opens the table in the folder `dir`, with room of its own for rows that are asked for by key.
    ///
    /// # Errors
    /// As [`Self::open_with`].
    pub fn open(dir: &Path) -> Result<Self, TableError> {
        Self::open_with(dir, &Blocks::default())
    }

    /// Opens the table in the folder `dir`; rows that are asked for by key are kept in `blocks`, as far as there is room.
    ///
    /// # Errors
    /// [`TableError`]: nothing of a table is served of which a part does not fit. Octets of parts are not all read:
    /// that is [`Self::verify`].
    pub fn open_with(dir: &Path, blocks: &Blocks) -> Result<Self, TableError> {
        let folder = Folder::new(dir);
        let mut table = settled(&folder, |versions| {
            Self::version_of(&folder, &versions.current, blocks)
        })?;
        let before = folder.versions()?.before;
        // The table is served without the version before, when that one is damaged.
        let before = before.filter(|before| *before != table.manifest.version);
        let before = before.and_then(|before| Self::version_of(&folder, &before, blocks).ok());
        table.before = before.map(Arc::new);
        Ok(table)
    }

    /// Opens the version before of the table in the folder `dir`, which is there to be taken back to; none where there was
    /// only one.
    ///
    /// # Errors
    /// [`TableError`], where nobody can take back to it.
    pub fn open_before(dir: &Path) -> Result<Option<Self>, TableError> {
        let folder = Folder::new(dir);
        settled(&folder, |versions| {
            let before = versions.before.as_ref();
            before
                .map(|before| Self::version_of(&folder, before, &Blocks::default()))
                .transpose()
        })
    }

    fn version_of(folder: &Folder, version: &Digest, blocks: &Blocks) -> Result<Self, TableError> {
        let manifest = folder.manifest(version)?;
        let stored = Stored::new(manifest.schema.clone());
        let keys = manifest
            .keys
            .as_ref()
            .map(|keys| Files::open(folder, stored.keys(), [(keys, None)], blocks).map(Arc::new));
        let parts = manifest.parts.iter().map(|part| (&part.file, Some(part)));
        Ok(Self {
            files: Arc::new(Files::open(folder, stored, parts, blocks)?),
            keys: keys.transpose()?,
            before: None,
            manifest,
        })
    }

    /// The columns.
    #[must_use]
    pub fn schema(&self) -> &TableSchema {
        &self.manifest.schema
    }

    /// The version, which is the same wherever the same was imported.
    #[must_use]
    pub fn version(&self) -> &str {
        self.manifest.version.as_str()
    }

    /// The time of its import, in milliseconds since 1970.
    #[must_use]
    pub fn modified_ms(&self) -> i64 {
        self.manifest.modified_ms
    }

    /// Its rows.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.manifest.rows
    }

    /// True of a table without rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The publisher's words on it at its import.
    #[must_use]
    pub fn about(&self) -> &serde_json::Value {
        &self.manifest.about
    }

    /// Octets of its files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.manifest.files().map(|(file, _)| file.bytes).sum()
    }

    /// Statistics of a column over all parts.
    #[must_use]
    pub fn statistics(&self, column: usize) -> Option<ColumnStatistics> {
        let column_type = self.schema().columns.get(column)?.column_type;
        let parts = self.manifest.parts.iter();
        let mut parts = parts.filter_map(|part| part.columns.get(column));
        let first = parts.next()?.clone();
        Some(parts.fold(first, |all, part| all.with(part, column_type)))
    }

    /// West, south, east and north of all geometries; none when there are none.
    #[must_use]
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let parts = self.manifest.parts.iter().filter_map(|part| part.bounds);
        parts.reduce(|[w, s, e, n], [west, south, east, north]| {
            [w.min(west), s.min(south), e.max(east), n.max(north)]
        })
    }

    /// Reads all octets of the files and compares their digests.
    ///
    /// # Errors
    /// [`TableError::Damaged`].
    pub fn verify(&self) -> Result<(), TableError> {
        let keys = self.keys.iter();
        iter::once(&self.files)
            .chain(keys)
            .try_for_each(|files| files.verify())
    }

    /// The row with a key, of series with a key and a time, as a batch of all columns of one row.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn item(self: &Arc<Self>, key: &[Literal]) -> Result<Option<RecordBatch>, QueryError> {
        let columns = self.files.stored().unique().len();
        if key.len() != columns {
            return Err(filter::key_error(self.files.stored()));
        }
        let place = match &self.keys {
            None => match lookup::row(&self.files, key)? {
                // Of what has no geometry the columns of the file are those of the table.
                Lookup::Is(row) => return Ok(row),
                Lookup::Unknown => None,
            },
            Some(keys) => match lookup::row(keys, key)? {
                Lookup::Is(None) => return Ok(None),
                Lookup::Is(Some(row)) => Some(vec![place_of(&row)?]),
                Lookup::Unknown => None,
            },
        };
        let is_placed = place.is_some();
        let query = Query {
            ids: (!is_placed).then(|| vec![key.into()]),
            limit: Some(1),
            ..Query::default()
        };
        let filter = match place {
            Some(place) => Filter::new(self.files.stored(), &query, Some(place))?,
            None => self.filter(&query)?,
        };
        self.rows_of(query, filter, None)?.next().transpose()
    }

    /// The rows of which all of the question is true.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn select(self: &Arc<Self>, query: Query) -> Result<Rows, QueryError> {
        let Some(cursor) = &query.after else {
            return self.rows(query, None);
        };
        let mut versions = iter::once(self).chain(&self.before);
        let version = versions.find(|table| cursor.is_of(&table.manifest.version));
        let version = version.ok_or(QueryError::Gone)?;
        let after = cursor.row(version.len(), &query.sort)?;
        version.rows(query, Some(after))
    }

    fn rows(&self, query: Query, after: Option<u64>) -> Result<Rows, QueryError> {
        let filter = self.filter(&query)?;
        self.rows_of(query, filter, after)
    }

    fn rows_of(
        &self,
        query: Query,
        filter: Filter,
        after: Option<u64>,
    ) -> Result<Rows, QueryError> {
        let files = Arc::clone(&self.files);
        Rows::new(files, &self.manifest.version, filter, query, after)
    }

    /// `true` of a question that is answered from few rows, whatever it finds: by few keys, of one series over a time,
    /// within a box, or the first rows of all. Another one walks through as many as it takes.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn is_quick(&self, query: &Query) -> Result<bool, QueryError> {
        self.looks_at_most(query, FEW_ROWS)
    }

    /// `true` of a question for which so many `rows` are looked at, or so many as few keys have.
    fn looks_at_most(&self, query: &Query, rows: usize) -> Result<bool, QueryError> {
        let stored = self.files.stored();
        let keys = query
            .ids
            .as_ref()
            .filter(|_| stored.table().kind != Kind::Series);
        if let Some(keys) = keys {
            return Ok(keys.len() <= FEW_KEYS);
        }
        let filter = self.filter(query)?;
        let is_first = filter.is_all()
            && sorted::is_order_of(&query.sort, stored)
            && query.limit.is_some_and(|limit| limit <= rows);
        Ok(is_first || Scan::new(Arc::clone(&self.files), filter, None).has_at_most(rows))
    }

    /// The answer to `query` as a Parquet file of the parts' octets as they lie, where it is asked for all rows in the order
    /// of the table: the file has the schema and the metadata of `empty`, which is one of the same columns without rows.
    /// There is none for another question, and where the parts are not of that form.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn file(&self, query: &Query, empty: &Bytes) -> Result<Option<WholeFile>, QueryError> {
        let is_all = self.filter(query)?.is_all()
            && query.after.is_none()
            && query.limit.is_none()
            && sorted::is_order_of(&query.sort, self.files.stored());
        if !is_all {
            return Ok(None);
        }
        let columns = match &query.properties {
            Some(columns) => columns.clone(),
            None => (0..self.schema().columns.len()).collect(),
        };
        WholeFile::of(&self.files, &columns, empty)
    }

    /// The number of rows of which all of the question is true, whatever its limit and its place.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn count(&self, query: &Query) -> Result<u64, QueryError> {
        let filter = self.filter(query)?;
        if filter.is_all() {
            return Ok(self.len());
        }
        let mut scan = Scan::new(Arc::clone(&self.files), filter, None);
        let mut count = 0;
        while let Some(matches) = scan.next_matches()? {
            count += u64::try_from(matches.rows.len()).unwrap_or_default();
        }
        Ok(count)
    }

    fn filter(&self, query: &Query) -> Result<Filter, QueryError> {
        let places = match (&self.keys, &query.ids) {
            (Some(keys), Some(ids)) => Some(places(keys, ids)?),
            _ => None,
        };
        Filter::new(self.files.stored(), query, places)
    }
}

/// The outcome of a look at the versions of a folder; of another look where it failed and they are others by then, since an
/// import may have ended meanwhile, and another, so that a version that was named is gone.
fn settled<T>(
    folder: &Folder,
    look: impl Fn(&Versions) -> Result<T, TableError>,
) -> Result<T, TableError> {
    let mut versions = folder.versions()?;
    let mut found = look(&versions);
    for _ in 0..TRIES {
        let now = folder.versions()?;
        if found.is_ok() || now == versions {
            break;
        }
        found = look(&now);
        versions = now;
    }
    found
}

/// The place among all rows that a row of the file of keys tells.
fn place_of(row: &RecordBatch) -> Result<u64, QueryError> {
    let places = row.columns().last();
    let places = places.and_then(|places| places.as_primitive_opt::<Int64Type>());
    let place = places.and_then(|places| places.iter().next().flatten());
    place
        .and_then(|place| u64::try_from(place).ok())
        .ok_or_else(|| QueryError::Damaged("a key has no place".into()))
}

/// Rows of features with one of the keys, sorted.
fn places(keys: &Arc<Files>, ids: &[Box<[Literal]>]) -> Result<Vec<u64>, QueryError> {
    let query = Query {
        ids: Some(ids.to_vec()),
        ..Query::default()
    };
    let filter = Filter::new(keys.stored(), &query, None)?;
    let place = keys.stored().table().columns.len().saturating_sub(1);
    let mut scan = Scan::new(Arc::clone(keys), filter, None);
    let mut rows = Vec::new();
    while let Some(matches) = scan.next_matches()? {
        for batch in scan.read(&matches, &[place])? {
            let batch = batch?;
            let places = batch.columns().first();
            let places = places.and_then(|places| places.as_primitive_opt::<Int64Type>());
            let places = places.into_iter().flat_map(|places| places.values().iter());
            rows.extend(places.filter_map(|place| u64::try_from(*place).ok()));
        }
    }
    rows.sort_unstable();
    Ok(rows)
}

/// Keys that are looked up within a few milliseconds.
const FEW_KEYS: usize = 16;
/// Rows that are looked at within a few milliseconds.
const FEW_ROWS: usize = 65_536;
/// Imports that end while a table is opened, each within milliseconds of the other.
const TRIES: usize = 3;

#[cfg(test)]
mod tests;
