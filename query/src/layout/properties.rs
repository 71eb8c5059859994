//! Properties of Parquet files that are written.
//!
//! A reader finds rows by the bounds of row groups and pages, so there is an index of pages, pages are small, and
//! columns of many values have no dictionary, which would have to be read before the first of them.

use parquet::{
    basic::{Compression, Encoding, ZstdLevel},
    file::{
        metadata::{KeyValue, SortingColumn},
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder},
    },
    schema::types::ColumnPath,
};

use crate::schema::{Column, ColumnType, Kind};

use super::{
    geo,
    sizes::Sizes,
    stored::{BOX, Stored},
};

/// Properties of files of a table.
pub(super) fn properties(stored: &Stored, sizes: Sizes) -> WriterProperties {
    let table = stored.table();
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("perild ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(geo(stored))
        .set_compression(compression(table.kind))
        .set_max_row_group_row_count(Some(sizes.group))
        .set_max_row_group_bytes(Some(MOST_GROUP_BYTES))
        .set_data_page_row_count_limit(sizes.page)
        // The limit of a page is looked at once a batch.
        .set_write_batch_size(sizes.page)
        .set_sorting_columns(sorting(stored));
    if table.kind != Kind::Series {
        properties = properties.set_dictionary_page_size_limit(SMALL_DICTIONARY_BYTES);
    }
    for (at, column) in table.columns.iter().enumerate() {
        let is_unique = stored.key().contains(&at) && table.kind != Kind::Series;
        properties = column_properties(properties, column, is_unique);
        if table.kind == Kind::Series && stored.unique().contains(&at) {
            // Runs of keys and steps of time are small by their encodings.
            let path = ColumnPath::new(vec![column.name.to_string()]);
            properties = properties.set_column_compression(path, Compression::UNCOMPRESSED);
        }
    }
    for side in stored.geometry().map(|_| BOX).into_iter().flatten() {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(side), false);
    }
    properties.build()
}

/// The compression of columns that have no other. The library makes a compressor and a decompressor for each column of
/// each read, which with zstd takes longer than a row or two: it is for columns of which much is read at once.
fn compression(kind: Kind) -> Compression {
    match kind {
        Kind::Records | Kind::Features => Compression::SNAPPY,
        Kind::Series => zstd(),
    }
}

fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::default())
}

fn column_properties(
    properties: WriterPropertiesBuilder,
    column: &Column,
    is_unique: bool,
) -> WriterPropertiesBuilder {
    let path = ColumnPath::new(vec![column.name.to_string()]);
    let plain = |properties: WriterPropertiesBuilder, encoding| {
        let properties = properties.set_column_dictionary_enabled(path.clone(), false);
        properties.set_column_encoding(path.clone(), encoding)
    };
    match column.column_type {
        ColumnType::Text if is_unique => plain(properties, Encoding::DELTA_BYTE_ARRAY),
        ColumnType::Date | ColumnType::DateTime => plain(properties, Encoding::DELTA_BINARY_PACKED),
        ColumnType::Integer if is_unique => plain(properties, Encoding::DELTA_BINARY_PACKED),
        // Nothing asks for one of these by its bounds.
        ColumnType::Geometry | ColumnType::Json => plain(properties, Encoding::PLAIN)
            .set_column_compression(path.clone(), zstd())
            .set_column_statistics_enabled(path.clone(), EnabledStatistics::None),
        _ => properties,
    }
}

fn geo(stored: &Stored) -> Option<Vec<KeyValue>> {
    let geo = stored.file().metadata().get(geo::GEO)?;
    Some(vec![KeyValue::new(geo::GEO.to_owned(), geo.clone())])
}

fn sorting(stored: &Stored) -> Option<Vec<SortingColumn>> {
    let columns = stored.unique().into_iter().map(|column| {
        Some(SortingColumn {
            column_idx: i32::try_from(column).ok()?,
            descending: false,
            nulls_first: false,
        })
    });
    // Features are sorted by what is no column.
    columns
        .collect::<Option<_>>()
        .filter(|_| stored.geometry().is_none())
}

/// A row group is held in memory while it is written.
const MOST_GROUP_BYTES: usize = 64 << 20;
/// A dictionary is read before the first value: that of a column of many values is given up early.
const SMALL_DICTIONARY_BYTES: usize = 16 << 10;
