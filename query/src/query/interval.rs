//! Intervals of time.

/// An interval of time, in milliseconds since 1970. A row that holds at an instant is within it when its instant is; one
/// that holds during a time, when the two have an instant in common.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Interval {
    /// The first instant; open without it.
    pub begin: Option<i64>,
    /// The last instant; open without it.
    pub end: Option<i64>,
}

impl Interval {
    /// The interval from `begin` until before `end`.
    #[must_use]
    pub fn half_open(begin: Option<i64>, end: Option<i64>) -> Self {
        let end = end.map(|end| end.saturating_sub(1));
        Self { begin, end }
    }

    /// True when the instants from `first` to `last`, both of them, have one in common with the interval; a bound that is
    /// not there is open.
    #[must_use]
    pub fn meets(self, first: Option<i64>, last: Option<i64>) -> bool {
        let is_before = |one: Option<i64>, other: Option<i64>| {
            one.zip(other).is_none_or(|(one, other)| one <= other)
        };
        is_before(self.begin, last) && is_before(first, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_meet_what_they_have_an_instant_in_common_with() {
        let day = Interval::half_open(Some(10), Some(20));
        for (first, last, is_met) in [
            (Some(10), Some(10), true),
            (Some(19), Some(19), true),
            (Some(20), Some(20), false),
            (Some(9), Some(9), false),
            (None, Some(9), false),
            (None, Some(10), true),
            (Some(19), None, true),
            (Some(20), None, false),
            (None, None, true),
        ] {
            assert_eq!(day.meets(first, last), is_met, "{first:?} to {last:?}");
        }
        assert!(Interval::default().meets(Some(i64::MIN), Some(i64::MIN)));
    }
}
