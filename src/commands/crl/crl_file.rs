//! A file of revocation lists, in which lists are replaced and everything else stays.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Rules;
use crate::{
    caller::{ListBlocks, RevocationList},
    commands::cacerts,
};

/// One file of `consumers.revocation_lists`; empty when it is not there.
pub(super) struct CrlFile {
    has_changed: bool,
    is_der: bool,
    left_out: Vec<String>,
    parts: Vec<Part>,
    path: PathBuf,
}

enum Part {
    List(Box<StoredCrl>),
    /// Comments, other PEM blocks, delta lists.
    Other(Vec<u8>),
}

/// A complete list with its bytes.
pub(super) struct StoredCrl {
    pub(super) der: Vec<u8>,
    /// `true` when an address gave this list or a newer one in this run.
    pub(super) is_confirmed: bool,
    pub(super) list: RevocationList,
}

impl CrlFile {
    /// Reads what is in the file now. Lists that cannot be used are left out when it is next written.
    pub(super) fn read(path: &Path, rules: &Rules<'_>) -> io::Result<Self> {
        let content = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let mut file = Self {
            has_changed: false,
            is_der: false,
            left_out: Vec::new(),
            parts: Vec::new(),
            path: path.to_owned(),
        };
        match ListBlocks::of(&content) {
            Ok(blocks) => file.take(&content, blocks, rules),
            // Text is somebody's; other bytes are what was left of a list.
            Err(_) if str::from_utf8(&content).is_ok() => file.keep(&content),
            Err(fault) => file.left_out.push(fault.to_string()),
        }
        Ok(file)
    }

    fn take(&mut self, content: &[u8], blocks: ListBlocks<'_>, rules: &Rules<'_>) {
        self.is_der = blocks.is_der;
        let mut end = 0;
        for (before, block) in blocks.enumerate() {
            self.keep(content.get(end..block.range.start).unwrap_or_default());
            end = block.range.end;
            match block.der.and_then(|der| rules.read(der.to_vec())) {
                Ok(stored) if stored.list.is_delta() => {
                    self.keep(content.get(block.range).unwrap_or_default());
                }
                Ok(stored) => self.parts.push(Part::List(Box::new(stored))),
                Err(fault) => self.left_out.push(format!("list {}: {fault}", before + 1)),
            }
        }
        self.keep(content.get(end..).unwrap_or_default());
    }

    fn keep(&mut self, content: &[u8]) {
        if !content.is_empty() {
            self.parts.push(Part::Other(content.to_vec()));
        }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The complete lists in it.
    pub(super) fn lists(&self) -> impl Iterator<Item = &StoredCrl> {
        self.parts.iter().filter_map(|part| match part {
            Part::List(stored) => Some(&**stored),
            Part::Other(_) => None,
        })
    }

    /// The lists in it that cannot be used, and why.
    pub(super) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The list in whose place `newer` would stand.
    pub(super) fn replaced_by(&mut self, newer: &RevocationList) -> Option<&mut StoredCrl> {
        self.parts.iter_mut().find_map(|part| match part {
            Part::List(stored) if newer.replaces(&stored.list) => Some(&mut **stored),
            _ => None,
        })
    }

    /// Puts a list behind everything else.
    pub(super) fn push(&mut self, stored: StoredCrl) {
        self.parts.push(Part::List(Box::new(stored)));
        self.has_changed = true;
    }

    /// Notes that a list was replaced.
    pub(super) fn change(&mut self) {
        self.has_changed = true;
    }

    /// Writes what has changed, whole or not at all; tells whether anything has.
    ///
    /// A file of one list in DER stays one, any other is PEM.
    pub(super) fn write(&self) -> io::Result<bool> {
        if self.has_changed {
            cacerts::install(&self.content(), &self.path)?;
        }
        Ok(self.has_changed)
    }

    fn content(&self) -> Vec<u8> {
        if let (true, [Part::List(only)]) = (self.is_der, self.parts.as_slice()) {
            return only.der.clone();
        }
        let mut content = Vec::new();
        for part in &self.parts {
            match part {
                Part::Other(bytes) => content.extend_from_slice(bytes),
                Part::List(stored) => {
                    if !matches!(content.last(), None | Some(b'\n')) {
                        content.push(b'\n');
                    }
                    content.extend_from_slice(pem(&stored.der).as_bytes());
                }
            }
        }
        content
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = "-----BEGIN X509 CRL-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem + "-----END X509 CRL-----\n"
}
