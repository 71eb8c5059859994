//! Descriptions on their way into the catalogue, each with its id.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use super::{Kind, collection::Placed, folder::DescriptionFile};
use crate::{
    dataset::{
        FileName,
        metadata::description::{
            Described, DescriptionFault, Lined, Problem, Profiles, Read, Source,
        },
    },
    policy::{CollectionId, is_reserved},
};

/// One description.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The name of its file.
    pub(super) name: Box<str>,
    /// That name without its extension: its data are named so unless it says otherwise.
    pub(super) stem: Box<str>,
    pub(super) read: Arc<Read>,
    /// The part that is published; none when it is broken and was not read before.
    pub(super) published: Option<Published>,
    /// `true` when that part was read at an earlier load, since what stands there now is broken.
    pub(super) is_stale: bool,
}

/// The published part of one description.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Published {
    pub(super) id: CollectionId,
    pub(super) placed: Arc<Placed>,
}

/// The parts published at the last load, by the names of their descriptions' files: with what was read of it,
/// unless that was broken.
pub(super) type Before = HashMap<Box<str>, (Option<Arc<Read>>, Published)>;

/// Something that keeps a description from being published.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The candidate, by its position.
    pub(super) index: usize,
    pub(super) line: usize,
    pub(super) key: &'static str,
    pub(super) problem: Problem,
}

/// The descriptions of one folder.
#[derive(Debug)]
pub(super) struct Candidates<'c> {
    pub(super) root: &'c Path,
    before: &'c Before,
    held: &'c HashSet<CollectionId>,
    pub(super) all: Vec<Candidate>,
    pub(super) faults: Vec<DescriptionFault>,
}

impl<'c> Candidates<'c> {
    /// The descriptions among `files`, each with its id where it is whole, or was at an earlier load.
    pub(super) fn new(
        root: &'c Path,
        before: &'c Before,
        held: &'c HashSet<CollectionId>,
        files: Vec<DescriptionFile>,
    ) -> Self {
        let (profiles, files): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|file| file.read.draft.is_profile);
        let every = profiles.iter().chain(&files);
        let mut candidates = Self {
            root,
            before,
            held,
            all: Vec::with_capacity(files.len()),
            faults: every.flat_map(|file| file.read.faults.clone()).collect(),
        };
        let named = profiles.into_iter().map(|file| (file.name, file.read));
        let profiles = named.collect();
        for file in files {
            candidates.add(file, &profiles);
        }
        candidates
    }

    /// Takes back what was refused; what was published of it before stays.
    pub(super) fn refuse(&mut self, refusals: Vec<Refusal>) {
        for Refusal {
            index,
            line,
            key,
            problem,
        } in refusals
        {
            let Some(candidate) = self.all.get_mut(index) else {
                continue;
            };
            let before = self.before.get(&candidate.name).map(|(_, before)| before);
            let before = before.filter(|before| Some(*before) != candidate.published.as_ref());
            if candidate.is_stale {
                candidate.published = None;
                continue;
            }
            self.faults.push(DescriptionFault {
                path: self.root.join(&*candidate.name),
                line,
                key: key.into(),
                problem,
            });
            candidate.published = before.cloned();
            candidate.is_stale = true;
        }
    }

    /// The published parts, for the next load.
    pub(super) fn published(&self) -> Before {
        let published = self.all.iter().filter_map(|candidate| {
            let read = (!candidate.is_stale).then(|| Arc::clone(&candidate.read));
            let published = candidate.published.clone()?;
            Some((candidate.name.clone(), (read, published)))
        });
        published.collect()
    }

    fn add(&mut self, DescriptionFile { name, read }: DescriptionFile, profiles: &Profiles) {
        let stem = name.strip_suffix(super::folder::DESCRIPTION);
        let mut candidate = Candidate {
            stem: FileName::of_rule(stem.unwrap_or(&name)).into(),
            name,
            read,
            published: None,
            is_stale: false,
        };
        candidate.published = self.unchanged(&candidate);
        if candidate.published.is_none() {
            match self.publish(&candidate, profiles) {
                Ok(published) => candidate.published = Some(published),
                Err(faults) => {
                    self.faults.extend(faults);
                    let before = self.before.get(&candidate.name);
                    candidate.published = before.map(|(_, before)| before.clone());
                    candidate.is_stale = true;
                }
            }
        }
        self.all.push(candidate);
    }

    /// The part that was published of the very same description, where nothing else has a say in it.
    fn unchanged(&self, candidate: &Candidate) -> Option<Published> {
        let (read, before) = self.before.get(&candidate.name)?;
        let is_same = Arc::ptr_eq(read.as_ref()?, &candidate.read);
        let stands_alone = !candidate.read.draft.has_profile() && !self.held.contains(&before.id);
        (is_same && stands_alone).then(|| before.clone())
    }

    fn publish(
        &self,
        candidate: &Candidate,
        profiles: &Profiles,
    ) -> Result<Published, Vec<DescriptionFault>> {
        let Candidate { name, read, .. } = candidate;
        if !read.is_whole() {
            // Its faults are told already.
            return Err(Vec::new());
        }
        let path = self.root.join(&**name);
        let described = Described::resolve(&path, &read.draft, profiles)?;
        let id = self.id(&candidate.stem, &described);
        let id = id.map_err(|(line, problem)| {
            let key = "collection.id".into();
            vec![DescriptionFault {
                path,
                line,
                key,
                problem,
            }]
        })?;
        let name = name.clone();
        let placed = Arc::new(Placed { name, described });
        Ok(Published { id, placed })
    }

    fn id(&self, stem: &str, described: &Described) -> Result<CollectionId, (usize, Problem)> {
        let (text, line) = match &described.id {
            Some(Lined { value, line }) => (&**value, *line),
            None => (stem, 0),
        };
        let id = CollectionId::parse(text).map_err(|error| {
            let reason = error.to_string().into();
            let id = text.into();
            (line, Problem::IdMalformed { id, reason })
        })?;
        // What is imported may be described, and nothing else may take its name.
        let is_held = self.held.contains(&id);
        let is_taken = match described.kind {
            Kind::Coverage => is_reserved(text) && !is_held,
            Kind::Features | Kind::Records | Kind::Series => is_reserved(text),
            Kind::Files => is_reserved(text) || is_held,
        };
        if is_taken {
            return Err((line, Problem::IdReserved { id: text.into() }));
        }
        Ok(id)
    }
}

impl Candidate {
    /// The data that it names, while it is published.
    pub(super) fn source(&self) -> Option<&Source> {
        let source = self.published.as_ref()?.placed.described.source.as_ref()?;
        Some(&source.value)
    }

    /// Its id, while it is published.
    pub(super) fn id(&self) -> Option<&CollectionId> {
        self.published.as_ref().map(|published| &published.id)
    }

    /// `true` when the file is named as it is, or as its collection.
    pub(super) fn is_named_as(&self, file: &FileName) -> bool {
        let id = self.id().map(CollectionId::as_str);
        file.candidates()
            .any(|name| *name == *self.stem || Some(name) == id)
    }
}
