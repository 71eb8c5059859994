//! One collection as a catalogue has it: what its description says, and where that is silent, the configuration.

use std::collections::BTreeSet;

use oxrdf::NamedNode;
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::Source;
use crate::{
    dataset::{
        Collection, Kind,
        catalog::Representation,
        metadata::{Assurance, CatalogEntry, Iri, Metadata, Series},
    },
    policy::{Class, Clause, Rule},
    response::file::PATH_SEGMENT,
};

/// One collection that everybody may know of.
#[derive(Clone, Debug)]
pub(super) struct Record<'r> {
    pub(super) collection: &'r Collection,
    pub(super) class: Class,
    rule: &'r Rule,
    pub(super) source: Source<'r>,
    /// The address of the collection, which is that of its dataset for good.
    pub(super) address: String,
}

impl<'r> Source<'r> {
    /// Everything that the catalogue lists: what is in public lists, has data, and lets somebody have them.
    pub(super) fn records(self) -> impl Iterator<Item = Record<'r>> {
        let listed = self.catalog.listed_after(None).iter();
        listed.filter_map(move |collection| Record::of(self, collection))
    }

    /// The collection that the entry at `address` is about: its dataset, its API, or another part of its record.
    #[must_use]
    pub fn collection_at(self, address: &str) -> Option<&'r Collection> {
        let path = address.strip_prefix(self.base_url)?;
        let segment = path.strip_prefix("/v1/collections/")?;
        let segment = segment
            .split_once('#')
            .map_or(segment, |(segment, _)| segment);
        let id = percent_decode_str(segment).decode_utf8().ok()?;
        self.catalog.get(&id).map(AsRef::as_ref)
    }

    /// The absolute address of `path`.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The page about everything that is published.
    pub(super) fn homepage(&self) -> NamedNode {
        NamedNode::new_unchecked(self.address("/v1?f=html"))
    }

    /// This member, octet for octet as the directory has it.
    pub(super) fn publisher(&self) -> Option<NamedNode> {
        let publisher = self.settings.publisher.as_ref();
        publisher.map(|publisher| publisher.node().into())
    }

    /// The address of `series`.
    pub(super) fn series(&self, series: &Series) -> NamedNode {
        let id = utf8_percent_encode(&series.id, PATH_SEGMENT);
        NamedNode::new_unchecked(self.address(&format!("/v1/catalog#series-{id}")))
    }
}

impl<'r> Record<'r> {
    pub(super) fn of(source: Source<'r>, collection: &'r Collection) -> Option<Self> {
        let rule = source.policy.rule(collection.id())?;
        let class = class(rule)?;
        let id = utf8_percent_encode(collection.id().as_str(), PATH_SEGMENT);
        collection.has_data().then(|| Self {
            collection,
            class,
            rule,
            source,
            address: source.address(&format!("/v1/collections/{id}")),
        })
    }

    pub(super) fn metadata(&self) -> &'r Metadata {
        self.collection.metadata()
    }

    pub(super) fn entry(&self) -> &'r CatalogEntry {
        &self.metadata().entry
    }

    /// The name for people; a collection that nobody described is called by its id.
    pub(super) fn title(&self) -> &'r str {
        match &*self.metadata().title {
            "" => self.collection.id().as_str(),
            title => title,
        }
    }

    /// The dataset.
    pub(super) fn dataset(&self) -> NamedNode {
        // The address is one of ours: a base address and escaped segments.
        NamedNode::new_unchecked(&self.address)
    }

    /// The page about the collection.
    pub(super) fn landing_page(&self) -> NamedNode {
        NamedNode::new_unchecked(format!("{}?f=html", self.address))
    }

    /// A part of the record, which has no address of its own.
    pub(super) fn part(&self, name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("{}#{name}", self.address))
    }

    /// The file `representation` as a part of the record.
    pub(super) fn file(&self, representation: &Representation) -> NamedNode {
        let name = utf8_percent_encode(&representation.name, PATH_SEGMENT);
        self.part(&format!("file-{name}"))
    }

    /// The API; none where there are files alone.
    pub(super) fn service(&self) -> Option<NamedNode> {
        self.has_api().then(|| self.part("service"))
    }

    /// `true` when it can be asked for parts of its data.
    pub(super) fn has_api(&self) -> bool {
        self.collection.kind() != Kind::Files
    }

    /// The files that it can be had as.
    pub(super) fn files(&self) -> &'r [Representation] {
        self.collection.representations()
    }

    /// The address at which `representation` is fetched.
    pub(super) fn download(&self, representation: &Representation) -> String {
        let name = utf8_percent_encode(&representation.name, PATH_SEGMENT);
        self.source.address(&format!("/v1/files/{name}"))
    }

    pub(super) fn is_open(&self) -> bool {
        self.class == Class::Open
    }

    /// The address of the licence.
    pub(super) fn licence(&self) -> Option<NamedNode> {
        let address = self.metadata().licence.as_ref()?.address()?;
        Some(address.node().into())
    }

    pub(super) fn trust_framework(&self) -> Option<&'r Iri> {
        let settings = self.source.settings;
        let said = self.entry().trust_framework.as_ref();
        said.or(settings.trust_framework.as_ref())
    }

    pub(super) fn scheme(&self) -> Option<&'r Iri> {
        let said = self.entry().scheme.as_ref();
        said.or(self.source.settings.scheme.as_ref())
    }

    pub(super) fn assurance(&self) -> Option<&'r Assurance> {
        let said = self.entry().assurance.as_ref();
        said.or(self.source.settings.assurance.as_ref())
    }

    /// Roles any one of which is needed: those that the rule asks for, else those that are told of; open data need none.
    pub(super) fn roles(&self) -> Vec<NamedNode> {
        if self.is_open() {
            return Vec::new();
        }
        let clauses = self.rule.clauses().iter();
        let asked = clauses.flat_map(|clause| clause.conditions().roles.iter());
        let asked: BTreeSet<_> = asked.collect();
        if !asked.is_empty() {
            let nodes = asked.into_iter().map(NamedNode::new);
            return nodes.filter_map(Result::ok).collect();
        }
        let told = match &*self.entry().roles {
            [] => &self.source.settings.roles,
            said => said,
        };
        told.iter().map(|role| role.node().into()).collect()
    }

    /// The authorization server of shared data.
    pub(super) fn issuer(&self) -> Option<NamedNode> {
        let settings = self.source.settings;
        let is_named = self.entry().names_issuer.unwrap_or(settings.names_issuer);
        let issuer = NamedNode::new(self.source.issuer).ok();
        issuer.filter(|_| is_named && !self.is_open())
    }

    pub(super) fn contact(&self) -> Option<&'r str> {
        let own = self.metadata().contact.as_deref();
        own.or(Some(&*self.source.settings.contact))
            .filter(|contact| !contact.is_empty())
    }

    /// The collection that takes its place, where that is in the catalogue as well.
    pub(super) fn successor(&self) -> Option<Self> {
        let id = self.metadata().lifecycle.successor.as_ref()?;
        let successor = self.source.catalog.get(id.as_str())?;
        Self::of(self.source, successor).filter(|_| successor.is_listed())
    }

    /// The schema of what is fetched as `essence`: the one that the scheme prescribes, else our own where fields are
    /// described.
    pub(super) fn schema(&self, essence: &str) -> Option<NamedNode> {
        if let Some(prescribed) = &self.entry().data_schema {
            return Some(prescribed.node().into());
        }
        let is_table = essence == CSV && is_tabular(self.collection);
        is_table.then(|| NamedNode::new_unchecked(format!("{}/csvw", self.address)))
    }
}

/// `true` when the fields of `collection` are the columns of its files: those of a coverage are named otherwise in them.
pub(super) fn is_tabular(collection: &Collection) -> bool {
    collection.kind() == Kind::Files && !collection.metadata().fields.is_empty()
}

/// The media type of tables.
pub(super) const CSV: &str = "text/csv";

/// The class of who is let in by `rule`: of several the one that lets in the most; none where nobody is.
fn class(rule: &Rule) -> Option<Class> {
    let classes: Vec<_> = rule.clauses().iter().map(Clause::class).collect();
    let order = [Class::Open, Class::SharedA, Class::SharedB];
    order.into_iter().find(|class| classes.contains(class))
}
