//! Files with one thing wrong, and those with nothing wrong.

use std::{fs, path::Path};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::audit::{
    facts::Facts,
    line::{Chain, FORMAT},
};

const NOON: i64 = 1_768_478_400_000;

/// Lines of a chain with `records` decisions, each a second after the other.
fn lines(records: i64) -> (Vec<Vec<u8>>, Chain) {
    let mut chain = Chain::new();
    let mut lines = Vec::new();
    let began = Written::Began {
        format: FORMAT,
        chain: chain.name.to_string().into(),
        perild: "0".into(),
    };
    push(&mut lines, |line| chain.note(line, at(0), &began));
    for record in 1..=records {
        let facts = Facts {
            status: 200,
            route: "/{name}".into(),
            ..Facts::default()
        };
        push(&mut lines, |line| {
            chain.push(line, at(record), &facts.body());
        });
    }
    (lines, chain)
}

fn at(second: i64) -> Milliseconds {
    Milliseconds::from_count(NOON + second * 1000)
}

fn push(lines: &mut Vec<Vec<u8>>, add: impl FnOnce(&mut Vec<u8>)) {
    let mut line = Vec::new();
    add(&mut line);
    lines.push(line);
}

/// Findings in files with these contents.
fn found(files: &[Vec<u8>], head: Option<Digest>) -> Verification {
    let folder = TempDir::new().unwrap();
    let written = files.iter().enumerate().map(|(number, content)| {
        // Not in the order of the lines.
        let path = folder.path().join(format!("audit.{}", 9 - number));
        fs::write(&path, content).unwrap();
        path
    });
    let mut paths: Vec<_> = written.collect();
    paths.sort();
    verify(&paths, head).unwrap()
}

fn kinds(lines: &[Vec<u8>]) -> Vec<(u64, FaultKind)> {
    let found = found(&[lines.concat()], None);
    let faults = found.faults.iter();
    faults.map(|fault| (fault.line, fault.kind)).collect()
}

#[test]
fn a_file_as_it_was_written_has_no_fault() {
    let (lines, chain) = lines(20);
    let found = found(&[lines.concat()], Some(chain.head));
    assert_eq!((found.faults, found.notes), (vec![], vec![]));
    assert_eq!((found.lines, found.end), (21, Some((20, chain.head))));
    assert_eq!(found.behind_head, Some(0));
}

#[test]
fn one_line_removed_changed_put_in_or_moved_is_found_at_its_place() {
    let (good, chain) = lines(20);
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut lines = good.clone();
        change(&mut lines);
        kinds(&lines)
    };
    assert_eq!(
        with(&|lines| drop(lines.remove(5))),
        [(6, FaultKind::Missing { first: 5, last: 5 })]
    );
    assert_eq!(
        with(&|lines| drop(lines.drain(5..9))),
        [(6, FaultKind::Missing { first: 5, last: 8 })]
    );
    assert_eq!(
        with(&|lines| drop(lines.remove(0)))[0],
        (1, FaultKind::NoBeginning)
    );
    assert_eq!(
        with(&|lines| {
            let text = String::from_utf8(lines[5].clone()).unwrap();
            lines[5] = text.replace("200", "403").into_bytes();
        }),
        [(6, FaultKind::Changed)]
    );
    let again = |line: usize, at: usize| {
        with(&move |lines: &mut Vec<Vec<u8>>| {
            let line = lines[line].clone();
            lines.insert(at, line);
        })
    };
    let out_of_place = |seq, expected| FaultKind::OutOfPlace { seq, expected };
    assert_eq!(again(5, 6), [(7, out_of_place(5, 6))]);
    assert_eq!(again(5, 10), [(11, out_of_place(5, 10))]);
    assert_eq!(
        with(&|lines| lines.swap(5, 6)),
        [
            (6, FaultKind::Missing { first: 5, last: 5 }),
            (7, out_of_place(5, 7))
        ]
    );
    assert_eq!(
        with(&|lines| lines.insert(5, b"key=value\n".to_vec())),
        [(6, FaultKind::NoLine)]
    );
    // Sealed anew by somebody who knows how, but not what follows.
    let forged = with(&|lines| {
        let (before, _) = lines.split_at(5);
        let head = Sealed::read(before[4].trim_ascii_end()).unwrap().hash;
        let mut chain = Chain {
            next: 5,
            head,
            ..chain.clone()
        };
        let mut line = Vec::new();
        chain.push(&mut line, at(5), b"\"kind\":\"access\",\"status\":403");
        lines[5] = line;
    });
    assert_eq!(forged, [(7, FaultKind::Changed)]);
}

#[test]
fn the_end_is_missed_only_by_who_knows_its_hash() {
    let (mut lines, chain) = lines(20);
    lines.truncate(15);
    let cut = lines.concat();
    assert_eq!(found(std::slice::from_ref(&cut), None).faults, []);
    let missed = found(std::slice::from_ref(&cut), Some(chain.head));
    assert_eq!(missed.faults[0].kind, FaultKind::HeadMissing);
    let earlier = Sealed::read(lines[10].trim_ascii_end()).unwrap().hash;
    assert_eq!(found(&[cut], Some(earlier)).behind_head, Some(4));
}

#[test]
fn a_last_line_without_its_end_is_torn_until_a_daemon_says_so_behind_it() {
    let (mut lines, mut chain) = lines(20);
    let rest = b"{\"seq\":21,\"time\":\"2026-01-15T12:0".to_vec();
    lines.push(rest.clone());
    let bytes = rest.len();
    assert_eq!(kinds(&lines), [(22, FaultKind::Torn { bytes })]);
    lines.push(b"\n".to_vec());
    assert_eq!(kinds(&lines), [(22, FaultKind::NoLine)]);
    let told = |rest: &[u8]| Written::Started {
        perild: "0".into(),
        torn_bytes: Torn::of(rest).map(|torn| torn.bytes),
        torn_sha256: Torn::of(rest).map(|torn| torn.sha256),
    };
    let mut other = (lines.clone(), chain.clone());
    push(&mut lines, |line| chain.note(line, at(21), &told(&rest)));
    let said = found(&[lines.concat()], None);
    assert_eq!(said.faults, []);
    assert!(
        matches!(&*said.notes, [Note::Crash { line: 22, .. }]),
        "{:?}",
        said.notes
    );
    push(&mut other.0, |line| {
        other.1.note(line, at(21), &told(b"else"));
    });
    assert_eq!(kinds(&other.0), [(22, FaultKind::NoLine)]);
}

#[test]
fn a_clock_that_goes_back_is_told_and_no_fault() {
    let (mut lines, mut chain) = lines(3);
    push(&mut lines, |line| {
        chain.note(line, at(-60), &Written::Alive);
    });
    let found = found(&[lines.concat()], None);
    assert_eq!(found.faults, []);
    assert!(matches!(
        &*found.notes,
        [Note::ClockWentBack { line: 5, .. }]
    ));
}

/// Three files of one chain.
fn three_files() -> [Vec<u8>; 3] {
    let (mut first, mut chain) = lines(5);
    let mut files = Vec::new();
    for number in 0..2 {
        push(&mut first, |line| {
            chain.note(line, at(10 + 3 * number), &Written::Rotated);
        });
        files.push(first.concat());
        first.clear();
        let next = Written::Continued {
            format: FORMAT,
            chain: chain.name.to_string().into(),
            perild: "0".into(),
            previous: chain.head,
        };
        push(&mut first, |line| {
            chain.note(line, at(11 + 3 * number), &next);
        });
        push(&mut first, |line| {
            chain.note(line, at(12 + 3 * number), &Written::Alive);
        });
    }
    files.push(first.concat());
    files.try_into().unwrap()
}

#[test]
fn files_are_one_chain_in_any_order_and_one_that_is_missing_between_two_is_missed() {
    let [first, second, third] = three_files();
    let whole = found(&[first.clone(), second.clone(), third.clone()], None);
    assert_eq!((whole.faults, whole.notes), (vec![], vec![]));
    let missed = found(&[first.clone(), third.clone()], None).faults;
    let kind = FaultKind::Missing { first: 7, last: 9 };
    assert_eq!(
        missed.iter().map(|fault| fault.kind).collect::<Vec<_>>(),
        [kind]
    );
    let later = found(&[second, third], None);
    assert!(later.faults.is_empty() && matches!(&*later.notes, [Note::Before(_)]));
    let (other, _) = lines(2);
    let other = found(&[first, other.concat()], None);
    assert!(
        other
            .faults
            .iter()
            .any(|fault| fault.kind == FaultKind::OtherChain)
    );
    assert!(matches!(&*found(&[vec![]], None).notes, [Note::Empty(_)]));
}

#[test]
fn of_two_chains_each_is_followed_from_file_to_file_whatever_their_numbers() {
    let chains = [three_files(), three_files()];
    let kinds = |files: &[(usize, usize)]| {
        let files: Vec<_> = files
            .iter()
            .map(|&(chain, file)| chains[chain][file].clone())
            .collect();
        let faults = found(&files, None).faults;
        faults.iter().map(|fault| fault.kind).collect::<Vec<_>>()
    };
    let other = FaultKind::OtherChain;
    let all = [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)];
    assert_eq!(kinds(&all), [other]);
    // The other's files lie between by their numbers. The last that is given is the first that is looked at.
    let missing = FaultKind::Missing { first: 7, last: 9 };
    let second_lacks = [(0, 0), (1, 0), (1, 1), (0, 2), (1, 2)];
    assert_eq!(kinds(&second_lacks), [other, missing]);
    let first_lacks = [(1, 0), (0, 0), (0, 1), (0, 2), (1, 2)];
    assert_eq!(kinds(&first_lacks), [missing, other]);
}

#[test]
fn a_packed_file_is_read_as_well() {
    use std::io::Write as _;
    let (lines, chain) = lines(5);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&lines.concat()).unwrap();
    let found = found(&[packed.finish().unwrap()], None);
    assert_eq!((found.faults, found.end), (vec![], Some((5, chain.head))));
    assert!(verify(&[Path::new("/nowhere/audit").into()], None).is_err());
}

proptest! {
    #[test]
    fn any_other_octet_anywhere_in_a_file_is_found(at in any::<prop::sample::Index>(), octet: u8) {
        let mut content = lines(6).0.concat();
        let at = at.index(content.len());
        prop_assume!(content[at] != octet);
        content[at] = octet;
        let found = found(&[content], None);
        prop_assert!(found.faults_found > 0);
    }

    #[test]
    fn any_octets_are_read_without_a_panic(content in prop::collection::vec(any::<u8>(), 0..300), lines_before in 0_i64..3) {
        let mut file = lines(lines_before).0.concat();
        file.extend(content);
        let _ = found(&[file], None);
    }
}
