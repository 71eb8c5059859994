//! The paths of the catalogue as harvesters find it, and of the documents that its records lead to.

use crate::{dataset::Kind, harvest::Format};

/// Routes of harvesters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HarvestRoute {
    /// `/v1/catalog`: the catalogue in the form that `Accept` likes best.
    Any,
    /// `/v1/api/coverage.json`: the API of collections of a kind.
    Api(Kind),
    /// `/v1/collections/{id}/csvw`: the columns of a collection's tables.
    Csvw(String),
    /// `/metadata.json` and `/metadata.yaml`: the metadata file of Open Energy.
    OpenEnergy {
        /// The form.
        is_yaml: bool,
    },
    /// `/catalog.ttl` and the others: the catalogue in one form, at an address that a directory can be told.
    One(Format),
}

impl HarvestRoute {
    /// The paths that are what they are.
    pub(in crate::app) const FIXED: [(&'static str, Self); 10] = [
        ("/catalog.jsonld", Self::One(Format::JsonLd)),
        ("/catalog.rdf", Self::One(Format::RdfXml)),
        ("/catalog.ttl", Self::One(Format::Turtle)),
        ("/metadata.json", Self::OpenEnergy { is_yaml: false }),
        ("/metadata.yaml", Self::OpenEnergy { is_yaml: true }),
        ("/v1/api/coverage.json", Self::Api(Kind::Coverage)),
        ("/v1/api/features.json", Self::Api(Kind::Features)),
        ("/v1/api/records.json", Self::Api(Kind::Records)),
        ("/v1/api/series.json", Self::Api(Kind::Series)),
        ("/v1/catalog", Self::Any),
    ];
    /// The path with an id in it.
    pub(in crate::app) const CSVW: &'static str = "/v1/collections/{id}/csvw";

    /// The route at `path`.
    pub(in crate::app) fn find(path: &str) -> Option<Self> {
        let mut fixed = Self::FIXED.into_iter();
        if let Some((_, route)) = fixed.find(|(fixed, _)| *fixed == path) {
            return Some(route);
        }
        let rest = path.strip_prefix("/v1/collections/")?;
        let (id, resource) = rest.split_once('/')?;
        let id = percent_encoding::percent_decode_str(id).decode_utf8();
        id.ok()
            .filter(|id| resource == "csvw" && !id.is_empty())
            .map(|id| Self::Csvw(id.into_owned()))
    }

    /// The route as the log names it.
    pub(in crate::app) fn template(&self) -> &'static str {
        let mut fixed = Self::FIXED.into_iter();
        let found = fixed.find(|(_, route)| route == self);
        found.map_or(Self::CSVW, |(path, _)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_an_id_is_that_of_the_columns_of_one_collection() {
        let csvw = |id: &str| Some(HarvestRoute::Csvw(id.to_owned()));
        for (path, route) in [
            ("/v1/collections/wind/csvw", csvw("wind")),
            ("/v1/collections/a%20b/csvw", csvw("a b")),
            ("/v1/collections/csvw", None),
            ("/v1/collections//csvw", None),
            ("/v1/collections/wind/x/csvw", None),
            ("/v1/collections/wind/csvw/", None),
            ("/v1/collections/%FF/csvw", None),
            ("/catalog.ttl", Some(HarvestRoute::One(Format::Turtle))),
            ("/v1/catalog", Some(HarvestRoute::Any)),
            ("/catalog", None),
            ("/catalog.TTL", None),
        ] {
            assert_eq!(HarvestRoute::find(path), route, "{path}");
        }
    }
}
