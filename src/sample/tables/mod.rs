//! Tables that are made up: a catalogue of watches, outages of suburbs, half hours of meters. Nothing in them is of a maker,
//! a place or a home that there is.
//!
//! The same kind, count and seed give the same files on every machine.

mod meters;
mod outages;
mod suburbs;
mod watches;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::chance::Chance;
use crate::disk;

/// The kind of tables that files are made for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum SampleKind {
    /// Watches by their number: watches-1.json and watches-2.json
    Records,
    /// Outages of suburbs: outages.geojson, outage-days.csv, and the portfolio places.csv
    Features,
    /// A year of half hours: meters/meter=M0001/month=2025-01/ and so on, in CSV and Parquet
    Series,
}

/// Files that were written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Written {
    /// The files, or the folder that all of them are in.
    pub paths: Vec<PathBuf>,
    /// Their rows.
    pub rows: u64,
}

impl SampleKind {
    /// The number of watches, suburbs or meters where nobody says: sizes of real publishers.
    #[must_use]
    pub fn count(self) -> u32 {
        match self {
            Self::Records => 5_000,
            Self::Features => 780,
            Self::Series => 1_000,
        }
    }

    /// Writes the files of `count` watches, suburbs or meters into the folder `out`; they are on the disk when this returns.
    ///
    /// # Errors
    /// What the disk says. A folder of meters that is there already is left alone: files of another sample in it would be
    /// taken for parts of this one.
    pub fn write(self, out: &Path, count: u32, seed: u64) -> io::Result<Written> {
        disk::make_folder(out, 0o777)?;
        let chance = Chance::new(seed);
        let written = match self {
            Self::Records => watches::write(out, count, chance),
            Self::Features => outages::write(out, count, chance),
            Self::Series => meters::write(out, count, chance),
        }?;
        rustix::fs::syncfs(File::open(out)?)?;
        Ok(written)
    }
}

/// A file at `path`, written by `lines`.
fn file(
    path: &Path,
    lines: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let mut sink = BufWriter::with_capacity(1 << 18, File::create(path)?);
    lines(&mut sink)?;
    sink.flush()?;
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use clap::ValueEnum;

    use super::*;

    /// The files below a folder, with their contents.
    fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(contents(&path));
            } else {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
        found
    }

    #[test]
    fn the_same_seed_makes_the_same_files_and_another_makes_others() {
        for kind in SampleKind::value_variants() {
            let made = |seed| {
                let folder = tempfile::tempdir().unwrap();
                let written = kind.write(folder.path(), 2, seed).unwrap();
                assert!(written.rows > 0 && !written.paths.is_empty());
                contents(folder.path()).into_values().collect::<Vec<_>>()
            };
            assert_eq!(made(1), made(1), "{kind:?}");
            assert_ne!(made(1), made(2), "{kind:?}");
        }
    }

    #[test]
    fn meters_of_another_sample_are_not_mixed_with_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        SampleKind::Series.write(folder.path(), 1, 0).unwrap();
        let before = contents(folder.path());
        let refused = SampleKind::Series.write(folder.path(), 2, 1).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(contents(folder.path()), before);
    }
}
