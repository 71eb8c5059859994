//! The values of a dimension, whatever they are.

/// The values of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// Return periods, heights, years.
    Numbers(Vec<f64>),
    /// Scenarios, models.
    Texts(Vec<String>),
    /// Dates and times as RFC 3339 writes them, in UTC.
    Times(Vec<String>),
}

impl Labels {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) | Self::Times(texts) => texts.len(),
        }
    }

    /// `true` when there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `at` as text.
    #[must_use]
    pub fn text(&self, at: usize) -> Option<String> {
        match self {
            Self::Numbers(numbers) => numbers.get(at).map(f64::to_string),
            Self::Texts(texts) | Self::Times(texts) => texts.get(at).cloned(),
        }
    }

    /// The places of the values when numbers and times rise; texts stay in their order.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        match self {
            Self::Numbers(numbers) => order.sort_by(|one, other| {
                let number = |at: &usize| numbers.get(*at).copied().unwrap_or(f64::NAN);
                number(one).total_cmp(&number(other))
            }),
            // A fraction of a second comes after the second: `Z` would sort before it as a text.
            Self::Times(times) => order.sort_by_key(|at| {
                let text = times.get(*at);
                text.map(|text| text.trim_end_matches('Z'))
            }),
            Self::Texts(_) => (),
        }
        order
    }

    /// The values at the places in `order`.
    pub(super) fn in_order(&self, order: &[usize]) -> Self {
        let texts = |texts: &[String]| {
            order
                .iter()
                .filter_map(|at| texts.get(*at).cloned())
                .collect()
        };
        match self {
            Self::Numbers(numbers) => Self::Numbers(
                order
                    .iter()
                    .filter_map(|at| numbers.get(*at).copied())
                    .collect(),
            ),
            Self::Texts(found) => Self::Texts(texts(found)),
            Self::Times(found) => Self::Times(texts(found)),
        }
    }
}
