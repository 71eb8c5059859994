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
    pub(super) patterns: Vec<Pattern>,
    /// Files that broken descriptions speak of.
    pub(super) withheld: Vec<Source>,
    /// The names of the collections that broken descriptions describe.
    pub(super) broken: HashSet<Box<str>>,
    /// Collections that are no files: one of their name has an extension left.
    pub(super) held: HashSet<CollectionId>,
    /// `true` when files that nobody speaks of are published.
    pub(super) publish_all: bool,
}

/// A pattern of names, and whose it is.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) source: Source,
    pub(super) id: CollectionId,
    /// The name of the description, without `.toml`.
    pub(super) stem: Box<str>,
}

impl Claims {
    /// The collection of `file`; none when it is not published.
    pub(super) fn owner(&self, file: &FileName) -> Option<CollectionId> {
        if let Some(owner) = self.paths.get(file.as_str()) {
            return owner.clone();
        }
        if let Some((name, owner)) = self.natural(file) {
            return owner.or_else(|| self.taken_as_named(name, file));
        }
        let name = file.as_str();
        let mut patterns = self.patterns.iter();
        if let Some(pattern) = patterns.find(|pattern| pattern.source.takes(name)) {
            return Some(pattern.id.clone());
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

    /// The collection whose description is called `name`, as `file` is, where its pattern takes the file as well; none where
    /// two are called so.
    fn taken_as_named(&self, name: &str, file: &FileName) -> Option<CollectionId> {
        let is_named = |pattern: &&Pattern| *pattern.stem == *name || pattern.id.as_str() == name;
        let named = self.patterns.iter().filter(is_named);
        let mut takers = named.filter(|pattern| pattern.source.takes(file.as_str()));
        let taker = takers.next()?;
        takers.next().is_none().then(|| taker.id.clone())
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
