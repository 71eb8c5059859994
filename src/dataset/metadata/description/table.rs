//! Tables of TOML, read key by key: each value with its line, each complaint kept, and what nobody asked for told.

use std::{cmp::Reverse, path::Path};

use toml::de::{DeTable, DeValue};

use super::{DescriptionFault, Problem};
use crate::dataset::metadata::Moment;

/// A value and the line it stands on, counted from 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lined<T> {
    /// The value.
    pub value: T,
    /// The line.
    pub line: usize,
}

/// The faults of one description, found so far.
pub(super) struct Faults<'t> {
    path: &'t Path,
    /// Offsets at which lines end.
    ends: Vec<usize>,
    found: Vec<DescriptionFault>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(path: &'t Path, text: &str) -> Self {
        Self {
            path,
            ends: memchr::memchr_iter(b'\n', text.as_bytes()).collect(),
            found: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn line(&self, offset: usize) -> usize {
        self.ends.partition_point(|end| *end < offset) + 1
    }

    pub(super) fn add(&mut self, line: usize, key: impl Into<Box<str>>, problem: Problem) {
        if self.found.len() < MOST_FAULTS {
            self.found.push(DescriptionFault {
                path: self.path.into(),
                line,
                key: key.into(),
                problem,
            });
        }
    }

    pub(super) fn into_found(self) -> Vec<DescriptionFault> {
        self.found
    }
}

/// One table, with the keys that were asked for.
pub(super) struct Section<'s, 't> {
    pub(super) name: String,
    pub(super) line: usize,
    table: &'s DeTable<'s>,
    asked: Vec<&'static str>,
    pub(super) faults: &'s mut Faults<'t>,
}

impl<'s, 't> Section<'s, 't> {
    pub(super) fn new(
        name: impl Into<String>,
        line: usize,
        table: &'s DeTable<'s>,
        faults: &'s mut Faults<'t>,
    ) -> Self {
        Self {
            name: name.into(),
            line,
            table,
            asked: Vec::new(),
            faults,
        }
    }

    /// Text that says something, without control characters.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Lined<Box<str>>> {
        let (value, line) = self.value(key)?;
        let Some(text) = value.as_str() else {
            return self.wrong_type(key, line, value, "text in quotes");
        };
        self.readable(key, line, text)
    }

    /// As [`Self::text`], with line breaks.
    pub(super) fn prose(&mut self, key: &'static str) -> Option<Lined<Box<str>>> {
        let (value, line) = self.value(key)?;
        let Some(text) = value.as_str() else {
            return self.wrong_type(key, line, value, "text in quotes");
        };
        let flat = text.replace(['\n', '\r', '\t'], " ");
        self.readable(key, line, &flat)?;
        Some(Lined {
            value: text.trim().into(),
            line,
        })
    }

    /// A text, whatever is in it: marks of missing values may be empty.
    pub(super) fn marks(&mut self, key: &'static str) -> Option<Vec<Box<str>>> {
        let items = self.list(key, "a list of texts, as [\"\", \"NA\"]", |value| {
            value.as_str().map(Box::from)
        })?;
        Some(items.into_iter().map(|item| item.value).collect())
    }

    /// A list of texts that say something.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<Lined<Box<str>>>> {
        let items = self.list(key, "a list of texts, as [\"a\", \"b\"]", |value| {
            value.as_str().map(Box::<str>::from)
        })?;
        let mut texts = Vec::with_capacity(items.len());
        for Lined { value, line } in items {
            texts.push(self.readable(key, line, &value)?);
        }
        Some(texts)
    }

    /// A list of numbers.
    pub(super) fn numbers(
        &mut self,
        key: &'static str,
        wanted: &'static str,
    ) -> Option<Lined<Vec<f64>>> {
        let items = self.list(key, wanted, number)?;
        let line = items.first().map_or(self.line, |item| item.line);
        Some(Lined {
            value: items.into_iter().map(|item| item.value).collect(),
            line,
        })
    }

    /// A list whose items `read` takes; all or none.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        wanted: &'static str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Option<Vec<Lined<T>>> {
        let (value, line) = self.value(key)?;
        let Some(array) = value.as_array() else {
            return self.wrong_type(key, line, value, wanted);
        };
        let mut items = Vec::with_capacity(array.len());
        for item in array {
            let line = self.faults.line(item.span().start);
            let Some(value) = read(item.get_ref()) else {
                return self.wrong_type(key, line, item.get_ref(), wanted);
            };
            items.push(Lined { value, line });
        }
        Some(items)
    }

    /// True or false.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let (value, line) = self.value(key)?;
        let Some(flag) = value.as_bool() else {
            return self.wrong_type(key, line, value, "true or false, without quotes");
        };
        Some(flag)
    }

    /// A whole number within bounds.
    pub(super) fn whole(&mut self, key: &'static str, low: i64, high: i64) -> Option<i64> {
        let (value, line) = self.value(key)?;
        let Some(written) = value.as_integer() else {
            return self.wrong_type(key, line, value, "a whole number, without quotes");
        };
        let number = i64::from_str_radix(written.as_str(), written.radix()).ok();
        let number = number.filter(|number| (low..=high).contains(number));
        if number.is_none() {
            let number = shortened(written.as_str());
            self.complain(line, key, Problem::OutOfBounds { number, low, high });
        }
        number
    }

    /// A number.
    pub(super) fn number(&mut self, key: &'static str) -> Option<Lined<f64>> {
        let (value, line) = self.value(key)?;
        let Some(number) = number(value) else {
            return self.wrong_type(key, line, value, "a number, without quotes");
        };
        Some(Lined {
            value: number,
            line,
        })
    }

    /// A day or a moment, in quotes or as TOML has them.
    pub(super) fn moment(&mut self, key: &'static str) -> Option<Moment> {
        let (value, line) = self.value(key)?;
        let text = match value {
            DeValue::Datetime(time) => time.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return self.wrong_type(key, line, value, "a date, as 2026-01-31"),
        };
        let moment = Moment::parse(&text);
        if moment.is_none() {
            let text = shortened(&text);
            self.complain(line, key, Problem::NotADate { text });
        }
        moment
    }

    /// A word out of a few.
    pub(super) fn word<W: std::str::FromStr>(
        &mut self,
        key: &'static str,
        known: &'static [&'static str],
    ) -> Option<Lined<W>> {
        let Lined { value, line } = self.text(key)?;
        let Ok(word) = value.parse() else {
            let word = shortened(&value);
            self.complain(line, key, Problem::UnknownWord { word, known });
            return None;
        };
        Some(Lined { value: word, line })
    }

    /// The value itself, where it may be of several types.
    pub(super) fn value(&mut self, key: &'static str) -> Option<(&'s DeValue<'s>, usize)> {
        self.asked.push(key);
        let (_, value) = self.table.get_key_value(key)?;
        let line = self.faults.line(value.span().start);
        Some((value.get_ref(), line))
    }

    /// The line of the value of `key`; 0 where it does not stand here.
    pub(super) fn line_of(&self, key: &str) -> usize {
        let entry = self.table.get_key_value(key);
        entry.map_or(0, |(_, value)| self.faults.line(value.span().start))
    }

    /// `true` when the key stands here, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn complain(&mut self, line: usize, key: &str, problem: Problem) {
        let key = format!("{}.{key}", self.name);
        self.faults.add(line, key, problem);
    }

    pub(super) fn wrong_type<T>(
        &mut self,
        key: &str,
        line: usize,
        value: &DeValue<'_>,
        wanted: &'static str,
    ) -> Option<T> {
        let found = value.type_str();
        self.complain(line, key, Problem::WrongType { found, wanted });
        None
    }

    /// Says which keys of the table nobody has asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            if self.asked.contains(&key.get_ref().as_ref()) {
                continue;
            }
            let line = self.faults.line(key.span().start);
            let name = shortened(key.get_ref());
            let problem = Problem::UnknownKey {
                nearest: nearest(&name, &self.asked),
                known: self.asked.clone(),
            };
            let name = format!("{}.{}", self.name, name.escape_debug());
            self.faults.add(line, name, problem);
        }
    }

    fn readable(&mut self, key: &str, line: usize, text: &str) -> Option<Lined<Box<str>>> {
        let text = text.trim();
        let problem = if text.is_empty() {
            Problem::Empty
        } else if text.chars().any(char::is_control) {
            Problem::ControlCharacter
        } else {
            let value = text.into();
            return Some(Lined { value, line });
        };
        self.complain(line, key, problem);
        None
    }
}

/// The name among `known` that `name` is likely to mean.
pub(super) fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let shared = |known: &str| {
        known
            .chars()
            .zip(name.chars())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let near = known.iter().map(|known| {
        let distance = strsim::damerau_levenshtein(name, known);
        (distance, Reverse(shared(known)), *known)
    });
    let (distance, _, known) = near.min()?;
    (distance <= known.len() / 3).then_some(known)
}

/// The text that was written, cut to a length that can be shown.
pub(super) fn shortened(text: &str) -> Box<str> {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    if let Some(whole) = value.as_integer() {
        let whole = i64::from_str_radix(whole.as_str(), whole.radix()).ok()?;
        return whole.to_string().parse().ok();
    }
    let number: f64 = value.as_float()?.as_str().parse().ok()?;
    number.is_finite().then_some(number)
}

/// Faults of one description that are told.
const MOST_FAULTS: usize = 20;

const MOST_SHOWN: usize = 80;
