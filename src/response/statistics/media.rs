//! The formats of statistics.

use crate::response::media::{self, Formats, Media};

/// The format of statistics.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// A long table.
    Csv,
    /// An object for each column.
    Json,
}

impl Formats for Format {
    const ALL: &'static [Self] = &[Self::Json, Self::Csv];
    const OFFERED: &'static str = "application/json, text/csv";

    fn media(self) -> &'static Media {
        match self {
            Self::Csv => &media::CSV,
            Self::Json => &media::JSON,
        }
    }

    fn names(self) -> &'static [&'static str] {
        std::slice::from_ref(&self.media().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: HTTP-17
    #[test]
    fn f_stands_before_accept_and_json_before_csv() {
        for (f, accept, format) in [
            (None, None, Some(Format::Json)),
            (None, Some("*/*"), Some(Format::Json)),
            (None, Some("text/csv, */*;q=0.1"), Some(Format::Csv)),
            (None, Some("application/vnd.cov+json"), None),
            (Some("CSV"), Some("application/json"), Some(Format::Csv)),
            (Some("json"), Some("image/png"), Some(Format::Json)),
        ] {
            assert_eq!(
                Format::choose(f, accept, None),
                Ok(format),
                "{f:?} {accept:?}"
            );
        }
        for f in ["", "CoverageJSON", "parquet"] {
            assert!(Format::choose(Some(f), None, None).is_err(), "{f}");
        }
    }
}
