//! Requests that were refused because no record of them could be kept: counted until the file has their number.

use std::{borrow::Cow, collections::BTreeMap, mem};

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::clock::Milliseconds;

/// Requests of one day (UTC) for one route and collection, answered 503 `not-recorded`, as a line has them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Refused<'r> {
    /// The number of them.
    pub(super) requests: u64,
    /// The time of the first.
    pub(super) from: Milliseconds,
    /// The time of the last.
    pub(super) to: Milliseconds,
    /// The route as a template; none of those that came for more of them than are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<Cow<'r, str>>,
    /// The collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) collection: Option<Cow<'r, str>>,
    /// The publisher's version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<Cow<'r, str>>,
    /// The terms of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) licence: Option<Cow<'r, str>>,
    /// Octets of the bodies of all of them.
    pub(super) bytes: u64,
    /// Microseconds that all of them took.
    pub(super) duration_us: u64,
}

/// Refused requests that no line has yet.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    counts: BTreeMap<(i64, Asked), Count>,
}

/// The question of a request, as far as it is told apart: nothing of whoever asks has been looked at.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
struct Asked {
    route: Option<String>,
    collection: Option<String>,
    version: Option<String>,
    licence: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    requests: u64,
    from: Milliseconds,
    to: Milliseconds,
    bytes: u64,
    duration_us: u64,
}

impl Refusals {
    /// Counts a request that was answered at `now` with these `facts`.
    pub(super) fn count(&mut self, facts: &Facts<'_>, now: Milliseconds) {
        let day = now.count().div_euclid(DAY);
        let mut key = (day, Asked::of(facts));
        if self.counts.len() >= MOST_COUNTS && !self.counts.contains_key(&key) {
            key.1 = Asked::default();
        }
        let count = self.counts.entry(key).or_insert(Count {
            requests: 0,
            from: now,
            to: now,
            bytes: 0,
            duration_us: 0,
        });
        count.requests += 1;
        count.from = count.from.min(now);
        count.to = count.to.max(now);
        count.bytes = count.bytes.saturating_add(facts.bytes);
        count.duration_us = count.duration_us.saturating_add(facts.duration_us);
    }

    /// The number of them, and the time of the first; none where there is none.
    pub(super) fn in_all(&self) -> Option<(u64, Milliseconds)> {
        let first = self.counts.values().map(|count| count.from).min()?;
        let requests = self.counts.values().map(|count| count.requests).sum();
        Some((requests, first))
    }

    /// All of them, by the day.
    pub(super) fn take(&mut self) -> Vec<Refused<'static>> {
        let counts = mem::take(&mut self.counts).into_iter();
        let refused = counts.map(|((_, asked), count)| Refused {
            requests: count.requests,
            from: count.from,
            to: count.to,
            route: asked.route.map(Cow::from),
            collection: asked.collection.map(Cow::from),
            version: asked.version.map(Cow::from),
            licence: asked.licence.map(Cow::from),
            bytes: count.bytes,
            duration_us: count.duration_us,
        });
        refused.collect()
    }
}

impl Asked {
    fn of(facts: &Facts<'_>) -> Self {
        let known = |text: &Option<Cow<'_, str>>| text.as_deref().map(String::from);
        Self {
            route: Some(facts.route.as_ref().into()),
            collection: known(&facts.collection),
            version: known(&facts.version),
            licence: known(&facts.licence),
        }
    }
}

impl<'r> From<&'r Refused<'_>> for Facts<'r> {
    /// The facts of all of the requests together.
    fn from(refused: &'r Refused<'_>) -> Self {
        let known = |text: &'r Option<Cow<'_, str>>| text.as_deref().map(Cow::Borrowed);
        Self {
            decision: "refused".into(),
            stage: Some("perild".into()),
            status: 503,
            route: known(&refused.route).unwrap_or_default(),
            collection: known(&refused.collection),
            version: known(&refused.version),
            licence: known(&refused.licence),
            bytes: refused.bytes,
            duration_us: refused.duration_us,
            ..Self::default()
        }
    }
}

/// Days, routes and collections that are told apart, a few hundred octets each; what comes beyond counts by the day alone.
const MOST_COUNTS: usize = 1024;

const DAY: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(collection: &str) -> Facts<'_> {
        Facts {
            route: "/{name}".into(),
            collection: Some(collection.into()),
            version: Some("1".into()),
            bytes: 10,
            duration_us: 7,
            ..Facts::default()
        }
    }

    fn at(hour: i64) -> Milliseconds {
        Milliseconds::from_count(hour * 3_600_000)
    }

    #[test]
    fn refused_requests_are_counted_by_day_and_collection_from_the_first_to_the_last() {
        let mut refusals = Refusals::default();
        assert_eq!(refusals.in_all(), None);
        // The clock goes back once.
        for (collection, hour) in [("a", 22), ("b", 23), ("a", 21), ("a", 25)] {
            refusals.count(&of(collection), at(hour));
        }
        assert_eq!(refusals.in_all(), Some((4, at(21))));
        let taken = refusals.take();
        let told = taken.iter().map(|refused| {
            let times = (refused.from, refused.to);
            (
                refused.collection.as_deref().unwrap(),
                refused.requests,
                times,
            )
        });
        let expected = [
            ("a", 2, (at(21), at(22))),
            ("b", 1, (at(23), at(23))),
            ("a", 1, (at(25), at(25))),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        assert_eq!((taken[0].bytes, taken[0].duration_us), (20, 14));
        assert_eq!(refusals.in_all(), None);
    }

    #[test]
    fn whatever_is_asked_for_takes_no_more_than_so_much_room_and_each_request_counts() {
        let mut refusals = Refusals::default();
        let names: Vec<_> = (0..MOST_COUNTS + 50).map(|name| name.to_string()).collect();
        for _ in 0..2 {
            for name in &names {
                refusals.count(&of(name), at(0));
            }
        }
        let taken = refusals.take();
        assert_eq!(taken.len(), MOST_COUNTS + 1);
        let all: u64 = taken.iter().map(|refused| refused.requests).sum();
        assert_eq!(all, 2 * u64::try_from(names.len()).unwrap());
        let others = taken.iter().find(|refused| refused.route.is_none());
        assert_eq!(others.unwrap().requests, 100);
    }
}
