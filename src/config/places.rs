//! Places of the keys of one configuration.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use super::{Finding, SettingPlace};

/// A line of one of the configuration's files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Line {
    pub(super) path: Arc<PathBuf>,
    /// Counted from 1.
    pub(super) number: usize,
}

/// Places of the keys of one configuration.
#[derive(Clone, Debug, Default)]
pub struct SettingPlaces {
    /// The operator's file, in which a key would stand that stands nowhere.
    pub(super) path: PathBuf,
    /// Of each key, the line that holds.
    pub(super) lines: HashMap<String, Line>,
    /// Variable of each key that one has set.
    pub(super) variables: HashMap<String, String>,
    /// Notes on what was read and should stand otherwise.
    pub(super) notes: Vec<Finding>,
}

impl SettingPlaces {
    /// Notes on what was read and should be written otherwise, as keys that have another name now.
    #[must_use]
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// The place of `key`, written `table.key` or `datasets[0].name`; an item of a list stands where its list does.
    #[must_use]
    pub fn of(&self, key: &str) -> SettingPlace {
        let list = key.rsplit_once('[').map_or(key, |(list, _)| list);
        if let Some(name) = self.variables.get(key).or(self.variables.get(list)) {
            return SettingPlace::Variable(name.clone());
        }
        let line = self.lines.get(key).or(self.lines.get(list));
        SettingPlace::File {
            path: line.map_or_else(|| self.path.clone(), |line| line.path.as_ref().clone()),
            line: line.map_or(0, |line| line.number),
            key: key.to_owned(),
        }
    }
}
