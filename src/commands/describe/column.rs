//! One column of values: which type all of them have, and how far they reach.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    ops::RangeInclusive,
};

use crate::dataset::metadata::{FieldType, Moment};

/// Facts of a column so far.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) values: u64,
    /// The types that every value has had, the narrowest first.
    fitting: Vec<FieldType>,
    numbers: Option<(f64, f64)>,
    moments: Option<(Moment, Moment)>,
    /// Numbers that lead with a zero, as `0042`, are names of things, and their zeros matter.
    has_leading_zero: bool,
    /// Marks of the values so far, while no two are the same and they are not too many to be kept.
    distinct: Option<HashSet<u64>>,
    /// The moment before, and the greatest length of time that all distances from one to the next are multiples of.
    before: Option<Moment>,
    step_seconds: u64,
}

impl Column {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            values: 0,
            fitting: vec![
                FieldType::Boolean,
                FieldType::Integer,
                FieldType::Number,
                FieldType::Date,
                FieldType::DateTime,
            ],
            numbers: None,
            moments: None,
            has_leading_zero: false,
            distinct: Some(HashSet::new()),
            before: None,
            step_seconds: 0,
        }
    }

    /// Takes one value in; an empty one says nothing.
    pub(super) fn take(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.values = self.values.saturating_add(1);
        self.tell_apart(text);
        if self.fitting.is_empty() {
            return;
        }
        let (number, moment) = (number(text), Moment::parse(text));
        self.fitting.retain(|field_type| match field_type {
            FieldType::Boolean => {
                matches!(text, "true" | "false" | "True" | "False" | "TRUE" | "FALSE")
            }
            FieldType::Date => moment.is_some_and(Moment::is_day),
            FieldType::DateTime => moment.is_some_and(|moment| !moment.is_day()),
            FieldType::Integer => is_whole(text) && text.parse::<i64>().is_ok(),
            FieldType::Number => number.is_some(),
            FieldType::Geometry | FieldType::String => false,
        });
        let digits = text.trim_start_matches(['+', '-']);
        self.has_leading_zero |= is_whole(text) && digits.len() > 1 && digits.starts_with('0');
        if let Some(number) = number {
            let (low, high) = self.numbers.unwrap_or((number, number));
            self.numbers = Some((low.min(number), high.max(number)));
        }
        if let Some(moment) = moment {
            let (first, last) = self.moments.unwrap_or((moment, moment));
            self.moments = Some((first.min(moment), last.max(moment)));
            if let Some(before) = self.before.replace(moment) {
                let distance = before.time().seconds().abs_diff(moment.time().seconds());
                self.step_seconds = common(self.step_seconds, distance);
            }
        }
    }

    /// Takes in a value that is text, whatever it looks like.
    pub(super) fn take_text(&mut self, text: &str) {
        self.values = self.values.saturating_add(1);
        self.tell_apart(text);
        self.fitting.clear();
    }

    fn tell_apart(&mut self, text: &str) {
        let Some(distinct) = &mut self.distinct else {
            return;
        };
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        if !distinct.insert(hasher.finish()) || distinct.len() > MOST_DISTINCT {
            self.distinct = None;
        }
    }

    /// `true` when each of `rows` has a value, and no two have the same.
    pub(super) fn is_key(&self, rows: u64) -> bool {
        let is_kind = matches!(
            self.field_type(),
            Some(FieldType::String | FieldType::Integer)
        );
        is_kind && self.distinct.is_some() && self.values == rows
    }

    /// The regular time from one moment to the next, in words of ISO 8601; none where there is none that is usual.
    pub(super) fn step(&self) -> Option<String> {
        let usual = USUAL_STEPS.iter();
        let mut usual = usual.filter(|(seconds, _)| *seconds == self.step_seconds);
        usual.next().map(|(_, text)| (*text).to_owned())
    }

    /// The type that all values have; none when there are no values.
    pub(super) fn field_type(&self) -> Option<FieldType> {
        if self.values == 0 {
            return None;
        }
        let narrowest = self.fitting.first().filter(|_| !self.has_leading_zero);
        Some(narrowest.copied().unwrap_or(FieldType::String))
    }

    /// `true` when every value is a number.
    pub(super) fn is_numeric(&self) -> bool {
        matches!(
            self.field_type(),
            Some(FieldType::Integer | FieldType::Number)
        )
    }

    /// From the lowest number to the highest.
    pub(super) fn range(&self) -> Option<RangeInclusive<f64>> {
        let (low, high) = self.numbers.filter(|_| self.is_numeric())?;
        Some(low..=high)
    }

    /// From the first moment to the last.
    pub(super) fn span(&self) -> Option<(Moment, Moment)> {
        let is_time = matches!(
            self.field_type(),
            Some(FieldType::Date | FieldType::DateTime)
        );
        self.moments.filter(|_| is_time)
    }
}

/// A number as data have it: `NaN` and `inf` are words.
fn number(text: &str) -> Option<f64> {
    let mut bytes = text.bytes();
    let is_written_so =
        bytes.all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let number: f64 = is_written_so.then(|| text.parse().ok()).flatten()?;
    number.is_finite().then_some(number)
}

fn is_whole(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The greatest number that both are multiples of; 0 is a multiple of every one.
fn common(one: u64, other: u64) -> u64 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// The column of one of these names, in any case.
pub(super) fn named<'c>(columns: &'c [Column], names: &[&str]) -> Option<&'c Column> {
    columns.get(position(columns, names)?)
}

/// The position of the column of one of these names, in any case.
pub(super) fn position(columns: &[Column], names: &[&str]) -> Option<usize> {
    let is = |name: &str, column: &Column| column.name.eq_ignore_ascii_case(name);
    let mut found = names
        .iter()
        .filter_map(|name| columns.iter().position(|column| is(name, column)));
    found.next()
}

/// Steps of series, in seconds and in words of ISO 8601.
const USUAL_STEPS: [(u64, &str); 8] = [
    (1, "PT1S"),
    (60, "PT1M"),
    (300, "PT5M"),
    (600, "PT10M"),
    (900, "PT15M"),
    (1_800, "PT30M"),
    (3_600, "PT1H"),
    (86_400, "P1D"),
];

/// Values of a column that are looked at for whether they tell rows apart.
const MOST_DISTINCT: usize = 1_000_000;

/// Names of a column of latitudes, in lower case.
pub(super) const LATITUDES: &[&str] = &["latitude", "lat"];

/// Names of a column of longitudes, in lower case.
pub(super) const LONGITUDES: &[&str] = &["longitude", "lon", "lng", "long"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_column_is_that_of_all_its_values() {
        for (values, field_type) in [
            (&["1", "-2", "", "3"][..], Some("integer")),
            (&["1", "2.5", "1e3"], Some("number")),
            (&["1", "2", "n/a"], Some("string")),
            (&["true", "False"], Some("boolean")),
            (&["0042", "0001"], Some("string")),
            (&["0", "7"], Some("integer")),
            (&["99999999999999999999"], Some("number")),
            (&["NaN"], Some("string")),
            (&["inf"], Some("string")),
            (&["2026-01-31", "2026-02-01"], Some("date")),
            (&["2026-01-31T00:00:00Z"], Some("date-time")),
            (&["2026-01-31", "2026-01-31T00:00:00Z"], Some("string")),
            (&["2026-02-30"], Some("string")),
            (&["", " "], None),
            (&[], None),
        ] {
            let mut column = Column::new("a");
            for value in values {
                column.take(value);
            }
            let found = column.field_type().map(FieldType::name);
            assert_eq!(found, field_type, "{values:?}");
        }
    }

    #[test]
    fn a_column_says_how_far_its_values_reach() {
        let column = |values: &[&str]| {
            let mut column = Column::new("a");
            for value in values {
                column.take(value);
            }
            column
        };
        assert_eq!(column(&["2", "-3.5", "1"]).range(), Some(-3.5..=2.0));
        assert_eq!(column(&["2", "x"]).range(), None);
        let (first, last) = column(&["2026-02-01", "2026-01-31"]).span().unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2026-01-31".into(), "2026-02-01".into())
        );
    }
}
