//! A file of revocation lists, and whether a fetched list belongs into it.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls_pki_types::{CertificateRevocationListDer, pem::PemObject};

use crate::{
    caller::{RevocationList, RevocationLists, TrustAnchors},
    clock::Timestamp,
    commands::cacerts,
};

/// One file of `consumers.revocation_lists`; empty when it is not there or cannot be read.
pub(super) struct Shelf {
    path: PathBuf,
    lists: Vec<Held>,
    has_changed: bool,
}

/// A list with its octets.
struct Held {
    der: Vec<u8>,
    list: RevocationList,
}

/// What became of a fetched list.
pub(super) enum Verdict {
    /// It is newer than what was there, or there was nothing.
    Placed(PathBuf),
    /// It is what is there.
    Same,
    /// Why it is not used.
    Refused(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placed(path) => write!(f, "newer, put into {}", path.display()),
            Self::Same => f.write_str("nothing newer"),
            Self::Refused(reason) => write!(f, "not used: {reason}"),
        }
    }
}

impl Shelf {
    /// What is in the file now.
    pub(super) fn read(path: &Path, anchors: &TrustAnchors) -> Self {
        let octets = fs::read(path).unwrap_or_default();
        let lists = ders(octets)
            .into_iter()
            .filter_map(|der| Held::read(der, anchors).ok());
        Self {
            path: path.to_owned(),
            lists: lists.collect(),
            has_changed: false,
        }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where its lists say that they are published.
    pub(super) fn points(&self) -> Vec<String> {
        let points = self.lists.iter().flat_map(|held| held.list.points());
        points.cloned().collect()
    }

    /// Writes what has changed, whole or not at all, in PEM; tells whether anything has.
    pub(super) fn write(&self) -> io::Result<bool> {
        if self.has_changed {
            let pem: String = self.lists.iter().map(|held| pem(&held.der)).collect();
            cacerts::install(pem.as_bytes(), &self.path)?;
        }
        Ok(self.has_changed)
    }
}

/// Puts every list of `octets` where it belongs, if it is good and better than what is there.
pub(super) fn place(
    shelves: &mut [Shelf],
    octets: Vec<u8>,
    anchors: &TrustAnchors,
    now: Timestamp,
) -> Verdict {
    let mut verdict = Verdict::Refused("there is no revocation list in it".to_owned());
    for der in ders(octets) {
        let placed = match Held::read(der, anchors) {
            Ok(fetched) => place_one(shelves, fetched, now),
            Err(reason) => Verdict::Refused(reason),
        };
        match placed {
            Verdict::Refused(_) => return placed,
            placed => verdict = placed,
        }
    }
    verdict
}

fn place_one(shelves: &mut [Shelf], fetched: Held, now: Timestamp) -> Verdict {
    let list = &fetched.list;
    if !list.is_verified() {
        let issuer = list.issuer();
        return Verdict::Refused(format!(
            "no CA of consumers.trust_anchors has signed it (it names {issuer})"
        ));
    }
    if !list.is_in_force(now) {
        return Verdict::Refused(format!(
            "it is for {} to {}, which is not now",
            list.this_update(),
            list.next_update()
        ));
    }
    for shelf in &mut *shelves {
        let held = shelf
            .lists
            .iter_mut()
            .find(|held| list.replaces(&held.list));
        let Some(held) = held else { continue };
        if held.der == fetched.der {
            return Verdict::Same;
        }
        if list.precedes(&held.list) && held.list.is_in_force(now) {
            return Verdict::Refused(
                "its number is lower than that of the list that is there".to_owned(),
            );
        }
        if list.this_update() < held.list.this_update() {
            return Verdict::Refused(format!(
                "it is of {}, older than what is there",
                list.this_update()
            ));
        }
        *held = fetched;
        shelf.has_changed = true;
        return Verdict::Placed(shelf.path.clone());
    }
    // A file without a list waits for its first; the lists of one more issuer join the last file.
    let vacant = shelves.iter().position(|shelf| shelf.lists.is_empty());
    let end = shelves.len().saturating_sub(1);
    let Some(shelf) = shelves.get_mut(vacant.unwrap_or(end)) else {
        return Verdict::Refused("consumers.revocation_lists is empty".to_owned());
    };
    shelf.lists.push(fetched);
    shelf.has_changed = true;
    Verdict::Placed(shelf.path.clone())
}

impl Held {
    fn read(der: Vec<u8>, anchors: &TrustAnchors) -> Result<Self, String> {
        let lists = RevocationLists::from_pem_or_der([("the answer".to_owned(), der.clone())])
            .map_err(|error| error.to_string())?;
        let list = lists.signed_by(anchors).pop();
        let list = list.ok_or("there is no revocation list in it")?;
        Ok(Self { der, list })
    }
}

/// The lists in a file: one in DER, or any number in PEM; what cannot be read is left out.
fn ders(octets: Vec<u8>) -> Vec<Vec<u8>> {
    if octets.first() == Some(&0x30) {
        return vec![octets];
    }
    CertificateRevocationListDer::pem_slice_iter(&octets)
        .filter_map(Result::ok)
        .map(|der| der.to_vec())
        .collect()
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
