//! What can be imported, and that all of it arrives.

use std::{collections::BTreeMap, fs, io::Write, path::Path, process::Command};

use perild::{
    clock::Timestamp,
    dataset::{
        Perils,
        grid::{Cell, Grid, Profile},
    },
    import::{Progress, Request, Source, Tables, import},
};
use proptest::prelude::*;

use crate::{
    Bench, coverage, perild, perild_command,
    plain::{self, Table, assert_holds},
    stderr, succeed,
};

#[test]
fn a_sample_arrives_in_the_store_value_for_value() {
    let bench = Bench::with_sample("5");
    let said = succeed(bench.import(&[&bench.csv()]));
    assert!(
        said.contains("step 5 x 5 degrees; 2701 cells on the grid"),
        "{said}"
    );
    assert!(said.contains("SYNTHETIC"), "{said}");
    let grid = Grid::open(&bench.store()).unwrap();
    grid.verify().unwrap();
    assert_holds(&grid, &plain::table(&bench.csv()));
    let metadata = grid.metadata();
    assert_eq!(metadata.coverages.len(), 7);
    for coverage in &metadata.coverages {
        assert!(coverage.synthetic && coverage.source.contains("SYNTHETIC"));
        assert_eq!(&*coverage.licence, "CC0-1.0");
        assert_eq!(coverage.provenance.as_ref().unwrap().rows, 2701);
    }
    let share = f64::from(metadata.rows) / 2701.0;
    assert!((0.40..0.48).contains(&share), "{share}");
}

#[test]
fn the_same_seed_makes_the_same_files_and_another_makes_others() {
    let one = Bench::with_sample("15");
    let two = Bench::with_sample("15");
    let other = one.folder.path().join("other");
    let out = other.display().to_string();
    succeed(perild(&[
        "sample", "--step", "15", "--out", &out, "--seed", "1",
    ]));
    for peril in &Profile::perils().coverages {
        let text = fs::read(one.file(&peril.id)).unwrap();
        assert_eq!(text, fs::read(two.file(&peril.id)).unwrap());
        let name = one.file(&peril.id).file_name().unwrap().to_owned();
        assert_ne!(text, fs::read(other.join(name)).unwrap());
    }
}

#[test]
fn the_sample_that_is_kept_is_the_one_that_is_made() {
    let bench = Bench::with_sample("7.5");
    let mut octets = 0;
    for entry in fs::read_dir(bench.csv()).unwrap() {
        let made = entry.unwrap().path();
        let kept = Path::new("shared_data/perils").join(made.file_name().unwrap());
        let text = fs::read(&made).unwrap();
        octets += text.len();
        assert_eq!(fs::read(&kept).unwrap(), text, "{}", kept.display());
    }
    assert!(octets <= 1_000_000, "{octets}");
}

#[test]
fn a_sample_can_be_a_part_of_the_world() {
    let bench = Bench::with_sample("15");
    let out = bench.folder.path().join("part").display().to_string();
    let extent = ["--extent", "50,-6,53,2", "--step", "0.25", "--out", &out];
    succeed(perild(&[&["sample"][..], &extent].concat()));
    succeed(bench.import(&[Path::new(&out)]));
    let grid = Grid::open(&bench.store()).unwrap();
    assert_eq!(grid.shape().latitude.extent(), (50.0, 53.0));
    assert_eq!(grid.shape().longitude.extent(), (-6.0, 2.0));
    assert!(matches!(grid.cell_at(51.5, -0.1), Cell::Row(_)));
    for wrong in ["50,-6,53", "53,-6,50,2", "50,-6,91,2", "a,b,c,d"] {
        let output = perild(&["sample", "--extent", wrong, "--step", "1", "--out", &out]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn packed_files_are_read_by_what_they_hold() {
    let bench = Bench::with_sample("15");
    let expected = plain::table(&bench.csv());
    for (peril, tool, end) in [("fire", "gzip", "gz"), ("heat", "gzip", "gz")] {
        run(Command::new(tool).arg(bench.file(peril)));
        assert!(
            bench
                .csv()
                .join(format!("synthetic-etl{peril}.csv.{end}"))
                .exists()
        );
    }
    let wind = fs::read(bench.file("wind")).unwrap();
    let (head, tail) = wind.split_at(wind.len() / 2);
    // Two frames one after the other are one text.
    let packed = [head, tail]
        .map(|part| zstd::encode_all(part, 3).unwrap())
        .concat();
    fs::write(bench.csv().join("synthetic-etlwind.csv.zst"), packed).unwrap();
    fs::remove_file(bench.file("wind")).unwrap();
    succeed(bench.import(&[&bench.csv()]));
    let grid = Grid::open(&bench.store()).unwrap();
    assert_holds(&grid, &expected);
    assert!(grid.metadata().is_synthetic());
}

#[test]
fn columns_and_lines_may_stand_in_any_order() {
    let bench = Bench::with_sample("15");
    let expected = plain::table(&bench.csv());
    for peril in &Profile::perils().coverages {
        bench.edit(&peril.id, |text| {
            let mut lines: Vec<String> = text.lines().map(turned).collect();
            lines[0] = lines[0].to_uppercase();
            // A fixed shuffle: every seventh line, then every seventh from the next.
            let (header, rest) = lines.split_first().unwrap();
            let mut shuffled = vec![header.clone()];
            for first in 0..7 {
                shuffled.extend(rest.iter().skip(first).step_by(7).cloned());
            }
            shuffled.join("\r\n") + "\r\n"
        });
    }
    succeed(bench.import(&[&bench.csv()]));
    assert_holds(&Grid::open(&bench.store()).unwrap(), &expected);
}

#[test]
fn some_of_the_perils_are_enough_and_the_others_are_not_covered() {
    let bench = Bench::with_sample("15");
    let said = succeed(bench.import(&[&bench.file("fire"), &bench.file("heat")]));
    assert!(
        said.contains("note: wind is not among the sources"),
        "{said}"
    );
    let only = bench.folder.path().join("only");
    fs::create_dir(&only).unwrap();
    for peril in ["fire", "heat"] {
        fs::copy(bench.file(peril), only.join(format!("{peril}.csv"))).unwrap();
    }
    assert_holds(&Grid::open(&bench.store()).unwrap(), &plain::table(&only));
}

#[test]
fn values_are_synthetic_when_their_package_their_name_or_their_publisher_says_so() {
    let bench = Bench::with_sample("15");
    let is_synthetic = || {
        Grid::open(&bench.store())
            .unwrap()
            .metadata()
            .is_synthetic()
    };
    let fire = bench.csv().join("synthetic-etlfire.csv");
    let plain = bench.folder.path().join("etlfire.csv");
    fs::copy(&fire, &plain).unwrap();
    succeed(bench.import(&[&plain]));
    assert!(!is_synthetic());
    let mut command = bench.import_command(&[&plain]);
    succeed(command.arg("--synthetic").output().unwrap());
    assert!(is_synthetic());
    fs::remove_file(bench.csv().join("datapackage.json")).unwrap();
    succeed(bench.import(&[&fire]));
    assert!(is_synthetic());
    let package = r#"{"synthetic": true, "resources": [{"path": "etlfire.csv"}]}"#;
    fs::write(bench.folder.path().join("datapackage.json"), package).unwrap();
    succeed(bench.import(&[&plain]));
    assert!(is_synthetic());
    // A package that cannot be read might have said so.
    fs::write(bench.folder.path().join("datapackage.json"), "{").unwrap();
    let output = bench.import(&[&plain]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("datapackage.json"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn each_import_has_a_higher_version_and_says_what_it_was_told() {
    let bench = Bench::with_sample("15");
    let mut before = 0;
    for round in 0..3 {
        let mut command = bench.import_command(&[&bench.csv()]);
        command.args([
            "--licence",
            "CC-BY-4.0",
            "--source",
            &format!("round {round}"),
        ]);
        succeed(command.output().unwrap());
        let grid = Grid::open(&bench.store()).unwrap();
        assert!(grid.metadata().version.id > before);
        before = grid.metadata().version.id;
        for coverage in &grid.metadata().coverages {
            assert_eq!(&*coverage.licence, "CC-BY-4.0");
            assert_eq!(*coverage.source, format!("round {round}"));
        }
    }
}

#[test]
fn a_store_that_is_open_stays_whole_when_another_takes_its_place() {
    let bench = Bench::with_sample("15");
    succeed(bench.import(&[&bench.file("fire")]));
    let before = Grid::open(&bench.store()).unwrap();
    succeed(bench.import(&[&bench.file("fire"), &bench.file("wind")]));
    before.verify().unwrap();
    let after = Grid::open(&bench.store()).unwrap();
    assert_ne!(before.checksum(), after.checksum());
    assert!(coverage(&before, "wind").is_none());
    assert!(coverage(&after, "wind").is_some() && coverage(&after, "fire").is_some());
}

#[test]
fn an_import_of_one_peril_leaves_the_others_as_they_were_and_says_so() {
    let bench = Bench::with_sample("15");
    succeed(bench.import(&[&bench.csv()]));
    let whole = fs::read(bench.store()).unwrap();
    let said = succeed(bench.import(&[&bench.file("fire")]));
    assert_eq!(fs::read(bench.store()).unwrap(), whole);
    let own = bench.state().join("collections/fire.arrow");
    assert!(said.contains(&own.display().to_string()), "{said}");
    let kept = "not among the sources, and as before: wind, precip, heat, hail, drought, combinedflood (version ";
    assert!(said.contains(kept), "{said}");
    // What is served is the newest of each.
    let served = Perils::open(&bench.state()).unwrap();
    let version = |id: &str| {
        let store = served.description(id).unwrap().store.clone();
        store.unwrap().version.id
    };
    let grid = Grid::open(&own).unwrap();
    assert_eq!(version("fire"), grid.metadata().version.id);
    assert!(version("fire") > version("wind"));
    // All of them again: one store has them, and the other is of no use from the import after on.
    succeed(bench.import(&[&bench.csv()]));
    let served = Perils::open(&bench.state()).unwrap();
    let stores = served
        .perils()
        .map(|one| one.store.clone().unwrap().version.id);
    assert_eq!(stores.collect::<std::collections::BTreeSet<_>>().len(), 1);
    succeed(bench.import(&[&bench.csv()]));
    assert!(!own.exists());
}

#[test]
fn the_last_import_can_be_taken_back_once() {
    let bench = Bench::with_sample("15");
    let back = || {
        let mut command = perild_command(&["import", "--rollback", "--state"]);
        command.arg(bench.state()).output().unwrap()
    };
    let nothing = back();
    assert_eq!(nothing.status.code(), Some(1));
    assert!(stderr(&nothing).contains("no import to take back"));

    succeed(bench.import(&[&bench.csv()]));
    let first = fs::read(bench.store()).unwrap();
    succeed(bench.import(&[&bench.csv()]));
    assert_ne!(fs::read(bench.store()).unwrap(), first);
    assert!(succeed(back()).contains("is there again"));
    assert_eq!(fs::read(bench.store()).unwrap(), first);
    assert_eq!(back().status.code(), Some(1));
    assert_eq!(fs::read(bench.store()).unwrap(), first);

    // A store where there was none before goes away, and the one that was covered by it holds again.
    let own = bench.state().join("collections/fire.arrow");
    succeed(bench.import(&[&bench.file("fire")]));
    assert!(own.exists());
    assert!(succeed(back()).contains("there was none before it"));
    assert!(!own.exists());
    let served = Perils::open(&bench.state()).unwrap();
    assert!(served.perils().all(|one| one.store.is_some()));

    // What a later hand has put in the place of an import is not taken away.
    succeed(bench.import(&[&bench.csv()]));
    fs::write(bench.store(), &first).unwrap();
    assert_eq!(back().status.code(), Some(1));
    assert_eq!(fs::read(bench.store()).unwrap(), first);
}

#[test]
fn statistics_are_those_of_the_files() {
    let bench = Bench::with_sample("15");
    succeed(bench.import(&[&bench.csv()]));
    let grid = Grid::open(&bench.store()).unwrap();
    let table = plain::table(&bench.csv());
    let coverages = grid.metadata().coverages.iter();
    let statistics: Vec<_> = coverages.flat_map(|one| &one.statistics).collect();
    assert_eq!(statistics.len(), 96);
    for found in statistics {
        let texts = || table.values().map(|row| row[&found.column].as_str());
        let numbers: Vec<f64> = texts()
            .filter(|text| *text != "None" && *text != "-9999.000000")
            .map(|text| text.parse().unwrap())
            .collect();
        assert_eq!(found.known, numbers.len() as u64);
        let count = |wanted| texts().filter(|text| *text == wanted).count() as u64;
        assert_eq!(found.not_applicable, count("-9999.000000"));
        assert_eq!(found.not_covered, count("None"));
        let close = |micro: Option<i64>, number: f64| {
            assert!(
                (micro.unwrap() as f64 / 1e6 - number).abs() < 1e-6,
                "{found:?}"
            );
        };
        close(
            found.min,
            numbers.iter().copied().fold(f64::INFINITY, f64::min),
        );
        close(found.max, numbers.iter().copied().fold(0.0, f64::max));
        close(
            found.mean,
            numbers.iter().sum::<f64>() / numbers.len() as f64,
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_a_file_holds_comes_back(
        step in prop::sample::select(vec![50_000_i64, 250_000, 500_000, 1_000_000]),
        first in -40..40_i64,
        cells in prop::collection::btree_map((0..6_i64, 0..6_i64), prop::collection::vec(value(), 12), 8..30),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("any.csv");
        let names = &Profile::perils().coverage("fire").unwrap().source_names;
        let mut file = fs::File::create(&csv).unwrap();
        writeln!(file, "key,latitude,longitude,{}", names.join(",")).unwrap();
        let mut table = Table::new();
        // Both ends of each axis, so that the step shows.
        let mut cells = cells;
        for at in 0..6 {
            cells.entry((at, at)).or_insert_with(|| vec![String::new(); 12]);
        }
        for ((up, right), values) in &cells {
            let [north, east] = [first + up, first - right].map(|at| (at * step) as f64 / 1e6);
            let key = format!("{north:.2}{east:.2}");
            writeln!(file, "{key},{north:.6},{east:.6},{}", values.join(",")).unwrap();
            let text = |value: &String| if value.is_empty() { "None".to_owned() } else { value.clone() };
            let row: BTreeMap<_, _> = names.iter().map(ToString::to_string).zip(values.iter().map(text)).collect();
            table.insert(key, row);
        }
        drop(file);
        let request = Request {
            sources: vec![Source::Path(csv)],
            state: folder.path().join("state"),
            source: None,
            licence: None,
            databases: perild::import::DatabaseFiles::default(),
            synthetic: false,
            step: None,
            round: false,
            tables: Tables::perils(),
            now: Timestamp::from_seconds(1_768_478_400),
        };
        let imported = import(&request, &Progress::default()).unwrap();
        let grid = Grid::open(&imported.path).unwrap();
        grid.verify().unwrap();
        assert_holds(&grid, &table);
    }
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just(String::new()),
        1 => Just("-9999.000000".to_owned()),
        4 => (0..999_999_999_i64).prop_map(|micro| format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000)),
        1 => (0..999_999_999_999_i64).prop_map(|micro| format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000)),
    ]
}

/// The line with its fields in the opposite order.
fn turned(line: &str) -> String {
    line.split(',').rev().collect::<Vec<_>>().join(",")
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success());
}
