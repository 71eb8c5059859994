//! Place of a setting, so that what is wrong with it can be found.

use std::{fmt, path::PathBuf};

/// Place of a setting.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum SettingPlace {
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

impl SettingPlace {
    /// The setting's own name, without where it stands.
    #[must_use]
    pub fn setting(&self) -> &str {
        match self {
            Self::File { key, .. } => key,
            Self::Variable(name) | Self::Outside(name) => name,
        }
    }
}

impl fmt::Display for SettingPlace {
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
