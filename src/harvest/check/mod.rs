//! Checks of a catalogue before anyone harvests it: each record against the assurance levels, the whole against what a
//! directory took before, and against the requirements of a scheme.

mod against;
mod assurance;
mod graph;
mod key;
mod requirements;
mod term;

pub use against::against;
pub use assurance::{Assessed, BY_HAND, Lack, assess};
pub use graph::{Entries, Unreadable};
pub use key::Key;
pub use requirements::{Requirements, RequirementsFault};

use std::fmt;

/// One thing that a directory would refuse, or that a scheme does not want.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Objection {
    /// The entry; none where the catalogue as a whole is meant.
    pub entry: Option<Box<str>>,
    /// The property of it that is at fault; none where the entry as a whole is.
    pub property: Option<Box<str>>,
    /// The matter.
    pub matter: String,
    /// The remedy.
    pub remedy: &'static str,
    /// `true` when the entry is taken all the same.
    pub is_warning: bool,
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = &self.entry {
            write!(f, "{entry}: ")?;
        }
        write!(f, "{}", self.matter)
    }
}
