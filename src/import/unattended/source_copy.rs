//! A copy of a source, which an import reads at its ease: what is written to the source meanwhile does not reach it.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{Context, SHA256};
use flate2::read::MultiGzDecoder;

use super::Refusal;
use crate::{dataset::SourceFiles, import::DescribedCollection};

/// The copy; it is gone with this value.
#[derive(Debug)]
pub(super) struct SourceCopy {
    folder: PathBuf,
}

impl SourceCopy {
    /// Copies `files` into `folder`, by the names that they have below the folder of the data; none where they change
    /// meanwhile, or have another digest than `expected`.
    pub(super) fn take(
        collection: &DescribedCollection,
        files: &SourceFiles,
        folder: PathBuf,
        expected: &str,
    ) -> Result<Option<Self>, Refusal> {
        let copy = Self { folder };
        copy.clear()?;
        make_folder(&copy.folder)?;
        let mut left = files.length_bytes();
        let digest = digest_through(collection, files, |name, file, context| {
            let path = copy.folder.join(name);
            path.parent().map_or(Ok(()), make_folder)?;
            let options = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .clone();
            let mut into = options.open(&path)?;
            pour(file, &mut left, |octets| {
                context.update(octets);
                into.write_all(octets)
            })
        })?;
        Ok((digest.as_deref() == Some(expected)).then_some(copy))
    }

    /// The paths of the copy in the place of those of the source.
    pub(super) fn paths(&self, paths: &[PathBuf], root: &Path) -> Vec<PathBuf> {
        let below = paths.iter().filter_map(|path| path.strip_prefix(root).ok());
        below.map(|path| self.folder.join(path)).collect()
    }

    /// Refuses files that unpack to more than `most` octets together.
    pub(super) fn check_unpacked(&self, files: &SourceFiles, most: u64) -> Result<(), Refusal> {
        let mut left = most;
        files.each(|name, _| {
            let file = File::open(self.folder.join(name))?;
            let mut begin = [0; 4];
            let length = file.read_at(&mut begin, 0)?;
            let mut text: Box<dyn Read> = match begin.get(..length).unwrap_or_default() {
                [0x1F, 0x8B, ..] => Box::new(MultiGzDecoder::new(io::BufReader::new(file))),
                [0x28, 0xB5, 0x2F, 0xFD] => Box::new(zstd::Decoder::new(file)?),
                _ => return Ok(()),
            };
            // What cannot be unpacked is told by the import, with its place.
            let unpacked = io::copy(
                &mut text.by_ref().take(left.saturating_add(1)),
                &mut io::sink(),
            );
            let unpacked = unpacked.unwrap_or(0);
            left = left
                .checked_sub(unpacked)
                .ok_or(Refusal::Unpacked { most })?;
            Ok::<_, Refusal>(())
        })?;
        Ok(())
    }

    fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for SourceCopy {
    fn drop(&mut self) {
        // The next copy clears what stays.
        let _ = self.clear();
    }
}

/// The digest of a description and its files; none where they change meanwhile.
pub(super) fn digest(
    collection: &DescribedCollection,
    files: &SourceFiles,
) -> Result<Option<Box<str>>, Refusal> {
    let mut left = files.length_bytes();
    digest_through(collection, files, |_, file, context| {
        pour(file, &mut left, |octets| {
            context.update(octets);
            Ok(())
        })
    })
}

/// The digest of what the description says and of what `read` gives of each file, with the names of the files.
fn digest_through(
    collection: &DescribedCollection,
    files: &SourceFiles,
    mut read: impl FnMut(&Path, &mut File, &mut Context) -> io::Result<()>,
) -> Result<Option<Box<str>>, Refusal> {
    let mut whole = Context::new(&SHA256);
    whole.update(words(collection).as_bytes());
    let are_same = files.each(|name, file| {
        let mut of_file = Context::new(&SHA256);
        read(name, file, &mut of_file)?;
        whole.update(name.as_os_str().as_encoded_bytes());
        whole.update(&[0]);
        whole.update(of_file.finish().as_ref());
        Ok::<_, Refusal>(())
    })?;
    Ok(are_same.then(|| hexadecimal(whole.finish().as_ref())))
}

/// All that a description says of a table, for a digest: another version of perild, which has other words for it,
/// imports once more.
pub(super) fn words(collection: &DescribedCollection) -> Box<str> {
    let DescribedCollection { about, layout, .. } = collection;
    format!("{about}\n{layout:?}\n").into()
}

fn hexadecimal(octets: &[u8]) -> Box<str> {
    let digits = octets.iter().map(|octet| format!("{octet:02x}"));
    digits.collect::<String>().into()
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Hands the octets of `file` to `take`, as many as are `left` at most: a file that grows is not followed.
fn pour(
    file: &mut File,
    left: &mut u64,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut from = file.take(*left);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let length = from.read(&mut block)?;
        let Some(octets) = block.get(..length).filter(|read| !read.is_empty()) else {
            *left = from.limit();
            return Ok(());
        };
        take(octets)?;
    }
}

const BLOCK_BYTES: usize = 128 * 1024;
