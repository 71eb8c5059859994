//! Records, features and series: files and a description in, a table out, and nothing in between.

use std::{fs, sync::Arc};

use perild_query::{Literal, Table};

use crate::{Bench, perild_command, stderr, succeed};

const READINGS: &str = "
[collection]
title = \"Half-hourly meter readings\"
licence = \"CC-BY-4.0\"
source = \"readings\"
kind = \"series\"
key = [\"meter\"]
time = \"from\"
step = \"PT30M\"
[[field]]
name = \"kWh\"
unit = \"kW.h\"
";

/// A folder with readings of two meters, one in CSV and one line by line, and their description.
fn readings() -> Bench {
    let bench = Bench {
        folder: tempfile::tempdir().unwrap(),
    };
    let file = |name: &str, text: &str| {
        let path = bench.csv().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    file("readings.toml", READINGS);
    file(
        "readings/meter=007/1.csv",
        "from,kWh\n2026-01-01T00:00Z,0.5\n2026-01-01T00:30Z,\n",
    );
    file(
        "readings/meter=12/1.ndjson",
        "{\"from\":\"2026-01-01T00:00Z\",\"kWh\":1}\n",
    );
    bench
}

fn table(bench: &Bench) -> Arc<Table> {
    Arc::new(Table::open(&bench.state().join("tables/readings")).unwrap())
}

#[test]
fn a_folder_of_files_becomes_one_table_whatever_their_formats() {
    let bench = readings();
    let said = succeed(bench.import(&[&bench.csv().join("readings.toml")]));
    for part in [
        "readings: series, 3 rows, none rejected\n",
        "meter                                    text                  0                key\n",
        "kWh                                      number                1 kW.h\n",
        "stored in ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let table = table(&bench);
    let at = Literal::DateTime(1_767_225_600_000);
    let row = table.item(&[Literal::Text("12".into()), at]).unwrap();
    assert_eq!(row.unwrap().num_rows(), 1);
    assert_eq!(table.about()["title"], "Half-hourly meter readings");
    table.verify().unwrap();
}

#[test]
fn the_folder_itself_is_named_as_its_description_is() {
    let bench = readings();
    let said = succeed(bench.import(&[&bench.csv().join("readings")]));
    assert!(said.contains("readings: series, 3 rows"), "{said}");
}

#[test]
fn a_fault_is_told_with_file_and_line_and_changes_nothing() {
    let bench = readings();
    let description = bench.csv().join("readings.toml");
    succeed(bench.import(&[&description]));
    let version = table(&bench).version().to_owned();
    let bad = bench.csv().join("readings/meter=9/1.csv");
    fs::create_dir_all(bad.parent().unwrap()).unwrap();
    fs::write(&bad, "from,kWh\n2026-01-01T00:00Z,1,2\n").unwrap();
    let refused = bench.import(&[&description]);
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    let expected = "nothing was imported\nmeter=9/1.csv: line 2: 3 fields where the header has 2";
    assert!(said.contains(expected), "{said}");
    assert_eq!(table(&bench).version(), version);
}

#[test]
fn rows_are_appended_and_the_last_import_is_taken_back() {
    let bench = readings();
    let description = bench.csv().join("readings.toml");
    succeed(bench.import(&[&description]));
    let version = table(&bench).version().to_owned();
    let more = bench.folder.path().join("more.csv");
    fs::write(&more, "meter,from,kWh\n12,2026-01-01T00:30Z,2\n").unwrap();
    let run = |option: &str, rest: &[&std::path::Path]| {
        let mut command = perild_command(&["import", "--state"]);
        command.arg(bench.state()).arg(option).args(rest);
        command.output().unwrap()
    };
    let said = succeed(run("--append", &[&description, &more]));
    assert!(
        said.contains("1 rows added, 0 replaced, 0 removed"),
        "{said}"
    );
    assert_eq!(table(&bench).len(), 4);
    let refused = run("--append", &[&description, &more]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("is in the table already"),
        "{}",
        stderr(&refused)
    );
    let said = succeed(run("--rollback", &[&description]));
    assert!(
        said.contains("took back the last import of readings"),
        "{said}"
    );
    assert_eq!(table(&bench).version(), version);
}
