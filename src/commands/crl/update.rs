//! Puts fetched lists in place of older ones.

use std::{fmt, path::PathBuf};

use super::{
    Rules,
    crl_file::{CrlFile, StoredCrl},
};
use crate::caller::{ListBlocks, RevocationListFault};

/// Outcome of one list that an address gave.
pub(super) struct Update {
    /// Its number and issuer, as far as they could be read.
    list: Option<String>,
    outcome: Outcome,
}

enum Outcome {
    /// It is newer than what was there, or there was nothing.
    Placed(PathBuf),
    /// The reason why it is not used.
    Refused(String),
    /// It is what is there.
    Same(PathBuf),
}

impl Update {
    /// `true` when it is not used.
    pub(super) fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused(_))
    }

    pub(super) fn refused(reason: impl Into<String>) -> Self {
        Self {
            list: None,
            outcome: Outcome::Refused(reason.into()),
        }
    }
}

impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(list) = &self.list {
            write!(f, "{list}: ")?;
        }
        match &self.outcome {
            Outcome::Placed(path) => write!(f, "newer, put into {}", path.display()),
            Outcome::Refused(reason) => write!(f, "not used: {reason}"),
            Outcome::Same(path) => write!(f, "nothing newer than in {}", path.display()),
        }
    }
}

/// Puts every list of an answer where it belongs, if it is good and better than what is there.
pub(super) fn update(files: &mut [CrlFile], answer: &[u8], rules: &Rules<'_>) -> Vec<Update> {
    let blocks = match ListBlocks::of(answer) {
        Ok(blocks) => blocks,
        Err(fault) => return vec![Update::refused(fault.to_string())],
    };
    let is_der = blocks.is_der;
    let updates = blocks.enumerate().map(|(before, block)| {
        match block.der.and_then(|der| rules.read(der.to_vec())) {
            Ok(fetched) => Update {
                list: Some(fetched.list.to_string()),
                outcome: place(files, fetched, rules),
            },
            Err(fault) => Update {
                list: (!is_der).then(|| format!("list {}", before + 1)),
                outcome: Outcome::Refused(fault.to_string()),
            },
        }
    });
    updates.collect()
}

fn place(files: &mut [CrlFile], mut fetched: StoredCrl, rules: &Rules<'_>) -> Outcome {
    if let Some(reason) = unusable(&fetched, rules) {
        return Outcome::Refused(reason);
    }
    fetched.is_confirmed = true;
    let list = &fetched.list;
    for file in &mut *files {
        let path = file.path().to_owned();
        let Some(stored) = file.replaced_by(list) else {
            continue;
        };
        if stored.der == fetched.der {
            stored.is_confirmed = true;
            return Outcome::Same(path);
        }
        let path = path.display();
        if list.precedes(&stored.list) && stored.list.is_in_force(rules.now) {
            return Outcome::Refused(format!(
                "its number is lower than that of {} in {path}",
                stored.list
            ));
        }
        if list.this_update() < stored.list.this_update() {
            return Outcome::Refused(format!(
                "it is of {}, older than {} in {path}",
                list.this_update(),
                stored.list
            ));
        }
        *stored = fetched;
        file.change();
        return Outcome::Placed(file.path().to_owned());
    }
    // A file without a list waits for its first; the lists of one more issuer join the last file.
    let vacant = files.iter().position(|file| file.lists().next().is_none());
    let end = files.len().saturating_sub(1);
    let Some(file) = files.get_mut(vacant.unwrap_or(end)) else {
        return Outcome::Refused("consumers.revocation_lists is empty".to_owned());
    };
    file.push(fetched);
    Outcome::Placed(file.path().to_owned())
}

/// Reason why a list is used in no case.
fn unusable(fetched: &StoredCrl, rules: &Rules<'_>) -> Option<String> {
    let list = &fetched.list;
    if list.is_delta() {
        return Some(RevocationListFault::DeltaAlone.to_string());
    }
    if let Some(reason) = list.unsigned() {
        return Some(format!("it {reason}"));
    }
    let (from, to) = (list.this_update(), list.ends());
    (!list.is_in_force(rules.now)).then(|| format!("it is for {from} to {to}, which is not now"))
}
