//! Discovery: what is published, for everyone, in the words of OGC API Common.
//!
//! Each document is made from the catalogue when it is asked for, a page at a time, so that nothing grows with the
//! number of collections. Who sends a token is told of each collection whether it may be read with it, and sees those
//! that are not listed for everyone but open to that token. Knows nothing of values: a document of a collection
//! says what its description says.

mod answer;
mod collection;
mod conformance;
mod data_queries;
mod extent;
mod landing;
mod link;
mod listing;
mod me;
mod page;
mod request;
mod resource_metadata;
mod schema;
mod table;
mod view;

pub use answer::answer;
pub use conformance::CLASSES;
pub use me::{Limits, Me};
pub use request::{Asked, Form};
pub use resource_metadata::ResourceMetadata;
pub use view::View;

use serde::Serialize;
use serde_json::Value;

use crate::dataset::Collection;

/// One of the documents.
#[derive(Clone, Debug)]
pub enum Document<'d> {
    /// `/v1/collections/{id}`: one collection.
    Collection(&'d Collection),
    /// `/v1/collections`: a page of them.
    Collections(&'d Asked),
    /// `/v1/conformance`: the classes of the standards.
    Conformance,
    /// `/v1`: where everything is.
    Landing,
    /// `/v1/me`: who asks.
    Me(&'d Me<'d>),
    /// `/v1/collections/{id}/schema`: the fields of one collection, as JSON Schema.
    Schema(&'d Collection),
}

impl Document<'_> {
    /// The document for who sees `view`, as JSON.
    #[must_use]
    pub fn json(&self, view: &View<'_>) -> Vec<u8> {
        match self {
            Self::Collection(collection) => written(&collection::document(view, collection)),
            Self::Collections(asked) => written(&listing::document(view, asked)),
            Self::Conformance => written(&conformance::document()),
            Self::Landing => written(&landing::document(view)),
            Self::Me(me) => written(&me::document(view, me)),
            Self::Schema(collection) => written(&schema::document(view, collection)),
        }
    }

    /// The document for who sees `view`, as a page.
    #[must_use]
    pub fn html(&self, view: &View<'_>) -> Vec<u8> {
        let html = match self {
            Self::Collection(collection) => page::collection(view, collection),
            Self::Collections(asked) => page::collections(view, asked),
            Self::Conformance => page::conformance(),
            Self::Landing => page::landing(),
            Self::Me(me) => page::me(view, me),
            Self::Schema(collection) => page::schema(view, collection),
        };
        html.into_bytes()
    }
}

/// `document` as JSON, a member a line.
fn written(document: &impl Serialize) -> Vec<u8> {
    let value = serde_json::to_vec_pretty(document);
    // Nothing here has keys that are no texts, or numbers that JSON does not have.
    value.unwrap_or_else(|_| Value::Null.to_string().into_bytes())
}

#[cfg(test)]
mod tests;
