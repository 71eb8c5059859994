//! A Parquet file with all rows of some columns, made of the chunks of the parts as they lie.
//!
//! A chunk of a column says nothing of where it is, so that it can stand in any file: the footer alone is written anew,
//! with the places that the chunks have there. Nothing is decoded, and nothing is copied until it is sent.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataBuilder,
    ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData,
};

use crate::layout::guard::guarded;

use super::{
    error::QueryError,
    files::{Files, Group},
    mapped::MAGIC,
};

/// A file in pieces that follow each other.
#[derive(Clone, Debug)]
pub struct WholeFile {
    pieces: Vec<Piece>,
    length: u64,
}

/// Octets of a file.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The octets: most are of a mapped file, and may have to be read from the disk.
    pub bytes: Bytes,
    /// Rows of the row group that ends with them; 0 where none does.
    pub rows: usize,
}

impl WholeFile {
    /// The file with `columns` of all rows of `files`, each column once, and with the schema and the metadata of `empty`,
    /// which is a Parquet file of these columns without rows. There is none where a part's columns are not as there, and
    /// where the footer would be long.
    pub(super) fn of(
        files: &Files,
        columns: &[usize],
        empty: &Bytes,
    ) -> Result<Option<Self>, QueryError> {
        if !has_short_footer(files.groups().len(), columns.len()) {
            return Ok(None);
        }
        let empty = guarded(|| ParquetMetaDataReader::new().parse_and_finish(empty));
        let like = empty.map_err(QueryError::Damaged)?;
        if like.file_metadata().schema_descr().num_columns() != columns.len() {
            return Ok(None);
        }
        let mut file = Self {
            pieces: vec![Piece::of(Bytes::from_static(MAGIC))],
            length: length_of(MAGIC),
        };
        let (mut groups, mut rows) = (Vec::with_capacity(files.groups().len()), 0_i64);
        for group in files.groups() {
            let Some(placed) = file.push(files, *group, columns, &like)? else {
                return Ok(None);
            };
            rows = rows.saturating_add(placed.num_rows());
            groups.push(placed);
        }
        file.end(&like, groups, rows)?;
        Ok(Some(file))
    }

    /// The pieces, in their order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Octets of the file.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The file's octets from the `first` to the `last`, counted from 0, both of them among these.
    #[must_use]
    pub fn part(mut self, first: u64, last: u64) -> Self {
        let mut start = 0;
        let end = last.saturating_add(1);
        self.pieces.retain_mut(|piece| {
            let length = length_of(&piece.bytes);
            let within = |at: u64| {
                let at = at.saturating_sub(start).min(length);
                usize::try_from(at).unwrap_or(usize::MAX)
            };
            let (from, to) = (within(first), within(end));
            let is_left = from < to;
            if to < piece.bytes.len() {
                piece.rows = 0;
            }
            if is_left {
                piece.bytes = piece.bytes.slice(from..to);
            }
            start += length;
            is_left
        });
        self.length = self
            .pieces
            .iter()
            .map(|piece| length_of(&piece.bytes))
            .sum();
        self
    }

    /// Adds the chunks of a row group, and says where they are.
    fn push(
        &mut self,
        files: &Files,
        group: Group,
        columns: &[usize],
        like: &ParquetMetaData,
    ) -> Result<Option<RowGroupMetaData>, QueryError> {
        let absent = || QueryError::Damaged("a row group is absent".into());
        let mapped = files.file(group).ok_or_else(absent)?;
        let stored = mapped
            .metadata()
            .row_groups()
            .get(group.at)
            .ok_or_else(absent)?;
        let schema = like.file_metadata().schema_descr_ptr();
        let mut chunks = Vec::with_capacity(columns.len());
        let mut open = 0..0;
        let first = self.pieces.len();
        for (column, shown) in columns.iter().zip(schema.columns()) {
            let chunk = stored.columns().get(*column).ok_or_else(absent)?;
            if chunk.column_descr() != &**shown {
                return Ok(None);
            }
            let range = octets(chunk)?;
            chunks.push(moved(chunk, self.length)?);
            self.length = self
                .length
                .saturating_add(u64::try_from(range.len()).unwrap_or(u64::MAX));
            // Chunks that lie beside each other are one piece.
            if open.end == range.start && !open.is_empty() {
                open.end = range.end;
            } else {
                self.pieces.extend(mapped.octets(&open)?.map(Piece::of));
                open = range;
            }
        }
        self.pieces.extend(mapped.octets(&open)?.map(Piece::of));
        if let Some(last) = self.pieces.get_mut(first..).and_then(<[_]>::last_mut) {
            last.rows = group.rows;
        }
        let bytes = chunks
            .iter()
            .map(ColumnChunkMetaData::uncompressed_size)
            .sum();
        let placed = RowGroupMetaData::builder(schema)
            .set_num_rows(stored.num_rows())
            .set_total_byte_size(bytes)
            .set_column_metadata(chunks)
            .build();
        placed.map(Some).map_err(damaged)
    }

    /// Adds the footer.
    fn end(
        &mut self,
        like: &ParquetMetaData,
        groups: Vec<RowGroupMetaData>,
        rows: i64,
    ) -> Result<(), QueryError> {
        let like = like.file_metadata();
        let about = FileMetaData::new(
            like.version(),
            rows,
            like.created_by().map(str::to_owned),
            like.key_value_metadata().cloned(),
            Arc::clone(&like.schema_descr_ptr()),
            like.column_orders().cloned(),
        );
        let metadata = ParquetMetaDataBuilder::new(about)
            .set_row_groups(groups)
            .build();
        let mut footer = Vec::new();
        let written = ParquetMetaDataWriter::new(&mut footer, &metadata).finish();
        written.map_err(damaged)?;
        self.length = self.length.saturating_add(length_of(&footer));
        self.pieces.push(Piece::of(footer.into()));
        Ok(())
    }
}

impl Piece {
    fn of(bytes: Bytes) -> Self {
        Self { bytes, rows: 0 }
    }
}

/// The octets of a chunk in its file.
fn octets(chunk: &ColumnChunkMetaData) -> Result<Range<usize>, QueryError> {
    let first = chunk
        .dictionary_page_offset()
        .unwrap_or(chunk.data_page_offset());
    let range = usize::try_from(first)
        .ok()
        .zip(usize::try_from(chunk.compressed_size()).ok());
    let range = range.and_then(|(first, length)| Some(first..first.checked_add(length)?));
    range.ok_or_else(|| QueryError::Damaged("a column has no place".into()))
}

/// The chunk as it stands at `place`, without what is elsewhere in its file: an index of pages, and a filter.
fn moved(chunk: &ColumnChunkMetaData, place: u64) -> Result<ColumnChunkMetaData, QueryError> {
    let first = chunk
        .dictionary_page_offset()
        .unwrap_or(chunk.data_page_offset());
    let place = i64::try_from(place).ok();
    let place = place.ok_or_else(|| QueryError::Damaged("a file is too long".into()))?;
    let after = |offset: i64| place.saturating_add(offset.saturating_sub(first));
    let builder = chunk
        .clone()
        .into_builder()
        .set_data_page_offset(after(chunk.data_page_offset()))
        .set_dictionary_page_offset(chunk.dictionary_page_offset().map(after))
        .set_index_page_offset(None)
        .set_bloom_filter_offset(None)
        .set_bloom_filter_length(None)
        .set_offset_index_offset(None)
        .set_offset_index_length(None)
        .set_column_index_offset(None)
        .set_column_index_length(None);
    builder.build().map_err(damaged)
}

fn damaged(error: parquet::errors::ParquetError) -> QueryError {
    let text = error.to_string();
    drop(error);
    QueryError::Damaged(text.into())
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// `true` of a file of so many row groups and columns, of which there is one at least, that a reader has its footer soon.
fn has_short_footer(groups: usize, columns: usize) -> bool {
    (1..=MOST_CHUNKS).contains(&columns) && groups <= MOST_CHUNKS / columns
}

/// Chunks of a file: of each the footer says a few hundred octets.
const MOST_CHUNKS: usize = 40_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footer_is_of_forty_thousand_chunks_at_most() {
        for (groups, columns, is_short) in [
            (0, 1, true),
            (1, 1, true),
            (10_000, 4, true),
            (10_001, 4, false),
            (1, 40_000, true),
            (1, 40_001, false),
            (usize::MAX, 2, false),
            (1, 0, false),
        ] {
            let found = has_short_footer(groups, columns);
            assert_eq!(found, is_short, "{groups} groups of {columns} columns");
        }
    }
}
