//! The provider's own lists: who is blocked and who is approved.

use std::{fs, io, path::Path};

use super::{Examination, awaited};
use crate::policy::{Lists, Names};

impl Examination<'_> {
    /// The lists that `[access]` names; none when one of them cannot be read: without it somebody would be let in who
    /// must not be.
    pub(super) fn access_lists(&mut self) -> Option<Lists> {
        let access = &self.config.access;
        let blocked = self.list("access.blocked", access.blocked.as_deref());
        let approved = self.list("access.approved", access.approved.as_deref());
        let prefixes = access.licence_prefixes.iter();
        let licence_prefixes = prefixes.map(|prefix| prefix.as_str().into()).collect();
        if access.licence_prefixes.iter().any(String::is_empty) {
            let finding = "an empty beginning makes every scope a licence".to_owned();
            self.error("access.licence_prefixes", finding, "remove it");
            return None;
        }
        Some(Lists {
            blocked: blocked?,
            approved: approved?,
            licence_prefixes,
        })
    }

    fn list(&mut self, key: &str, path: Option<&Path>) -> Option<Names> {
        let Some(path) = path else {
            return Some(Names::default());
        };
        match read(path) {
            Ok(names) => {
                let finding = format!("{} has {} names", path.display(), names.len());
                self.fine(key, finding);
                Some(names)
            }
            Err(error) => {
                let finding = format!("{}: {error}", path.display());
                let remedy = "write a file with a name a line, which may be empty";
                self.await_for(awaited::of_file(&error), key, finding, remedy);
                None
            }
        }
    }
}

fn read(path: &Path) -> io::Result<Names> {
    let length = fs::metadata(path)?.len();
    if length > MOST_BYTES {
        return Err(io::Error::other(format!(
            "it has {length} octets, and at most {MOST_BYTES} are read"
        )));
    }
    fs::read_to_string(path).map(|text| Names::of_lines(&text))
}

const MOST_BYTES: u64 = 16 * 1024 * 1024;
