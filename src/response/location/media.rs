//! The formats of an answer: by `?f=`, else by `Accept` (RFC 9110 §12.5.1).

use crate::{
    dataset::perils::{Refused, places::InputFormat},
    response::accept,
};

/// What an answer is written as.
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

impl Format {
    /// Every format, the default first.
    pub const ALL: [Self; 5] = [
        Self::Json,
        Self::Csv,
        Self::GeoJson,
        Self::Arrow,
        Self::Parquet,
    ];

    /// The media types of all formats.
    pub const OFFERED: &'static str = "application/json, text/csv, application/geo+json, \
         application/vnd.apache.arrow.stream, application/vnd.apache.parquet";

    /// The format named by `f`, else the best that `accept` admits, of equals the one like `input`.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is none. `Ok(None)` when nothing is acceptable.
    pub fn choose(
        f: Option<&str>,
        accept: Option<&str>,
        input: InputFormat,
    ) -> Result<Option<Self>, Refused> {
        if let Some(name) = f {
            let named = |format: &Self| format.name().eq_ignore_ascii_case(name);
            return match Self::ALL.into_iter().find(named) {
                Some(format) => Ok(Some(format)),
                None => Err(Refused::Unknown {
                    at: "f".to_owned(),
                    known: Self::ALL.map(Self::name).join(", ").into(),
                }),
            };
        }
        let like_input = match input {
            InputFormat::Csv => Self::Csv,
            InputFormat::GeoJson => Self::GeoJson,
            InputFormat::Json => Self::Json,
        };
        let mut best = None;
        for format in [like_input].into_iter().chain(Self::ALL) {
            let weight = accept::weight_of_type(accept, format.essence());
            if weight > best.map_or(0.0, |(_, weight)| weight) {
                best = Some((format, weight));
            }
        }
        Ok(best.map(|(format, _)| format))
    }

    /// As `f` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrow => "arrow",
            Self::Csv => "csv",
            Self::GeoJson => "geojson",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }

    /// Value for `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::GeoJson => "application/geo+json",
            Self::Json => "application/json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    fn essence(self) -> &'static str {
        let content_type = self.content_type();
        content_type.split(';').next().unwrap_or(content_type)
    }

    /// Whether a content coding can make it smaller: Parquet is compressed within.
    #[must_use]
    pub const fn is_compressible(self) -> bool {
        !matches!(self, Self::Parquet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: HTTP-17
    #[test]
    fn rfc9110_12_5_1_the_best_format_wins_and_of_equals_the_one_like_the_input() {
        use Format as F;
        let chosen = |accept, input| Format::choose(None, accept, input).unwrap();
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
        let by_name = Format::choose(Some("ARROW"), Some("image/png"), InputFormat::Json);
        assert_eq!(by_name, Ok(Some(F::Arrow)));
        assert!(Format::choose(Some("xml"), None, InputFormat::Json).is_err());
    }
}
