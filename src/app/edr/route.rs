//! The paths of data queries.

use percent_encoding::percent_decode_str;

use crate::{dataset::edr::QueryKind, policy::CollectionId};

/// A data query of a collection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EdrRoute {
    /// The kind of query.
    pub kind: QueryKind,
    /// The collection; none when no collection can have that name.
    pub collection: Option<CollectionId>,
}

impl EdrRoute {
    /// Their paths, as the log names them.
    pub(in crate::app) const TEMPLATES: [(&'static str, QueryKind); 5] = [
        ("/v1/collections/{id}/area", QueryKind::Area),
        ("/v1/collections/{id}/cube", QueryKind::Cube),
        ("/v1/collections/{id}/position", QueryKind::Position),
        ("/v1/collections/{id}/radius", QueryKind::Radius),
        ("/v1/collections/{id}/trajectory", QueryKind::Trajectory),
    ];

    pub(in crate::app) fn find(path: &str) -> Option<Self> {
        let (id, resource) = path.strip_prefix("/v1/collections/")?.split_once('/')?;
        let mut kinds = QueryKind::ALL.into_iter();
        let kind = kinds.find(|kind| kind.name() == resource)?;
        let id = percent_decode_str(id).decode_utf8().ok();
        Some(Self {
            kind,
            collection: id.and_then(|id| CollectionId::parse(&id).ok()),
        })
    }

    pub(in crate::app) fn template(&self) -> &'static str {
        let mut templates = Self::TEMPLATES.into_iter();
        let found = templates.find(|(_, kind)| *kind == self.kind);
        found.map_or("-", |(path, _)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_a_path_is_its_query_and_the_part_before_its_collection() {
        let query = |kind, id: &str| {
            Some(EdrRoute {
                kind,
                collection: CollectionId::parse(id).ok(),
            })
        };
        for (path, route) in [
            (
                "/v1/collections/wind/position",
                query(QueryKind::Position, "wind"),
            ),
            ("/v1/collections/wind/area", query(QueryKind::Area, "wind")),
            (
                "/v1/collections/wind/radius",
                query(QueryKind::Radius, "wind"),
            ),
            (
                "/v1/collections/wind/trajectory",
                query(QueryKind::Trajectory, "wind"),
            ),
            (
                "/v1/collections/s%6Flar/cube",
                query(QueryKind::Cube, "solar"),
            ),
            ("/v1/collections/../cube", query(QueryKind::Cube, "..")),
            ("/v1/collections/a%2Fb/cube", query(QueryKind::Cube, "a/b")),
            ("/v1/collections/%FF/cube", query(QueryKind::Cube, "")),
            ("/v1/collections//cube", query(QueryKind::Cube, "")),
            ("/v1/collections/wind", None),
            ("/v1/collections/wind/", None),
            ("/v1/collections/wind/Position", None),
            ("/v1/collections/wind/position/", None),
            ("/v1/collections/wind/corridor", None),
            ("/v1/collections/a/b/position", None),
        ] {
            let found = EdrRoute::find(path);
            assert_eq!(found, route, "{path}");
            if let Some(found) = found {
                assert!(found.template().ends_with(found.kind.name()), "{path}");
            }
        }
    }
}
