//! Time in which a daemon was up, by the lines that it wrote.

use std::collections::BTreeMap;

use crate::{audit::line::Note, clock::Milliseconds};

/// Times between lines of daemons that lived: each writes one a minute at least.
#[derive(Debug)]
pub(super) struct Uptime {
    from: i64,
    to: i64,
    /// Times in which one was up; those of several daemons may overlap.
    times: Vec<(i64, i64)>,
    /// First and last day of which there is a line.
    known: Option<(i64, i64)>,
    /// The last line of the daemon that is up.
    since: Option<i64>,
}

impl Uptime {
    pub(super) fn new(from: Milliseconds, to: Milliseconds) -> Self {
        Self {
            from: from.count(),
            to: to.count(),
            times: Vec::new(),
            known: None,
            since: None,
        }
    }

    /// Begins with another chain.
    pub(super) fn leave(&mut self) {
        self.since = None;
    }

    /// Notes a record of `time`.
    pub(super) fn saw(&mut self, time: Milliseconds) {
        let now = time.count();
        self.know(now);
        match self.since {
            Some(since) if now > since && now - since <= LONGEST_PAUSE => self.add(since, now),
            _ => {}
        }
        self.since = Some(now);
    }

    /// Notes a line that says what became of the daemon: one that starts was not up before.
    pub(super) fn note(&mut self, time: Milliseconds, note: &Note<'_>) {
        match note {
            Note::Began { .. } | Note::Started { .. } => {
                self.know(time.count());
                self.since = Some(time.count());
            }
            Note::Stopped => {
                self.saw(time);
                self.since = None;
            }
            Note::Pruned { .. } => self.since = None,
            Note::Alive | Note::Continued { .. } | Note::Lost { .. } | Note::Rotated => {
                self.saw(time);
            }
        }
    }

    /// Notes that there is a line of this time.
    fn know(&mut self, time: i64) {
        let day = time.div_euclid(DAY);
        let (first, last) = self.known.unwrap_or((day, day));
        self.known = Some((first.min(day), last.max(day)));
    }

    fn add(&mut self, since: i64, until: i64) {
        match self.times.last_mut() {
            Some((_, end)) if *end == since => *end = until,
            _ => self.times.push((since, until)),
        }
    }

    /// Milliseconds of each day in which any daemon was up.
    fn by_day(&mut self) -> BTreeMap<i64, i64> {
        let mut days = BTreeMap::new();
        self.times.sort_unstable();
        let mut counted = self.from;
        for (since, until) in &self.times {
            let (mut since, until) = ((*since).max(counted), (*until).min(self.to));
            while since < until {
                let day = since.div_euclid(DAY);
                let end = until.min((day + 1) * DAY);
                *days.entry(day).or_default() += end - since;
                since = end;
            }
            counted = counted.max(until);
        }
        days
    }

    /// Percent of each day from the first of which there is a line to the last, as far as it lies in the time that is
    /// asked for.
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "milliseconds of a day are far below 2^53"
    )]
    pub(super) fn days(&mut self) -> Vec<(Box<str>, f64)> {
        let Some((first, last)) = self.known else {
            return Vec::new();
        };
        let up = self.by_day();
        let first = first.max(self.from.div_euclid(DAY));
        let last = last.min((self.to - 1).div_euclid(DAY));
        let days = (first..=last).map(|day| {
            let begin = (day * DAY).max(self.from);
            let end = ((day + 1) * DAY).min(self.to);
            let up = up.get(&day).copied().unwrap_or(0);
            let percent = 100.0 * up as f64 / (end - begin).max(1) as f64;
            (self::day(Milliseconds::from_count(day * DAY)), percent)
        });
        days.collect()
    }
}

/// The day of `time`, as `2026-11-30`.
pub(super) fn day(time: Milliseconds) -> Box<str> {
    let text = time.to_string();
    let (day, _) = text.split_once('T').unwrap_or((&text, ""));
    day.into()
}

/// Milliseconds between two lines of a daemon that lives: a minute, and as much for one that is busy.
const LONGEST_PAUSE: i64 = 120_000;

const DAY: i64 = 86_400_000;
