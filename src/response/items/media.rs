//! The formats of rows.

use crate::response::media::{self, Formats, Media};

/// The format of an answer with rows of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// An Arrow IPC stream.
    Arrow,
    /// A table as CSV.
    Csv,
    /// A GeoJSON feature collection, or one feature.
    GeoJson,
    /// The same for who takes JSON.
    Json,
    /// A line of JSON for each row.
    NdJson,
    /// A Parquet file, of rows with geometries a `GeoParquet` file.
    Parquet,
}

impl Formats for Format {
    const ALL: &'static [Self] = &[
        Self::GeoJson,
        Self::Json,
        Self::Csv,
        Self::NdJson,
        Self::Arrow,
        Self::Parquet,
    ];

    const OFFERED: &'static str = "application/geo+json, application/json, text/csv, application/x-ndjson, \
         application/vnd.apache.arrow.stream, application/vnd.apache.parquet";

    fn media(self) -> &'static Media {
        match self {
            Self::Arrow => &media::ARROW,
            Self::Csv => &media::CSV,
            Self::GeoJson => &media::GEO_JSON,
            Self::Json => &media::JSON,
            Self::NdJson => &media::ND_JSON,
            Self::Parquet => &media::PARQUET,
        }
    }

    fn names(self) -> &'static [&'static str] {
        std::slice::from_ref(&self.media().name)
    }
}

impl Format {
    /// The format of an answer to who asks for none.
    pub const DEFAULT: Self = Self::GeoJson;

    /// `true` of the formats whose answer is a page, with links to the next; the others are tables, and have all that is
    /// selected unless a limit is asked for.
    #[must_use]
    pub fn is_paged(self) -> bool {
        matches!(self, Self::GeoJson | Self::Json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: OAF-10
    #[test]
    fn f_stands_before_accept_and_geojson_before_all_others() {
        use Format as F;
        for (f, accept, format) in [
            (None, None, Some(F::GeoJson)),
            (None, Some("*/*"), Some(F::GeoJson)),
            (None, Some("application/json"), Some(F::Json)),
            (
                None,
                Some("application/geo+json, application/json"),
                Some(F::GeoJson),
            ),
            (None, Some("application/x-ndjson"), Some(F::NdJson)),
            (None, Some("image/png"), None),
            (Some("ndjson"), Some("image/png"), Some(F::NdJson)),
            (Some("parquet"), None, Some(F::Parquet)),
        ] {
            assert_eq!(F::choose(f, accept, None), Ok(format), "{f:?} {accept:?}");
        }
        assert!(F::choose(Some("html"), None, None).is_err());
    }
}
