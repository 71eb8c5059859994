//! The items of a table, as OGC API Features says of them in a collection.

use perild_query::geometry::Crs;
use serde::Serialize;

use super::{
    View,
    link::{JSON_SCHEMA, Link},
    view::path_of,
};
use crate::{
    dataset::{Collection, Kind},
    response::{items::Format, media::Formats},
};

#[derive(Serialize)]
pub(super) struct ItemsOffer {
    /// Rows of records and series are features without a geometry.
    #[serde(rename = "itemType")]
    item_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    crs: Option<Vec<&'static str>>,
}

/// The items that can be asked for of `collection`; none where it is no table, or not imported yet.
pub(super) fn of(collection: &Collection) -> Option<ItemsOffer> {
    let crs = || Crs::all().map(Crs::uri).collect();
    has_items(collection).then(|| ItemsOffer {
        item_type: "feature",
        crs: (collection.kind() == Kind::Features).then(crs),
    })
}

/// Links to the items of `collection` in each form, and to the fields that can be asked for.
pub(super) fn links(view: &View<'_>, collection: &Collection) -> Vec<Link> {
    if !has_items(collection) {
        return Vec::new();
    }
    let path = format!("{}/items", path_of(collection));
    let items = Format::ALL.iter().map(|format| {
        let media = format.media();
        let title = format!("Its items as {}", media.name);
        if *format == Format::DEFAULT {
            // Without a query: GDAL puts keys behind it.
            return Link::new(view, "items", &path, media.essence(), title);
        }
        let path = format!("{path}?f={}", media.name);
        Link::new(view, "items", &path, media.essence(), title)
    });
    let queryables = Link::new(
        view,
        "http://www.opengis.net/def/rel/ogc/1.0/queryables",
        &format!("{}/queryables", path_of(collection)),
        JSON_SCHEMA,
        "The fields that can be asked for",
    );
    let alias = collection.alias().map(|alias| {
        let title = "Its items, at an address of their own";
        Link::new(
            view,
            "items",
            alias,
            Format::GeoJson.media().essence(),
            title,
        )
    });
    let others = questions(view, collection);
    items
        .chain([queryables])
        .chain(alias)
        .chain(others)
        .collect()
}

/// Links to what else the rows of `collection` can be asked for, which no standard has a relation for.
fn questions(view: &View<'_>, collection: &Collection) -> Vec<Link> {
    let (questions, media): (&[_], _) = match collection.kind() {
        Kind::Features => (
            &[("items/locate", "The features around places that are sent")],
            Format::GeoJson.media(),
        ),
        Kind::Series => (
            &[
                ("aggregate", "Sums by intervals"),
                ("latest", "The latest row of each series"),
            ],
            Format::Json.media(),
        ),
        Kind::Coverage | Kind::Files | Kind::Records => return Vec::new(),
    };
    let link = |(resource, title): &(&str, &str)| {
        let path = format!("{}/{resource}", path_of(collection));
        Link::new(view, "related", &path, media.essence(), *title)
    };
    questions.iter().map(link).collect()
}

/// `true` when `collection` is a table that has been imported.
pub(super) fn has_items(collection: &Collection) -> bool {
    collection.kind().table().is_some() && collection.has_data()
}
