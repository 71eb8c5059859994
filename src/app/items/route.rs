//! The paths of tables.

use percent_encoding::percent_decode_str;

use crate::{dataset::Catalog, policy::CollectionId};

/// A resource of a collection that is a table of records, features or series.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableRoute {
    /// The resource.
    pub resource: TableResource,
    /// The collection; none when no collection can have that name.
    pub collection: Option<CollectionId>,
}

/// A resource below the address of such a collection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TableResource {
    /// `aggregate`: sums of series.
    Aggregate,
    /// `items/{key}`: one row, by its key, whose slashes stand as they are or escaped: programs of others escape none.
    Item(Box<str>),
    /// `items`: rows.
    Items,
    /// `items/locate`: places of a body, with the features around each. An item of that key is had by `ids`.
    Locate,
    /// `latest`: the latest row of each series.
    Latest,
    /// `queryables`: the fields that can be asked for.
    Queryables,
}

impl TableRoute {
    /// Their paths, as the log names them, each with a resource of its kind.
    pub(in crate::app) fn templates() -> [(&'static str, TableResource); 6] {
        [
            (AGGREGATE, TableResource::Aggregate),
            ("/v1/collections/{id}/items", TableResource::Items),
            (LATEST, TableResource::Latest),
            (ITEM, TableResource::Item("{key}".into())),
            (LOCATE, TableResource::Locate),
            ("/v1/collections/{id}/queryables", TableResource::Queryables),
        ]
    }

    /// The route at `path`.
    pub(in crate::app) fn find(path: &str) -> Option<Self> {
        let (id, rest) = path.strip_prefix("/v1/collections/")?.split_once('/')?;
        let resource = TableResource::find(rest)?;
        let id = percent_decode_str(id).decode_utf8().ok();
        Some(Self {
            resource,
            collection: id.and_then(|id| CollectionId::parse(&id).ok()),
        })
    }

    /// The route at `path` where a collection of `catalog` has it as an address of its own: `/info/v2` for its items,
    /// and `/info/v2/{key}` for one.
    pub(in crate::app) fn aliased(path: &str, catalog: &Catalog) -> Option<Self> {
        let (collection, resource) = if let Some(collection) = catalog.aliased(path) {
            (collection, TableResource::Items)
        } else {
            // The longest address that one has: what is behind it is the key.
            let mut ends = path.rmatch_indices('/');
            let (collection, key) = ends.find_map(|(end, _)| {
                let (path, key) = path.split_at_checked(end)?;
                Some((catalog.aliased(path)?, key.strip_prefix('/')?))
            })?;
            let key = percent_decode_str(key).decode_utf8().ok()?;
            let key = Some(key).filter(|key| !key.is_empty())?;
            (collection, TableResource::Item(key.into()))
        };
        Some(Self {
            resource,
            collection: Some(collection.id().clone()),
        })
    }

    /// The methods that it takes, as `Allow` lists them.
    pub(in crate::app) fn allow(&self) -> &'static str {
        match self.resource {
            TableResource::Locate => "OPTIONS, POST",
            TableResource::Aggregate
            | TableResource::Item(_)
            | TableResource::Items
            | TableResource::Latest
            | TableResource::Queryables => "GET, HEAD, OPTIONS",
        }
    }

    /// The path as the log names it.
    pub(in crate::app) fn template(&self) -> &'static str {
        match self.resource {
            TableResource::Aggregate => AGGREGATE,
            TableResource::Item(_) => ITEM,
            TableResource::Items => "/v1/collections/{id}/items",
            TableResource::Locate => LOCATE,
            TableResource::Latest => LATEST,
            TableResource::Queryables => "/v1/collections/{id}/queryables",
        }
    }
}

impl TableResource {
    fn find(rest: &str) -> Option<Self> {
        match rest {
            "aggregate" => Some(Self::Aggregate),
            "latest" => Some(Self::Latest),
            "items" => Some(Self::Items),
            "items/locate" => Some(Self::Locate),
            "queryables" => Some(Self::Queryables),
            _ => {
                let key = rest.strip_prefix("items/").filter(|key| !key.is_empty())?;
                // A key that is no text is none that a row can have, and no path of anything else.
                let key = percent_decode_str(key).decode_utf8().ok()?;
                Some(Self::Item(key.into()))
            }
        }
    }
}

const AGGREGATE: &str = "/v1/collections/{id}/aggregate";
const LATEST: &str = "/v1/collections/{id}/latest";
const ITEM: &str = "/v1/collections/{id}/items/{key}";
const LOCATE: &str = "/v1/collections/{id}/items/locate";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_a_collection_is_that_of_its_items_or_of_one_of_them() {
        let route = |resource, id: &str| {
            Some(TableRoute {
                resource,
                collection: CollectionId::parse(id).ok(),
            })
        };
        let item = |key: &str| TableResource::Item(key.into());
        for (path, expected) in [
            (
                "/v1/collections/watches/items",
                route(TableResource::Items, "watches"),
            ),
            (
                "/v1/collections/w%61tches/queryables",
                route(TableResource::Queryables, "watches"),
            ),
            (
                "/v1/collections/watches/items/A-1",
                route(item("A-1"), "watches"),
            ),
            (
                "/v1/collections/watches/items/locate",
                route(TableResource::Locate, "watches"),
            ),
            (
                "/v1/collections/watches/items/a%2Fb%20c",
                route(item("a/b c"), "watches"),
            ),
            ("/v1/collections/../items/..", route(item(".."), "..")),
            ("/v1/collections/%FF/items", route(TableResource::Items, "")),
            ("/v1/collections/watches/items/", None),
            (
                "/v1/collections/watches/items/a/b/",
                route(item("a/b/"), "watches"),
            ),
            ("/v1/collections/watches/items/%FF", None),
            ("/v1/collections/watches/Items", None),
            ("/v1/collections/watches", None),
            ("/v1/items", None),
        ] {
            assert_eq!(TableRoute::find(path), expected, "{path}");
        }
    }

    #[test]
    fn each_template_is_that_of_its_resource() {
        for (template, resource) in TableRoute::templates() {
            let route = TableRoute {
                resource,
                collection: None,
            };
            assert_eq!(route.template(), template);
        }
    }
}
