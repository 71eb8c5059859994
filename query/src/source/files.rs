//! Files of a source: folders with all that lies in them, and the columns that names of folders hold.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::read::MultiGzDecoder;
use percent_encoding::percent_decode;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::fault::{Fault, Place, What};

/// One file of a source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
    /// Its name in messages.
    pub name: Arc<str>,
    /// Columns that hold one value for the whole file: the folders `month=2026-01` that it lies in.
    pub partitions: Vec<(Box<str>, Box<str>)>,
}

/// The version of a file: it must not change while it is read twice.
pub(super) type Version = (u64, u64, i64, i64);

/// The files that `paths` are, or that lie in them, in order of their names; hidden ones and those that begin with `_`
/// are left out, as are descriptions.
///
/// # Errors
/// A folder that cannot be listed.
pub fn files(paths: &[PathBuf]) -> Result<Vec<Input>, Fault> {
    let mut inputs = Vec::new();
    for path in paths {
        let mut found = Vec::new();
        list(path, path, &mut found).map_err(|(path, error)| Fault {
            file: path.display().to_string().into(),
            place: Place::File,
            column: None,
            what: Box::new(What::Unreadable(error.to_string().into())),
        })?;
        found.sort_by(|one: &Input, other| one.path.cmp(&other.path));
        inputs.extend(found);
    }
    Ok(inputs)
}

/// Adds the files at `path`; the fault names the entry that it is of.
fn list(root: &Path, path: &Path, found: &mut Vec<Input>) -> Result<(), (PathBuf, io::Error)> {
    let at = |error| (path.to_owned(), error);
    if !fs::metadata(path).map_err(at)?.is_dir() {
        let below = path.strip_prefix(root).unwrap_or(path);
        let name = if below.as_os_str().is_empty() {
            path.file_name().unwrap_or_default().to_string_lossy()
        } else {
            below.to_string_lossy()
        };
        found.push(Input {
            path: path.to_owned(),
            name: name.as_ref().into(),
            partitions: partitions(below).map_err(at)?,
        });
        return if found.len() > MOST_FILES {
            Err(at(io::Error::other(format!(
                "more than {MOST_FILES} files"
            ))))
        } else {
            Ok(())
        };
    }
    for entry in fs::read_dir(path).map_err(at)? {
        let path = entry.map_err(at)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_left_out = name.starts_with(['.', '_']) || name.ends_with(".toml");
        if !is_left_out {
            list(root, &path, found)?;
        }
    }
    Ok(())
}

/// The columns that the folders of `below` hold, as Hive and Arrow name them: `meter=17/month=2026-01`.
///
/// # Errors
/// A name or a value that is no UTF-8: rows would lose it.
fn partitions(below: &Path) -> io::Result<Vec<(Box<str>, Box<str>)>> {
    let folders = below.parent().into_iter().flat_map(Path::iter);
    let named = folders.filter_map(|folder| {
        let folder = folder.as_encoded_bytes();
        let at = memchr::memchr(b'=', folder).filter(|at| *at > 0)?;
        Some((folder.get(..at)?, folder.get(at + 1..)?))
    });
    let decoded = |octets| {
        let text = percent_decode(octets).decode_utf8();
        text.map_err(|_not_utf8| io::Error::other("the value that its folder holds is not UTF-8"))
    };
    let named = named.map(|(name, value)| {
        let (name, value) = (decoded(name)?, decoded(value)?);
        let is_null = value == "__HIVE_DEFAULT_PARTITION__";
        Ok((name.into(), if is_null { "".into() } else { value.into() }))
    });
    named.collect()
}

impl Input {
    pub(super) fn open(&self) -> io::Result<(File, Version)> {
        // A pipe is not opened at all: it would wait for a writer.
        if !fs::metadata(&self.path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let file = File::open(&self.path)?;
        let metadata = file.metadata()?;
        let version = (
            metadata.ino(),
            metadata.len(),
            metadata.mtime(),
            metadata.mtime_nsec(),
        );
        Ok((file, version))
    }

    /// The ending of its name, without those of packing.
    pub(super) fn ending(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_ascii_lowercase();
        let bare = name
            .strip_suffix(".gz")
            .or(name.strip_suffix(".zst"))
            .unwrap_or(&name);
        bare.rsplit_once('.')
            .map_or("", |(_, ending)| ending)
            .to_owned()
    }

    pub(super) fn fault(&self, place: Place, column: Option<Arc<str>>, what: What) -> Fault {
        Fault {
            file: Arc::clone(&self.name),
            place,
            column,
            what: Box::new(what),
        }
    }
}

/// The octets of `file`, unpacked where it begins as gzip or zstd do; `read` counts those on the disk.
pub(super) fn unpacked(file: File, read: &Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
    use std::os::unix::fs::FileExt;
    let mut begin = [0; 4];
    let length = file.read_at(&mut begin, 0)?;
    let counted = Counted {
        file,
        read: Arc::clone(read),
    };
    Ok(match begin.get(..length).unwrap_or_default() {
        [0x1F, 0x8B, ..] => Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(
            PACKED_BYTES,
            counted,
        ))),
        // A frame, or one to be passed over, which parallel packers begin with (RFC 8878 §3.1.2).
        [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => {
            Box::new(ZstdDecoder::new(counted)?)
        }
        _ => Box::new(counted),
    })
}

struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.read
            .fetch_add(u64::try_from(length).unwrap_or(0), Ordering::Relaxed);
        Ok(length)
    }
}

const MOST_FILES: usize = 100_000;
const PACKED_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_in_order_and_its_folders_are_columns() {
        let root = tempfile::tempdir().unwrap();
        for name in [
            "meter=b/month=2026-01/1.csv",
            "meter=a%2F1/month=2026-02/2.csv",
            "_SUCCESS",
            ".x/y.csv",
            "t.toml",
        ] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let found = files(&[root.path().to_owned()]).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|input| (&*input.name, &*input.partitions))
            .collect();
        let column = |name: &str, value: &str| (name.into(), value.into());
        assert_eq!(
            found,
            [
                (
                    "meter=a%2F1/month=2026-02/2.csv",
                    &[column("meter", "a/1"), column("month", "2026-02")][..]
                ),
                (
                    "meter=b/month=2026-01/1.csv",
                    &[column("meter", "b"), column("month", "2026-01")][..]
                ),
            ]
        );
        // A value that cannot be read is not left out in silence.
        for name in ["meter=%FF/3.csv", "meter=a/m%C3=1/3.csv"] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "x").unwrap();
            let fault = files(&[root.path().to_owned()]).unwrap_err().to_string();
            assert!(
                fault.ends_with(
                    "3.csv: cannot be read: the value that its folder holds is not UTF-8"
                ),
                "{fault}"
            );
            fs::remove_file(path).unwrap();
        }
        let one = files(&[root.path().join("t.toml")]).unwrap();
        assert_eq!(&*one[0].name, "t.toml");
        assert!(files(&[root.path().join("none")]).is_err());
    }

    #[test]
    fn what_is_no_file_is_told_and_not_waited_for() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe.csv");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let device = root.path().join("zero.csv");
        std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
        for path in [pipe, device] {
            let found = files(&[path]).unwrap();
            let refused = found[0].open().map(|_| ()).unwrap_err();
            assert_eq!(refused.to_string(), "not a regular file");
        }
    }
}
