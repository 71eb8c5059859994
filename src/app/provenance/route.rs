//! The paths of records.

use percent_encoding::percent_decode_str;

use crate::policy::CollectionId;

/// Routes of records.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ProvenanceRoute {
    /// `/v1/collections/{id}/provenance`: the origin of a collection; none of what no collection can be called.
    Origin(Option<CollectionId>),
    /// `/v1/provenance/{id}`: the record of an answer.
    Record(Box<str>),
}

impl ProvenanceRoute {
    /// The paths.
    pub(in crate::app) const TEMPLATES: [&'static str; 2] =
        ["/v1/collections/{id}/provenance", "/v1/provenance/{id}"];

    /// The route at `path`.
    pub(in crate::app) fn find(path: &str) -> Option<Self> {
        let record = path.strip_prefix("/v1/provenance/");
        if let Some(id) = record.filter(|id| !id.is_empty() && !id.contains('/')) {
            return Some(Self::Record(id.into()));
        }
        let rest = path.strip_prefix("/v1/collections/")?;
        let id = rest.strip_suffix("/provenance")?;
        if id.is_empty() || id.contains('/') {
            return None;
        }
        let id = percent_decode_str(id).decode_utf8().ok()?;
        Some(Self::Origin(CollectionId::parse(&id).ok()))
    }

    /// The route as the log names it.
    pub(in crate::app) fn template(&self) -> &'static str {
        let [origin, record] = Self::TEMPLATES;
        match self {
            Self::Origin(_) => origin,
            Self::Record(_) => record,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_that_of_a_record_or_of_the_origin_of_one_collection() {
        let origin = |id: &str| Some(ProvenanceRoute::Origin(CollectionId::parse(id).ok()));
        let record = |id: &str| Some(ProvenanceRoute::Record(id.into()));
        for (path, route) in [
            ("/v1/provenance/abc-_1", record("abc-_1")),
            ("/v1/collections/wind/provenance", origin("wind")),
            (
                "/v1/collections/wind%2Fx/provenance",
                Some(ProvenanceRoute::Origin(None)),
            ),
            ("/v1/provenance/", None),
            ("/v1/provenance", None),
            ("/v1/provenance/a/b", None),
            ("/v1/collections//provenance", None),
            ("/v1/collections/wind/provenance/", None),
            ("/v1/collections/%FF/provenance", None),
        ] {
            assert_eq!(ProvenanceRoute::find(path), route, "{path}");
        }
    }
}
