//! The origin of a table: an operator's command, or the folder of the data, from which the daemon imports by itself.
//!
//! It lies beside the tables and not in their manifests, for it says nothing of their rows: two machines with the same
//! rows have the same version, whoever imported them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{TABLES, hand_over_file};
use crate::disk;

/// The origin of a table.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Origin {
    /// The description and the files beside it, in the folder of the data.
    Folder {
        /// The digest of both as they were imported; none after an import by a command, which did not take it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<Box<str>>,
        /// The source that was refused after that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<RefusedSource>,
    },
    /// A command: with data of another place, with some rows alone, or to take an import back.
    Operator,
}

/// A state of a source that cannot be imported.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RefusedSource {
    /// The digest of description and files.
    pub source: Box<str>,
    /// The reason.
    pub reason: Box<str>,
}

impl Origin {
    /// The origin of the table `id` below `state`; none where nobody has noted it.
    ///
    /// # Errors
    /// A note that cannot be read.
    pub fn read(state: &Path, id: &str) -> io::Result<Option<Self>> {
        match fs::read(path(state, id)) {
            Ok(octets) => Ok(Some(serde_json::from_slice(&octets)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Notes this as the origin of the table `id` below `state`.
    ///
    /// # Errors
    /// A disk that does not take it.
    pub fn write(&self, state: &Path, id: &str) -> io::Result<()> {
        let path = path(state, id);
        let folder = state.join(TABLES).join(ORIGINS);
        disk::make_folder(&folder, 0o777)?;
        let aside = folder.join(format!(".{}", std::process::id()));
        fs::write(&aside, serde_json::to_vec(self)?)?;
        fs::File::open(&aside)?.sync_all()?;
        for made in [&folder, &aside] {
            hand_over_file(state, made)?;
        }
        fs::rename(&aside, &path)?;
        disk::settle(&folder)
    }
}

fn path(state: &Path, id: &str) -> PathBuf {
    state.join(TABLES).join(ORIGINS).join(format!("{id}.json"))
}

/// The folder of the notes; a hidden one is no table's.
const ORIGINS: &str = ".origins";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_it_was_written_and_a_torn_one_is_an_error() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(Origin::read(state.path(), "a").unwrap(), None);
        let refused = RefusedSource {
            source: "12".into(),
            reason: "line 2".into(),
        };
        for origin in [
            Origin::Operator,
            Origin::Folder {
                source: None,
                refused: None,
            },
            Origin::Folder {
                source: Some("ab".into()),
                refused: Some(refused),
            },
        ] {
            origin.write(state.path(), "a").unwrap();
            assert_eq!(Origin::read(state.path(), "a").unwrap(), Some(origin));
        }
        assert_eq!(Origin::read(state.path(), "b").unwrap(), None);
        fs::write(path(state.path(), "a"), "{\"by\":").unwrap();
        Origin::read(state.path(), "a").unwrap_err();
    }
}
