//! One collection of the catalogue.

use std::{sync::Arc, time::SystemTime};

use super::Kind;
use crate::{
    dataset::{
        FileName, MediaType,
        metadata::{
            Metadata,
            description::{CoverageLayout, Described, DescribedRule, Source},
        },
    },
    policy::CollectionId,
};

/// One thing that is published: with a description, a rule and a version of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    pub(super) id: CollectionId,
    pub(super) kind: Kind,
    pub(super) group: Option<CollectionId>,
    pub(super) metadata: Metadata,
    pub(super) description: Option<Arc<Placed>>,
    pub(super) digest: Option<Box<str>>,
    pub(super) has_data: bool,
    pub(super) representations: Vec<Representation>,
}

/// A description and the file it stands in.
#[derive(Debug, PartialEq)]
pub(super) struct Placed {
    /// The name of the file, in the folder.
    pub(super) name: Box<str>,
    pub(super) described: Described,
}

/// One file of a collection (`dcat:Distribution`).
#[derive(Clone, Debug, PartialEq)]
pub struct Representation {
    /// The name of the file, under which it is asked for.
    pub name: Box<str>,
    /// Its type.
    pub media_type: MediaType,
    /// Its size.
    pub length_bytes: u64,
    /// Its last change.
    pub modified: SystemTime,
}

impl Representation {
    /// `true` when the file is called `name`, with its extensions or without some of them.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let file = FileName::of_entry(&self.name);
        file.is_some_and(|file| file.candidates().any(|candidate| candidate == name))
    }
}

/// A collection that is imported, as its store holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The id.
    pub id: CollectionId,
    /// The group that it belongs to, whose rule holds where it has none.
    pub group: Option<CollectionId>,
    /// The kind.
    pub kind: Kind,
    /// The metadata that the import was given.
    pub metadata: Metadata,
    /// The checksum of its content; the same wherever the store is copied.
    pub digest: Option<Box<str>>,
    /// `true` when there is anything to read; a peril is there before it is imported.
    pub has_data: bool,
}

/// A holder of the data of imported collections.
///
/// Files need none: their folder is read as it is. A store is an implementation, and so is any source that is asked
/// while it is served.
pub trait Holding {
    /// The collections that it holds now.
    fn held(&self) -> Vec<Held>;
}

impl Holding for Vec<Held> {
    fn held(&self) -> Vec<Held> {
        self.clone()
    }
}

impl Collection {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &CollectionId {
        &self.id
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The group whose rule holds for it where it has none of its own.
    #[must_use]
    pub fn group(&self) -> Option<&CollectionId> {
        self.group.as_ref()
    }

    /// Everything that is said of it.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The rules of its description: any one that holds grants. None where there is no description, or no rule in it.
    #[must_use]
    pub fn rules(&self) -> &[DescribedRule] {
        self.description
            .as_ref()
            .map_or(&[], |placed| &placed.described.rules)
    }

    /// The name of the file that describes it, in the folder of the data.
    #[must_use]
    pub fn described_in(&self) -> Option<&str> {
        self.description.as_ref().map(|placed| &*placed.name)
    }

    /// `true` when it is in public lists.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        let description = self.description.as_ref();
        description.is_none_or(|placed| placed.described.is_listed)
    }

    /// The address of its own that its description gives it, beside that of its id.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        let table = self.description.as_ref()?.described.table.as_ref()?;
        table.alias.as_deref()
    }

    /// All that its description says, for who imports it.
    #[must_use]
    pub fn described(&self) -> Option<&Described> {
        self.description.as_ref().map(|placed| &placed.described)
    }

    /// The layout of its data, for who imports it.
    #[must_use]
    pub fn coverage(&self) -> Option<&CoverageLayout> {
        self.description.as_ref()?.described.coverage.as_ref()
    }

    /// The data that its description names; none: the files that are named as it is.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        let source = self.description.as_ref()?.described.source.as_ref()?;
        Some(&source.value)
    }

    /// `true` when there is anything to read: a coverage that was not imported yet has nothing.
    #[must_use]
    pub fn has_data(&self) -> bool {
        self.has_data
    }

    /// The checksum of an imported collection's content.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Its files, by name.
    #[must_use]
    pub fn representations(&self) -> &[Representation] {
        &self.representations
    }
}
