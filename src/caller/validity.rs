//! Validity: the time in which what was judged of a certificate holds.

use crate::clock::Timestamp;

/// Time from one moment to another, both included; empty when they are the wrong way round.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Validity {
    from: Timestamp,
    until: Timestamp,
}

impl Validity {
    /// All of time: where nothing that was judged rests on a date.
    pub(super) const ALWAYS: Self = Self {
        from: Timestamp::from_seconds(i64::MIN),
        until: Timestamp::from_seconds(i64::MAX),
    };

    pub(super) const fn new(from: Timestamp, until: Timestamp) -> Self {
        Self { from, until }
    }

    pub(super) fn contains(self, now: Timestamp) -> bool {
        self.from <= now && now <= self.until
    }

    /// The time that lies in both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: self.until.min(other.until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validity(from: i64, until: i64) -> Validity {
        Validity::new(
            Timestamp::from_seconds(from),
            Timestamp::from_seconds(until),
        )
    }

    #[test]
    fn a_window_holds_both_its_ends_and_nothing_beyond() {
        let holds = |now| validity(10, 20).contains(Timestamp::from_seconds(now));
        assert_eq!([9, 10, 20, 21].map(holds), [false, true, true, false]);
    }

    #[test]
    fn two_windows_that_do_not_meet_hold_no_time() {
        let both = validity(10, 20).and(validity(30, 40));
        assert!((0..50).all(|now| !both.contains(Timestamp::from_seconds(now))));
        assert_eq!(validity(10, 20).and(Validity::ALWAYS), validity(10, 20));
        assert_eq!(validity(10, 20).and(validity(15, 40)), validity(15, 20));
    }
}
