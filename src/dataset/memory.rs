//! Small files that are asked for often, kept in memory and checked against the disk on every use.

use std::{ffi::CString, os::unix::ffi::OsStrExt, path::Path, sync::Arc};

use bytes::Bytes;
use moka::sync::Cache;
use rustix::fs::lstat;

use super::version::{FileIdentity, Version};

/// A bounded memory of whole files.
#[derive(Debug)]
pub(super) struct Memory {
    files: Cache<Box<str>, Arc<Kept>>,
    capacity_bytes: u64,
}

#[derive(Debug)]
struct Kept {
    path: CString,
    identity: FileIdentity,
    content: Bytes,
}

impl Memory {
    /// Largest file that is kept, in bytes: what one read of the disk brings.
    const LARGEST: u64 = 256 * 1024;

    pub(super) fn new(capacity_bytes: u64) -> Self {
        let weigh = |_: &_, kept: &Arc<Kept>| {
            u32::try_from(kept.path.as_bytes().len() + kept.content.len() + OVERHEAD_BYTES)
                .unwrap_or(u32::MAX)
        };
        Self {
            files: Cache::builder()
                .weigher(weigh)
                .max_capacity(capacity_bytes)
                .build(),
            capacity_bytes,
        }
    }

    /// `true` when a file of `length` bytes may be kept at all.
    pub(super) fn takes(&self, length: u64) -> bool {
        length <= Self::LARGEST.min(self.capacity_bytes)
    }

    /// The file `name`, if the disk still holds the version that is kept.
    ///
    /// One `lstat` by path: a file replaced by rename, rewritten in place or turned into a link is another version.
    pub(super) fn recall(&self, name: &str) -> Option<(FileIdentity, Bytes)> {
        let kept = self.files.get(name)?;
        let is_same = lstat(kept.path.as_c_str())
            .is_ok_and(|stat| Version::of(&stat) == kept.identity.version);
        if is_same {
            return Some((kept.identity.clone(), kept.content.clone()));
        }
        self.files.invalidate(name);
        None
    }

    pub(super) fn remember(&self, path: &Path, identity: &FileIdentity, content: &Bytes) {
        let name = path.file_name().and_then(|name| name.to_str());
        let path = CString::new(path.as_os_str().as_bytes()).ok();
        if let (Some(name), Some(path)) = (name, path) {
            let kept = Kept {
                path,
                identity: identity.clone(),
                content: content.clone(),
            };
            self.files.insert(name.into(), Arc::new(kept));
        }
    }
}

/// Bytes of an entry beside its name and content, about.
const OVERHEAD_BYTES: usize = 512;
