//! Everything that is wrong with a catalogue, with file, line and remedy.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
};

use super::lines::Lines;
use crate::{
    config::{Config, Finding, SettingPlace, SettingPlaces, Severity},
    dataset::{Collection, Kind},
    harvest::{
        Source,
        check::{Assessed, BY_HAND, Entries, Key, Lack, Objection, Requirements, against, assess},
    },
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
        config: &Config,
        places: &SettingPlaces,
        member: Option<&str>,
    ) {
        let mut lines = Lines::of(&config.paths.shared_data);
        let mut at = |collection: &Collection, key: Key| match (key, collection.described_in()) {
            (Key::Description(key), Some(name)) => SettingPlace::File {
                path: config.paths.shared_data.join(name),
                line: lines.line(name, key),
                key: key.to_owned(),
            },
            (Key::Description(key), None) => {
                let id = collection.id();
                SettingPlace::Outside(format!("{id}, which has no description: {key}"))
            }
            (Key::Setting(key), _) => places.of(key),
        };
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
            self.add(severity, place, matter, &fault.remedy());
        }
        self.publisher(source, places, member);
        for assessed in assess(source) {
            self.publisher_of(source, assessed.collection, &mut at);
            self.without_files(assessed.collection, &mut at);
            self.level(&assessed, &mut at);
        }
        let without: Vec<_> = source.catalog.unpublished().iter().collect();
        if let Some(first) = without.first() {
            let matter = format!(
                "{} files belong to no collection, and are in no catalogue; {first} is one",
                without.len()
            );
            let remedy = "`perild describe` writes a description";
            let place = SettingPlace::Outside(config.paths.shared_data.display().to_string());
            self.add(Severity::Warning, place, matter, remedy);
        }
    }

    /// The publisher is the member, octet for octet.
    fn publisher(&mut self, source: Source<'_>, places: &SettingPlaces, member: Option<&str>) {
        let publisher = source.settings.publisher.as_ref();
        let (Some(publisher), Some(member)) = (publisher, member) else {
            return;
        };
        if publisher.as_str() != member {
            let matter = differs(publisher.as_str(), member);
            let remedy = format!("write publisher = \"{}\"", member.escape_debug());
            let place = places.of("catalog.publisher");
            self.add(Severity::Error, place, matter, &remedy);
        }
    }

    /// A description that names an address as its publisher names the same one.
    fn publisher_of(
        &mut self,
        source: Source<'_>,
        collection: &Collection,
        at: &mut impl FnMut(&Collection, Key) -> SettingPlace,
    ) {
        let own = collection.metadata().publisher.as_deref();
        let own = own.filter(|text| text.starts_with("https://") || text.starts_with("http://"));
        let (Some(own), Some(publisher)) = (own, source.settings.publisher.as_ref()) else {
            return;
        };
        if own != publisher.as_str() {
            let matter = differs(own, publisher.as_str());
            let place = at(collection, Key::Description("collection.publisher"));
            let remedy = "leave it to catalog.publisher, or write that address";
            self.add(Severity::Error, place, matter, remedy);
        }
    }

    /// A collection of files without a file leads a harvester nowhere.
    fn without_files(
        &mut self,
        collection: &Collection,
        at: &mut impl FnMut(&Collection, Key) -> SettingPlace,
    ) {
        if collection.kind() == Kind::Files && collection.representations().is_empty() {
            let place = at(collection, Key::Description("collection.source"));
            let matter = format!("{} has no file", collection.id());
            let remedy = "put its file beside it, or name it in `source`";
            self.add(Severity::Error, place, matter, remedy);
        }
    }

    fn level(
        &mut self,
        assessed: &Assessed<'_>,
        at: &mut impl FnMut(&Collection, Key) -> SettingPlace,
    ) {
        let Assessed {
            collection,
            claims,
            reaches,
            lacks,
        } = assessed;
        let id = collection.id();
        let claimed = claims.unwrap_or(0);
        self.claimed = self.claimed.max(claimed);
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
            let place = at(collection, *key);
            self.add(
                severity,
                place,
                format!("{of}{matter} ({requirement}){why}"),
                &format!("write {example}"),
            );
        }
        let claim = match claims {
            Some(level) => format!("claims Level{level}"),
            None => "claims no level".to_owned(),
        };
        let reached = if *reaches == 0 {
            "reaches none".to_owned()
        } else {
            format!("reaches Level{reaches}")
        };
        self.levels.push(format!("{id} {claim} and {reached}"));
    }

    /// Compares with what a directory has taken, in the file `path`.
    pub(super) fn against(&mut self, path: &Path, old: &Entries, new: &Entries) {
        self.object(path, against(old, new));
    }

    /// Judges by the requirements in the file `path`.
    pub(super) fn requirements(
        &mut self,
        path: &Path,
        requirements: &Requirements,
        entries: &Entries,
    ) {
        self.object(path, requirements.check(entries));
    }

    fn object(&mut self, path: &Path, objections: Vec<Objection>) {
        for objection in objections {
            let severity = if objection.is_warning {
                Severity::Warning
            } else {
                Severity::Error
            };
            let place = SettingPlace::File {
                path: path.into(),
                line: 0,
                key: String::new(),
            };
            let matter = objection.to_string();
            self.add(severity, place, matter, objection.remedy);
        }
    }

    fn add(&mut self, severity: Severity, place: SettingPlace, matter: String, remedy: &str) {
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
