//! Usage of files with known calls.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::audit::{
    line::{Chain, FORMAT, Note},
    refused::Refused,
};

/// 2026-01-15T12:00:00Z
const NOON: i64 = 1_768_478_400_000;

struct Written {
    lines: Vec<u8>,
    chain: Chain,
}

impl Written {
    fn new() -> Self {
        let mut written = Self {
            lines: Vec::new(),
            chain: Chain::new(),
        };
        let chain = written.chain.name.to_string().into();
        let began = Note::Began {
            format: FORMAT,
            chain,
            perild: "0".into(),
        };
        written.note(0, &began);
        written
    }

    fn note(&mut self, second: i64, note: &Note<'_>) {
        let time = Milliseconds::from_count(NOON + second * 1000);
        self.chain.note(&mut self.lines, time, note);
    }

    fn call(&mut self, second: i64, facts: &Facts<'_>) {
        let time = Milliseconds::from_count(NOON + second * 1000);
        self.chain.push(&mut self.lines, time, &facts.body());
    }

    fn usage(&self, by: &[Dimension], to: i64) -> Usage {
        usage_of(&[&self.lines], by, to)
    }
}

/// Usage of files with these contents until the second `to`.
fn usage_of(files: &[&[u8]], by: &[Dimension], to: i64) -> Usage {
    let folder = TempDir::new().unwrap();
    let written = files.iter().enumerate().map(|(number, content)| {
        let path = folder.path().join(format!("audit.jsonl.{number}"));
        fs::write(&path, content).unwrap();
        path
    });
    let wanted = Wanted {
        from: Milliseconds::from_count(NOON),
        to: Milliseconds::from_count(NOON + to * 1000),
        now: Milliseconds::from_count(NOON + 10 * DAYS * 1000),
        by: by.to_vec(),
    };
    usage(&written.collect::<Vec<_>>(), &wanted).unwrap()
}

/// Seconds of a day.
const DAYS: i64 = 86_400;

fn of(member: &'static str, status: u16, duration_us: u64) -> Facts<'static> {
    Facts {
        member: Some(member.into()),
        status,
        duration_us,
        bytes: 10,
        rows: Some(2),
        stage: (status == 403).then_some("policy".into()),
        ..Facts::default()
    }
}

#[test]
fn calls_rows_octets_refusals_and_times_are_counted_by_group() {
    let mut written = Written::new();
    for (member, status, duration_us) in [
        ("a", 200, 100),
        ("b", 200, 1000),
        ("a", 403, 50),
        ("a", 503, 20),
        ("a", 304, 40),
    ] {
        written.call(5, &of(member, status, duration_us));
    }
    // At the end of the time, and so behind it.
    written.call(60, &of("a", 200, 1));
    let usage = written.usage(&[Dimension::Member, Dimension::Day], 60);
    let keys: Vec<_> = usage.groups.keys().map(|key| key.join(" ")).collect();
    assert_eq!(keys, ["a 2026-01-15", "b 2026-01-15"]);
    let a = usage.groups.values().next().unwrap();
    assert_eq!(
        (
            a.calls,
            a.successes,
            a.failures_of_callers,
            a.failures_of_ours
        ),
        (4, 2, 1, 1)
    );
    assert_eq!((a.rows, a.bytes, a.peak), (8, 40, 4));
    assert_eq!(
        a.refusals
            .iter()
            .map(|(stage, count)| (&**stage, *count))
            .collect::<Vec<_>>(),
        [("policy", 1)]
    );
    assert!((a.availability() - 75.0).abs() < 1e-9);
    assert_eq!((a.average_us(), a.quantile_us(50)), (52, 40));
    assert!((100..=103).contains(&a.quantile_us(95)));
}

/// Requests for a collection that were refused from one second to another.
fn refused(requests: u64, from: i64, to: i64) -> Note<'static> {
    Note::Refused(Refused {
        requests,
        from: Milliseconds::from_count(NOON + from * 1000),
        to: Milliseconds::from_count(NOON + to * 1000),
        route: Some("/{name}".into()),
        collection: Some("meters".into()),
        version: Some("2026.1".into()),
        licence: None,
        bytes: requests * 100,
        duration_us: requests * 20,
    })
}

#[test]
fn requests_that_were_refused_unrecorded_are_failures_of_ours_by_their_collection_and_day() {
    let mut written = Written::new();
    let call = Facts {
        route: "/{name}".into(),
        collection: Some("meters".into()),
        version: Some("2026.1".into()),
        ..of("a", 200, 1000)
    };
    written.call(5, &call);
    // The file was whole again the day after.
    written.note(DAYS, &refused(3, 10, 20));
    // None of the time that is asked for, though the line is.
    written.note(30, &refused(50, -20, -10));
    let by = [Dimension::Day, Dimension::Collection, Dimension::Version];
    let usage = written.usage(&by, 60);
    let [(key, group)] = &*usage.groups.into_iter().collect::<Vec<_>>() else {
        panic!("one group");
    };
    assert_eq!(key.join(" "), "2026-01-15 meters 2026.1");
    assert_eq!(
        (group.calls, group.successes, group.failures_of_ours),
        (4, 1, 3)
    );
    assert_eq!(group.refusals.get("perild"), Some(&3));
    assert!((group.availability() - 25.0).abs() < 1e-9);
    assert_eq!((group.bytes, group.rows, group.peak), (310, 2, 1));
    assert_eq!((group.average_us(), group.quantile_us(50)), (265, 20));
}

#[test]
fn a_daemon_that_refuses_everybody_is_not_up_unless_another_is() {
    let shares = |files: &[&Written]| {
        let files: Vec<_> = files.iter().map(|written| &*written.lines).collect();
        let days = usage_of(&files, &[], 100).days;
        format!("{:.0}", days[0].1)
    };
    let alive = |refusals: &[Note<'_>]| {
        let mut written = Written::new();
        for note in refusals {
            written.note(95, note);
        }
        written.note(100, &Note::Alive);
        written
    };
    let whole = alive(&[]);
    assert_eq!(shares(&[&whole]), "100");
    for (refusals, expected) in [
        (&[refused(1, 10, 30)][..], "80"),
        (&[refused(1, 10, 30), refused(1, 20, 40)], "70"),
        (&[refused(9, 20, 25), refused(1, 10, 90)], "20"),
        (&[refused(1, 10, 10)], "100"),
        (&[refused(1, -50, 10)], "90"),
        (&[refused(1, 90, 500)], "90"),
    ] {
        let written = alive(refusals);
        assert_eq!(shares(&[&written]), expected, "{refusals:?}");
        assert_eq!(shares(&[&written, &whole]), "100", "{refusals:?}");
        assert_eq!(shares(&[&whole, &written]), "100", "{refusals:?}");
    }
}

#[test]
fn a_daemon_is_up_between_its_lines_and_not_between_its_end_and_the_next_start() {
    let mut written = Written::new();
    for second in [60, 120, 180] {
        written.note(second, &Note::Alive);
    }
    written.note(200, &Note::Stopped);
    written.note(
        300,
        &Note::Started {
            perild: "0".into(),
            torn_bytes: None,
            torn_sha256: None,
        },
    );
    written.call(350, &of("a", 200, 1));
    // Killed: nothing says so but that no line came.
    written.note(
        600,
        &Note::Started {
            perild: "0".into(),
            torn_bytes: None,
            torn_sha256: None,
        },
    );
    written.note(650, &Note::Alive);
    let usage = written.usage(&[], 1000);
    let [(day, percent)] = &*usage.days else {
        panic!("{:?}", usage.days);
    };
    assert_eq!(&**day, "2026-01-15");
    assert!((percent - 30.0).abs() < 1e-9, "{percent}");
}

#[test]
fn what_is_no_line_is_counted_and_what_was_lost_as_well() {
    let mut written = Written::new();
    written.lines.extend_from_slice(b"garbage\n");
    written.note(1, &Note::Lost { records: 7 });
    let usage = written.usage(&[Dimension::Collection], 60);
    assert_eq!((usage.unread, usage.lost, usage.groups.len()), (1, 7, 0));
}

#[test]
fn a_line_counts_once_however_often_its_file_is_given_and_those_of_another_chain_as_well() {
    let mut written = Written::new();
    let mut other = Written::new();
    for second in 1..=5 {
        written.call(second, &of("a", 200, 1));
        other.call(second, &of("a", 200, 1));
    }
    let (one, two) = (&*written.lines, &*other.lines);
    for (files, calls, repeated) in [
        (&[one][..], 5, 0),
        (&[one, one], 5, 6),
        (&[one, two], 10, 0),
        (&[one, two, one, two], 10, 12),
    ] {
        let usage = usage_of(files, &[], 60);
        let counted: u64 = usage.groups.values().map(|group| group.calls).sum();
        assert_eq!((counted, usage.repeated), (calls, repeated));
        // Both were up at the same time, which is up once.
        assert!((usage.days[0].1 - 100.0 * 5.0 / 60.0).abs() < 1e-9);
    }
}

#[test]
fn a_day_without_a_line_is_one_of_no_uptime_and_what_is_to_come_is_neither() {
    let mut written = Written::new();
    let alive = |written: &mut Written, from: i64, to: i64| {
        for second in (from..=to).step_by(60) {
            written.note(second, &Note::Alive);
        }
    };
    // From noon to midnight, a day of nothing, and the whole of the next.
    alive(&mut written, 60, DAYS / 2);
    let started = Note::Started {
        perild: "0".into(),
        torn_bytes: None,
        torn_sha256: None,
    };
    written.note(DAYS * 3 / 2, &started);
    alive(&mut written, DAYS * 3 / 2 + 60, DAYS * 5 / 2);
    let shares = |to: i64| {
        let days = written.usage(&[], to).days;
        let shares = days.into_iter().map(|(day, share)| (day, share.round()));
        shares.collect::<Vec<_>>()
    };
    let day = |day: &str, share: f64| (Box::from(day), share);
    let three = [
        day("2026-01-15", 100.0),
        day("2026-01-16", 0.0),
        day("2026-01-17", 100.0),
    ];
    assert_eq!(shares(DAYS * 5 / 2), three);
    assert_eq!(shares(DAYS / 2), three[..1]);
    // The last line is of the first moment of a day, of which it is all that is known.
    let four = [&three[..], &[day("2026-01-18", 0.0)]].concat();
    assert_eq!(shares(DAYS * 20), four);
}
