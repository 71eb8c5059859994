//! `[[rule]]` of a description.

use toml::de::DeValue;

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::{
    dataset::metadata::Moment,
    policy::{AssertedFact, Class, Clause, Conditions, Names},
    token::{Decimal, Fact, Scope},
};

/// One rule of a description; any one that holds grants.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribedRule {
    /// The class, the scopes that a token must carry, and the conditions that must hold.
    pub clause: Clause,
    /// The line it stands on.
    pub line: usize,
}

impl DescribedRule {
    pub(super) fn read(mut section: Section<'_, '_>) -> Option<Self> {
        let line = section.line;
        let class = class(&mut section);
        let scope = scope(&mut section);
        let conditions = conditions(&mut section);
        let clause = class.zip(scope).zip(conditions);
        let clause = clause.and_then(|((class, scope), conditions)| {
            let key = if scope.is_empty() { "class" } else { "scopes" };
            let clause = Clause::new(class, scope, conditions);
            if clause.is_err() {
                section.complain(line, key, Problem::OpenWithDemands);
            }
            clause.ok()
        });
        section.finish();
        Some(Self {
            clause: clause?,
            line,
        })
    }
}

fn class(section: &mut Section<'_, '_>) -> Option<Class> {
    let Some(Lined { value, line }) = section.text("class") else {
        return (!section.has("class")).then(Class::default);
    };
    let class = Class::named(&value);
    if class.is_none() {
        let word = shortened(&value);
        let problem = if NOT_SHARED.contains(&&*value) {
            Problem::ClassNotShared { class: word }
        } else {
            let known = Class::NAMES;
            Problem::UnknownWord { word, known }
        };
        section.complain(line, "class", problem);
    }
    class
}

fn scope(section: &mut Section<'_, '_>) -> Option<Scope> {
    let scopes = section.texts("scopes");
    if scopes.is_none() && section.has("scopes") {
        return None;
    }
    let mut named = Vec::new();
    for Lined { value, line } in scopes.unwrap_or_default() {
        if !is_scope(&value) {
            let scope = shortened(&value);
            section.complain(line, "scopes", Problem::ScopeMalformed { scope });
        }
        named.push(value);
    }
    Scope::parse(&named.join(" "))
}

fn is_scope(text: &str) -> bool {
    let fits = |octet: u8| matches!(octet, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    text.bytes().all(fits)
}

/// The conditions; none when one of them cannot be read, for without it more would be let in than is meant.
fn conditions(section: &mut Section<'_, '_>) -> Option<Conditions> {
    let licences = names(section, "licences");
    if let Some(other) = licences
        .as_ref()
        .and_then(|all| all.iter().find(|one| !is_scope(one)))
    {
        let scope = shortened(other);
        section.complain(section.line, "licences", Problem::ScopeMalformed { scope });
    }
    let (roles, members) = (names(section, "roles"), names(section, "members"));
    let (applications, clients) = (names(section, "applications"), names(section, "clients"));
    let (organisations, blocked) = (names(section, "organisations"), names(section, "blocked"));
    let (from, until) = (section.moment("from"), section.moment("until"));
    let are_read =
        ["from", "until"].map(|key| section.has(key)) == [from.is_some(), until.is_some()];
    let (from, until) = (from.map(Moment::time), until.map(Moment::time));
    let is_backwards = from.zip(until).is_some_and(|(from, until)| from >= until);
    if is_backwards {
        section.complain(section.line, "until", Problem::Backwards);
    }
    let approved = section.flag("approved");
    let is_flag = approved.is_some() == section.has("approved");
    let facts = facts(section);
    let conditions = Conditions {
        roles: roles?,
        licences: licences?,
        members: members?,
        applications: applications?,
        clients: clients?,
        organisations: organisations?,
        blocked: blocked?,
        from,
        until,
        is_approved: approved.unwrap_or_default(),
        facts: facts?,
    };
    let is_short = conditions.len() <= MOST_CONDITIONS;
    if !is_short {
        let most = MOST_CONDITIONS;
        section.complain(section.line, "facts", Problem::TooMany { most });
    }
    (are_read && is_flag && !is_backwards && is_short).then_some(conditions)
}

/// A list of one name or more: an empty one would let in everybody where nobody is meant.
fn names(section: &mut Section<'_, '_>, key: &'static str) -> Option<Names> {
    let Some(texts) = section.texts(key) else {
        return (!section.has(key)).then(Names::default);
    };
    if texts.is_empty() {
        section.complain(section.line, key, Problem::Empty);
        return None;
    }
    if texts.len() > MOST_NAMES {
        let most = MOST_NAMES;
        section.complain(section.line, key, Problem::TooMany { most });
        return None;
    }
    Some(texts.into_iter().map(|text| text.value).collect())
}

/// `facts = { verified = true, tier = "gold", level = 2 }`.
fn facts(section: &mut Section<'_, '_>) -> Option<Box<[AssertedFact]>> {
    let wanted = "a table of texts, numbers, true and false, as { verified = true }";
    let Some((value, line)) = section.value("facts") else {
        return Some(Box::default());
    };
    let Some(table) = value.as_table().filter(|table| !table.is_empty()) else {
        return section.wrong_type("facts", line, value, wanted);
    };
    let mut facts = Vec::new();
    for (name, value) in table {
        let Some(fact) = fact(value.get_ref()) else {
            return section.wrong_type("facts", line, value.get_ref(), wanted);
        };
        facts.push((Box::from(&**name.get_ref()), fact));
    }
    Some(facts.into())
}

fn fact(value: &DeValue<'_>) -> Option<Fact> {
    if let Some(text) = value.as_str() {
        return Some(Fact::Text(text.into()));
    }
    if let Some(value) = value.as_bool() {
        return Some(Fact::Boolean(value));
    }
    if let Some(whole) = value.as_integer() {
        let whole = i64::from_str_radix(whole.as_str(), whole.radix()).ok()?;
        return Some(Fact::Number(whole.into()));
    }
    let number = value.as_float()?;
    let number = number.as_str().strip_prefix('+').unwrap_or(number.as_str());
    Decimal::parse(number).map(Fact::Number)
}

/// Conditions of one rule (LIM-7): each is looked at on every request.
const MOST_CONDITIONS: usize = 64;

/// Names in one list of a rule (LIM-7).
const MOST_NAMES: usize = 256;

/// Classes that there are, and that are not for sharing here.
const NOT_SHARED: [&str; 4] = ["OE-SP", "OE-C", "IB1-SP", "IB1-C"];
