//! The formats of sums.

use crate::response::media::{self, Formats, Media};

/// The format of an answer with sums of series, or with their latest rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// An Arrow IPC stream.
    Arrow,
    /// A table as CSV.
    Csv,
    /// A JSON document with columns and rows.
    Json,
    /// A line of JSON for each row.
    NdJson,
    /// A Parquet file.
    Parquet,
}

impl Formats for Format {
    const ALL: &'static [Self] = &[
        Self::Json,
        Self::Csv,
        Self::NdJson,
        Self::Arrow,
        Self::Parquet,
    ];

    const OFFERED: &'static str = "application/json, text/csv, application/x-ndjson, \
         application/vnd.apache.arrow.stream, application/vnd.apache.parquet";

    fn media(self) -> &'static Media {
        match self {
            Self::Arrow => &media::ARROW,
            Self::Csv => &media::CSV,
            Self::Json => &media::JSON,
            Self::NdJson => &media::ND_JSON,
            Self::Parquet => &media::PARQUET,
        }
    }

    fn names(self) -> &'static [&'static str] {
        std::slice::from_ref(&self.media().name)
    }
}
