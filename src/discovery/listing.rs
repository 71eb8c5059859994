//! A page of the collections.

use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::{
    Asked, View,
    collection::{self, CollectionDocument},
    link::{JSON, Link},
};
use crate::{dataset::Collection, response::file::PATH_SEGMENT};

#[derive(Serialize)]
pub(super) struct Listing<'l> {
    links: Vec<Link>,
    #[serde(rename = "numberReturned")]
    number_returned: usize,
    collections: Vec<CollectionDocument<'l>>,
}

/// The collections of a page, and whether more come after them.
pub(super) struct Page<'p> {
    pub(super) collections: Vec<&'p Collection>,
    pub(super) has_more: bool,
}

pub(super) fn document<'l>(view: &View<'l>, asked: &Asked) -> Listing<'l> {
    let page = page(view, asked);
    let mut links = Link::to_itself(view, &path(asked, asked.after.as_deref()), TITLE).to_vec();
    if let Some(next) = next(&page, asked) {
        links.push(Link::new(
            view,
            "next",
            &next,
            JSON,
            "What comes after these",
        ));
    }
    Listing {
        links,
        number_returned: page.collections.len(),
        collections: page
            .collections
            .into_iter()
            .map(|one| collection::document(view, one))
            .collect(),
    }
}

pub(super) fn page<'p>(view: &View<'p>, asked: &Asked) -> Page<'p> {
    let mut shown = view.collections(asked.after.as_deref());
    let collections: Vec<_> = shown.by_ref().take(asked.limit).collect();
    Page {
        has_more: shown.next().is_some(),
        collections,
    }
}

/// The path of the page after `page`, if there is one.
pub(super) fn next(page: &Page<'_>, asked: &Asked) -> Option<String> {
    let last = page.collections.last().filter(|_| page.has_more)?;
    Some(path(asked, Some(last.id().as_str())))
}

fn path(asked: &Asked, after: Option<&str>) -> String {
    let mut parameters = Vec::new();
    if asked.limit != Asked::DEFAULT_LIMIT {
        parameters.push(format!("limit={}", asked.limit));
    }
    if let Some(after) = after {
        parameters.push(format!(
            "after={}",
            utf8_percent_encode(after, PATH_SEGMENT)
        ));
    }
    let and = if parameters.is_empty() { "" } else { "?" };
    format!("/v1/collections{and}{}", parameters.join("&"))
}

pub(super) const TITLE: &str = "What is published";
