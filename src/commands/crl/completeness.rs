//! Whether a run has done what it is for: every list is as new as its issuer has it.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::{
    Rules,
    crl_file::{CrlFile, StoredCrl},
};
use crate::{
    caller::IssuerKey,
    config::{Fault, Place, Severity},
};

/// The addresses that gave no list, or not only lists that can be used.
pub(super) type Failed<'a> = BTreeMap<&'a Url, &'a BTreeSet<IssuerKey>>;

/// What is missing after a run; an address that failed while another gave its list is no failure.
pub(super) fn missing(files: &[CrlFile], failed: &Failed<'_>, rules: &Rules<'_>) -> Vec<String> {
    let mut missing = Vec::new();
    for file in files.iter().filter(|file| file.lists().next().is_none()) {
        missing.push(format!("{} holds no list", file.path().display()));
    }
    for file in files {
        for stored in file.lists().filter(|stored| !stored.is_confirmed) {
            missing.extend(unconfirmed(stored, file, failed, rules));
        }
    }
    let listed: BTreeSet<_> = files
        .iter()
        .flat_map(CrlFile::lists)
        .map(|stored| stored.list.issuer_key().clone())
        .collect();
    for (url, issuers) in failed {
        // Lists of issuers that are nobody's here, such as the directory's own, are not needed.
        let needed: BTreeSet<_> = if issuers.is_empty() {
            rules.anchors.issuing_cas().collect()
        } else {
            let known = |issuer: &&IssuerKey| rules.anchors.has_subject(issuer);
            issuers.iter().filter(known).cloned().collect()
        };
        if !needed.is_subset(&listed) {
            missing.push(format!(
                "{url} gave no list, and no other address gave its list"
            ));
        }
    }
    missing
}

/// A list that no address gave is well when no address should have, and its end is not near.
fn unconfirmed(
    stored: &StoredCrl,
    file: &CrlFile,
    failed: &Failed<'_>,
    rules: &Rules<'_>,
) -> Option<String> {
    let list = &stored.list;
    let what = format!("{list} in {}", file.path().display());
    let of_list = |issuers: &BTreeSet<_>| issuers.is_empty() || issuers.contains(list.issuer_key());
    if failed.values().any(|issuers| of_list(issuers)) {
        return Some(format!(
            "{what} could not be had anew; it is good until {}",
            list.ends()
        ));
    }
    let period = (list.this_update(), list.ends());
    let place = Place::Outside(String::new());
    let end = Fault::of_period(place, &what, period, rules.now, Severity::Error, "");
    (end.severity != Severity::Fine)
        .then(|| format!("{}, and no address gives a newer one", end.finding))
}
