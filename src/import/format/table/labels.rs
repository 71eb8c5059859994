//! The values of a dimension as a table has them, in the order of their first appearance.

use std::collections::HashMap;

use super::{
    super::{FormatError, Labels, refused::shown},
    TableFault,
};

/// The different texts of one column, each with its number.
#[derive(Debug, Default)]
pub(super) struct Numbered {
    numbers: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    last: u32,
}

impl Numbered {
    /// The number of `text`; new ones are numbered on.
    pub(super) fn number(&mut self, column: &str, text: &str) -> Result<u32, FormatError> {
        // Neighbouring rows mostly have the same.
        let last = usize::try_from(self.last)
            .ok()
            .and_then(|at| self.texts.get(at));
        if last.is_some_and(|last| **last == *text) {
            return Ok(self.last);
        }
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None if self.texts.len() < MAX_LABELS => {
                let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
                self.numbers.insert(text.into(), number);
                self.texts.push(text.into());
                number
            }
            None => {
                let (column, most) = (shown(column), MAX_LABELS);
                return Err(TableFault::TooMany { column, most }.into());
            }
        };
        self.last = number;
        Ok(number)
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    /// The values in their order, and for each number its place in it. Numbers and dates rise, other texts stay
    /// as they came.
    pub(super) fn in_order(&self) -> (Labels, Vec<usize>) {
        let texts: Vec<String> = self.texts.iter().map(|text| (**text).to_owned()).collect();
        let numbers: Option<Vec<f64>> = texts.iter().map(|text| number(text)).collect();
        let labels = match numbers {
            Some(numbers) => Labels::Numbers(numbers),
            None if texts.iter().all(|text| is_date(text)) => Labels::Times(texts),
            None => Labels::Texts(texts),
        };
        let order = labels.order();
        let mut ranks = vec![0; order.len()];
        for (rank, at) in order.iter().enumerate() {
            if let Some(place) = ranks.get_mut(*at) {
                *place = rank;
            }
        }
        (labels.in_order(&order), ranks)
    }
}

fn number(text: &str) -> Option<f64> {
    let is_plain = text
        .bytes()
        .all(|octet| matches!(octet, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse()
        .ok()
        .filter(|number: &f64| is_plain && number.is_finite())
}

/// ISO 8601 from a month on: a year alone is a number.
fn is_date(text: &str) -> bool {
    let octets = text.as_bytes();
    let is_digit = |at: usize| octets.get(at).is_some_and(u8::is_ascii_digit);
    let is_at = |at: usize, octet: u8| octets.get(at) == Some(&octet);
    let is_month = (0..4).all(is_digit) && is_at(4, b'-') && is_digit(5) && is_digit(6);
    let is_day = is_at(7, b'-') && is_digit(8) && is_digit(9);
    is_month && (octets.len() == 7 || (is_day && (octets.len() == 10 || is_at(10, b'T'))))
}

const MAX_LABELS: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(texts: &[&str]) -> (Labels, Vec<usize>) {
        let mut numbered = Numbered::default();
        for text in texts {
            numbered.number("column", text).unwrap();
        }
        numbered.in_order()
    }

    #[test]
    fn numbers_and_dates_rise_and_texts_stay_as_they_came() {
        let (years, ranks) = ordered(&["2080", "2030", "2050", "2030"]);
        assert_eq!(years, Labels::Numbers(vec![2030.0, 2050.0, 2080.0]));
        assert_eq!(ranks, [2, 0, 1]);
        let (months, ranks) = ordered(&["2021-02", "2021-01"]);
        assert_eq!(
            months,
            Labels::Times(vec!["2021-01".to_owned(), "2021-02".to_owned()])
        );
        assert_eq!(ranks, [1, 0]);
        let (models, ranks) = ordered(&["ukesm", "2021", "access"]);
        assert!(matches!(models, Labels::Texts(texts) if texts == ["ukesm", "2021", "access"]));
        assert_eq!(ranks, [0, 1, 2]);
        assert!(matches!(ordered(&["inf", "nan"]).0, Labels::Texts(_)));
    }

    #[test]
    fn a_column_has_so_many_values_and_no_more() {
        let mut numbered = Numbered::default();
        for at in 0..MAX_LABELS {
            numbered.number("id", &at.to_string()).unwrap();
        }
        assert!(numbered.number("id", "7").is_ok());
        let error = numbered.number("id", "x").unwrap_err().to_string();
        assert_eq!(
            error,
            "the table has more than 65536 different values in the column \"id\""
        );
    }
}
