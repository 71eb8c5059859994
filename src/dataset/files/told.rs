//! Files that cannot be read, told in the log once for each change: consumers ask for them again and again.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The step at which a file failed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Step {
    Opening,
    Reading,
}

/// Failures that the log has been told of, by file.
#[derive(Debug, Default)]
pub(in crate::dataset) struct Told {
    is_any: AtomicBool,
    files: Mutex<HashMap<PathBuf, (Step, String)>>,
}

impl Told {
    /// The file at `path` cannot be opened.
    pub(super) fn closed(&self, path: &Path, error: &io::Error) {
        self.fails(path, Step::Opening, error);
    }

    /// The file at `path` can be opened; whether it can be read is another matter.
    pub(super) fn opened(&self, path: &Path) {
        self.works(path, Step::Opening);
    }

    fn fails(&self, path: &Path, step: Step, error: &io::Error) {
        if self.is_news(path, step, error) {
            let mut said = format!("cannot read {}: {error}", path.display());
            if error.kind() == io::ErrorKind::PermissionDenied {
                let _ = write!(said, "; {}", super::READABLE);
            }
            tracing::error!("{said}");
        }
    }

    fn works(&self, path: &Path, step: Step) {
        if self.is_mended(path, step) {
            tracing::info!("{} can be read again", path.display());
        }
    }

    fn is_news(&self, path: &Path, step: Step, error: &io::Error) -> bool {
        let error = error.to_string();
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.get(path).is_some_and(|(_, told)| *told == error) {
            return false;
        }
        if files.len() >= MOST {
            files.clear();
        }
        files.insert(path.into(), (step, error));
        self.is_any.store(true, Ordering::Relaxed);
        true
    }

    /// `true` when `path` had failed at `step`, or before it.
    fn is_mended(&self, path: &Path, step: Step) -> bool {
        if !self.is_any.load(Ordering::Relaxed) {
            return false;
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let is_mended = files.get(path).is_some_and(|(failed, _)| *failed <= step)
            && files.remove(path).is_some();
        self.is_any.store(!files.is_empty(), Ordering::Relaxed);
        is_mended
    }
}

/// One file that is being read, and what was told of it.
#[derive(Clone, Debug)]
pub(in crate::dataset) struct Reading {
    path: Arc<Path>,
    told: Arc<Told>,
}

impl Reading {
    pub(super) fn new(path: &Path, told: &Arc<Told>) -> Self {
        Self {
            path: path.into(),
            told: Arc::clone(told),
        }
    }

    /// Reading it failed.
    pub(in crate::dataset) fn failed(&self, error: &io::Error) {
        self.told.fails(&self.path, Step::Reading, error);
    }

    /// It was read to its end.
    pub(in crate::dataset) fn ended(&self) {
        self.told.works(&self.path, Step::Reading);
    }
}

/// Files that are remembered; with more of them unreadable, it is the folder or the disk that somebody has to look at.
const MOST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_news_once_until_it_changes_or_is_mended() {
        let told = Told::default();
        let path = Path::new("/srv/a.csv");
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let broken = || io::Error::from_raw_os_error(5);
        assert!(!told.is_mended(path, Step::Opening));
        assert!(told.is_news(path, Step::Opening, &denied()));
        assert!(!told.is_news(path, Step::Opening, &denied()));
        assert!(told.is_news(Path::new("/srv/b.csv"), Step::Opening, &denied()));
        assert!(told.is_news(path, Step::Reading, &broken()));
        // That it can be opened says nothing of a disk that fails.
        assert!(!told.is_mended(path, Step::Opening));
        assert!(!told.is_news(path, Step::Reading, &broken()));
        assert!(told.is_mended(path, Step::Reading));
        assert!(told.is_news(path, Step::Opening, &denied()));
        assert!(told.is_mended(path, Step::Opening));
        assert!(!told.is_mended(path, Step::Reading));
    }

    #[test]
    fn no_number_of_files_takes_more_than_its_share_of_memory() {
        let told = Told::default();
        let error = io::Error::from(io::ErrorKind::PermissionDenied);
        for number in 0..MOST + 5 {
            let path = PathBuf::from(number.to_string());
            assert!(told.is_news(&path, Step::Opening, &error));
        }
        assert_eq!(told.files.lock().unwrap().len(), 5);
    }
}
