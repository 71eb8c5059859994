//! Everything that is wrong with a catalogue, with file, line and remedy.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
};

use super::{columns::differences, places::Places};
use crate::{
    config::{Finding, SettingPlace, Severity},
    dataset::{Collection, Kind},
    harvest::{
        Source,
        check::{Assessed, BY_HAND, Key, Lack, Objection, assess},
    },
    printable::printable,
};

/// The findings, and a line for each collection.
#[derive(Debug, Default)]
pub(super) struct Found {
    findings: BTreeSet<Finding>,
    levels: Vec<String>,
    claimed: u8,
}

impl Found {
    /// Judges each record of `source` by itself.
    pub(super) fn check(
        &mut self,
        source: Source<'_>,
        folder: &Path,
        places: &mut Places<'_>,
        member: Option<&str>,
    ) {
        for fault in source.catalog.faults() {
            let place = SettingPlace::File {
                path: fault.path.clone(),
                line: fault.line,
                key: fault.key.to_string(),
            };
            let severity = if fault.is_warning() {
                Severity::Warning
            } else {
                Severity::Error
            };
            let matter = fault.problem.to_string();
            self.add(severity, place, &matter, &fault.remedy());
        }
        self.publisher(source, places, member);
        for assessed in assess(source) {
            self.publisher_of(source, assessed.collection, places);
            self.without_files(assessed.collection, places);
            self.columns(assessed.collection, folder, places);
            self.level(&assessed, places);
        }
        let without: Vec<_> = source.catalog.unpublished().iter().collect();
        if let Some(first) = without.first() {
            let matter = format!(
                "{} files belong to no collection, and are in no catalogue; {first} is one",
                without.len()
            );
            let remedy = "`perild describe` writes a description";
            let place = SettingPlace::Outside(folder.display().to_string());
            self.add(Severity::Warning, place, &matter, remedy);
        }
    }

    /// The publisher is the member, octet for octet.
    fn publisher(&mut self, source: Source<'_>, places: &Places<'_>, member: Option<&str>) {
        let publisher = source.settings.publisher.as_ref();
        let (Some(publisher), Some(member)) = (publisher, member) else {
            return;
        };
        if publisher.as_str() != member {
            let matter = differs(publisher.as_str(), member);
            let remedy = format!("write publisher = \"{}\"", member.escape_debug());
            let place = places.of_setting("catalog.publisher");
            self.add(Severity::Error, place, &matter, &remedy);
        }
    }

    /// A description that names an address as its publisher names the same one.
    fn publisher_of(
        &mut self,
        source: Source<'_>,
        collection: &Collection,
        places: &mut Places<'_>,
    ) {
        let own = collection.metadata().publisher.as_deref();
        let own = own.filter(|text| text.starts_with("https://") || text.starts_with("http://"));
        let (Some(own), Some(publisher)) = (own, source.settings.publisher.as_ref()) else {
            return;
        };
        if own != publisher.as_str() {
            let matter = differs(own, publisher.as_str());
            let place = places.of(collection, Key::Description("collection.publisher"));
            let remedy = "leave it to catalog.publisher, or write that address";
            self.add(Severity::Error, place, &matter, remedy);
        }
    }

    /// A collection of files without a file leads a harvester nowhere.
    fn without_files(&mut self, collection: &Collection, places: &mut Places<'_>) {
        if collection.kind() == Kind::Files && collection.representations().is_empty() {
            let place = places.of(collection, Key::Description("collection.source"));
            let matter = format!("{} has no file", collection.id());
            let remedy = "put its file beside it, or name it in `source`";
            self.add(Severity::Error, place, &matter, remedy);
        }
    }

    /// A schema that is not that of the file leads astray whoever reads by it.
    fn columns(&mut self, collection: &Collection, folder: &Path, places: &mut Places<'_>) {
        for difference in differences(collection, folder) {
            let place = places.of(collection, Key::Description("field"));
            let matter = format!("{}: {difference}", collection.id());
            self.add(Severity::Warning, place, &matter, difference.remedy());
        }
    }

    fn level(&mut self, assessed: &Assessed<'_>, places: &mut Places<'_>) {
        let Assessed {
            collection,
            has_claim,
            claims,
            reaches,
            lacks,
        } = assessed;
        let id = collection.id();
        let claimed = claims.unwrap_or(0);
        self.claimed = self.claimed.max(claimed);
        if !has_claim {
            let place = places.of(collection, Key::Description("catalog.assurance"));
            let matter = format!(
                "{id}: no assurance level is claimed, and a directory takes no record without one (ib1:datasetAssurance)"
            );
            let least = reaches.max(&1);
            let remedy = format!(
                "write assurance = \"Level{least}\", or catalog.assurance in the configuration for all of them"
            );
            self.add(Severity::Error, place, &matter, &remedy);
        }
        let next = reaches + 1;
        for lack in lacks.iter().filter(|lack| lack.level <= claimed.max(next)) {
            let Lack {
                level,
                requirement,
                matter,
                key,
                example,
            } = lack;
            // A directory takes nothing below the first level, and a claim is a promise.
            let (severity, why) = if *level == 1 {
                (Severity::Error, String::new())
            } else if *level <= claimed {
                (Severity::Error, format!(", and Level{claimed} is claimed"))
            } else {
                (Severity::Warning, format!(", as Level{level} wants"))
            };
            let of = match key {
                Key::Description(_) => format!("{id}: "),
                Key::Setting(_) => String::new(),
            };
            let place = places.of(collection, *key);
            self.add(
                severity,
                place,
                &format!("{of}{matter} ({requirement}){why}"),
                &format!("write {example}"),
            );
        }
        let claim = match claims {
            Some(level) => format!("claims Level{level}"),
            None if *has_claim => "claims a level of its scheme".to_owned(),
            None => "claims no level".to_owned(),
        };
        let reached = if *reaches == 0 {
            "reaches none".to_owned()
        } else {
            format!("reaches Level{reaches}")
        };
        self.levels.push(format!("{id} {claim} and {reached}"));
    }

    /// Adds `objections`, which were made by the file `document`.
    pub(super) fn object(
        &mut self,
        document: &Path,
        objections: Vec<Objection>,
        places: &mut Places<'_>,
    ) {
        for objection in objections {
            let severity = if objection.is_warning {
                Severity::Warning
            } else {
                Severity::Error
            };
            let place = places.of_objection(&objection, document);
            let matter = objection.to_string();
            self.add(severity, place, &matter, objection.remedy);
        }
    }

    fn add(&mut self, severity: Severity, place: SettingPlace, matter: &str, remedy: &str) {
        // Some of it is quoted from files of others.
        let matter = printable(matter);
        self.findings
            .insert(Finding::new(severity, place, matter, remedy));
    }

    /// The number of errors.
    pub(super) fn errors(&self) -> usize {
        let each = self.findings.iter();
        each.filter(|finding| finding.severity == Severity::Error)
            .count()
    }

    /// Prints a line for each finding, worst first, then one for each collection, then what nobody can see in a record.
    pub(super) fn print(&self, output: &mut impl Write) -> io::Result<()> {
        for finding in &self.findings {
            writeln!(output, "{finding}")?;
        }
        for level in &self.levels {
            writeln!(output, "level   {level}")?;
        }
        let promised = BY_HAND.iter().filter(|(level, ..)| *level <= self.claimed);
        for (_, requirement, matter) in promised {
            writeln!(output, "promise {matter} ({requirement})")?;
        }
        Ok(())
    }
}

/// Two addresses that should be the same, with the difference that is seen least.
fn differs(found: &str, wanted: &str) -> String {
    let hint = if found.trim_end_matches('/') == wanted.trim_end_matches('/') {
        ", which differs by a slash at its end"
    } else if found.eq_ignore_ascii_case(wanted) {
        ", which differs in case"
    } else {
        ""
    };
    format!(
        "the publisher {} is not {}{hint}",
        found.escape_debug(),
        wanted.escape_debug()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_differ_least_are_told_apart() {
        let member = "https://directory.example/member/1";
        for (other, told) in [
            ("https://directory.example/member/1/", "by a slash"),
            ("https://Directory.example/member/1", "in case"),
        ] {
            assert!(
                differs(other, member).ends_with(told) || differs(other, member).contains(told)
            );
        }
        assert!(!differs("https://other.example/", member).contains("differs"));
    }
}
