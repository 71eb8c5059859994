//! The formats of an answer of `/v1/location`.

use crate::{
    dataset::perils::places::InputFormat,
    response::media::{self, Formats, Media},
};

/// The format of an answer with values at places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// An Arrow IPC stream.
    Arrow,
    /// A table as CSV.
    Csv,
    /// A GeoJSON feature collection.
    GeoJson,
    /// JSON.
    Json,
    /// A Parquet file.
    Parquet,
}

impl Formats for Format {
    const ALL: &'static [Self] = &[
        Self::Json,
        Self::Csv,
        Self::GeoJson,
        Self::Arrow,
        Self::Parquet,
    ];

    const OFFERED: &'static str = "application/json, text/csv, application/geo+json, \
         application/vnd.apache.arrow.stream, application/vnd.apache.parquet";

    fn media(self) -> &'static Media {
        match self {
            Self::Arrow => &media::ARROW,
            Self::Csv => &media::CSV,
            Self::GeoJson => &media::GEO_JSON,
            Self::Json => &media::JSON,
            Self::Parquet => &media::PARQUET,
        }
    }

    fn names(self) -> &'static [&'static str] {
        std::slice::from_ref(&self.media().name)
    }
}

impl From<InputFormat> for Format {
    /// The format in which places were sent.
    fn from(input: InputFormat) -> Self {
        match input {
            InputFormat::Csv => Self::Csv,
            InputFormat::GeoJson => Self::GeoJson,
            InputFormat::Json => Self::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: HTTP-17
    #[test]
    fn rfc9110_12_5_1_the_best_format_wins_and_of_equals_the_one_like_the_input() {
        use Format as F;
        let chosen =
            |accept, input: InputFormat| F::choose(None, accept, Some(input.into())).unwrap();
        for (accept, input, format) in [
            (None, InputFormat::Json, Some(F::Json)),
            (Some("*/*"), InputFormat::Csv, Some(F::Csv)),
            (Some("text/csv"), InputFormat::Json, Some(F::Csv)),
            (
                Some("text/csv;q=0.5, application/geo+json"),
                InputFormat::Json,
                Some(F::GeoJson),
            ),
            (
                Some("application/*;q=0.5, text/csv;q=0"),
                InputFormat::Csv,
                Some(F::Json),
            ),
            (
                Some("application/vnd.apache.parquet"),
                InputFormat::Csv,
                Some(F::Parquet),
            ),
            (Some("image/png"), InputFormat::Json, None),
        ] {
            assert_eq!(chosen(accept, input), format, "{accept:?}");
        }
    }
}
