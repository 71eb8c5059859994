//! The catalogue, made of the folder's descriptions and files, the configuration's rules and what is imported.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use super::{
    Catalog, Collection, Held, Holding, Kind, Representation,
    candidates::{Candidate, Candidates, Published},
    claiming::settle,
    claims::Claims,
    collection::Placed,
    folder::{DataFile, Folder, Known},
    succession,
};
use crate::{
    clock::Timestamp,
    dataset::metadata::{
        Metadata, Moment,
        description::{DescriptionFault, Problem},
    },
    policy::{CollectionId, is_reserved},
};

/// Sources of a catalogue.
pub struct Sources<'s> {
    /// The folder of the data and of their descriptions.
    pub folder: &'s Path,
    /// `true` when files are published of which no description and no rule speaks.
    pub publish_all: bool,
    /// The collections with a rule of their own in the configuration.
    pub ruled: HashSet<CollectionId>,
    /// Holders of imported collections.
    pub holdings: &'s [&'s dyn Holding],
    /// The time of the load.
    pub now: Timestamp,
}

impl Catalog {
    /// Reads everything anew, but for what `previous` has read and has not changed since.
    ///
    /// Never fails: what is broken is told in [`Self::faults`], and keeps nothing else from being published. A
    /// description that was whole at the previous load holds until it is mended.
    #[must_use]
    pub fn load(sources: &Sources<'_>, previous: Option<&Self>) -> Self {
        let nothing = Self::default();
        let previous = previous.unwrap_or(&nothing);
        let (folder, known, unread) =
            match Folder::list(sources.folder, &previous.known, sources.now) {
                Ok((folder, known)) => (folder, known, None),
                Err(error) => {
                    let problem = Problem::Unreadable { kind: error.kind() };
                    let fault = DescriptionFault::of_file(sources.folder, problem);
                    (Folder::default(), Known::default(), Some(fault))
                }
            };
        let held = sources.holdings.iter().flat_map(|holding| holding.held());
        let held: HashMap<_, _> = held.map(|held| (held.id.clone(), held)).collect();
        let held_ids = held.keys().cloned().collect();
        let before = &previous.published;
        let mut candidates =
            Candidates::new(sources.folder, before, &held_ids, folder.descriptions);
        let claims = Claims {
            ruled: sources.ruled.clone(),
            // Where nobody knows which descriptions there are, what none speaks of cannot be told from the rest.
            publish_all: sources.publish_all && unread.is_none(),
            held: held_ids.clone(),
            ..Claims::default()
        };
        let claims = settle(&claims, &mut candidates, before, &folder.files);
        let mut loading = Loading {
            claims,
            held,
            files: BTreeMap::new(),
            undescribed: Vec::new(),
            previous,
        };
        let mut unpublished = loading.sort_out(folder.files);
        let mut collections = loading.collections(&candidates.all);
        unpublished.append(&mut loading.undescribed);
        unpublished.sort();
        let unfit = succession::settle(sources.folder, &mut collections);
        let over = succession::over(sources.folder, &collections, sources.now);
        Self {
            claims: loading.claims,
            is_listed: unread.is_none(),
            unpublished,
            known,
            published: candidates.published(),
            ..Self::new(
                collections,
                candidates
                    .faults
                    .into_iter()
                    .chain(unread)
                    .chain(unfit)
                    .chain(over),
            )
        }
    }
}

/// A catalogue on its way.
struct Loading<'l> {
    claims: Claims,
    held: HashMap<CollectionId, Held>,
    files: BTreeMap<CollectionId, Vec<Representation>>,
    /// Imported collections of which nothing says who may have them.
    undescribed: Vec<CollectionId>,
    previous: &'l Catalog,
}

impl Loading<'_> {
    /// Gives each file to its collection; answers with those that belong to none.
    fn sort_out(&mut self, files: Vec<DataFile>) -> Vec<CollectionId> {
        let mut unpublished = BTreeSet::new();
        for DataFile { name, version } in files {
            let Some(id) = self.claims.owner(&name) else {
                unpublished.insert(self.claims.undescribed(&name));
                continue;
            };
            self.files.entry(id).or_default().push(Representation {
                name: name.asked().into(),
                media_type: name.media_type(),
                length_bytes: version.length(),
                modified: version.modified(),
            });
        }
        unpublished.into_iter().collect()
    }

    fn collections(&mut self, described: &[Candidate]) -> BTreeMap<CollectionId, Arc<Collection>> {
        let mut collections = BTreeMap::new();
        let published = described
            .iter()
            .filter_map(|candidate| candidate.published.clone());
        for Published { id, placed } in published {
            let representations = self.files.remove(&id).unwrap_or_default();
            let held = self.held.remove(&id);
            let collection = Collection::described_as(id.clone(), &placed, held, representations);
            collections.insert(id, self.shared(collection));
        }
        for (id, held) in std::mem::take(&mut self.held) {
            if self.is_withheld(&held) {
                if !self.claims.broken.contains(id.as_str()) {
                    self.undescribed.push(id);
                }
                continue;
            }
            let collection = Collection {
                id: held.id,
                kind: held.kind,
                group: held.group,
                metadata: held.metadata,
                description: None,
                digest: held.digest,
                has_data: held.has_data,
                representations: self.files.remove(&id).unwrap_or_default(),
            };
            collections.insert(id, self.shared(collection));
        }
        for (id, representations) in std::mem::take(&mut self.files) {
            let title = Metadata {
                title: id.as_str().into(),
                ..Metadata::default()
            };
            let collection = Collection {
                id: id.clone(),
                kind: Kind::Files,
                group: None,
                metadata: derived(title, None, &representations),
                description: None,
                digest: None,
                has_data: true,
                representations,
            };
            collections.insert(id, self.shared(collection));
        }
        collections
    }

    /// `true` for what is imported, has no rule in the configuration and no description that holds: a broken one leaves
    /// nobody knowing what its rule was meant to be, and without any it is as a file is. The perils have always been
    /// there without one.
    fn is_withheld(&self, Held { id, group, .. }: &Held) -> bool {
        let is_peril = group.is_some() || is_reserved(id.as_str());
        let is_broken = self.claims.broken.contains(id.as_str());
        !is_peril && !self.claims.ruled.contains(id) && (is_broken || !self.claims.publish_all)
    }

    /// The collection of the previous load where nothing has changed.
    fn shared(&self, collection: Collection) -> Arc<Collection> {
        let before = self.previous.get(collection.id.as_str());
        let same = before.filter(|before| ***before == collection);
        same.map_or_else(|| Arc::new(collection), Arc::clone)
    }
}

impl Collection {
    /// The collection that a description tells of, with what its store holds and its files are.
    pub(super) fn described_as(
        id: CollectionId,
        placed: &Arc<Placed>,
        held: Option<Held>,
        representations: Vec<Representation>,
    ) -> Self {
        let described = &placed.described;
        // What was imported as another kind than is described is none of its data.
        let held = held.filter(|held| held.kind == described.kind);
        Self {
            id,
            kind: described.kind,
            group: held.as_ref().and_then(|held| held.group.clone()),
            metadata: derived(described.metadata.clone(), held.as_ref(), &representations),
            digest: held.as_ref().and_then(|held| held.digest.clone()),
            has_data: !described.kind.is_imported() || held.is_some_and(|held| held.has_data),
            description: Some(Arc::clone(placed)),
            representations,
        }
    }
}

/// The metadata as it was written, completed from the store and the files.
fn derived(
    mut metadata: Metadata,
    held: Option<&Held>,
    representations: &[Representation],
) -> Metadata {
    if let Some(Held { metadata: told, .. }) = held {
        metadata.lay_under(told);
    }
    if metadata.modified.is_none() {
        let latest = representations.iter().map(|file| file.modified).max();
        metadata.modified = latest.map(|time| Moment::at(Timestamp::from(time)));
    }
    metadata
}
