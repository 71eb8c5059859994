//! Digests on the disk: a line a file, so that a restart does not read every large file again.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::{EntityTag, Version};

/// The file that lines are added to.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    file: Option<File>,
}

impl Kept {
    /// The digests of the folder. Of what was added twice the last holds; once they are many, those are dropped
    /// that were there first.
    pub(super) fn open(folder: &Path) -> Self {
        let path = folder.join(NAME);
        let kept = Self { path, file: None };
        let lines = kept.lines();
        if lines.len() > usize::try_from(MOST).unwrap_or(usize::MAX) {
            let excess = lines.len() / 2;
            // Without the shorter file the longer one goes on.
            let _ = kept.rewrite(lines.get(excess..).unwrap_or_default());
        }
        kept
    }

    /// What the lines say; one that says nothing is passed over.
    pub(super) fn read(&self) -> HashMap<Version, EntityTag> {
        let lines = self.lines();
        lines.iter().filter_map(|line| parsed(line)).collect()
    }

    /// Adds a line, in one write.
    pub(super) fn add(&mut self, version: &Version, tag: &EntityTag) {
        let line = format!("{version} {}\n", tag.as_str());
        // A disk that is full costs a restart some reading, and nobody an answer.
        let _ = self.write(line.as_bytes());
    }

    /// Adds `line` to the file, which there is once there is a line for it.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&self.path)?,
        };
        self.file.insert(file).write_all(line)
    }

    fn lines(&self) -> Vec<String> {
        let Ok(file) = File::open(&self.path) else {
            return Vec::new();
        };
        let most = usize::try_from(2 * MOST).unwrap_or(usize::MAX);
        let lines = BufReader::new(file).lines().take(most);
        lines.map_while(Result::ok).collect()
    }

    fn rewrite(&self, lines: &[String]) -> io::Result<()> {
        let aside = self.path.with_extension("new");
        fs::write(&aside, lines.join("\n") + "\n")?;
        fs::rename(aside, &self.path)
    }
}

fn parsed(line: &str) -> Option<(Version, EntityTag)> {
    let (version, tag) = line.rsplit_once(' ')?;
    Some((Version::parse(version)?, EntityTag::parse(tag)?))
}

const NAME: &str = "digests";
/// Files whose digests are known at once.
pub(super) const MOST: u64 = 100_000;
