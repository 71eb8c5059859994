//! `[[rule]]` of a description.

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::{
    policy::{Class, Clause},
    token::Scope,
};

/// One rule of a description; any one that holds grants.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribedRule {
    /// The class, and the scopes that a token must carry.
    pub clause: Clause,
    /// The line it stands on.
    pub line: usize,
}

impl DescribedRule {
    pub(super) fn read(mut section: Section<'_, '_>) -> Option<Self> {
        let line = section.line;
        let class = section.text("class");
        let class = match class {
            Some(Lined { value, line }) => {
                let class = CLASSES.into_iter().find(|class| class.name() == &*value);
                if class.is_none() {
                    let word = shortened(&value);
                    let known = CLASS_NAMES;
                    section.complain(line, "class", Problem::UnknownWord { word, known });
                }
                class
            }
            None if section.has("class") => None,
            None => Some(Class::default()),
        };
        let scopes = section.texts("scopes");
        let is_broken = section.has("scopes") && scopes.is_none();
        let mut named = Vec::new();
        for Lined { value, line } in scopes.unwrap_or_default() {
            let fits = |octet: u8| matches!(octet, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
            if !value.bytes().all(fits) {
                let scope = shortened(&value);
                section.complain(line, "scopes", Problem::ScopeMalformed { scope });
            }
            named.push(value);
        }
        let clause = Scope::parse(&named.join(" ")).and_then(|scope| {
            let clause = Clause::new(class?, scope);
            if clause.is_err() {
                section.complain(line, "scopes", Problem::OpenWithScopes);
            }
            clause.ok()
        });
        section.finish();
        let clause = clause.filter(|_| !is_broken)?;
        Some(Self { clause, line })
    }
}

const CLASSES: [Class; 3] = [Class::Open, Class::SharedA, Class::SharedB];

const CLASS_NAMES: &[&str] = &[CLASSES[0].name(), CLASSES[1].name(), CLASSES[2].name()];
