//! One look at one source: it is as it was imported, it is not to be imported, or it is imported now.

use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use perild_query::layout::{FolderError, WriteError};

use super::{
    Bounds, Refusal, in_one_line,
    source_copy::{SourceCopy, digest, words},
};
use crate::{
    clock::Timestamp,
    dataset::SourceFiles,
    import::{
        DatabaseFiles, DescribedCollection, ImportedTable, Origin, Progress, RefusedSource, TABLES,
        TableFault, TableLimits, TableRequest, import_table,
    },
};

/// One look at one source.
pub(super) struct Attempt<'a> {
    pub(super) bounds: &'a Bounds,
    pub(super) collection: &'a DescribedCollection,
    pub(super) is_stopped: &'a Arc<AtomicBool>,
    /// The digests of sources, while their files are the same.
    pub(super) known: &'a mut Known,
}

/// The files, the words of the description and their digest, of each source at the last look.
pub(super) type Known = HashMap<Box<str>, (SourceFiles, Box<str>, Box<str>)>;

/// Outcome of a look that found no fault.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There is another version now.
    Imported(Box<ImportedTable>),
    /// The files are being written, or another import is under way.
    NotYet,
    /// Nothing is new, or the table is an operator's.
    Nothing,
}

impl Attempt<'_> {
    /// Looks, and imports what is new.
    pub(super) fn run(&mut self, now: Timestamp) -> Result<Outcome, Refusal> {
        let Bounds {
            shared_data,
            state,
            most_bytes,
        } = self.bounds;
        let id = &*self.collection.id;
        let Some(origin) = origin(state, id)? else {
            return Ok(Outcome::Nothing);
        };
        let files = SourceFiles::list(shared_data, &self.collection.paths)?;
        if files.is_empty() {
            return Ok(Outcome::Nothing);
        }
        let found = files.length_bytes();
        if found > *most_bytes {
            let most = *most_bytes;
            return Err(Refusal::TooLarge { found, most });
        }
        if !files.are_at_rest(now) {
            return Ok(Outcome::NotYet);
        }
        let Some(digest) = self.digest(&files)? else {
            return Ok(Outcome::NotYet);
        };
        let served = match origin {
            Held::Served(source) if source.as_deref() == Some(&*digest) => {
                return Ok(Outcome::Nothing);
            }
            Held::Refused(_, refused) if refused.source == digest => {
                return Err(Refusal::Unchanged(refused.reason));
            }
            Held::Served(source) | Held::Refused(source, _) => source,
        };
        let imported = self.import(&files, &digest, now);
        if let Err(refusal) = &imported
            && refusal.is_of_the_source()
        {
            let refused = RefusedSource {
                source: digest,
                reason: in_one_line(refusal).into(),
            };
            let origin = Origin::Folder {
                source: served,
                refused: Some(refused),
            };
            origin.write(state, id)?;
        }
        imported
    }

    fn import(
        &self,
        files: &SourceFiles,
        digest: &str,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let Bounds {
            shared_data,
            state,
            most_bytes,
        } = self.bounds;
        let most = most_bytes.saturating_mul(ROOM);
        let folder = state.join(TABLES).join(COPY);
        let copy = SourceCopy::take(self.collection, files, folder.clone(), digest);
        let copy = copy.map_err(|refusal| match refusal {
            Refusal::Io(source) => Refusal::Copy {
                path: folder,
                source,
            },
            other => other,
        })?;
        let Some(copy) = copy else {
            return Ok(Outcome::NotYet);
        };
        copy.check_unpacked(files, most)?;
        let request = TableRequest {
            collection: DescribedCollection {
                paths: copy.paths(&self.collection.paths, shared_data),
                ..self.collection.clone()
            },
            state: state.clone(),
            now,
            change: None,
            origin: Origin::Folder {
                source: Some(digest.into()),
                refused: None,
            },
            limits: TableLimits {
                memory_bytes: MEMORY_BYTES,
                rows_bytes: most,
            },
            databases: DatabaseFiles::default(),
        };
        let progress = Progress {
            is_stopped: Arc::clone(self.is_stopped),
            ..Progress::default()
        };
        match import_table(&request, &progress) {
            Ok(imported) => Ok(Outcome::Imported(Box::new(imported))),
            Err(TableFault::Write(WriteError::Folder(FolderError::Busy))) => Ok(Outcome::NotYet),
            Err(TableFault::Stopped) => Err(Refusal::Stopped),
            Err(fault) => Err(Refusal::Table(fault)),
        }
    }

    /// The digest of the description and of `files`, which are read when they are not those of the last look.
    fn digest(&mut self, files: &SourceFiles) -> Result<Option<Box<str>>, Refusal> {
        let described = words(self.collection);
        let known = self.known.get(&self.collection.id);
        let known = known.filter(|(listed, said, _)| listed == files && **said == *described);
        if let Some((_, _, digest)) = known {
            return Ok(Some(digest.clone()));
        }
        let found = digest(self.collection, files)?;
        if let Some(digest) = &found {
            let known = (files.clone(), described, digest.clone());
            self.known.insert(self.collection.id.clone(), known);
        }
        Ok(found)
    }
}

/// The state of a table that the daemon may import.
pub(super) enum Held {
    /// This was imported last, if anything was.
    Served(Option<Box<str>>),
    /// The same, and this was refused since.
    Refused(Option<Box<str>>, RefusedSource),
}

/// The state of the table `id`; none where it is an operator's, or was there before anybody noted origins.
pub(super) fn origin(state: &Path, id: &str) -> io::Result<Option<Held>> {
    let has_table = has_table(state, id);
    Ok(match Origin::read(state, id)? {
        None if has_table => None,
        None => Some(Held::Served(None)),
        Some(Origin::Operator) => None,
        Some(Origin::Folder { source, refused }) => {
            // The digest of a table that somebody removed is of no use.
            let source = source.filter(|_| has_table);
            Some(match refused {
                Some(refused) => Held::Refused(source, refused),
                None => Held::Served(source),
            })
        }
    })
}

/// `true` where there is a table `id`, good or damaged.
pub(super) fn has_table(state: &Path, id: &str) -> bool {
    state.join(TABLES).join(id).join(CURRENT).exists()
}

/// The file of a table's folder that names the version which is served.
const CURRENT: &str = "current";
/// The folder of the copy that is read.
const COPY: &str = ".copy";
/// Octets of rows in memory while they are sorted.
const MEMORY_BYTES: usize = 64 << 20;
/// Octets that files may unpack to, and rows have, for each octet that files may have.
const ROOM: u64 = 16;
