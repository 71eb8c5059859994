//! Rules that name nothing: a slip of the pen that leaves what was meant under another rule.

use std::fmt;

use strsim::osa_distance;

use super::DatasetRule;

/// A rule whose name no collection has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nameless {
    /// Position of the rule, counted from 0.
    pub index: usize,
    /// The name.
    pub name: String,
    /// The collection that may be meant.
    pub nearest: Option<String>,
}

/// Those of `rules` that name none of the collections `ids`, each with the nearest of them.
///
/// Names are compared byte for byte. What looks alike and is not the same, as another case, a blank or a letter of
/// another script, leads to the hint alone.
#[must_use]
pub fn nameless<'i, I: Iterator<Item = &'i str>>(
    rules: &[DatasetRule],
    exists: impl Fn(&str) -> bool,
    ids: impl Fn() -> I,
) -> Vec<Nameless> {
    let wrong = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| !exists(&rule.name));
    let wrong = wrong.enumerate().map(|(count, (index, rule))| Nameless {
        index,
        name: rule.name.clone(),
        nearest: (count < MOST_HINTS)
            .then(|| nearest(&rule.name, ids()))
            .flatten(),
    });
    wrong.collect()
}

impl Nameless {
    /// Advice on what to write.
    #[must_use]
    pub fn remedy(&self) -> String {
        if self.has_wild_card() {
            return "a rule is for one collection or group: write one for each, or set [defaults]"
                .to_owned();
        }
        match &self.nearest {
            Some(nearest) => format!("write \"{nearest}\", if that is meant"),
            None => "`perild check` lists what is published, once this rule is away".to_owned(),
        }
    }

    fn has_wild_card(&self) -> bool {
        self.name.contains(['*', '?'])
    }

    /// The first character that the nearest name has not, where it is one that looks like another.
    fn foreign(&self) -> Option<char> {
        let nearest = self.nearest.as_deref().unwrap_or_default();
        let mut foreign = self.name.chars().filter(|c| !c.is_ascii());
        foreign.find(|c| !nearest.contains(*c))
    }
}

impl fmt::Display for Nameless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.escape_debug();
        write!(f, "nothing that is published is called \"{name}\"")?;
        if let Some(foreign) = self.foreign() {
            let code = u32::from(foreign);
            write!(f, ", which has {} (U+{code:04X})", foreign.escape_debug())?;
        }
        Ok(())
    }
}

/// The nearest of `ids`, by the fewest changes from what is left of `name` without what often slips in; none when that
/// would be another word.
#[must_use]
pub fn nearest<'i>(name: &str, ids: impl Iterator<Item = &'i str>) -> Option<String> {
    let meant = meant(name);
    if OLD_PATHS.contains(&meant.as_str()) {
        return Some("perils".to_owned());
    }
    let without_extension = meant.rsplit_once('.').map_or(&*meant, |(stem, _)| stem);
    let distances = |id: &str| {
        let lower = id.to_lowercase();
        let whole = osa_distance(&meant, &lower);
        let distance = whole.min(osa_distance(without_extension, &lower));
        (distance, osa_distance(name, id))
    };
    let (distance, id) = ids.map(|id| (distances(id), id)).min()?;
    (distance.0 <= without_extension.chars().count() / 2).then(|| id.to_owned())
}

/// `name` without blanks, path and dots around it, and in lower case.
fn meant(name: &str) -> String {
    let path = name.trim().trim_matches('/');
    let last = path.rsplit('/').next().unwrap_or(path);
    last.trim_matches(['.', ' ']).to_lowercase()
}

/// The old service's paths that ask for all perils.
const OLD_PATHS: [&str; 2] = ["allperils", "location"];
/// Rules that a nearest name is looked for: it takes a look at every collection.
const MOST_HINTS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{policy::Class, token::Scope};

    const IDS: [&str; 7] = [
        "fire",
        "heat",
        "perils",
        "tidy_DYTS01_kWh",
        "wind",
        "wind.csv",
        "Übersicht 2026",
    ];

    fn judged(name: &str) -> Option<Nameless> {
        let rule = DatasetRule {
            name: name.to_owned(),
            scope: Scope::default(),
            class: Class::default(),
        };
        let exists = |name: &str| IDS.contains(&name);
        nameless(&[rule], exists, || IDS.into_iter()).pop()
    }

    #[test]
    fn a_rule_that_names_a_collection_is_fine() {
        for name in IDS {
            assert_eq!(judged(name), None);
        }
    }

    #[test]
    fn a_misspelt_name_leads_to_the_nearest() {
        for (name, expected) in [
            ("Wind", "wind"),
            ("WIND", "wind"),
            ("winds", "wind"),
            ("wnid", "wind"),
            (" wind", "wind"),
            ("wind ", "wind"),
            ("wi nd", "wind"),
            ("wind.", "wind"),
            ("/wind", "wind"),
            ("/v1/files/wind.csv", "wind.csv"),
            ("wind.json", "wind"),
            ("fire.csv", "fire"),
            ("Wind.csv", "wind.csv"),
            ("peril", "perils"),
            ("allperils", "perils"),
            ("/v1/location", "perils"),
            ("tidy_dyts01_kwh", "tidy_DYTS01_kWh"),
            ("tidy_DYTS01_kWh.csv", "tidy_DYTS01_kWh"),
            ("Ubersicht 2026", "Übersicht 2026"),
            ("w\u{131}nd", "wind"),
            ("wi\u{200b}nd", "wind"),
            ("\u{ff57}ind", "wind"),
        ] {
            let judged = judged(name).unwrap();
            assert_eq!(judged.nearest.as_deref(), Some(expected), "{name:?}");
            assert!(judged.remedy().contains(expected), "{name:?}");
        }
    }

    #[test]
    fn another_word_leads_nowhere() {
        for name in ["x", "", "solar_irradiance", "\u{442}\u{456}dy"] {
            assert_eq!(judged(name).unwrap().nearest, None, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_told() {
        for (name, told) in [
            ("w\u{131}nd", "(U+0131)"),
            ("wi\u{200b}nd", "\\u{200b} (U+200B)"),
            ("wind\u{a0}", "(U+00A0)"),
            ("w\u{0456}nd", "(U+0456)"),
        ] {
            let said = judged(name).unwrap().to_string();
            assert!(said.contains(told), "{said}");
            assert!(!said.contains('\u{200b}'), "{said}");
        }
        let said = judged("Ubersicht 2026").unwrap().to_string();
        assert!(!said.contains("U+"), "{said}");
    }

    #[test]
    fn a_wild_card_is_none() {
        for name in ["*", "tidy*", "wind?", "**/*.csv"] {
            let remedy = judged(name).unwrap().remedy();
            assert!(remedy.contains("one collection"), "{remedy}");
        }
    }
}
