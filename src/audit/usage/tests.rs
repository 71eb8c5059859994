//! Usage of files with known calls.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::audit::line::{Chain, FORMAT, Note};

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
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("audit.jsonl");
        fs::write(&path, &self.lines).unwrap();
        let wanted = Wanted {
            from: Milliseconds::from_count(NOON),
            to: Milliseconds::from_count(NOON + to * 1000),
            by: by.to_vec(),
        };
        usage(&[path], &wanted).unwrap()
    }
}

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
