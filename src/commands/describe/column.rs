//! One column of values: which type all of them have, and how far they reach.

use std::ops::RangeInclusive;

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
        }
    }

    /// Takes one value in; an empty one says nothing.
    pub(super) fn take(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.values = self.values.saturating_add(1);
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
        }
    }

    /// Takes in a value that is text, whatever it looks like.
    pub(super) fn take_text(&mut self) {
        self.values = self.values.saturating_add(1);
        self.fitting.clear();
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
