//! Places at which what is found is mended: lines of descriptions and of the configuration.

use std::path::Path;

use super::lines::Lines;
use crate::{
    config::{SettingPlace, SettingPlaces},
    dataset::Collection,
    harvest::{
        Source,
        check::{Key, Objection},
    },
};

/// The places of one catalogue.
#[derive(Debug)]
pub(super) struct Places<'p> {
    source: Source<'p>,
    folder: &'p Path,
    settings: &'p SettingPlaces,
    lines: Lines<'p>,
}

impl<'p> Places<'p> {
    /// Those of `source`, whose descriptions are in `folder`.
    pub(super) fn new(source: Source<'p>, folder: &'p Path, settings: &'p SettingPlaces) -> Self {
        Self {
            source,
            folder,
            settings,
            lines: Lines::of(folder),
        }
    }

    /// The place of `key` for `collection`.
    pub(super) fn of(&mut self, collection: &Collection, key: Key) -> SettingPlace {
        match (key, collection.described_in()) {
            (Key::Description(key), Some(name)) => SettingPlace::File {
                path: self.folder.join(name),
                line: self.lines.line(name, key),
                key: key.to_owned(),
            },
            (Key::Description(key), None) => {
                let id = collection.id();
                SettingPlace::Outside(format!("{id}, which has no description: {key}"))
            }
            (Key::Setting(key), _) => self.of_setting(key),
        }
    }

    /// The place of `key` in the configuration.
    pub(super) fn of_setting(&self, key: &str) -> SettingPlace {
        self.settings.of(key)
    }

    /// The place at which `objection` is met; the `document` by which it was made where that is of no collection.
    pub(super) fn of_objection(&mut self, objection: &Objection, document: &Path) -> SettingPlace {
        let source = self.source;
        let entry = objection.entry.as_deref();
        match entry.and_then(|entry| source.collection_at(entry)) {
            Some(collection) => {
                self.of(collection, Key::of_property(objection.property.as_deref()))
            }
            None => SettingPlace::File {
                path: document.into(),
                line: 0,
                key: String::new(),
            },
        }
    }
}
