//! The folder of a table: its versions, which of them is served, and who may write.

use std::{
    collections::HashSet,
    fs::{self, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::{
    digest::Digest,
    manifest::{self, Form, Manifest, ManifestFault},
};

/// The folder of a table.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// The version that is served, and the one before it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Versions {
    pub(crate) current: Digest,
    pub(crate) before: Option<Digest>,
}

/// The right to write: one program has it at a time.
#[derive(Debug)]
pub(super) struct Lock {
    folder: Folder,
    aside: PathBuf,
    _held: fs::File,
}

/// Faults of a folder that holds no table, or cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Nothing has been imported.
    #[error("nothing has been imported")]
    Absent,
    /// Another program writes it.
    #[error("another import of it runs")]
    Busy,
    /// The file that names the version is damaged.
    #[error("the file that names the version is damaged")]
    Current,
    /// The system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The manifest is not good.
    #[error(transparent)]
    Manifest(#[from] ManifestFault),
    /// There is no version before.
    #[error("there is no version before this one")]
    NoneBefore,
}

impl Folder {
    /// The folder at `path`, which need not be there.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let path = path.to_owned();
        Self { path }
    }

    /// Serves the version before, which makes the one that was served the one before.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn rollback(&self) -> Result<Manifest, FolderError> {
        if !self.path.join(CURRENT).try_exists()? {
            return Err(FolderError::Absent);
        }
        let lock = self.lock()?;
        let versions = self.versions()?;
        let before = versions.before.ok_or(FolderError::NoneBefore)?;
        let manifest = self.manifest(&before)?;
        for (file, form) in manifest.files() {
            fs::metadata(self.part(&file.digest, form))?;
        }
        lock.name(&Versions {
            current: before,
            before: Some(versions.current),
        })?;
        Ok(manifest)
    }

    /// The versions.
    pub(crate) fn versions(&self) -> Result<Versions, FolderError> {
        let text = match read(&self.path.join(CURRENT), MOST_CURRENT_BYTES) {
            Ok(text) => text.ok_or(FolderError::Current)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::Absent);
            }
            Err(error) => return Err(error.into()),
        };
        let text = String::from_utf8(text).unwrap_or_default();
        let mut lines = text.lines().map(|line| Digest::try_from(Box::from(line)));
        let current = lines.next().and_then(Result::ok);
        Ok(Versions {
            current: current.ok_or(FolderError::Current)?,
            before: lines.next().and_then(Result::ok),
        })
    }

    /// The manifest of a version.
    pub(crate) fn manifest(&self, version: &Digest) -> Result<Manifest, FolderError> {
        let octets = read(&self.manifest_path(version), manifest::MOST_BYTES)?;
        let octets = octets.ok_or(ManifestFault::Long)?;
        Ok(Manifest::read(&octets, version)?)
    }

    /// The path of a file of a version.
    pub(crate) fn part(&self, digest: &Digest, form: Form) -> PathBuf {
        let name = format!("{digest}.{}", form.extension());
        self.path.join(PARTS).join(name)
    }

    /// Takes the right to write, and sweeps what a writer left that was killed.
    pub(super) fn lock(&self) -> Result<Lock, FolderError> {
        fs::create_dir_all(self.path.join(PARTS))?;
        let options = fs::File::options().create(true).append(true).clone();
        let held = options.open(self.path.join(LOCK))?;
        match held.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => return Err(FolderError::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let aside = self.path.join(ASIDE);
        remove(&aside)?;
        fs::create_dir(&aside)?;
        Ok(Lock {
            folder: self.clone(),
            aside,
            _held: held,
        })
    }

    fn manifest_path(&self, version: &Digest) -> PathBuf {
        self.path.join(format!("{version}.json"))
    }
}

impl Lock {
    /// The folder in which things are written before they are whole.
    pub(super) fn aside(&self) -> &Path {
        &self.aside
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Serves `manifest`, whose files lie aside or are there already. Of the versions before it the last is kept.
    pub(super) fn publish(&self, manifest: &Manifest) -> Result<(), FolderError> {
        let before = match self.folder.versions() {
            Ok(versions) if versions.current == manifest.version => return Ok(()),
            Ok(versions) => Some(versions.current),
            // What is damaged is replaced.
            Err(FolderError::Absent | FolderError::Current) => None,
            Err(error) => return Err(error),
        };
        for (file, form) in manifest.files() {
            let part = self.folder.part(&file.digest, form);
            match fs::rename(self.aside_part(&file.digest, form), &part) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    fs::metadata(&part)?;
                }
                renamed => renamed?,
            }
        }
        sync(&self.folder.path.join(PARTS))?;
        let octets = serde_json::to_vec_pretty(manifest).map_err(ManifestFault::Json)?;
        self.replace(&self.folder.manifest_path(&manifest.version), &octets)?;
        let current = manifest.version.clone();
        self.name(&Versions { current, before })?;
        // A version that stays is no harm; the next import tries again.
        let _ = self.sweep();
        Ok(())
    }

    /// The path of a file that is written.
    pub(super) fn aside_part(&self, digest: &Digest, form: Form) -> PathBuf {
        self.aside.join(format!("{digest}.{}", form.extension()))
    }

    fn name(&self, versions: &Versions) -> io::Result<()> {
        let before = versions.before.as_ref().map(Digest::as_str);
        let text = format!("{}\n{}\n", versions.current, before.unwrap_or_default());
        self.replace(&self.folder.path.join(CURRENT), text.trim_end().as_bytes())
    }

    fn replace(&self, path: &Path, octets: &[u8]) -> io::Result<()> {
        let aside = self.aside.join("written");
        let mut file = fs::File::create(&aside)?;
        file.write_all(octets)?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        sync(&self.folder.path)
    }

    /// Removes manifests and parts of versions that are neither served nor the one before.
    fn sweep(&self) -> Result<(), FolderError> {
        let versions = self.folder.versions()?;
        let mut kept = HashSet::new();
        for version in std::iter::once(&versions.current).chain(&versions.before) {
            let manifest = self.folder.manifest(version)?;
            let files = manifest.files();
            kept.extend(files.map(|(file, form)| self.folder.part(&file.digest, form)));
            kept.insert(self.folder.manifest_path(version));
        }
        for folder in [self.folder.path.clone(), self.folder.path.join(PARTS)] {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                let is_ours = stem.is_some_and(|stem| Digest::try_from(Box::from(stem)).is_ok());
                if is_ours && !kept.contains(&path) {
                    fs::remove_file(path)?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What stays is swept by the next writer.
        let _ = remove(&self.aside);
    }
}

/// The octets of a file; none when it has more than so many.
fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut octets = Vec::new();
    let read = fs::File::open(path)?
        .take(most + 1)
        .read_to_end(&mut octets)?;
    Ok((u64::try_from(read).unwrap_or(u64::MAX) <= most).then_some(octets))
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

const CURRENT: &str = "current";
const PARTS: &str = "parts";
const LOCK: &str = "lock";
const ASIDE: &str = "aside";
const MOST_CURRENT_BYTES: u64 = 1_024;
