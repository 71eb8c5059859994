//! Catalogues of a folder that a test wrote.

mod broken;
mod imported;
mod ownership;
mod reload;
mod succession;

use std::{
    collections::HashSet,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use super::*;
use crate::{clock::Timestamp, dataset::metadata::Metadata};

/// A folder of data, and how it is published.
struct Provider {
    folder: tempfile::TempDir,
    ruled: HashSet<CollectionId>,
    publish_all: bool,
    held: Vec<Held>,
    now: Timestamp,
}

impl Provider {
    fn with(files: &[(&str, &str)]) -> Self {
        let provider = Self {
            folder: tempfile::tempdir().unwrap(),
            ruled: HashSet::new(),
            publish_all: false,
            held: Vec::new(),
            // Everything was written long ago.
            now: Timestamp::from_seconds(Timestamp::now().seconds() + 3600),
        };
        for (name, content) in files {
            provider.write(name, content);
        }
        provider
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        // A new file each time: another inode, whatever the clock says.
        let beside = self.path(".new");
        fs::write(&beside, content).unwrap();
        fs::rename(beside, self.path(name)).unwrap();
    }

    fn ruling(mut self, names: &[&str]) -> Self {
        self.ruled = names.iter().map(|name| id(name)).collect();
        self
    }

    fn publishing_all(mut self) -> Self {
        self.publish_all = true;
        self
    }

    fn holding(self, name: &str, group: Option<&str>) -> Self {
        self.holding_as(Kind::Coverage, name, group)
    }

    fn holding_as(mut self, kind: Kind, name: &str, group: Option<&str>) -> Self {
        self.held.push(Held {
            id: id(name),
            group: group.map(id),
            kind,
            metadata: Metadata {
                title: "as imported".into(),
                version: Some("8.2.3".into()),
                ..Metadata::default()
            },
            digest: Some("abc".into()),
            has_data: true,
        });
        self
    }

    fn load(&self, previous: Option<&Catalog>) -> Catalog {
        let sources = Sources {
            folder: self.folder.path(),
            publish_all: self.publish_all,
            ruled: self.ruled.clone(),
            holdings: &[&self.held],
            now: self.now,
        };
        Catalog::load(&sources, previous)
    }
}

fn id(text: &str) -> CollectionId {
    CollectionId::parse(text).unwrap()
}

fn ids(catalog: &Catalog) -> Vec<&str> {
    catalog.iter().map(|one| one.id().as_str()).collect()
}

fn owner(catalog: &Catalog, name: &str) -> Option<String> {
    let file = FileName::with_extension(name).unwrap();
    catalog.collection_of(&file).map(|id| id.to_string())
}

fn files(catalog: &Catalog, id: &str) -> Vec<String> {
    let files = catalog.get(id).unwrap().representations();
    files.iter().map(|file| file.name.to_string()).collect()
}

/// What is wrong, without the folder's name.
fn told(catalog: &Catalog, folder: &Path) -> String {
    let lines: Vec<_> = catalog.faults().iter().map(ToString::to_string).collect();
    let text = lines.join("\n");
    text.replace(&format!("{}/", folder.display()), "")
}

const METERS: &str = "[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\n[[rule]]\nscopes = [\"energy:read\"]\n";

fn meters(more: &str) -> String {
    METERS.replace("[[rule]]", &format!("{more}\n[[rule]]"))
}
