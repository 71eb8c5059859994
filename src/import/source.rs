//! A source as it lies on the disk: plain or packed, and unchanged while it is read.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::kind::Kind;

/// One open file, or the folder of a gridded store.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) package: Option<Package>,
    file: File,
    found: Version,
}

/// The facts that tell two contents of one file apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Version {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    /// Of a folder, with all that lies in it.
    files: u64,
}

/// The parts of a `datapackage.json` (Frictionless Data Package), which describes files beside it, that are used.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Package {
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    licenses: Vec<License>,
    /// Ours: the values are made up.
    #[serde(default)]
    pub(super) synthetic: bool,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Clone, Debug, Deserialize)]
struct License {
    #[serde(default)]
    name: String,
    #[serde(default)]
    title: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Resource {
    #[serde(default)]
    path: String,
}

impl SourceFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Self::new(path, file, Version::of(&metadata))
    }

    /// The file or the store that `path` is.
    pub(super) fn open_gridded(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            let found = Version::of_folder(path)?;
            return Self::new(path, File::open(path)?, found);
        }
        Self::open(path)
    }

    fn new(path: &Path, file: File, found: Version) -> io::Result<Self> {
        Ok(Self {
            path: path.into(),
            package: Package::beside(path)?,
            file,
            found,
        })
    }

    /// `true` when both are one file on the disk, whatever their names.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.found.device, self.found.inode) == (other.found.device, other.found.inode)
    }

    /// Octets on the disk.
    pub(super) fn length(&self) -> u64 {
        self.found.length
    }

    /// Its name without the folder.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// `true` when its values are made up: its package says so, or its name does.
    pub(super) fn is_synthetic(&self) -> bool {
        let is_marked = self
            .package
            .as_ref()
            .is_some_and(|package| package.synthetic);
        is_marked || self.name().to_ascii_lowercase().contains(SYNTHETIC)
    }

    /// Its text, unpacked if it begins as gzip or zstd do; `read` counts the octets on the disk.
    pub(super) fn text<'s>(&'s self, read: &'s AtomicU64) -> io::Result<Box<dyn Read + 's>> {
        let mut begin = Vec::with_capacity(4);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.take(4).read_to_end(&mut begin)?;
        file.seek(SeekFrom::Start(0))?;
        let counted = Counted { file, read };
        Ok(match begin.as_slice() {
            [0x1F, 0x8B, ..] => Box::new(MultiGzDecoder::new(buffered(counted))),
            [0x28, 0xB5, 0x2F, 0xFD] => Box::new(ZstdDecoder::new(counted)?),
            _ => Box::new(counted),
        })
    }

    /// `true` when the file is still the one that was opened, and as it was.
    pub(super) fn is_unchanged(&self) -> bool {
        let is_as_found = |now: io::Result<Version>| now.is_ok_and(|now| now == self.found);
        let of_file = |metadata: io::Result<Metadata>| metadata.map(|found| Version::of(&found));
        if self.path.is_dir() {
            return is_as_found(Version::of_folder(&self.path));
        }
        is_as_found(of_file(self.file.metadata())) && is_as_found(of_file(fs::metadata(&self.path)))
    }
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            files: 1,
        }
    }

    /// The folder of a store: what all that lies in it weighs together, and the latest change of any of it.
    fn of_folder(path: &Path) -> io::Result<Self> {
        let mut found = Self::of(&fs::metadata(path)?);
        found.length = 0;
        let mut ahead = vec![path.to_owned()];
        while let Some(folder) = ahead.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let metadata = entry.metadata()?;
                let Self {
                    length, modified, ..
                } = Self::of(&metadata);
                found.modified = found.modified.max(modified);
                found.files += 1;
                if metadata.is_dir() {
                    ahead.push(entry.path());
                } else {
                    found.length = found.length.saturating_add(length);
                }
            }
            if found.files > MOST_FILES {
                return Err(io::Error::other("it has too many files"));
            }
        }
        Ok(found)
    }
}

impl Package {
    /// The package that lists `path`; an unreadable one is an error, as it may say `synthetic`.
    fn beside(path: &Path) -> io::Result<Option<Self>> {
        let described = path.with_file_name(PACKAGE_NAME);
        let text = match fs::read(&described) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let package: Self = serde_json::from_slice(&text)
            .map_err(|error| io::Error::other(format!("{PACKAGE_NAME} beside it: {error}")))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
        let is_listed = package
            .resources
            .iter()
            .any(|resource| resource.path == name || resource.path == plain);
        Ok(is_listed.then_some(package))
    }

    /// Its licences by name, or by title.
    pub(super) fn licence(&self) -> String {
        let names = self.licenses.iter().map(|license| {
            if license.name.is_empty() {
                license.title.as_str()
            } else {
                license.name.as_str()
            }
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// The CSV files that a path names: itself, or what lies in it when it is a folder.
pub(super) fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.into()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if is_csv(&entry.file_name()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// `true` when CSV files lie in the folder `path`.
#[must_use]
pub fn has_csv(path: &Path) -> bool {
    path.is_dir() && files(path).is_ok_and(|found| !found.is_empty())
}

/// Files of a folder without CSV files, as far as their kind is known: the first few.
pub(super) fn others(path: &Path) -> Vec<(PathBuf, Kind)> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let is_store = |path: &Path| ZARR.iter().any(|name| path.join(name).exists());
    let mut paths: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() || is_store(path))
        .collect();
    paths.sort();
    let kinds = paths.into_iter().filter_map(|path| {
        if path.is_dir() {
            return Some((path, Kind::ZARR));
        }
        let mut head = Vec::new();
        let file = File::open(&path).ok()?;
        let wanted = u64::try_from(Kind::HEAD).ok()?;
        file.take(wanted).read_to_end(&mut head).ok()?;
        Some((path, Kind::of(&head)?))
    });
    kinds.take(OTHERS).collect()
}

fn is_csv(name: &OsString) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    !name.starts_with('.')
        && [".csv", ".csv.gz", ".csv.zst"]
            .iter()
            .any(|end| name.ends_with(end))
}

fn buffered<R: Read>(source: R) -> io::BufReader<R> {
    io::BufReader::with_capacity(128 * 1024, source)
}

/// Counts what is read.
struct Counted<'s> {
    file: &'s File,
    read: &'s AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.read
            .fetch_add(u64::try_from(length).unwrap_or(0), Ordering::Relaxed);
        Ok(length)
    }
}

/// Files and folders of a store: more than a Zarr store is read with.
const MOST_FILES: u64 = 4_000_000;
/// Files of other kinds that are told.
const OTHERS: usize = 5;
/// Files at the root of a Zarr store.
const ZARR: [&str; 3] = [".zgroup", ".zarray", "zarr.json"];
/// The word in a file's name when its values are made up.
pub(crate) const SYNTHETIC: &str = "synthetic";
/// Name of a Data Package's description.
pub(crate) const PACKAGE_NAME: &str = "datapackage.json";
