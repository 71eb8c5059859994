//! Time in which a daemon was up, by the lines that it wrote.

use std::collections::BTreeMap;

use crate::{audit::line::Note, clock::Milliseconds};

/// Milliseconds of each day between lines of a daemon that lived: it writes one a minute at least.
#[derive(Debug)]
pub(super) struct Uptime {
    from: i64,
    to: i64,
    days: BTreeMap<i64, i64>,
    /// The last line of the daemon that is up.
    since: Option<i64>,
}

impl Uptime {
    pub(super) fn new(from: Milliseconds, to: Milliseconds) -> Self {
        Self {
            from: from.count(),
            to: to.count(),
            days: BTreeMap::new(),
            since: None,
        }
    }

    /// Notes a record of `time`.
    pub(super) fn saw(&mut self, time: Milliseconds) {
        let now = time.count();
        match self.since {
            Some(since) if now > since && now - since <= LONGEST_PAUSE => self.add(since, now),
            _ => {}
        }
        self.since = Some(now);
    }

    /// Notes a line that says what became of the daemon: one that starts was not up before.
    pub(super) fn note(&mut self, time: Milliseconds, note: &Note<'_>) {
        match note {
            Note::Began { .. } | Note::Started { .. } => self.since = Some(time.count()),
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

    fn add(&mut self, since: i64, until: i64) {
        let (mut since, until) = (since.max(self.from), until.min(self.to));
        while since < until {
            let day = since.div_euclid(DAY);
            let end = until.min((day + 1) * DAY);
            *self.days.entry(day).or_default() += end - since;
            since = end;
        }
    }

    /// Percent of each day that has any, as far as it lies in the time that is asked for.
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "milliseconds of a day are far below 2^53"
    )]
    pub(super) fn days(&self) -> Vec<(Box<str>, f64)> {
        let days = self.days.iter().map(|(day, up)| {
            let begin = (day * DAY).max(self.from);
            let end = ((day + 1) * DAY).min(self.to);
            let percent = 100.0 * *up as f64 / (end - begin).max(1) as f64;
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
