//! Files offered as they are: one directory, opened so that nothing outside it can be reached.

mod spellings;
mod survey;
mod told;

use std::{
    fs::File,
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use rustix::{
    fs::{Access, AtFlags, accessat},
    io::Errno,
};

use super::{
    Catalog, EntityTag, FileBytes, FileName, MediaType,
    digests::{Digests, Pending},
    memory::Memory,
    regular_file::{directory, open_in},
    version::{FileIdentity, Version},
};
use crate::{clock::Timestamp, policy::Permit};
use spellings::Spellings;
use told::Told;

pub use survey::Withheld;
pub(super) use told::Reading;

/// The file that a permit and a name lead to: the bytes, and what an answer says about them.
#[derive(Debug)]
pub struct Selection {
    /// Type by extension.
    pub media_type: MediaType,
    /// The version of the file.
    pub identity: FileIdentity,
    /// The source of the bytes.
    pub content: FileContent,
    /// The tag of what is not read at once, while it is being made.
    pub pending: Option<Pending>,
}

impl Selection {
    /// The selection with its tag, if that is made within `patience`.
    pub async fn tagged_within(mut self, patience: Duration) -> Self {
        if let Some(pending) = self.pending.take() {
            self.identity.entity_tag = pending.within(patience).await;
        }
        self
    }
}

/// When a file is asked for, and whether the proxy may send it.
#[derive(Clone, Copy)]
struct Asked {
    now: Timestamp,
    of_the_proxy: bool,
}

/// The source of the bytes of a [`Selection`].
#[derive(Debug)]
pub enum FileContent {
    /// Memory: the whole file.
    Memory(Bytes),
    /// The disk, piece by piece.
    Disk(FileBytes),
    /// nginx, which finds the file under its internal location by this name.
    Proxy(String),
}

/// Reason why there is no selection.
#[derive(Debug, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Absent {
    /// Several files of that name, none spelt as it was asked for: none of them is meant more than another.
    #[error("{first} and {second} differ in nothing but the case of their extension")]
    Ambiguous {
        /// One of them.
        first: String,
        /// Another one.
        second: String,
    },
    /// No regular file of that name within the directory.
    #[error("no file of that name")]
    NoSuchFile,
    /// The file is there, and perild cannot read it.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

/// The directory `shared_data`.
///
/// A file is to be had with the permit for its collection, and in no other way:
///
/// ```compile_fail,E0624
/// use perild::{clock::Timestamp, dataset::{FileName, Files}};
///
/// fn open(files: &Files, file: &FileName) {
///     files.open(file.as_str(), file.media_type(), Timestamp::now());
/// }
/// ```
///
/// ```
/// use perild::{clock::Timestamp, dataset::{Absent, FileName, Files, Selection}, policy::Permit};
///
/// fn open(files: &Files, permit: &Permit, file: &FileName) -> Result<Selection, Absent> {
///     files.select(permit, file, Timestamp::now())
/// }
/// ```
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    catalog: Arc<Catalog>,
    memory: Memory,
    proxy_sends: bool,
    spellings: Spellings,
    told: Arc<Told>,
    digests: Option<Digests>,
}

impl Files {
    /// The files of `root` that `catalog` publishes, of which small ones stay in memory up to `memory_bytes` in all.
    ///
    /// With `proxy_sends` a selection names the file and leaves the sending to the proxy (NGX-16).
    #[must_use]
    pub fn new(root: PathBuf, catalog: Arc<Catalog>, memory_bytes: u64, proxy_sends: bool) -> Self {
        Self {
            root,
            catalog,
            memory: Memory::new(memory_bytes),
            proxy_sends,
            spellings: Spellings::default(),
            told: Arc::default(),
            digests: None,
        }
    }

    /// With the digests of `previous`, else with those that `folder` keeps: files that are not read at once have an
    /// entity tag.
    #[must_use]
    pub fn with_digests(mut self, folder: &Path, previous: Option<&Self>) -> Self {
        let previous = previous.and_then(|files| files.digests.clone());
        self.digests = previous.or_else(|| {
            let started = Digests::start(Some(folder));
            let warn =
                |error: &io::Error| tracing::warn!("large files have no entity tag: {error}");
            started.inspect_err(warn).ok()
        });
        self
    }

    /// The file that `permit` is for: one spelt as it was asked for, else with its extension in lower case, else
    /// the only one of another case.
    ///
    /// The proxy does not send one of a time that is still to come: it would say that time.
    ///
    /// # Errors
    /// [`Absent`].
    pub fn select(
        &self,
        permit: &Permit,
        file: &FileName,
        now: Timestamp,
    ) -> Result<Selection, Absent> {
        let of_the_proxy = self.proxy_sends;
        self.find(permit, file, Asked { now, of_the_proxy })
    }

    /// As [`Self::select`], for an answer that depends on which version it is of (`If-Match`, `If-Range`): the proxy
    /// does not send it. It judges before it learns of the entity tag, and opens what is there by then.
    ///
    /// # Errors
    /// [`Absent`].
    pub fn select_to_send(
        &self,
        permit: &Permit,
        file: &FileName,
        now: Timestamp,
    ) -> Result<Selection, Absent> {
        let of_the_proxy = false;
        self.find(permit, file, Asked { now, of_the_proxy })
    }

    fn find(&self, permit: &Permit, file: &FileName, asked: Asked) -> Result<Selection, Absent> {
        // The permit names what may be read; a file of another collection is none of its business.
        if self.catalog.collection_of(file).as_ref() != Some(permit.collection()) {
            return Err(Absent::NoSuchFile);
        }
        let media_type = file.media_type();
        let lower = Some(file.as_str()).filter(|name| *name != file.asked());
        for name in [file.asked()].into_iter().chain(lower) {
            match self.open(name, media_type, asked) {
                Err(Absent::NoSuchFile) => {}
                outcome => return outcome,
            }
        }
        let name = self.spellings.find(&self.root, file.as_str(), asked.now)?;
        self.open(&name, media_type, asked)
    }

    /// The file that is called `name` on the disk; that it cannot be read is told.
    fn open(&self, name: &str, media_type: MediaType, asked: Asked) -> Result<Selection, Absent> {
        let opened = self.selection(name, media_type, asked);
        if let Err(Absent::Unreadable { path, source }) = &opened {
            self.told.closed(path, source);
        }
        opened
    }

    fn selection(
        &self,
        name: &str,
        media_type: MediaType,
        asked: Asked,
    ) -> Result<Selection, Absent> {
        if !asked.of_the_proxy
            && let Some((identity, bytes)) = self.memory.recall(name)
        {
            return Ok(Selection {
                media_type,
                identity,
                content: FileContent::Memory(bytes),
                pending: None,
            });
        }
        // Without the folder nobody can say what is published.
        let root = directory(&self.root).map_err(|source| unreadable(&self.root, source))?;
        let path = self.root.join(name);
        let opened = open_in(&root, name);
        if let Err(source) = &opened
            && source.kind() == io::ErrorKind::PermissionDenied
        {
            enter(&root).map_err(|source| unreadable(&self.root, source))?;
        }
        self.told.opened(&self.root);
        let (descriptor, version) = opened.map_err(|source| absent(&path, source))?;
        self.told.opened(&path);
        let file = File::from(descriptor);
        let reading = Reading::new(&path, &self.told);
        // A link is sent from here: nginx would follow it without the bounds set above.
        let is_link = path
            .symlink_metadata()
            .is_ok_and(|found| found.is_symlink());
        let is_the_proxys = asked.of_the_proxy && !is_link && version.is_of(asked.now);
        if !is_the_proxys && self.memory.takes(version.length()) {
            let (identity, content) =
                read_whole(file, version, reading).map_err(|source| unreadable(&path, source))?;
            if !is_link && version.is_settled(asked.now) {
                self.memory.remember(&path, &identity, &content);
            }
            return Ok(Selection {
                media_type,
                identity,
                content: FileContent::Memory(content),
                pending: None,
            });
        }
        let (entity_tag, pending) = self.tag(&file, version);
        let identity = FileIdentity::new(version, entity_tag);
        let content = if is_the_proxys {
            FileContent::Proxy(name.to_owned())
        } else {
            FileContent::Disk(FileBytes::new(file, &identity, reading))
        };
        Ok(Selection {
            media_type,
            identity,
            content,
            pending,
        })
    }

    /// The tag of what is in `file`, or the prospect of it.
    fn tag(&self, file: &File, version: Version) -> (Option<EntityTag>, Option<Pending>) {
        let Some(digests) = &self.digests else {
            return (None, None);
        };
        match digests.get(&version) {
            Some(tag) => (Some(tag), None),
            None => (None, digests.begin(file, version)),
        }
    }
}

/// The whole of `file`, and the tag of just that.
fn read_whole(file: File, version: Version, reading: Reading) -> io::Result<(FileIdentity, Bytes)> {
    let mut identity = FileIdentity::new(version, None);
    let content = FileBytes::new(file, &identity, reading).read_whole()?;
    identity.entity_tag = Some(EntityTag::of(&content));
    Ok((identity, content))
}

/// Enters the folder, without listing it: files can be reached in one that may not be listed.
fn enter(root: &OwnedFd) -> io::Result<()> {
    Ok(accessat(root, ".", Access::EXEC_OK, AtFlags::EACCESS)?)
}

/// A name that leads nowhere, or out of the directory, is absent; anything else is our fault.
fn absent(path: &Path, source: io::Error) -> Absent {
    let leads_nowhere = [
        Errno::NOENT,
        Errno::XDEV,
        Errno::LOOP,
        Errno::NOTDIR,
        Errno::NAMETOOLONG,
        Errno::ISDIR,
        Errno::NXIO,
    ];
    let is_absent = source.kind() == io::ErrorKind::NotFound
        || leads_nowhere
            .iter()
            .any(|errno| source.raw_os_error() == Some(errno.raw_os_error()));
    if is_absent {
        Absent::NoSuchFile
    } else {
        unreadable(path, source)
    }
}

fn unreadable(path: &Path, source: io::Error) -> Absent {
    Absent::Unreadable {
        path: path.into(),
        source,
    }
}

/// The remedy where the rights of a file or a folder are not enough.
pub const READABLE: &str =
    "let the user that perild runs as read it: chmod o+r a file, o+rx a folder, or its group";

/// Entries that are looked at when the directory is listed.
const MOST_ENTRIES: usize = 10_000;

#[cfg(test)]
mod tests;
