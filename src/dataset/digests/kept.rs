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
    lines: usize,
}

impl Kept {
    /// The file of the folder, and what its lines say: of what was added twice the last; a line that says nothing is
    /// passed over. Once they are many, those are dropped that were there first.
    pub(super) fn open(folder: &Path) -> (Self, HashMap<Version, EntityTag>) {
        let path = folder.join(NAME);
        let lines = lines(&path);
        let digests = lines.iter().filter_map(|line| parsed(line)).collect();
        let mut kept = Self {
            path,
            file: None,
            lines: lines.len(),
        };
        if lines.len() > MOST {
            let later = lines.get(lines.len() / 2..).unwrap_or_default();
            // Without the shorter file the longer one goes on.
            if kept.rewrite(later).is_ok() {
                kept.lines = later.len();
            }
        }
        (kept, digests)
    }

    /// Adds a line, in one write, while they are not too many: a restart makes room.
    pub(super) fn add(&mut self, version: &Version, tag: &EntityTag) {
        if self.lines >= MOST_LINES {
            return;
        }
        self.lines += 1;
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

    fn rewrite(&self, lines: &[String]) -> io::Result<()> {
        let aside = self.path.with_extension("new");
        fs::write(&aside, lines.join("\n") + "\n")?;
        fs::rename(aside, &self.path)
    }
}

fn lines(path: &Path) -> Vec<String> {
    let Ok(file) = File::open(path) else {
        return Vec::new();
    };
    let lines = BufReader::new(file).lines().take(MOST_LINES);
    lines.map_while(Result::ok).collect()
}

fn parsed(line: &str) -> Option<(Version, EntityTag)> {
    let (version, tag) = line.rsplit_once(' ')?;
    Some((Version::parse(version)?, EntityTag::parse(tag)?))
}

const NAME: &str = "digests";
/// Files whose digests are known at once.
pub(super) const MOST: usize = 100_000;
/// Lines of the file.
const MOST_LINES: usize = 2 * MOST;
