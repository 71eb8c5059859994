//! The formats of an answer to a data query: by `?f=`, else by `Accept` (RFC 9110 §12.5.1).

use actix_web::{HttpRequest, http::header::ACCEPT};

use crate::{
    dataset::perils::Refused,
    response::{Coding, Refusal, accept, fields::joined},
};

/// What an answer is written as, and called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Media {
    /// CoverageJSON by the name of its standard.
    CoverageJson,
    /// A table as CSV.
    Csv,
    /// CoverageJSON for who takes JSON.
    Json,
    /// CoverageJSON by the name that it had before it was a standard.
    OldCoverageJson,
}

/// A format, and the coding for it.
#[derive(Clone, Copy, Debug)]
pub struct Negotiated {
    pub(super) media: Media,
    pub(super) coding: Coding,
}

impl Media {
    /// Every one, the default first.
    pub const ALL: [Self; 4] = [
        Self::CoverageJson,
        Self::OldCoverageJson,
        Self::Json,
        Self::Csv,
    ];

    /// The names that `f` knows.
    pub const NAMES: [&'static str; 3] = ["CoverageJSON", "json", "csv"];

    /// Value for `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::CoverageJson => "application/vnd.cov+json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
            Self::OldCoverageJson => "application/prs.coverage+json",
        }
    }

    /// The media type without its parameters.
    #[must_use]
    pub fn essence(self) -> &'static str {
        let content_type = self.content_type();
        content_type.split(';').next().unwrap_or(content_type)
    }

    /// The one named by `f`, else the best that `accept` admits; none when nothing is acceptable.
    fn choose(f: Option<&str>, accept: Option<&str>) -> Result<Option<Self>, Refused> {
        if let Some(name) = f {
            let [coverage_json, json, csv] = Self::NAMES.map(|one| one.eq_ignore_ascii_case(name));
            return match (coverage_json || json, csv) {
                (true, _) => Ok(Some(Self::CoverageJson)),
                (_, true) => Ok(Some(Self::Csv)),
                _ => Err(Refused::Unknown {
                    at: "f".to_owned(),
                    known: Self::NAMES.join(", ").into(),
                }),
            };
        }
        let mut best = None;
        for media in Self::ALL {
            let weight = accept::weight_of_type(accept, media.essence());
            if weight > best.map_or(0.0, |(_, weight)| weight) {
                best = Some((media, weight));
            }
        }
        Ok(best.map(|(media, _)| media))
    }
}

impl Negotiated {
    /// The format that `f` names or that is acceptable, and the coding for it.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is none, [`Refusal::NotAcceptable`].
    pub fn of(request: &HttpRequest, f: Option<&str>) -> Result<Self, Refusal> {
        let accept = joined(request.headers(), &ACCEPT);
        let media = Media::choose(f, accept.as_deref())?;
        Ok(Self {
            media: media.ok_or(NOT_ACCEPTABLE)?,
            coding: Coding::of(request).ok_or(NOT_ACCEPTABLE)?,
        })
    }
}

const NOT_ACCEPTABLE: Refusal = Refusal::NotAcceptable {
    offered: "application/vnd.cov+json, application/prs.coverage+json, application/json, text/csv",
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: EDR-8, EDR-10, HTTP-17
    #[test]
    fn f_stands_before_accept_and_coverage_json_before_all_others() {
        for (f, accept, media) in [
            (None, None, Some(Media::CoverageJson)),
            (None, Some("*/*"), Some(Media::CoverageJson)),
            (None, Some("application/json"), Some(Media::Json)),
            (
                None,
                Some("application/prs.coverage+json"),
                Some(Media::OldCoverageJson),
            ),
            (
                None,
                Some("text/csv, application/json;q=0.5"),
                Some(Media::Csv),
            ),
            (None, Some("image/png"), None),
            (
                Some("coveragejson"),
                Some("image/png"),
                Some(Media::CoverageJson),
            ),
            (Some("json"), None, Some(Media::CoverageJson)),
            (Some("CSV"), Some("application/json"), Some(Media::Csv)),
        ] {
            assert_eq!(Media::choose(f, accept), Ok(media), "{f:?} {accept:?}");
        }
        for f in ["", "netcdf", "json ", "covjson"] {
            assert!(Media::choose(Some(f), None).is_err(), "{f}");
        }
    }
}
