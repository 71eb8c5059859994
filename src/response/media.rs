//! Media types of answers, and the choice among those that a kind of answer offers: by `?f=`, else by `Accept` (RFC 9110
//! §12.5.1).

use actix_web::{HttpRequest, http::header::ACCEPT};

use super::{Coding, Refusal, accept, fields::joined};
use crate::dataset::perils::Refused;

/// A media type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Media {
    /// As `f` names it.
    pub name: &'static str,
    /// Value for `Content-Type`.
    pub content_type: &'static str,
    /// `true` when a content coding can make it smaller: Parquet is compressed within.
    pub is_compressible: bool,
}

/// The formats of one kind of answer.
pub trait Formats: Copy + Eq + 'static {
    /// Every one, the default first.
    const ALL: &'static [Self];
    /// Their media types, as a refusal lists them.
    const OFFERED: &'static str;

    /// The media type.
    fn media(self) -> &'static Media;

    /// The names by which `f` asks for it.
    fn names(self) -> &'static [&'static str];

    /// The format named by `f`, else the best that `accept` admits, of equals `preferred`; none when nothing is
    /// acceptable.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is none.
    fn choose(
        f: Option<&str>,
        accept: Option<&str>,
        preferred: Option<Self>,
    ) -> Result<Option<Self>, Refused> {
        if let Some(name) = f {
            let is_named = |format: &Self| {
                let mut names = format.names().iter();
                names.any(|known| known.eq_ignore_ascii_case(name))
            };
            let found = Self::ALL.iter().copied().find(is_named);
            return found.map(Some).ok_or_else(|| Refused::Unknown {
                at: "f".to_owned(),
                known: Self::known().join(", ").into(),
            });
        }
        let mut best = None;
        for format in preferred.into_iter().chain(Self::ALL.iter().copied()) {
            let weight = accept::weight_of_type(accept, format.media().essence());
            if weight > best.map_or(0.0, |(_, weight)| weight) {
                best = Some((format, weight));
            }
        }
        Ok(best.map(|(format, _)| format))
    }

    /// All names that `f` knows, those of the default first.
    #[must_use]
    fn known() -> Vec<&'static str> {
        let each = Self::ALL.iter();
        each.flat_map(|format| format.names()).copied().collect()
    }
}

/// A format, and the coding for it.
#[derive(Clone, Copy, Debug)]
pub struct Negotiated<F> {
    pub(super) format: F,
    pub(super) coding: Coding,
}

impl Media {
    /// `true` of JSON in one object, by whatever name; texts of JSON in lines are many.
    #[must_use]
    pub fn is_json(&self) -> bool {
        let essence = self.essence();
        essence.ends_with("/json") || essence.ends_with("+json")
    }

    /// The media type without its parameters.
    #[must_use]
    pub fn essence(&self) -> &'static str {
        let content_type = self.content_type;
        content_type.split(';').next().unwrap_or(content_type)
    }
}

impl<F: Formats> Negotiated<F> {
    /// The media type of the answer.
    pub(crate) fn media(self) -> &'static Media {
        self.format.media()
    }

    /// The format.
    pub(crate) fn format(self) -> F {
        self.format
    }

    /// The format that `f` names or that `request` accepts, of equals `preferred`, and the coding for it.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is none, [`Refusal::NotAcceptable`].
    pub fn of(
        request: &HttpRequest,
        f: Option<&str>,
        preferred: Option<F>,
    ) -> Result<Self, Refusal> {
        let not_acceptable = Refusal::NotAcceptable {
            offered: F::OFFERED,
        };
        let accept = joined(request.headers(), &ACCEPT);
        let format = F::choose(f, accept.as_deref(), preferred)?;
        let (Some(format), Some(coding)) = (format, Coding::of(request)) else {
            return Err(not_acceptable);
        };
        let coding = if format.media().is_compressible {
            coding
        } else {
            Coding::Identity
        };
        Ok(Self { format, coding })
    }
}

/// An Arrow IPC stream.
pub(crate) static ARROW: Media = Media {
    name: "arrow",
    content_type: "application/vnd.apache.arrow.stream",
    is_compressible: true,
};
/// `CoverageJSON` by the name of its standard.
pub(crate) static COVERAGE_JSON: Media = Media {
    name: "CoverageJSON",
    content_type: "application/vnd.cov+json",
    is_compressible: true,
};
/// `CoverageJSON` by the name that it had before it was a standard.
pub(crate) static COVERAGE_JSON_BEFORE: Media = Media {
    content_type: "application/prs.coverage+json",
    ..COVERAGE_JSON
};
/// A table (RFC 4180).
pub(crate) static CSV: Media = Media {
    name: "csv",
    content_type: "text/csv; charset=utf-8; header=present",
    is_compressible: true,
};
/// `GeoJSON` (RFC 7946).
pub(crate) static GEO_JSON: Media = Media {
    name: "geojson",
    content_type: "application/geo+json",
    is_compressible: true,
};
/// JSON.
pub(crate) static JSON: Media = Media {
    name: "json",
    content_type: "application/json",
    is_compressible: true,
};
/// Texts of JSON in lines.
pub(crate) static ND_JSON: Media = Media {
    name: "ndjson",
    content_type: "application/x-ndjson",
    is_compressible: true,
};
/// `NetCDF`.
pub(crate) static NETCDF: Media = Media {
    name: "netcdf",
    content_type: "application/netcdf",
    is_compressible: true,
};
/// A Parquet file.
pub(crate) static PARQUET: Media = Media {
    name: "parquet",
    content_type: "application/vnd.apache.parquet",
    is_compressible: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::{coverage, items, location};

    fn check<F: Formats>() {
        let mut essences: Vec<_> = F::ALL.iter().map(|one| one.media().essence()).collect();
        assert_eq!(F::OFFERED, essences.join(", "));
        essences.sort_unstable();
        essences.dedup();
        assert_eq!(essences.len(), F::ALL.len());
        assert!(!F::known().is_empty());
        for name in F::known() {
            let found = F::choose(Some(&name.to_uppercase()), Some("image/png"), None);
            let found = found.unwrap().unwrap();
            assert!(found.names().contains(&name), "{name}");
        }
        for format in F::ALL {
            let accept = format.media().essence();
            let found = F::choose(None, Some(accept), None);
            assert!(found.unwrap() == Some(*format), "{accept}");
        }
        assert!(F::choose(None, Some("image/png"), None).unwrap().is_none());
        for f in ["", "xml", "json ", "grib"] {
            assert!(F::choose(Some(f), None, None).is_err(), "{f}");
        }
    }

    /// Rows: HTTP-17
    #[test]
    fn every_format_is_found_by_its_name_and_by_its_media_type() {
        check::<coverage::Format>();
        check::<items::Format>();
        check::<location::Format>();
        // Columns of places are no grid.
        assert!(location::Format::choose(Some("netcdf"), None, None).is_err());
    }
}
