//! The paths of what is published.

/// A page or document of what is published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DiscoveryRoute {
    /// `/v1/collections/{id}`
    Collection(String),
    /// `/v1/collections`
    Collections,
    /// `/v1/conformance`
    Conformance,
    /// `/v1`
    Landing,
    /// `/v1/me`
    Me,
    /// `/v1/collections/{id}/schema`
    Schema(String),
}

impl DiscoveryRoute {
    /// The paths that are what they are.
    pub(in crate::app) const FIXED: [(&'static str, Self); 4] = [
        ("/v1", Self::Landing),
        ("/v1/collections", Self::Collections),
        ("/v1/conformance", Self::Conformance),
        ("/v1/me", Self::Me),
    ];
    /// The paths with an id in them.
    pub(in crate::app) const NAMED: [&'static str; 2] =
        ["/v1/collections/{id}", "/v1/collections/{id}/schema"];

    /// The route at `path`.
    pub(in crate::app) fn find(path: &str) -> Option<Self> {
        // Its address as programs write it that put a path behind `/v1/`, and for the landing page none.
        if path == "/v1/" {
            return Some(Self::Landing);
        }
        if let Some((_, route)) = Self::FIXED.iter().find(|(fixed, _)| *fixed == path) {
            return Some(route.clone());
        }
        let rest = path.strip_prefix("/v1/collections/")?;
        let (id, resource) = rest.split_once('/').unwrap_or((rest, ""));
        let id = percent_encoding::percent_decode_str(id)
            .decode_utf8()
            .ok()?;
        match resource {
            "" if !rest.is_empty() && !rest.ends_with('/') => {
                Some(Self::Collection(id.into_owned()))
            }
            "schema" => Some(Self::Schema(id.into_owned())),
            _ => None,
        }
    }

    /// The route as the log names it.
    pub(in crate::app) fn template(&self) -> &'static str {
        let [collection, schema] = Self::NAMED;
        match self {
            Self::Collection(_) => collection,
            Self::Collections => "/v1/collections",
            Self::Conformance => "/v1/conformance",
            Self::Landing => "/v1",
            Self::Me => "/v1/me",
            Self::Schema(_) => schema,
        }
    }

    /// The collection in the path.
    pub(in crate::app) fn id(&self) -> Option<&str> {
        match self {
            Self::Collection(id) | Self::Schema(id) => Some(id),
            Self::Collections | Self::Conformance | Self::Landing | Self::Me => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_an_id_is_that_of_a_collection_or_of_what_belongs_to_it() {
        let collection = |id: &str| Some(DiscoveryRoute::Collection(id.to_owned()));
        for (path, route) in [
            ("/v1/collections/wind", collection("wind")),
            ("/v1/collections/a%20b", collection("a b")),
            ("/v1/collections/a%2Fb", collection("a/b")),
            (
                "/v1/collections/wind/schema",
                Some(DiscoveryRoute::Schema("wind".to_owned())),
            ),
            ("/v1/collections", Some(DiscoveryRoute::Collections)),
            ("/v1", Some(DiscoveryRoute::Landing)),
            ("/v1/", Some(DiscoveryRoute::Landing)),
            ("/v1//", None),
            ("/v1/collections/", None),
            ("/v1/collections/wind/", None),
            ("/v1/collections/wind/items", None),
            ("/v1/collections/wind/schema/", None),
            ("/v1/collections/%FF", None),
        ] {
            assert_eq!(DiscoveryRoute::find(path), route, "{path}");
        }
    }
}
