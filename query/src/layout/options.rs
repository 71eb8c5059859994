//! Options of a version that is written.

use serde_json::Value;

use super::{Sizes, stored::Stored};

/// Options of a version that is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// Octets of rows in memory while they are sorted; more are sorted on the disk.
    pub memory_bytes: usize,
    /// Rows of pages, groups and parts, where others are wanted than those of the kind.
    pub sizes: Option<Sizes>,
    /// The publisher's words on the table, as they stand in the manifest.
    pub about: Value,
    /// The time, in milliseconds since 1970.
    pub modified_ms: i64,
}

impl Options {
    pub(super) fn sizes(&self, stored: &Stored) -> Sizes {
        let sizes = self.sizes.unwrap_or_else(|| Sizes::of(stored.table()));
        sizes.checked()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory_bytes: 256 << 20,
            sizes: None,
            about: Value::Null,
            modified_ms: 0,
        }
    }
}
