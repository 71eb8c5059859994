//! Completeness of a run: every list is as new as its issuer has it.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::{
    Rules,
    crl_file::{CrlFile, StoredCrl},
    sources::Sources,
};
use crate::{
    caller::{IssuerKey, PointNames},
    config::{Finding, SettingPlace, Severity},
};

/// The addresses that gave no list, or not only lists that can be used.
pub(super) type Failed<'a> = BTreeMap<&'a Url, &'a BTreeSet<IssuerKey>>;

/// Findings after a run; an address that failed while another gave its list is no failure.
pub(super) fn missing(
    files: &[CrlFile],
    sources: &Sources,
    failed: &Failed<'_>,
    rules: &Rules<'_>,
) -> Vec<String> {
    let mut missing = Vec::new();
    for file in files.iter().filter(|file| file.lists().next().is_none()) {
        missing.push(format!("{} holds no list", file.path().display()));
    }
    for file in files {
        for stored in file.lists().filter(|stored| !stored.is_confirmed) {
            missing.extend(unconfirmed(stored, file, failed, rules));
        }
    }
    missing.extend(unlisted(files, sources, failed, rules));
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
        let is = if list.is_in_force(rules.now) {
            "is good until"
        } else {
            "ended at"
        };
        let end = list.ends();
        return Some(format!("{what} could not be had anew; it {is} {end}"));
    }
    let period = (list.this_update(), list.ends());
    let place = SettingPlace::Outside(String::new());
    let end = Finding::of_period(place, &what, period, rules.now, Severity::Error, "");
    (end.severity != Severity::Fine)
        .then(|| format!("{}, and no address gives a newer one", end.finding))
}

/// The addresses that failed while no file has the list that they should have given.
fn unlisted(
    files: &[CrlFile],
    sources: &Sources,
    failed: &Failed<'_>,
    rules: &Rules<'_>,
) -> Vec<String> {
    let lists: Vec<_> = files.iter().flat_map(CrlFile::lists).collect();
    let has_list = |issuer: &IssuerKey| {
        lists
            .iter()
            .any(|stored| stored.list.issuer_key() == issuer)
    };
    let is_listed = |(issuer, points): &&(IssuerKey, PointNames)| {
        lists
            .iter()
            .any(|stored| stored.list.issuer_key() == issuer && stored.list.is_for(points))
    };
    let is_missing = |url: &Url, issuers: &BTreeSet<_>| {
        if issuers.is_empty() {
            return !rules.anchors.issuing_cas().all(|issuer| has_list(&issuer));
        }
        let names =
            |points: &PointNames| points.uris().any(|uri| Url::parse(uri).as_ref() == Ok(url));
        // Lists of issuers that are nobody's here, such as the directory's own, are not needed.
        let mut needed = sources
            .points
            .iter()
            .filter(|(issuer, points)| rules.anchors.has_subject(issuer) && names(points));
        !needed.all(|points| is_listed(&points))
    };
    let missing = failed
        .iter()
        .filter(|(url, issuers)| is_missing(url, issuers));
    missing
        .map(|(url, _)| format!("{url} gave no list, and no other address gave its list"))
        .collect()
}
