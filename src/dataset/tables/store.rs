//! The tables in service: which there are, and the one that a permit lets through.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use perild_query::{
    Table,
    layout::FolderError,
    table::{Blocks, TableError},
};

use super::{BeingImported, PermittedTable, Refused};
use crate::policy::{CollectionId, Permit};

/// All tables of the state directory, by the ids of their collections.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    open: Arc<BTreeMap<CollectionId, Option<Arc<Table>>>>,
    damaged: Arc<[Damaged]>,
    being_imported: BeingImported,
    /// Rows that were asked for by key, of all tables together.
    blocks: Blocks,
}

/// A table that cannot be read, and the reason.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {reason}", .path.display())]
pub struct Damaged {
    /// The folder.
    pub path: PathBuf,
    /// The collection.
    pub id: Option<CollectionId>,
    /// The fault.
    pub reason: Box<str>,
    /// `true` while the version of before the reload is served in its place.
    pub is_served: bool,
}

impl Tables {
    /// Opens the tables of the folder `state`. One that is damaged keeps no other from being served: of the
    /// `previous` that were open its table is served on, if it was among them.
    #[must_use]
    pub fn open(state: &Path, previous: Option<&Self>) -> Self {
        let folder = state.join(TABLES);
        let being_imported = previous
            .map(|previous| previous.being_imported.clone())
            .unwrap_or_default();
        let blocks = previous.map(|previous| previous.blocks.clone());
        let blocks = blocks.unwrap_or_default();
        let (mut tables, mut damaged) = (BTreeMap::new(), Vec::new());
        let mut tell = |path: PathBuf, id: Option<&CollectionId>, reason: String, is_served| {
            damaged.push(Damaged {
                path,
                id: id.cloned(),
                reason: reason.into(),
                is_served,
            });
        };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Self {
                    being_imported,
                    blocks,
                    ..Self::default()
                };
            }
            Err(error) => {
                tell(folder, None, error.to_string(), previous.is_some());
                // Nobody can say which tables there are: those of before are served on.
                return Self {
                    damaged: damaged.into(),
                    ..previous.cloned().unwrap_or_default()
                };
            }
        };
        for entry in entries {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => {
                    tell(folder.clone(), None, error.to_string(), false);
                    continue;
                }
            };
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(id) = name.and_then(|name| CollectionId::parse(name).ok()) else {
                // An import that is under way keeps its files in hidden folders.
                continue;
            };
            match Table::open_with(&path, &blocks) {
                Ok(table) => {
                    tables.insert(id, Some(Arc::new(table)));
                }
                Err(error) if is_nothing(&error) => {}
                Err(error) => {
                    let before = previous.and_then(|previous| previous.open.get(&id)?.clone());
                    tell(path, Some(&id), error.to_string(), before.is_some());
                    tables.insert(id, before);
                }
            }
        }
        damaged.sort_by(|one, other| one.path.cmp(&other.path));
        Self {
            open: Arc::new(tables),
            damaged: damaged.into(),
            being_imported,
            blocks,
        }
    }

    /// Tables that are on their way, of this and of those that are opened with it as the previous ones.
    #[must_use]
    pub fn being_imported(&self) -> &BeingImported {
        &self.being_imported
    }

    /// `true` where there is a table of the collection `id`, good or damaged.
    #[must_use]
    pub fn has(&self, id: &CollectionId) -> bool {
        self.open.contains_key(id)
    }

    /// The tables that cannot be read.
    #[must_use]
    pub fn damaged(&self) -> &[Damaged] {
        &self.damaged
    }

    /// The table that `permit` is for.
    ///
    /// # Errors
    /// [`Refused::NoData`] where it was never imported, [`Refused::BeingImported`] where it is for the first time, and
    /// [`Refused::Unreadable`].
    pub fn table(&self, permit: &Permit) -> Result<PermittedTable, Refused> {
        let id = permit.collection();
        let table = self.open.get(id).ok_or_else(|| {
            if self.being_imported.contains(id) {
                Refused::BeingImported
            } else {
                Refused::NoData
            }
        })?;
        let table = table.as_ref();
        Ok(PermittedTable::new(Arc::clone(
            table.ok_or(Refused::Unreadable)?,
        )))
    }

    /// The tables that can be read, with the octets of all their files compared with their digests while this is gone
    /// through: the version and the rows of each, or the fault.
    pub fn verified(
        &self,
    ) -> impl Iterator<Item = (&CollectionId, Result<(&str, u64), TableError>)> {
        self.iter().map(|(id, table)| {
            let verified = table.verify();
            (id, verified.map(|()| (table.version(), table.len())))
        })
    }

    /// The tables that can be read, with the ids of their collections.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&CollectionId, &Table)> {
        let tables = self.open.iter();
        tables.filter_map(|(id, table)| Some((id, table.as_deref()?)))
    }
}

/// `true` when no import into the folder has ended yet.
fn is_nothing(error: &TableError) -> bool {
    matches!(error, TableError::Folder(FolderError::Absent))
}

/// The folder of tables below that of built stores.
pub const TABLES: &str = "tables";
