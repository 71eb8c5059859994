//! The options of a request as texts, from a query or from a JSON body, before they are understood.

use serde_json::Value;

use crate::dataset::perils::Refused;

/// The options by name; lists have their items, single ones one item.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Options {
    given: Vec<(&'static str, Vec<String>)>,
}

impl Options {
    /// Every option: its name, and whether it is a list.
    pub const KNOWN: [(&'static str, bool); 9] = [
        ("interpolation", false),
        ("layout", false),
        ("metrics", true),
        ("perils", true),
        ("provenance", false),
        ("radius_km", false),
        ("scenarios", true),
        ("year_interpolation", false),
        ("years", true),
    ];

    /// Where an unknown member of a body stands.
    pub(crate) const A_MEMBER: &'static str = "a member of the body";

    /// The items of the option `name`; none when it is not given or empty.
    #[must_use]
    pub fn items(&self, name: &str) -> Option<&[String]> {
        let found = self.given.iter().find(|(given, _)| *given == name);
        found
            .map(|(_, items)| items.as_slice())
            .filter(|items| !items.is_empty())
    }

    /// The one item of the option `name`.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<&str> {
        self.items(name)?.first().map(String::as_str)
    }

    /// Takes a parameter of the query; lists may be repeated or separated by commas, and nothing is an empty list.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is neither an option nor one of `others`.
    pub fn take_parameter(
        &mut self,
        name: &str,
        value: &str,
        others: &[&str],
    ) -> Result<(), Refused> {
        let Some((known, is_list)) = Self::known(name) else {
            return Err(Self::unknown("a parameter of the query".to_owned(), others));
        };
        let value = value.trim();
        let items: Vec<String> = match (is_list, value) {
            (true, "") => Vec::new(),
            (true, list) => list.split(',').map(|item| item.trim().to_owned()).collect(),
            (false, single) => vec![single.to_owned()],
        };
        let given = self.given.iter_mut().find(|(given, _)| *given == known);
        match given {
            Some((_, present)) if is_list => present.extend(items),
            Some(_) => return Err(twice(known)),
            None => self.given.push((known, items)),
        }
        Ok(())
    }

    /// Takes a member of a JSON body; what the query has given already must not come again.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is neither an option nor one of `others`,
    /// [`Refused::Malformed`] for a value that is no list of names or numbers.
    pub fn take_member(
        &mut self,
        name: &str,
        value: &Value,
        others: &[&str],
    ) -> Result<(), Refused> {
        let Some((known, is_list)) = Self::known(name) else {
            return Err(Self::unknown(Self::A_MEMBER.to_owned(), others));
        };
        if self.given.iter().any(|(given, _)| *given == known) {
            return Err(twice(known));
        }
        let items = match value {
            Value::Null => return Ok(()),
            Value::Array(items) if is_list => items
                .iter()
                .enumerate()
                .map(|(index, item)| scalar(&format!("{known}[{index}]"), item))
                .collect::<Result<Vec<_>, _>>()?,
            single => vec![scalar(known, single)?],
        };
        self.given.push((known, items));
        Ok(())
    }

    /// Whether `name` is that of an option.
    pub(crate) fn is_known(name: &str) -> bool {
        Self::known(name).is_some()
    }

    fn known(name: &str) -> Option<(&'static str, bool)> {
        Self::KNOWN.into_iter().find(|(known, _)| *known == name)
    }

    fn unknown(at: String, others: &[&str]) -> Refused {
        let names = Self::KNOWN.iter().map(|(name, _)| *name);
        let mut names: Vec<_> = names.chain(others.iter().copied()).collect();
        names.sort_unstable();
        Refused::Unknown {
            at,
            known: names.join(", ").into(),
        }
    }
}

fn scalar(at: &str, value: &Value) -> Result<String, Refused> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => {
            // 2050.0 is the integer 2050, in JSON and in the description.
            let text = number.to_string();
            Ok(text.strip_suffix(".0").unwrap_or(&text).to_owned())
        }
        _ => Err(Refused::Malformed {
            at: at.to_owned(),
            expected: "a name or a number".into(),
        }),
    }
}

fn twice(name: &str) -> Refused {
    Refused::Malformed {
        at: name.to_owned(),
        expected: "given once".into(),
    }
}
