//! The octets of a file of a table, mapped.

use std::{fs, path::Path};

use bytes::Bytes;

use crate::layout::{self, Digest, digest::Digesting, mmap};

use super::error::TableError;

/// All octets of a file, as many as its manifest says.
#[derive(Debug)]
pub(super) struct Octets {
    bytes: Bytes,
    digest: Digest,
}

impl Octets {
    /// Maps the file at `path`, which has to be as long as `file` says.
    pub(super) fn map(path: &Path, file: &layout::File) -> Result<Self, TableError> {
        let mapped = fs::File::open(path).and_then(|file| mmap::map(&file));
        let octets = Self {
            bytes: mapped.map_err(|error| TableError::Io {
                part: file.digest.short().into(),
                error,
            })?,
            digest: file.digest.clone(),
        };
        if u64::try_from(octets.bytes.len()) == Ok(file.bytes) {
            Ok(octets)
        } else {
            Err(octets.damaged("it has another length".into()))
        }
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The digest that the file is named by.
    pub(super) fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Compares the digest of all octets with the one that the file is named by.
    pub(super) fn verify(&self) -> Result<(), TableError> {
        let mut digesting = Digesting::default();
        digesting.add(&self.bytes);
        if digesting.finish() == self.digest {
            Ok(())
        } else {
            Err(self.damaged("its octets have another digest".into()))
        }
    }

    /// The fault of a file that is not as it was written.
    pub(super) fn damaged(&self, reason: Box<str>) -> TableError {
        TableError::Damaged {
            part: self.digest.short().into(),
            reason,
        }
    }
}
