//! One collection: what it is, what is needed for it, and where its data are.

use serde::Serialize;

use super::{
    View,
    data_queries::{self, Offer},
    extent::{self, ExtentDocument},
    link::{JSON, JSON_SCHEMA, Link},
    table::{self, ItemsOffer},
    view::{Reading, path_of, path_of_file, title},
};
use crate::{
    dataset::{
        Collection, Kind,
        coverage::Crs,
        metadata::{Licence, Metadata},
    },
    policy::{CollectionId, Rule},
};

#[derive(Serialize)]
pub(super) struct CollectionDocument<'c> {
    id: &'c str,
    title: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'c str>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keywords: Vec<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sunset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extent: Option<ExtentDocument>,
    #[serde(rename = "storageCrs", skip_serializing_if = "Option::is_none")]
    storage_crs: Option<&'static str>,
    #[serde(flatten)]
    data_queries: Option<Offer>,
    #[serde(flatten)]
    items: Option<ItemsOffer>,
    access: Access<'c>,
    links: Vec<Link>,
}

/// The access rule, in public.
#[derive(Serialize)]
struct Access<'c> {
    /// `true` when no token is needed.
    open: bool,
    /// Any one of these suffices.
    any_of: Vec<Way<'c>>,
    /// The rule's outcome for the caller, where a token was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<CallerWord>,
}

#[derive(Serialize)]
struct Way<'c> {
    class: &'static str,
    /// Scopes that a token must carry; none: any active token will do, if one is needed at all.
    scopes: Vec<&'c str>,
    /// The conditions beside them, in words; nobody is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<String>,
}

#[derive(Serialize)]
struct CallerWord {
    may_read: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lacks_one_of: Vec<String>,
}

pub(super) fn document<'c>(view: &View<'c>, collection: &'c Collection) -> CollectionDocument<'c> {
    let Metadata {
        description,
        keywords,
        licence,
        publisher,
        contact,
        version,
        issued,
        modified,
        lifecycle,
        ..
    } = collection.metadata();
    CollectionDocument {
        id: collection.id().as_str(),
        title: title(collection),
        description: description.as_deref(),
        kind: collection.kind().name(),
        keywords: keywords.iter().map(AsRef::as_ref).collect(),
        licence: licence.as_ref().map(Licence::text),
        publisher: publisher.as_deref(),
        contact: contact.as_deref(),
        version: version.as_deref(),
        issued: issued.map(|moment| moment.to_string()),
        modified: modified.map(|moment| moment.to_string()),
        deprecated: lifecycle.deprecated.map(|moment| moment.to_string()),
        sunset: lifecycle.sunset.map(|moment| moment.to_string()),
        group: collection.group().map(CollectionId::as_str),
        extent: extent::document(view, collection),
        storage_crs: match collection.kind() {
            Kind::Coverage | Kind::Features => Some(Crs::Crs84.uri()),
            Kind::Files | Kind::Records | Kind::Series => None,
        },
        data_queries: data_queries::of(view, collection),
        items: table::of(collection),
        access: access(view, collection),
        links: links(view, collection),
    }
}

fn access<'c>(view: &View<'c>, collection: &Collection) -> Access<'c> {
    let rule = view.rule(collection);
    let clauses = rule.map(Rule::clauses).unwrap_or_default();
    let caller = view.token.map(|_| match view.reading(collection) {
        Reading::May => CallerWord {
            may_read: true,
            lacks_one_of: Vec::new(),
        },
        Reading::Lacks(scopes) => CallerWord {
            may_read: false,
            lacks_one_of: scopes,
        },
        Reading::NeedsToken => CallerWord {
            may_read: false,
            lacks_one_of: Vec::new(),
        },
    });
    Access {
        open: rule.is_some_and(Rule::is_open),
        any_of: clauses
            .iter()
            .map(|clause| Way {
                class: clause.class().name(),
                scopes: clause.scope().iter().collect(),
                conditions: clause.conditions().demands(),
            })
            .collect(),
        caller,
    }
}

/// The collection that takes the place of `collection`, and those whose place it takes (RFC 5829 §3), as far as the caller
/// may know of them.
fn versions(view: &View<'_>, collection: &Collection) -> Vec<Link> {
    let successor = collection.metadata().lifecycle.successor.iter();
    let predecessors = view.catalog.predecessors(collection.id());
    let after = successor.map(|id| ("successor-version", id));
    let before = predecessors.map(|one| ("predecessor-version", one.id()));
    let known = after
        .chain(before)
        .filter_map(|(rel, id)| Some((rel, view.collection(id.as_str())?)));
    let link = |(rel, other)| Link::new(view, rel, &path_of(other), JSON, title(other));
    known.map(link).collect()
}

fn links(view: &View<'_>, collection: &Collection) -> Vec<Link> {
    let path = path_of(collection);
    let mut links = Link::to_itself(view, &path, title(collection)).to_vec();
    let schema = format!("{path}/schema");
    links.push(Link::new(
        view,
        "http://www.opengis.net/def/rel/ogc/1.0/schema",
        &schema,
        JSON_SCHEMA,
        "Its fields, as JSON Schema",
    ));
    let licence = collection.metadata().licence.as_ref();
    if let Some(licence) = licence.and_then(Licence::address) {
        links.push(Link {
            href: licence.to_string(),
            rel: "license",
            media_type: None,
            title: "Terms of use".to_owned(),
            length: None,
        });
    }
    links.extend(versions(view, collection));
    let files = collection.representations().iter().map(|file| Link {
        length: Some(file.length_bytes),
        ..Link::new(
            view,
            "enclosure",
            &path_of_file(&file.name),
            file.media_type.essence(),
            file.name.as_ref(),
        )
    });
    links.extend(files);
    links.extend(data_queries::links(view, collection));
    links.extend(table::links(view, collection));
    links
}
