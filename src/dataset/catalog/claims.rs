//! The collection that each file belongs to: one file, one rule.

use std::collections::{HashMap, HashSet};

use crate::{
    dataset::{FileName, metadata::description::Source},
    policy::CollectionId,
};

/// The collection of each file, whether it is there yet or not.
///
/// The nearest word holds: a description that names the file itself, then a description or a rule of the file's name
/// (`tidy.csv` before `tidy`), then a description with a pattern that fits. What a broken description speaks of belongs
/// to nobody, and so does what none speaks of, unless the whole folder is published.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    /// Files that a description names.
    pub(super) paths: HashMap<Box<str>, Option<CollectionId>>,
    /// Names of files, with extensions or without, of which a description speaks.
    pub(super) names: HashMap<Box<str>, Option<CollectionId>>,
    /// Collections with a rule in the configuration.
    pub(super) ruled: HashSet<CollectionId>,
    /// Patterns of names.
    pub(super) patterns: Vec<(Source, CollectionId)>,
    /// Files that broken descriptions speak of.
    pub(super) withheld: Vec<Source>,
    /// The names of the collections that broken descriptions describe.
    pub(super) broken: HashSet<Box<str>>,
    /// Collections that are no files: one of their name has an extension left.
    pub(super) held: HashSet<CollectionId>,
    /// `true` when files that nobody speaks of are published.
    pub(super) publish_all: bool,
}

impl Claims {
    /// The collection of `file`; none when it is not published.
    pub(super) fn owner(&self, file: &FileName) -> Option<CollectionId> {
        if let Some(owner) = self.paths.get(file.as_str()) {
            return owner.clone();
        }
        if let Some((_, owner)) = self.natural(file) {
            return owner;
        }
        let name = file.as_str();
        let mut patterns = self.patterns.iter();
        if let Some((_, id)) = patterns.find(|(pattern, _)| pattern.takes(name)) {
            return Some(id.clone());
        }
        let is_withheld = self.withheld.iter().any(|source| source.takes(name));
        (self.publish_all && !is_withheld).then(|| self.undescribed(file))
    }

    /// The nearest name of the file of which a description or a rule speaks, and the collection that is meant.
    pub(super) fn natural<'f>(
        &self,
        file: &'f FileName,
    ) -> Option<(&'f str, Option<CollectionId>)> {
        file.candidates().find_map(|name| {
            let described = self.names.get(name).cloned();
            let ruled = || self.ruled.get(name).cloned().map(Some);
            Some((name, described.or_else(ruled)?))
        })
    }

    /// The collection of a file of which nobody speaks.
    pub(super) fn undescribed(&self, file: &FileName) -> CollectionId {
        let family = file.family();
        if self.held.contains(&family) {
            file.id().clone()
        } else {
            family
        }
    }
}
