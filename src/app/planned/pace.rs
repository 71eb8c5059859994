//! Rests beside work: longer as long as processors are wanted by others, and none when they are not.

use std::time::Duration;

/// The pace of all turns of a site.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// Rest for each unit of processor time.
    multiple: f64,
    /// Rest that was too short to be taken.
    owed: Duration,
}

/// The want of processors, since the last look at it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Demand {
    Rises,
    Stands,
    Falls,
}

impl Pace {
    /// The rest after work that `used` so much of a processor's time.
    pub(super) fn rest_after(&mut self, used: Duration, demand: Demand) -> Duration {
        self.multiple = match demand {
            Demand::Rises => (self.multiple * 2.0).clamp(1.0, MOST_REST_FOR_WORK),
            Demand::Stands => self.multiple,
            // As good as none is none.
            Demand::Falls if self.multiple * 0.9 <= 0.1 => 0.0,
            Demand::Falls => self.multiple * 0.9,
        };
        let rest = self.owed + used.mul_f64(self.multiple);
        if rest < SHORTEST_REST {
            self.owed = rest;
            return Duration::ZERO;
        }
        self.owed = Duration::ZERO;
        rest.min(LONGEST_REST)
    }
}

/// Rest for each unit of processor time where processors are wanted.
const MOST_REST_FOR_WORK: f64 = 32.0;
/// Rests, which a timer of milliseconds ends.
const SHORTEST_REST: Duration = Duration::from_millis(1);
const LONGEST_REST: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn where_nobody_else_wants_processors_no_query_rests() {
        let mut pace = Pace::default();
        for demand in [Demand::Falls, Demand::Stands] {
            for used in [Duration::ZERO, MS / 10, MS, 300 * MS] {
                let rest = pace.rest_after(used, demand);
                assert_eq!(rest, Duration::ZERO, "{used:?}");
            }
        }
    }

    #[test]
    fn rests_grow_while_processors_are_wanted_and_end_when_they_are_not() {
        let mut pace = Pace::default();
        let mut after = |demand, times| {
            let rests = (0..times).map(|_| pace.rest_after(10 * MS, demand));
            rests.collect::<Vec<_>>()
        };
        let wanted = after(Demand::Rises, 8);
        let most = [10, 20, 40, 80, 160, 320, 320, 320].map(|ms| ms * MS);
        assert_eq!(wanted, most);
        assert_eq!(after(Demand::Stands, 2), [320 * MS; 2]);
        let quiet = after(Demand::Falls, 60);
        assert_eq!(quiet[0], 288 * MS);
        assert!(quiet.is_sorted_by(|one, next| one >= next));
        assert_eq!(quiet.last(), Some(&Duration::ZERO));
        // A query of a minute is not followed by half an hour.
        for _ in 0..9 {
            assert!(pace.rest_after(60_000 * MS, Demand::Rises) <= LONGEST_REST);
        }
    }

    #[test]
    fn a_rest_that_is_too_short_for_a_timer_is_taken_with_the_next() {
        let mut pace = Pace::default();
        let rests: Vec<_> = (0..4)
            .map(|_| pace.rest_after(MS / 5, Demand::Rises))
            .collect();
        assert_eq!(
            rests,
            [Duration::ZERO, Duration::ZERO, MS * 7 / 5, MS * 8 / 5]
        );
    }
}
