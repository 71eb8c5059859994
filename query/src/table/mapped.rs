//! A file of rows, mapped, with its metadata in memory.

use std::{ops::Range, path::Path};

use arrow_schema::SchemaRef;
use bytes::Bytes;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
            ParquetRecordBatchReaderBuilder, RowSelection,
        },
    },
    file::{
        metadata::{PageIndexPolicy, ParquetMetaData},
        page_index::offset_index::PageLocation,
    },
};

use crate::layout::{self, guard::guarded};

use super::{
    error::{QueryError, TableError},
    octets::Octets,
    ranges::Ranges,
};

/// A file of rows.
#[derive(Debug)]
pub(super) struct Mapped {
    octets: Octets,
    metadata: ArrowReaderMetadata,
    /// Rows of each row group.
    groups: Vec<usize>,
}

impl Mapped {
    /// Maps the file at `path`, which has to be as `file` says and to have the columns of `schema`.
    pub(super) fn open(
        path: &Path,
        file: &layout::File,
        schema: &SchemaRef,
    ) -> Result<Self, TableError> {
        let octets = Octets::map(path, file)?;
        let damaged = |reason| octets.damaged(reason);
        let metadata = load(octets.bytes(), schema).map_err(damaged)?;
        let length = octets.bytes().len();
        let groups = checked(metadata.metadata(), schema, file.rows, length);
        let groups = groups.map_err(|reason| damaged(reason.into()))?;
        Ok(Self {
            octets,
            metadata,
            groups,
        })
    }

    /// All of it.
    pub(super) fn all(&self) -> &Octets {
        &self.octets
    }

    /// Rows of each row group.
    pub(super) fn groups(&self) -> &[usize] {
        &self.groups
    }

    pub(super) fn metadata(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }

    /// Its octets of a range; none where the range is empty.
    pub(super) fn octets(&self, range: &Range<usize>) -> Result<Option<Bytes>, QueryError> {
        // The first four octets and the last are no column's.
        let is_within = range.start >= MAGIC.len() && range.end <= self.octets.bytes().len();
        match range {
            range if range.is_empty() => Ok(None),
            range if is_within => Ok(Some(self.octets.bytes().slice(range.clone()))),
            _ => Err(QueryError::Damaged(
                "a column is outside of its file".into(),
            )),
        }
    }

    /// A reader of `columns` of rows of one row group, in batches of at most so many.
    pub(super) fn reader(
        &self,
        group: usize,
        rows: &Ranges,
        columns: &[usize],
        batch_rows: usize,
    ) -> Result<ParquetRecordBatchReader, QueryError> {
        let all = self.groups.get(group).copied().unwrap_or_default();
        let selection = RowSelection::from_consecutive_ranges(rows.iter(), all);
        // Columns are flat, so that a column is a leaf.
        let leaves =
            ProjectionMask::leaves(self.metadata.parquet_schema(), columns.iter().copied());
        let (bytes, metadata) = (self.octets.bytes().clone(), self.metadata.clone());
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata)
            .with_row_groups(vec![group])
            .with_row_selection(selection)
            .with_projection(leaves)
            .with_batch_size(batch_rows);
        guarded(|| builder.build()).map_err(QueryError::Damaged)
    }
}

fn load(bytes: &Bytes, schema: &SchemaRef) -> Result<ArrowReaderMetadata, Box<str>> {
    if !bytes.starts_with(MAGIC) || !bytes.ends_with(MAGIC) {
        return Err("it is no Parquet".into());
    }
    let options = ArrowReaderOptions::new()
        .with_schema(schema.clone())
        .with_column_index_policy(PageIndexPolicy::Optional)
        .with_offset_index_policy(PageIndexPolicy::Required);
    guarded(|| ArrowReaderMetadata::load(bytes, options))
}

/// Rows of the row groups, when all fits: the library takes what a footer says for true.
fn checked(
    metadata: &ParquetMetaData,
    schema: &SchemaRef,
    rows: u64,
    length: usize,
) -> Result<Vec<usize>, &'static str> {
    let columns = metadata.file_metadata().schema_descr();
    let is_named = |(at, field): (usize, &arrow_schema::FieldRef)| {
        let column = columns.columns().get(at);
        column.is_some_and(|column| column.name() == field.name())
    };
    if columns.num_columns() != schema.fields().len()
        || !schema.fields().iter().enumerate().all(is_named)
    {
        return Err("it has other columns");
    }
    let mut groups = Vec::new();
    for (at, group) in metadata.row_groups().iter().enumerate() {
        let rows = usize::try_from(group.num_rows()).map_err(|_error| "a row group")?;
        if group.columns().len() != columns.num_columns() {
            return Err("a row group has other columns");
        }
        let pages = metadata.page_index_for_row_group(at);
        for column in 0..columns.num_columns() {
            let places = pages
                .page_locations(column)
                .ok_or("there is no index of pages")?;
            let counted = pages.column_index(column);
            let counted =
                counted.map(|index| usize::try_from(index.num_pages()).unwrap_or(usize::MAX));
            if !are_consistent(places, counted, rows, length) {
                return Err("an index of pages contradicts itself");
            }
        }
        groups.push(rows);
    }
    let sum = groups.iter().try_fold(0_u64, |sum, rows| {
        sum.checked_add(u64::try_from(*rows).ok()?)
    });
    if sum == Some(rows) {
        Ok(groups)
    } else {
        Err("it has another number of rows")
    }
}

/// `true` of pages that begin with the first of so many `rows`, each with a later one than the page before, and end within
/// the `length` of the file; of as many as have bounds, where these were `counted`.
fn are_consistent(
    pages: &[PageLocation],
    counted: Option<usize>,
    rows: usize,
    length: usize,
) -> bool {
    let firsts = pages
        .iter()
        .map(|page| usize::try_from(page.first_row_index).ok());
    let Some(firsts) = firsts.collect::<Option<Vec<_>>>() else {
        return false;
    };
    let is_within = |page: &PageLocation| {
        let start = usize::try_from(page.offset).ok()?;
        let end = start.checked_add(usize::try_from(page.compressed_page_size).ok()?)?;
        Some(end <= length)
    };
    counted.is_none_or(|count| count == pages.len())
        && firsts.first() == Some(&0)
        && firsts.is_sorted_by(|one, next| one < next)
        && firsts.last() < Some(&rows)
        && pages.iter().all(|page| is_within(page) == Some(true))
}

/// The first and the last octets of Parquet.
pub(super) const MAGIC: &[u8] = b"PAR1";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::{Field, Schema};

    use super::*;
    use crate::table::{
        Table,
        tests::{
            plain::{Plain, Shape, numbered},
            written,
        },
    };

    fn of_nine_rows() -> (tempfile::TempDir, Arc<Table>) {
        let plain = Plain::new(Shape::Records, (0..9).map(numbered).collect());
        written(&plain, 1 << 20)
    }

    #[test]
    fn octets_of_a_column_lie_between_the_first_four_of_the_file_and_its_end() {
        let (_folder, table) = of_nine_rows();
        let mapped = table.files.file(table.files.groups()[0]).unwrap();
        let length = mapped.all().bytes().len();
        for (range, is_there) in [(4..8, true), (4..length, true), (3..8, false)] {
            let found = mapped.octets(&range);
            assert_eq!(found.is_ok(), is_there, "{range:?}");
        }
        assert!(mapped.octets(&(4..length + 1)).is_err());
        assert!(mapped.octets(&(0..length + 1)).is_err());
        assert!(mapped.octets(&(0..0)).unwrap().is_none());
    }

    #[test]
    fn a_file_is_parquet_from_its_first_octets_to_its_last() {
        let (_folder, table) = of_nine_rows();
        let mapped = table.files.file(table.files.groups()[0]).unwrap();
        let schema = table.files.stored().file();
        let whole = mapped.all().bytes().to_vec();
        assert!(load(&whole.clone().into(), schema).is_ok());
        for at in [0, whole.len() - 1] {
            let mut other = whole.clone();
            other[at] ^= 1;
            let fault = load(&other.into(), schema).unwrap_err();
            assert_eq!(&*fault, "it is no Parquet");
        }
    }

    #[test]
    fn a_file_has_the_columns_of_the_table_by_their_names_and_its_rows() {
        let (_folder, table) = of_nine_rows();
        let mapped = table.files.file(table.files.groups()[0]).unwrap();
        let schema = table.files.stored().file();
        let length = mapped.all().bytes().len();
        let fields = schema.fields().iter();
        let renamed: Vec<Field> = fields
            .map(|field| Field::clone(field).with_name("other"))
            .collect();
        let fewer: Vec<_> = schema.fields().iter().skip(1).cloned().collect();
        let columns = Err("it has other columns");
        let rows = Err("it has another number of rows");
        for (schema, rows, expected) in [
            (Arc::clone(schema), 9, Ok(vec![9])),
            (Arc::clone(schema), 8, rows),
            (Arc::new(Schema::new(renamed)), 9, columns.clone()),
            (Arc::new(Schema::new(fewer)), 9, columns),
        ] {
            assert_eq!(checked(mapped.metadata(), &schema, rows, length), expected);
        }
    }

    /// Pages that begin with these rows, one octet each.
    fn pages(firsts: &[i64]) -> Vec<PageLocation> {
        let page = |(offset, first_row_index): (i64, &i64)| PageLocation {
            offset,
            compressed_page_size: 1,
            first_row_index: *first_row_index,
        };
        (0..).zip(firsts).map(page).collect()
    }

    #[test]
    fn pages_follow_each_other_from_the_first_row_on() {
        for (firsts, is_so) in [
            (&[0, 3, 8][..], true),
            (&[0], true),
            (&[0, 3, 9], false),
            (&[0, 8, 3], false),
            (&[0, 3, 3], false),
            (&[1, 3, 8], false),
            (&[0, -1, 3], false),
            (&[], false),
        ] {
            assert_eq!(
                are_consistent(&pages(firsts), None, 9, 3),
                is_so,
                "{firsts:?}"
            );
        }
    }

    #[test]
    fn pages_end_within_their_file() {
        let mut pages = pages(&[0, 3, 8]);
        assert!(!are_consistent(&pages, None, 9, 2));
        for (offset, size, is_so) in [
            (1, 2, true),
            (1, 3, false),
            (-1, 1, false),
            (1, -1, false),
            (i64::MAX, i32::MAX, false),
        ] {
            pages[1].offset = offset;
            pages[1].compressed_page_size = size;
            assert_eq!(are_consistent(&pages, None, 9, 3), is_so, "{offset} {size}");
        }
    }

    #[test]
    fn as_many_pages_have_bounds_as_there_are() {
        for (counted, is_so) in [
            (None, true),
            (Some(3), true),
            (Some(2), false),
            (Some(usize::MAX), false),
        ] {
            let found = are_consistent(&pages(&[0, 3, 8]), counted, 9, 3);
            assert_eq!(found, is_so, "{counted:?}");
        }
    }
}
