//! Certificate revocation lists, RFC 5280 §5 and §6.3.
//!
//! A list is read element by element and then given up: its serial numbers are kept, in order.

mod certificate_list;
pub(super) mod elements;
mod extensions;
mod fault;
mod file;
mod list;
mod mapped_bytes;
mod points;
mod serial;
mod signer;
mod status;
mod subject;

use std::{cmp::Reverse, time::Duration};

pub use fault::{RevocationListError, RevocationListFault};
pub(crate) use file::ListBlocks;
pub use list::RevocationList;
pub(crate) use mapped_bytes::MappedBytes;
pub(crate) use points::{PointNames, published_at};
pub use signer::Unsigned;
pub(super) use status::{Revocation, revocation};
pub(super) use subject::RevocationSubject;

use super::anchors::TrustAnchors;

/// The configured revocation lists, each with who signed it.
#[derive(Debug, Default)]
pub struct RevocationLists {
    /// `true` when files were named; then a certificate that no list covers is refused.
    pub(super) are_configured: bool,
    deltas: Vec<RevocationList>,
    pub(super) lists: Vec<RevocationList>,
    reading_bytes: usize,
}

impl RevocationLists {
    /// The complete lists, superseded ones left out.
    pub fn iter(&self) -> impl Iterator<Item = &RevocationList> {
        self.lists.iter()
    }

    /// The delta lists, RFC 5280 §5.2.4. They are not used, the complete lists beside them are.
    pub fn deltas(&self) -> impl Iterator<Item = &RevocationList> {
        self.deltas.iter()
    }

    /// The length of all lists in DER, in bytes.
    #[must_use]
    pub fn der_bytes(&self) -> usize {
        self.iter().map(RevocationList::der_bytes).sum()
    }

    /// Bytes of memory that are taken by what is kept of them.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.iter().map(|list| list.serials.bytes()).sum()
    }

    /// Bytes of memory that are taken at the most while they are read anew and the old ones are in use.
    #[must_use]
    pub fn reading_bytes(&self) -> usize {
        2 * self.held_bytes() + self.reading_bytes
    }
}

/// Reads files of revocation lists, one after the other.
pub struct RevocationListReader<'a> {
    anchors: &'a TrustAnchors,
    errors: Vec<RevocationListError>,
    lists: RevocationLists,
    max_age: Option<Duration>,
}

impl<'a> RevocationListReader<'a> {
    /// A reader of lists that CAs of `anchors` signed.
    ///
    /// `max_age` is how old a list without `nextUpdate` may become; `None` refuses such lists.
    #[must_use]
    pub fn new(anchors: &'a TrustAnchors, max_age: Option<Duration>) -> Self {
        Self {
            anchors,
            errors: Vec::new(),
            lists: RevocationLists::default(),
            max_age,
        }
    }

    /// Reads one file; `name` is what errors call it.
    pub fn read(&mut self, name: &str, content: &[u8]) {
        self.lists.are_configured = true;
        let error = |position, fault| RevocationListError {
            name: name.to_owned(),
            position,
            fault,
        };
        let blocks = match ListBlocks::of(content) {
            Ok(blocks) => blocks,
            Err(fault) => return self.errors.push(error(None, fault)),
        };
        let is_der = blocks.is_der;
        for (before, block) in blocks.enumerate() {
            let list = block.der.and_then(|der| {
                let list = RevocationList::read(name, &der, self.anchors, self.max_age)?;
                self.note_reading(content, &list, is_der);
                Ok(list)
            });
            match list {
                Ok(list) if list.is_delta() => self.lists.deltas.push(list),
                Ok(list) => self.lists.lists.push(list),
                Err(fault) if is_der => self.errors.push(error(None, fault)),
                Err(fault) => self.errors.push(error(Some(before + 1), fault)),
            }
        }
    }

    /// The lists that were read, those left out that a newer list of the same scope replaces.
    ///
    /// # Errors
    ///
    /// Every file or list that cannot be used, delta lists without their complete list among them.
    pub fn finish(mut self) -> Result<RevocationLists, Vec<RevocationListError>> {
        let RevocationLists { deltas, lists, .. } = &mut self.lists;
        for delta in deltas.iter() {
            if !lists.iter().any(|list| list.has_scope_of(delta)) {
                self.errors.push(RevocationListError {
                    name: delta.name().to_owned(),
                    position: None,
                    fault: RevocationListFault::DeltaAlone,
                });
            }
        }
        // Newest first: what follows a list of the same scope and signers is older.
        lists.sort_by_key(|list| Reverse(list.this_update()));
        let mut kept: Vec<RevocationList> = Vec::with_capacity(lists.len());
        for list in lists.drain(..) {
            if !kept.iter().any(|newer| newer.replaces(&list)) {
                kept.push(list);
            }
        }
        *lists = kept;
        if self.errors.is_empty() {
            Ok(self.lists)
        } else {
            Err(self.errors)
        }
    }

    /// Files and lists are given up one after the other, so the largest counts.
    fn note_reading(&mut self, content: &[u8], list: &RevocationList, is_der: bool) {
        let decoded = if is_der { 0 } else { list.der_bytes() };
        let bytes = content.len() + decoded;
        self.lists.reading_bytes = self.lists.reading_bytes.max(bytes);
    }
}
