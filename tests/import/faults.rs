//! Bad input: what is said, and that the store in service stays as it was.

use std::{fs, path::Path};

use crate::{Bench, perild, stderr, succeed};

/// Imports a good sample, then `break_it`, and expects a refusal that says each of `parts`.
fn refused(break_it: impl FnOnce(&Bench), parts: &[&str]) {
    let bench = Bench::with_sample("15");
    succeed(bench.import(&[&bench.csv()]));
    let before = fs::read(bench.store()).unwrap();
    break_it(&bench);
    let output = bench.import(&[&bench.csv()]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    assert!(said.len() < 10_000, "{}", said.len());
    assert_eq!(fs::read(bench.store()).unwrap(), before);
    assert_eq!(bench.left(), ["perils.arrow"]);
}

/// The text with line `number`, counted from 1, changed.
fn with_line(text: &str, number: usize, change: impl FnOnce(&str) -> String) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[number - 1] = change(&lines[number - 1]);
    lines.join("\n") + "\n"
}

fn edited(number: usize, change: fn(&str) -> String, parts: &[&str]) {
    refused(
        |bench| bench.edit("fire", |text| with_line(&text, number, change)),
        &[
            &["synthetic-etlfire.csv", "nothing was imported"][..],
            parts,
        ]
        .concat(),
    );
}

fn field(line: &str, number: usize, text: &str) -> String {
    let mut fields: Vec<&str> = line.split(',').collect();
    fields[number] = text;
    fields.join(",")
}

#[test]
fn a_number_that_is_none_is_told_with_file_line_and_reason() {
    edited(
        40,
        |line| field(line, 3, "n/a"),
        &["line 40: firessp1262020metric_mean \"n/a\""],
    );
    edited(
        40,
        |line| field(line, 14, "1e-7"),
        &["line 40: firessp5852100metric_mean \"1e-7\" has more than six decimals"],
    );
    edited(40, |line| field(line, 5, "-1"), &["line 40", "below 0"]);
    edited(
        40,
        |line| field(line, 5, "1000000"),
        &["line 40", "a million or more"],
    );
    edited(
        40,
        |line| field(line, 5, "\u{e9}"),
        &["line 40", r#""\xc3\xa9""#],
    );
}

#[test]
fn a_place_that_is_none_is_told() {
    edited(
        40,
        |line| field(line, 1, "91"),
        &["line 40: latitude \"91\" is outside -90 to 90"],
    );
    edited(
        40,
        |line| field(line, 2, "361"),
        &["line 40: longitude \"361\" is outside -180 to 360"],
    );
    edited(40, |line| field(line, 1, ""), &["line 40: latitude \"\""]);
    edited(
        40,
        |line| field(line, 0, "0.000.00"),
        &["line 40: the key \"0.000.00\" does not belong"],
    );
    edited(
        40,
        |line| {
            field(
                &field(&field(line, 0, "48.1317.25"), 1, "48.13"),
                2,
                "17.25",
            )
        },
        &["line 40: latitude 48.13, longitude 17.25 is not on the grid of 15 degrees"],
    );
}

#[test]
fn half_a_line_and_an_empty_one_are_told() {
    edited(
        40,
        |line| line[..line.len() / 2].to_owned(),
        &["line 40:", "fields where the header has 15"],
    );
    edited(40, |_| String::new(), &["line 40: the line is empty"]);
    edited(40, |line| format!("{line},1"), &["line 40: 16 fields"]);
    refused(
        |bench| bench.edit("fire", |text| text.trim_end().to_owned() + "1,2"),
        &["line 326:"],
    );
}

#[test]
fn a_second_line_for_a_cell_is_told() {
    refused(
        |bench| {
            bench.edit("fire", |text| {
                let again = text.lines().nth(39).unwrap().to_owned();
                text + &again + "\n"
            });
        },
        &[
            "synthetic-etlfire.csv: line 327: the cell at ",
            "has a line further up",
        ],
    );
}

#[test]
fn columns_that_are_missing_twice_or_unknown_are_told() {
    edited(
        1,
        |line| line.replace("latitude", "breadth"),
        &["line 1", "the column \"breadth\" is unknown"],
    );
    edited(
        1,
        |line| line.replace("ssp1262030", "ssp1262020"),
        &["line 1", "stands twice"],
    );
    refused(
        |bench| {
            bench.edit("fire", |text| {
                text.lines()
                    .map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n")
                    .collect()
            });
        },
        &["line 1: 1 columns of fire are missing, the first of them firessp5852100metric_mean"],
    );
    refused(
        |bench| bench.edit("fire", |_| String::new()),
        &["synthetic-etlfire.csv: line 1: the file is empty"],
    );
    refused(
        |bench| bench.edit("fire", |_| "time,energy\n1,2\n".to_owned()),
        &["no column of any peril"],
    );
}

#[test]
fn a_file_without_rows_or_not_in_utf_8_is_told() {
    refused(
        |bench| {
            bench.edit("fire", |text| {
                text.lines().next().unwrap().to_owned() + "\n"
            });
        },
        &["synthetic-etlfire.csv", "no row"],
    );
    for (octets, said) in [
        (&b"\xff\xfek\0e\0y\0,\0"[..], ": this is text in UTF-16"),
        (b"\0\0\0\0", ": this is nothing but zeros"),
        (b"k\xe9y,latitude\n", ": line 1: "),
    ] {
        refused(
            |bench| fs::write(bench.file("fire"), octets).unwrap(),
            &["synthetic-etlfire.csv", said],
        );
    }
}

#[test]
fn two_versions_of_one_peril_are_refused() {
    refused(
        |bench| {
            let text = fs::read_to_string(bench.file("fire")).unwrap();
            let other = with_line(&text, 40, |line| field(line, 5, "0.123456"));
            assert_ne!(text, other);
            fs::write(bench.csv().join("again.csv"), other).unwrap();
        },
        &[
            "synthetic-etlfire.csv: line 40: the cell at ",
            "again.csv line 40",
            "0.123456 there",
        ],
    );
}

#[test]
fn every_bad_file_is_named_and_a_million_bad_lines_are_bounded() {
    refused(
        |bench| {
            bench.edit("fire", |text| text + &"x\n".repeat(1_000_000));
            bench.edit("wind", |text| text.replace("latitude", "lat"));
        },
        &[
            "synthetic-etlfire.csv: line 327: 1 fields",
            "synthetic-etlfire.csv: and 999980 more lines",
            "synthetic-etlwind.csv: line 1: the column \"lat\" is unknown",
        ],
    );
}

#[test]
fn a_packed_file_that_is_cut_short_is_refused() {
    for (end, pack) in [
        ("gz", gzip as fn(&[u8]) -> Vec<u8>),
        ("zst", |text| zstd::encode_all(text, 3).unwrap()),
    ] {
        refused(
            |bench| {
                let text = fs::read(bench.file("fire")).unwrap();
                let packed = pack(&text);
                let cut = &packed[..packed.len() - 20];
                fs::write(
                    bench.csv().join(format!("synthetic-etlfire.csv.{end}")),
                    cut,
                )
                .unwrap();
                fs::remove_file(bench.file("fire")).unwrap();
            },
            &["synthetic-etlfire.csv.", "after line"],
        );
    }
}

#[test]
fn a_path_that_is_no_file_is_named() {
    let bench = Bench::with_sample("15");
    let nowhere = bench.folder.path().join("nowhere.csv");
    let output = bench.import(&[&nowhere]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("nowhere.csv"));
    let empty = bench.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let output = bench.import(&[&empty]);
    assert!(
        stderr(&output).contains("no peril CSV file"),
        "{}",
        stderr(&output)
    );
    let output = bench.import(&[Path::new("/dev/zero")]);
    assert!(
        stderr(&output).contains("not a regular file"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn wrong_usage_is_exit_code_2_and_a_wrong_configuration_78() {
    assert_eq!(perild(&["import"]).status.code(), Some(2));
    assert_eq!(
        perild(&["sample", "--step", "x", "--out", "y"])
            .status
            .code(),
        Some(2)
    );
    let output = perild(&["import", "--config", "/nonexistent/perild.toml", "x.csv"]);
    assert_eq!(output.status.code(), Some(78));
    assert_eq!(
        perild(&["sample", "--step", "0", "--out", "y"])
            .status
            .code(),
        Some(1)
    );
}

fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}
