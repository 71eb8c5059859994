//! The options of a request as texts, from a query or from a JSON body, before they are understood.

use serde_json::Value;

use crate::dataset::perils::Refused;

/// The options by name; lists have their items, single ones one item. One that has none is not given.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Options {
    given: Vec<(&'static str, Vec<String>)>,
}

impl Options {
    /// Every option: its name, and whether it is a list.
    pub const KNOWN: [(&'static str, bool); 13] = [
        ("collections", true),
        ("dimension_interpolation", false),
        ("interpolation", false),
        ("layout", false),
        ("metrics", true),
        ("perils", true),
        ("provenance", false),
        ("radius_km", false),
        ("scenarios", true),
        ("subset", true),
        ("variables", true),
        ("year_interpolation", false),
        ("years", true),
    ];

    /// The items of the option `name`; none when it is not given.
    #[must_use]
    pub fn items(&self, name: &str) -> Option<&[String]> {
        let found = self.given.iter().find(|(given, _)| *given == name);
        found.map(|(_, items)| items.as_slice())
    }

    /// The one item of the option `name`.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<&str> {
        self.items(name)?.first().map(String::as_str)
    }

    /// Takes a parameter of the query; lists may be repeated or separated by commas, and nothing is an option that is
    /// not given.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is neither an option nor one of `others`, [`Refused::Malformed`] for one
    /// item that is given as two.
    pub fn take_parameter(
        &mut self,
        name: &str,
        value: &str,
        others: &[&str],
    ) -> Result<(), Refused> {
        let Some((known, is_list)) = Self::known(name) else {
            return Err(Self::unknown("a parameter of the query".to_owned(), others));
        };
        let items: Vec<String> = match value.trim() {
            "" => return Ok(()),
            list if is_list => list.split(',').map(|item| item.trim().to_owned()).collect(),
            single => vec![single.to_owned()],
        };
        match self.given.iter_mut().find(|(given, _)| *given == known) {
            Some((_, present)) if is_list => present.extend(items),
            _ => self.give(known, items)?,
        }
        Ok(())
    }

    /// Takes a member of a JSON body; what the query has given already may come again when it is the same. `null` and
    /// an empty list are an option that is not given.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is neither an option nor one of `others`,
    /// [`Refused::Malformed`] for a value that is no list of names or numbers, or not what the query has.
    pub fn take_member(
        &mut self,
        name: &str,
        value: &Value,
        others: &[&str],
    ) -> Result<(), Refused> {
        let Some((known, is_list)) = Self::known(name) else {
            return Err(Self::unknown("a member of the body".to_owned(), others));
        };
        let items = match value {
            Value::Null => return Ok(()),
            Value::Array(items) if items.is_empty() => return Ok(()),
            Value::Array(items) if is_list => items
                .iter()
                .enumerate()
                .map(|(index, item)| scalar(&format!("{known}[{index}]"), item))
                .collect::<Result<Vec<_>, _>>()?,
            single => vec![scalar(known, single)?],
        };
        self.give(known, items)
    }

    /// `true` when `name` is an option, in any case.
    pub(crate) fn is_known(name: &str) -> bool {
        Self::known(name).is_some()
    }

    fn give(&mut self, name: &'static str, items: Vec<String>) -> Result<(), Refused> {
        match self.items(name) {
            None => self.given.push((name, items)),
            Some(given) if are_alike(given, &items) => {}
            Some(_) => {
                return Err(Refused::Malformed {
                    at: name.to_owned(),
                    expected: "given once, or the same each time".into(),
                });
            }
        }
        Ok(())
    }

    fn known(name: &str) -> Option<(&'static str, bool)> {
        let mut known = Self::KNOWN.into_iter();
        known.find(|(known, _)| known.eq_ignore_ascii_case(name))
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

/// One of `choices`, of which the first is the default.
pub(super) fn choice<T: Copy>(
    options: &Options,
    option: &str,
    choices: &[(&str, T)],
) -> Result<T, Refused> {
    let known = || {
        choices
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = match options.item(option) {
        None => choices.first(),
        Some(text) => choices
            .iter()
            .find(|(name, _)| !name.is_empty() && text.eq_ignore_ascii_case(name)),
    };
    found
        .map(|(_, choice)| *choice)
        .ok_or_else(|| Refused::Unknown {
            at: option.to_owned(),
            known: known().into(),
        })
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

/// `true` when both ask for the same: order, repetition, case and the spelling of a number make no difference.
fn are_alike(one: &[String], other: &[String]) -> bool {
    let is_in = |items: &[String], item: &String| items.iter().any(|found| is_alike(found, item));
    one.iter().all(|item| is_in(other, item)) && other.iter().all(|item| is_in(one, item))
}

fn is_alike(one: &str, other: &str) -> bool {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other).is_eq(),
        _ => one.eq_ignore_ascii_case(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(query: &[(&str, &str)], body: &[(&str, Value)]) -> Result<Options, Refused> {
        let mut options = Options::default();
        for (name, value) in query {
            options.take_parameter(name, value, &[])?;
        }
        for (name, value) in body {
            options.take_member(name, value, &[])?;
        }
        Ok(options)
    }

    #[test]
    fn null_an_empty_list_and_nothing_are_an_option_not_given() {
        for (name, _) in Options::KNOWN {
            for value in [Value::Null, json!([])] {
                let options = taken(&[(name, "")], &[(name, value.clone())]).unwrap();
                assert_eq!(options, Options::default(), "{name}: {value}");
                let given = taken(&[(name, "1")], &[(name, value)]).unwrap();
                assert_eq!(given.item(name), Some("1"));
            }
            let later = taken(&[(name, "")], &[(name, json!("1"))]).unwrap();
            assert_eq!(later.item(name), Some("1"));
        }
        assert!(taken(&[], &[("layout", json!({}))]).is_err());
        assert!(taken(&[], &[("perils", json!([null]))]).is_err());
    }

    #[test]
    fn the_same_option_in_query_and_body_is_fine_when_it_is_equal() {
        for (name, query, body) in [
            ("perils", "fire,wind", json!(["WIND", "fire", "wind"])),
            ("perils", "fire", json!("fire")),
            ("years", "2030", json!([2030.0])),
            ("years", "2030,2050", json!(["2050", 2030])),
            ("radius_km", "50.0", json!(50)),
            ("layout", "wide", json!("Wide")),
        ] {
            let options = taken(&[(name, query)], &[(name, body.clone())]);
            assert_eq!(options, taken(&[(name, query)], &[]), "{name} {body}");
        }
        for (name, query, body) in [
            ("perils", "fire,wind", json!(["fire"])),
            ("perils", "fire", json!(["fire", "wind"])),
            ("years", "2030", json!(2050)),
            ("radius_km", "50", json!(51)),
            ("layout", "wide", json!("long")),
        ] {
            let refused = taken(&[(name, query)], &[(name, body)]).unwrap_err();
            let expected = format!("{name} must be given once, or the same each time");
            assert_eq!(refused.to_string(), expected);
        }
        assert!(taken(&[("layout", "wide"), ("layout", "wide")], &[]).is_ok());
        assert!(taken(&[("layout", "wide"), ("layout", "long")], &[]).is_err());
    }

    #[test]
    fn names_of_options_are_known_in_any_case() {
        let options = taken(&[("Perils", "fire")], &[("YEARS", json!(2030))]).unwrap();
        assert_eq!(options.item("perils"), Some("fire"));
        assert_eq!(options.item("years"), Some("2030"));
        assert!(taken(&[("peril", "fire")], &[]).is_err());
    }
}
