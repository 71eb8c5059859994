//! The catalogue as one caller sees it.

use percent_encoding::utf8_percent_encode;

use crate::{
    clock::Timestamp,
    dataset::{Catalog, Collection},
    policy::{Applicant, Denied, Policy, Rule, Unmet},
    response::file::PATH_SEGMENT,
    token::BoundToken,
};

/// The catalogue, the rules and who asks: everyone, or who has a token.
#[derive(Clone, Copy, Debug)]
pub struct View<'v> {
    /// The address of the whole, without a slash at its end.
    pub base_url: &'v str,
    /// Everything that is published.
    pub catalog: &'v Catalog,
    /// The rule of each collection.
    pub policy: &'v Policy,
    /// The token of who asks, if one was sent.
    pub token: Option<&'v BoundToken>,
    /// The time of the request.
    pub now: Timestamp,
}

/// The caller's access to a collection with the token that was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Reading {
    /// The things that are lacking for each way that would do: scope tokens, and conditions in words.
    Lacks(Vec<String>),
    /// It may be read.
    May,
    /// No token was sent, and one is needed.
    NeedsToken,
}

impl<'v> View<'v> {
    /// The absolute address of `path`.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The collection `id`, if this caller may know of it.
    #[must_use]
    pub fn collection(&self, id: &str) -> Option<&'v Collection> {
        let collection = self.catalog.get(id)?;
        self.shows(collection).then_some(collection)
    }

    /// The collections that this caller may know of and that come after the id `after`, in order of their ids.
    pub(super) fn collections(&self, after: Option<&str>) -> impl Iterator<Item = &'v Collection> {
        let view = *self;
        // Without a token nothing else is in the list, and nothing else is looked at.
        let among = match self.token {
            Some(_) => self.catalog.after(after),
            None => self.catalog.listed_after(after),
        };
        let all = among.iter().map(AsRef::as_ref);
        all.filter(move |collection| view.shows(collection))
    }

    /// The rule of `collection`.
    pub(super) fn rule(&self, collection: &Collection) -> Option<&'v Rule> {
        self.policy.rule(collection.id()).map(AsRef::as_ref)
    }

    /// The caller's access to `collection`.
    pub(super) fn reading(&self, collection: &Collection) -> Reading {
        let Some(rule) = self.rule(collection) else {
            return Reading::Lacks(Vec::new());
        };
        match self.token {
            _ if rule.is_open() => Reading::May,
            None => Reading::NeedsToken,
            Some(token) => {
                let applicant = Applicant::of(token, self.now);
                match self.policy.judge(collection.id(), &applicant) {
                    Ok(_) => Reading::May,
                    Err(Denied::Blocked { .. }) => Reading::Lacks(vec![Unmet::Blocked.to_string()]),
                    Err(_) => {
                        let lacking = self.policy.lacks(rule, &applicant);
                        Reading::Lacks(lacking.iter().map(ToString::to_string).collect())
                    }
                }
            }
        }
    }

    /// `true` of collections with data and a rule that are listed, or that the caller may read.
    fn shows(&self, collection: &Collection) -> bool {
        collection.has_data()
            && self.rule(collection).is_some()
            && (collection.is_listed() || self.reading(collection) == Reading::May)
    }
}

/// The path of the collection `id`.
pub(super) fn path_of(collection: &Collection) -> String {
    let id = utf8_percent_encode(collection.id().as_str(), PATH_SEGMENT);
    format!("/v1/collections/{id}")
}

/// The path of the file `name`.
pub(super) fn path_of_file(name: &str) -> String {
    format!("/v1/files/{}", utf8_percent_encode(name, PATH_SEGMENT))
}

/// The name for people; a collection that nobody described is called by its id.
pub(super) fn title(collection: &Collection) -> &str {
    match &*collection.metadata().title {
        "" => collection.id().as_str(),
        title => title,
    }
}
