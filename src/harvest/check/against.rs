//! A catalogue against the one that a directory has taken before: what must not change (IB1 Data Catalog Publishing 1.0).

use std::collections::BTreeSet;

use super::{
    Objection,
    graph::{Entries, Properties},
};
use crate::harvest::vocabulary::{dcat, dcterms, ib1};

/// Changes from `old` to `new` that a directory which has taken `old` refuses.
#[must_use]
pub fn against(old: &Entries, new: &Entries) -> Vec<Objection> {
    let mut objections = Vec::new();
    objections.extend(nothing_before(old));
    objections.extend(empty(old, new));
    objections.extend(moved(old, new));
    for (subject, before) in old.entries() {
        match new.get(subject) {
            Some(after) => changed(subject, (old, before), (new, after), &mut objections),
            None => objections.push(gone(subject, before, old, new)),
        }
    }
    objections
}

/// A file without an entry is no catalogue that was taken: compared with it, anything would pass.
fn nothing_before(old: &Entries) -> Option<Objection> {
    old.entries().next().is_none().then(|| Objection {
        entry: None,
        property: None,
        matter: "it has neither a dataset nor a service to compare with".to_owned(),
        remedy: "name the catalogue that the directory took, whole",
        is_warning: false,
    })
}

/// An empty file deletes nothing: the directory keeps what it has.
fn empty(old: &Entries, new: &Entries) -> Option<Objection> {
    let is_emptied = old.entries().next().is_some() && new.entries().next().is_none();
    is_emptied.then(|| Objection {
        entry: None,
        property: None,
        matter: "there is no entry left, and a directory keeps all that it had".to_owned(),
        remedy: "delete the file's address in the directory, if all of it is to go",
        is_warning: false,
    })
}

/// Entries stay in the file in which they were.
fn moved(old: &Entries, new: &Entries) -> Option<Objection> {
    let address = |of: &Entries| {
        let mut catalogs = of.of_class(dcat::CATALOG.as_str());
        catalogs.next().map(|(subject, _)| subject.to_owned())
    };
    let (before, after) = (address(old)?, address(new)?);
    (before != after).then(|| Objection {
        entry: None,
        property: None,
        matter: format!(
            "the catalogue was at {before} and is at {after}: no entry may move to another file"
        ),
        remedy: "set base_url as it was, or delete the old file's address in the directory first",
        is_warning: false,
    })
}

fn changed(
    subject: &str,
    (old, before): (&Entries, &Properties),
    (new, after): (&Entries, &Properties),
    objections: &mut Vec<Objection>,
) {
    for (property, name, remedy) in STAYS {
        let (was, is) = (old.values(before, property), new.values(after, property));
        if was != is {
            objections.push(Objection {
                entry: Some(subject.into()),
                property: Some(property.into()),
                matter: format!("{name} was {} and is {}", told(&was), told(&is)),
                remedy,
                is_warning: false,
            });
        }
    }
}

/// An entry that is not there any more: under another address, or for good.
fn gone(subject: &str, before: &Properties, old: &Entries, new: &Entries) -> Objection {
    let downloads = |of: &Entries, properties: &Properties| -> BTreeSet<Box<str>> {
        let files = properties.get(dcat::DISTRIBUTION.as_str());
        let files = files.into_iter().flatten();
        let urls = files.filter_map(|file| of.get(file)?.get(dcat::DOWNLOAD_URL.as_str()));
        urls.flatten().cloned().collect()
    };
    let titles = |properties: &Properties| properties.get(dcterms::TITLE.as_str()).cloned();
    let (files, title) = (downloads(old, before), titles(before));
    let mut others = new.entries().filter(|(other, _)| old.get(other).is_none());
    let renamed = others.find(|(_, after)| {
        let has_files = !downloads(new, after).is_disjoint(&files);
        has_files || (title.is_some() && titles(after) == title)
    });
    match renamed {
        Some((after, _)) => Objection {
            entry: Some(subject.into()),
            property: None,
            matter: format!(
                "its address has become {after}, and an entry's address must not change"
            ),
            remedy: "give the collection its old id, or announce the new one as successor beside it",
            is_warning: false,
        },
        None => Objection {
            entry: Some(subject.into()),
            property: None,
            matter: "it is not there any more, and goes from the directory with the next update"
                .to_owned(),
            remedy: "announce the end with `deprecated` and `sunset` before",
            is_warning: true,
        },
    }
}

fn told(values: &BTreeSet<Box<str>>) -> String {
    if values.is_empty() {
        return "not there".to_owned();
    }
    let values: Vec<_> = values.iter().map(AsRef::as_ref).collect();
    values.join(", ")
}

/// Properties that stay, by their names, and what mends another value.
const STAYS: [(&str, &str, &str); 3] = [
    (
        dcterms::CONFORMS_TO.as_str(),
        "conformsTo",
        "write `conforms_to` as it was; what conforms to another standard is another collection",
    ),
    (
        ib1::DATA_SCHEMA.as_str(),
        "dataSchema",
        "write `data_schema` as it was; what has another schema is another collection",
    ),
    (
        dcterms::PUBLISHER.as_str(),
        "publisher",
        "write catalog.publisher as the directory has it, octet for octet",
    ),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> Entries {
        let prefixes = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n\
            @prefix dcterms: <http://purl.org/dc/terms/> .\n\
            @prefix ib1: <https://registry.trust.ib1.org/ns/1.0#> .\n";
        Entries::read(Path::new("a.ttl"), format!("{prefixes}{text}").as_bytes()).unwrap()
    }

    const OLD: &str = "<https://a.example/v1/catalog> a dcat:Catalog .\n\
        <https://a.example/d> a dcat:Dataset ; dcterms:title \"D\" ; dcterms:publisher <https://m.example/1> ;\n\
        dcterms:conformsTo <https://r.example/s> ; ib1:dataSchema <https://r.example/f> .\n";

    #[test]
    fn what_stays_as_it_was_is_taken_and_a_new_entry_as_well() {
        let new = format!("{OLD}<https://a.example/e> a dcat:Dataset ; dcterms:title \"E\" .");
        assert_eq!(against(&read(OLD), &read(&new)), []);
        let other_title = OLD.replace("\"D\"", "\"D, better described\"");
        assert_eq!(against(&read(OLD), &read(&other_title)), []);
    }

    #[test]
    fn each_change_that_a_directory_refuses_is_told() {
        for (from, to, told) in [
            (
                "<https://r.example/s>",
                "<https://r.example/s2>",
                "conformsTo was",
            ),
            (
                "dcterms:conformsTo <https://r.example/s> ;",
                "",
                "is not there",
            ),
            (
                "<https://r.example/f>",
                "<https://r.example/f2>",
                "dataSchema was",
            ),
            (
                "<https://m.example/1>",
                "<https://m.example/1/>",
                "publisher was",
            ),
            (
                "<https://a.example/d>",
                "<https://a.example/d2>",
                "must not change",
            ),
            (
                "<https://a.example/v1/catalog>",
                "<https://b.example/v1/catalog>",
                "no entry may move",
            ),
        ] {
            let new = OLD.replace(from, to);
            let [objection] = &against(&read(OLD), &read(&new))[..] else {
                panic!("{to}");
            };
            assert!(
                objection.to_string().contains(told) && !objection.is_warning,
                "{objection}"
            );
        }
    }

    #[test]
    fn a_file_without_entries_passes_nothing() {
        for old in ["", "<https://a.example/v1/catalog> a dcat:Catalog ."] {
            let [objection] = &against(&read(old), &read(OLD))[..] else {
                panic!("one objection");
            };
            assert!(!objection.is_warning && objection.entry.is_none(), "{old}");
        }
    }

    #[test]
    fn what_is_removed_goes_and_an_empty_file_removes_nothing() {
        let more = format!("{OLD}<https://a.example/e> a dcat:Dataset ; dcterms:title \"E\" .");
        let [gone] = &against(&read(&more), &read(OLD))[..] else {
            panic!("one is gone");
        };
        assert!(gone.is_warning);
        let emptied = against(
            &read(OLD),
            &read("<https://a.example/v1/catalog> a dcat:Catalog ."),
        );
        assert!(
            emptied
                .iter()
                .any(|one| !one.is_warning && one.entry.is_none())
        );
    }
}
