//! Time in which a daemon was up, by the lines that it wrote.

use std::collections::BTreeMap;

use crate::{audit::line::Note, clock::Milliseconds};

/// Times between lines of daemons that lived: each writes one a minute at least.
#[derive(Debug)]
pub(super) struct Uptime {
    from: i64,
    to: i64,
    /// The daemons by their chains, all of which nothing is known under one name.
    daemons: BTreeMap<Box<str>, Daemon>,
    /// The chain that is read.
    chain: Box<str>,
    /// First and last day of which there is a line.
    known: Option<(i64, i64)>,
}

/// Times of the daemon that writes a chain; those of several may overlap.
#[derive(Debug, Default)]
struct Daemon {
    up: Vec<(i64, i64)>,
    /// Times in which it was up and refused everybody.
    refused: Vec<(i64, i64)>,
    /// Its last line, while it is up.
    since: Option<i64>,
}

impl Uptime {
    pub(super) fn new(from: Milliseconds, to: Milliseconds) -> Self {
        Self {
            from: from.count(),
            to: to.count(),
            daemons: BTreeMap::new(),
            chain: Box::default(),
            known: None,
        }
    }

    /// Goes on with a file of `chain`; one that does not say its chain may be any.
    pub(super) fn enter(&mut self, chain: Option<&str>) {
        self.chain = chain.unwrap_or_default().into();
        if chain.is_none() {
            self.daemon().since = None;
        }
    }

    /// Notes a record of `time`.
    pub(super) fn saw(&mut self, time: Milliseconds) {
        let now = time.count();
        self.know(now);
        let daemon = self.daemon();
        match daemon.since {
            Some(since) if now > since && now - since <= LONGEST_PAUSE => {
                add(&mut daemon.up, since, now);
            }
            _ => {}
        }
        daemon.since = Some(now);
    }

    /// Notes a line that says what became of the daemon: one that starts was not up before.
    pub(super) fn note(&mut self, time: Milliseconds, note: &Note<'_>) {
        match note {
            Note::Began { .. } | Note::Started { .. } => {
                self.know(time.count());
                self.daemon().since = Some(time.count());
            }
            Note::Stopped => {
                self.saw(time);
                self.daemon().since = None;
            }
            Note::Pruned { .. } => self.daemon().since = None,
            Note::Refused(refused) => {
                self.saw(time);
                let (from, to) = (refused.from.count(), refused.to.count());
                add(&mut self.daemon().refused, from, to);
            }
            Note::Alive | Note::Continued { .. } | Note::Lost { .. } | Note::Rotated => {
                self.saw(time);
            }
        }
    }

    fn daemon(&mut self) -> &mut Daemon {
        self.daemons.entry(self.chain.clone()).or_default()
    }

    /// Notes that there is a line of this time.
    fn know(&mut self, time: i64) {
        let day = time.div_euclid(DAY);
        let (first, last) = self.known.unwrap_or((day, day));
        self.known = Some((first.min(day), last.max(day)));
    }

    /// Milliseconds of each day in which any daemon was up.
    fn by_day(&mut self) -> BTreeMap<i64, i64> {
        let mut days = BTreeMap::new();
        let mut times: Vec<_> = self.daemons.values_mut().flat_map(Daemon::served).collect();
        times.sort_unstable();
        let mut counted = self.from;
        for (since, until) in times {
            let (mut since, until) = (since.max(counted), until.min(self.to));
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

impl Daemon {
    /// Times in which it was up and did not refuse everybody.
    fn served(&mut self) -> Vec<(i64, i64)> {
        self.refused.sort_unstable();
        let mut refused = Vec::with_capacity(self.refused.len());
        for &(from, to) in &self.refused {
            add(&mut refused, from, to);
        }
        let mut served = Vec::with_capacity(self.up.len());
        for &(mut since, until) in &self.up {
            let first = refused.partition_point(|&(_, to)| to <= since);
            for &(from, to) in refused.get(first..).unwrap_or_default() {
                if from >= until {
                    break;
                }
                if from > since {
                    served.push((since, from));
                }
                since = since.max(to);
            }
            if since < until {
                served.push((since, until));
            }
        }
        served
    }
}

/// Adds a time, to the last one where it goes on from there.
fn add(times: &mut Vec<(i64, i64)>, since: i64, until: i64) {
    match times.last_mut() {
        Some((begin, end)) if (*begin..=*end).contains(&since) => *end = until.max(*end),
        _ => times.push((since, until)),
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
