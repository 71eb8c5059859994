//! Where a setting stands, so that what is wrong with it can be found.

use std::{collections::HashMap, fmt, path::PathBuf};

/// Where a setting stands.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Place {
    /// A line of the configuration, with the key when one is meant.
    File {
        /// The file.
        path: PathBuf,
        /// Counted from 1; 0 when the key is not in the file.
        line: usize,
        /// `table.key`, or empty.
        key: String,
    },
    /// An environment variable.
    Variable(String),
    /// Not a setting: a file, a socket or the directory.
    Outside(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, key } => {
                write!(f, "{}", path.display())?;
                if *line > 0 {
                    write!(f, ":{line}")?;
                }
                if key.is_empty() {
                    Ok(())
                } else {
                    write!(f, ": {key}")
                }
            }
            Self::Variable(name) => write!(f, "${name}"),
            Self::Outside(what) => f.write_str(what),
        }
    }
}

/// Where the keys of one configuration stand.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub(super) path: PathBuf,
    /// Line of each key of the file, counted from 1.
    pub(super) lines: HashMap<String, usize>,
    /// Variable of each key that one has set.
    pub(super) variables: HashMap<String, String>,
}

impl Places {
    /// The place of `key`, written `table.key` or `datasets[0].name`; an item of a list stands where its list does.
    #[must_use]
    pub fn of(&self, key: &str) -> Place {
        let list = key.rsplit_once('[').map_or(key, |(list, _)| list);
        if let Some(name) = self.variables.get(key).or(self.variables.get(list)) {
            return Place::Variable(name.clone());
        }
        let line = self.lines.get(key).or(self.lines.get(list));
        let line = line.copied().unwrap_or(0);
        Place::File {
            path: self.path.clone(),
            line,
            key: key.to_owned(),
        }
    }
}
