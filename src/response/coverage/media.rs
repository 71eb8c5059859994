//! The formats of an answer to a data query.

use crate::response::media::{self, Formats, Media};

/// The format of an answer with values of a coverage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// An Arrow IPC stream.
    Arrow,
    /// `CoverageJSON` by the name of its standard.
    CoverageJson,
    /// A table as CSV.
    Csv,
    /// A GeoJSON feature collection.
    GeoJson,
    /// `CoverageJSON` for who takes JSON.
    Json,
    /// `CoverageJSON` by the name that it had before it was a standard.
    OldCoverageJson,
    /// `NetCDF` of the classic kind.
    NetCdf,
    /// A Parquet file.
    Parquet,
}

impl Formats for Format {
    const ALL: &'static [Self] = &[
        Self::CoverageJson,
        Self::OldCoverageJson,
        Self::Json,
        Self::Csv,
        Self::GeoJson,
        Self::NetCdf,
        Self::Arrow,
        Self::Parquet,
    ];

    const OFFERED: &'static str = "application/vnd.cov+json, application/prs.coverage+json, application/json, text/csv, \
         application/geo+json, application/netcdf, application/vnd.apache.arrow.stream, application/vnd.apache.parquet";

    fn media(self) -> &'static Media {
        match self {
            Self::Arrow => &media::ARROW,
            Self::CoverageJson => &media::COVERAGE_JSON,
            Self::Csv => &media::CSV,
            Self::GeoJson => &media::GEO_JSON,
            Self::Json => &media::JSON,
            Self::OldCoverageJson => &media::COVERAGE_JSON_BEFORE,
            Self::NetCdf => &media::NETCDF,
            Self::Parquet => &media::PARQUET,
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::CoverageJson => &["CoverageJSON", "json"],
            // As OGC 19-086r6 writes it.
            Self::GeoJson => &["GeoJSON"],
            Self::Json | Self::OldCoverageJson => &[],
            Self::Arrow | Self::Csv | Self::NetCdf | Self::Parquet => {
                std::slice::from_ref(&self.media().name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: EDR-8, EDR-10, HTTP-17
    #[test]
    fn f_stands_before_accept_and_coverage_json_before_all_others() {
        use Format as F;
        for (f, accept, format) in [
            (None, None, Some(F::CoverageJson)),
            (None, Some("*/*"), Some(F::CoverageJson)),
            (None, Some("application/json"), Some(F::Json)),
            (
                None,
                Some("application/prs.coverage+json"),
                Some(F::OldCoverageJson),
            ),
            (None, Some("text/csv, application/json;q=0.5"), Some(F::Csv)),
            (None, Some("image/png"), None),
            (
                Some("coveragejson"),
                Some("image/png"),
                Some(F::CoverageJson),
            ),
            (Some("json"), None, Some(F::CoverageJson)),
            (Some("CSV"), Some("application/json"), Some(F::Csv)),
            (Some("geojson"), Some("application/json"), Some(F::GeoJson)),
        ] {
            assert_eq!(F::choose(f, accept, None), Ok(format), "{f:?} {accept:?}");
        }
        assert!(F::choose(Some("covjson"), None, None).is_err());
    }
}
