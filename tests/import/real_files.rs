//! Files as people have them: of other kinds, in tiles, counted to 360, with lost digits.

use std::{fs, path::Path, process::Command};

use perild::dataset::grid::{Cell, Grid, Profile, Value};

use crate::{
    Bench, coverage,
    plain::{self, assert_holds},
    stderr, succeed,
};

/// A bench without a sample.
fn empty() -> Bench {
    let bench = Bench {
        folder: tempfile::tempdir().unwrap(),
    };
    fs::create_dir(bench.csv()).unwrap();
    bench
}

fn header(key: &str) -> String {
    let names = &Profile::perils().coverage("fire").unwrap().source_names;
    format!("{key}latitude,longitude,{}\n", names.join(","))
}

/// A line without a key, all of whose values are `value`.
fn line(latitude: &str, longitude: &str, value: &str) -> String {
    format!("{latitude},{longitude},{}\n", [value; 12].join(","))
}

/// A file without keys.
fn write(bench: &Bench, name: &str, lines: &[String]) -> std::path::PathBuf {
    let path = bench.csv().join(name);
    fs::write(&path, header("") + &lines.concat()).unwrap();
    path
}

fn imported(bench: &Bench, arguments: &[&str]) -> (String, Grid) {
    let mut command = bench.import_command(&[&bench.csv()]);
    let said = succeed(command.args(arguments).output().unwrap());
    (said, Grid::open(&bench.store()).unwrap())
}

fn refused(bench: &Bench, arguments: &[&str]) -> String {
    let mut command = bench.import_command(&[&bench.csv()]);
    let output = command.args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!bench.store().exists());
    stderr(&output)
}

fn value(grid: &Grid, latitude: f64, longitude: f64) -> Option<Value> {
    let fire = coverage(grid, "fire").unwrap().first_column;
    match grid.cell_at(latitude, longitude) {
        Cell::Row(row) => Some(row.value(fire)),
        _ => None,
    }
}

#[test]
fn a_file_that_is_no_csv_is_named_with_what_to_do() {
    let utf16: Vec<u8> = header("key,")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (octets, name, remedy) in [
        (
            &b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"[..],
            "a pointer of Git LFS",
            "`git lfs pull`",
        ),
        (
            b"PK\x03\x04\x14\0\x06\0[Content_Types].xml",
            "an Excel workbook",
            "save the sheet as CSV",
        ),
        (b"PAR1\x15\x04\x15\x10", "Parquet", "by its own name"),
        (b"\x89HDF\r\n\x1a\n\0\0\0\0", "NetCDF", "by its own name"),
        (&utf16, "text in UTF-16", "iconv -f UTF-16LE -t UTF-8"),
        (b"<!DOCTYPE html>\n<html>", "an HTML page", "download"),
        (
            b"--\n-- PostgreSQL database dump\n--\n",
            "a dump of PostgreSQL",
            "restore it",
        ),
    ] {
        let bench = empty();
        let path = bench.csv().join("etlfire.csv");
        fs::write(&path, octets).unwrap();
        for packed in [false, true] {
            if packed {
                assert!(Command::new("gzip").arg(&path).status().unwrap().success());
            }
            let said = refused(&bench, &[]);
            assert!(
                said.contains("etlfire.csv") && said.contains(name),
                "{said}"
            );
            assert!(said.contains(remedy), "{said}");
        }
    }
}

#[test]
fn a_folder_without_a_csv_file_says_what_is_in_it() {
    let bench = empty();
    fs::write(
        bench.csv().join("etlfire.xlsx"),
        b"PK\x03\x04[Content_Types].xml",
    )
    .unwrap();
    let said = refused(&bench, &[]);
    assert!(said.contains("no peril CSV file"), "{said}");
    assert!(
        said.contains("etlfire.xlsx: this is an Excel workbook"),
        "{said}"
    );
    let bench = empty();
    fs::create_dir(bench.csv().join("solar.zarr")).unwrap();
    fs::write(bench.csv().join("solar.zarr/.zgroup"), "{}").unwrap();
    let said = refused(&bench, &[]);
    // A folder of gridded stores is a coverage of its own name, and this name is taken.
    let remedy = "\"perils\" cannot be the id of a coverage: rename it";
    assert!(said.contains(remedy), "{said}");
}

#[test]
fn a_world_counted_to_360_is_the_world_counted_from_greenwich() {
    let bench = Bench::with_sample("5");
    let expected = plain::table(&bench.csv());
    for peril in &Profile::perils().coverages {
        bench.edit(&peril.id, |text| {
            text.lines()
                .filter(|line| !line.contains(",-180.000000,") && !line.contains(",-180,"))
                .map(to_360)
                .collect()
        });
    }
    let (said, grid) = imported(&bench, &[]);
    assert!(said.contains("longitude -175 to 180"), "{said}");
    assert!(
        said.contains("longitudes are counted to 360, and in 1295 lines"),
        "{said}"
    );
    let expected = expected
        .into_iter()
        .filter(|(key, _)| !key.ends_with("-180.00"));
    assert_holds(&grid, &expected.collect());
}

/// The line with its longitude, and what its key says of it, counted to 360.
fn to_360(line: &str) -> String {
    let fields: Vec<&str> = line.split(',').collect();
    match fields[2].parse::<f64>() {
        Ok(longitude) if longitude < 0.0 => {
            let (latitude, turned) = (fields[1].parse::<f64>().unwrap(), longitude + 360.0);
            format!(
                "{latitude:.2}{turned:.2},{},{turned},{}\n",
                fields[1],
                fields[3..].join(",")
            )
        }
        _ => format!("{line}\n"),
    }
}

#[test]
fn one_meridian_at_0_and_at_360_is_taken_once_when_both_say_the_same() {
    let turn = |last: &str| -> Vec<String> {
        [
            ("0", "0.5"),
            ("90", "0.1"),
            ("180", "0.2"),
            ("270", "0.3"),
            ("360", last),
        ]
        .map(|(longitude, value)| line("10", longitude, value))
        .to_vec()
    };
    let bench = empty();
    write(&bench, "fire.csv", &turn("0.5"));
    let (said, grid) = imported(&bench, &[]);
    assert!(
        said.contains("fire has 1 lines whose cells another line gives the same"),
        "{said}"
    );
    assert_eq!(value(&grid, 10.0, 0.0), Some(Value::Known(500_000)));
    assert_eq!(value(&grid, 10.0, -90.0), Some(Value::Known(300_000)));
    assert_eq!(grid.metadata().rows, 4);
    let bench = empty();
    write(&bench, "fire.csv", &turn("0.6"));
    let said = refused(&bench, &[]);
    assert!(
        said.contains("line 6: the cell at 10, 0 has another line"),
        "{said}"
    );
    assert!(
        said.contains(
            "fire.csv line 2, and firessp1262020metric_mean is 0.600000 here and 0.500000 there"
        ),
        "{said}"
    );
}

#[test]
fn longitudes_counted_both_ways_in_one_file_are_a_slip() {
    let bench = empty();
    let lines = ["-10", "0", "10", "359"].map(|longitude| line("10", longitude, "0.5"));
    write(&bench, "fire.csv", &lines);
    let said = refused(&bench, &[]);
    assert!(
        said.contains("line 5: longitude 359 here and -10 in line 2 are more than once around"),
        "{said}"
    );
}

#[test]
fn keys_with_signed_zeros_blanks_and_no_keys_at_all_are_taken() {
    let bench = Bench::with_sample("15");
    let expected = plain::table(&bench.csv());
    bench.edit("fire", |text| {
        let lines = text.lines().map(|line| {
            let (key, rest) = line.split_once(',').unwrap();
            let fields: Vec<&str> = rest.split(',').collect();
            let signed = |text: &str| match text.parse::<f64>() {
                Ok(0.0) => "-0.00".to_owned(),
                Ok(degrees) => format!("{degrees:.2}"),
                Err(_) => key.to_owned(),
            };
            let key = match signed(fields[0]) {
                latitude if latitude != key => latitude + &signed(fields[1]),
                header => header,
            };
            format!(" {key} , {}", rest.replace(',', " ,\t"))
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    });
    bench.edit("wind", |text| {
        let lines = text.lines().map(|line| line.split_once(',').unwrap().1);
        lines.collect::<Vec<_>>().join("\n") + "\n"
    });
    assert!(
        fs::read_to_string(bench.file("fire"))
            .unwrap()
            .contains(" -0.00-15.00 ")
    );
    let (_, grid) = imported(&bench, &[]);
    assert_holds(&grid, &expected);
}

#[test]
fn tails_of_32_bit_numbers_are_refused_with_the_remedy_and_rounded_on_request() {
    let bench = empty();
    // What 32 bits make of 51.1, 51.2 and 51.3, and of 0.05.
    let latitudes = [
        "51.099998474121094",
        "51.20000076293945",
        "51.29999923706055",
    ];
    let lines = latitudes.map(|at| line(at, "-0.10000000149011612", "0.05000000074505806"));
    write(&bench, "fire.csv", &lines);
    let said = refused(&bench, &[]);
    assert!(
        said.contains("line 2: latitude \"51.099998474121094\" has more than six decimals"),
        "{said}"
    );
    assert!(said.contains("import with --round"), "{said}");
    let (said, grid) = imported(&bench, &["--round"]);
    assert!(said.contains("step 0.1 x 0.1 degrees"), "{said}");
    assert!(
        said.contains("fire.csv: 42 numbers were rounded to six decimals"),
        "{said}"
    );
    assert_eq!(grid.shape().latitude.extent(), (51.1, 51.3));
    assert_eq!(value(&grid, 51.2, -0.1), Some(Value::Known(50_000)));
}

#[test]
fn six_decimals_of_a_32_bit_number_are_beside_the_grid_until_they_are_rounded() {
    let bench = empty();
    let lines: Vec<_> = (0..40)
        .map(|at| {
            line(
                "10",
                &format!("{:.6}", f64::from(179.0 - 0.1 * at as f32)),
                "1",
            )
        })
        .collect();
    write(&bench, "fire.csv", &lines);
    let said = refused(&bench, &[]);
    assert!(said.contains("--round"), "{said}");
    let (_, grid) = imported(&bench, &["--round"]);
    assert_eq!(grid.shape().longitude.extent(), (175.1, 179.0));
    assert_eq!(grid.shape().longitude.count(), 40);
}

#[test]
fn tiles_of_one_peril_are_one_peril() {
    let bench = Bench::with_sample("15");
    let expected = plain::table(&bench.csv());
    let text = fs::read_to_string(bench.file("fire")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (header, lines) = lines.split_first().unwrap();
    // Each tile has the last ten lines of the one before.
    for (number, first) in (0..lines.len()).step_by(100).enumerate() {
        let tile = &lines[first.saturating_sub(10)..lines.len().min(first + 100)];
        let name = format!("synthetic-etlfire-{number}.csv");
        fs::write(
            bench.csv().join(name),
            format!("{header}\n{}\n", tile.join("\n")),
        )
        .unwrap();
    }
    let before = {
        succeed(bench.import(&[&bench.csv().join("synthetic-etlfire.csv")]));
        Grid::open(&bench.store()).unwrap()
    };
    fs::remove_file(bench.file("fire")).unwrap();
    let (said, grid) = imported(&bench, &[]);
    assert!(
        said.contains("fire has 30 lines whose cells another line gives the same values"),
        "{said}"
    );
    assert_holds(&grid, &expected);
    // What overlaps is counted once.
    let (before, fire) = (
        coverage(&before, "fire").unwrap(),
        coverage(&grid, "fire").unwrap(),
    );
    let counts = |found: &perild::dataset::grid::CoverageMetadata| {
        let found = found.provenance.as_ref().unwrap();
        (found.rows, found.cells_with_data)
    };
    assert_eq!(counts(fire), counts(before));
    assert_eq!(fire.statistics, before.statistics);
    let source = &fire.provenance.as_ref().unwrap().source;
    assert!(
        source.starts_with("synthetic-etlfire-0.csv, synthetic-etlfire-1.csv"),
        "{source}"
    );
}

#[test]
fn tiles_that_contradict_each_other_are_told_with_both_lines() {
    let bench = empty();
    write(
        &bench,
        "a.csv",
        &[
            line("0", "0", "0.1"),
            line("0", "1", "0.2"),
            line("0", "2", ""),
        ],
    );
    write(
        &bench,
        "b.csv",
        &[
            line("0", "1", "0.2"),
            line("0", "2", "0.3"),
            line("0", "3", "0.4"),
        ],
    );
    let (said, grid) = imported(&bench, &[]);
    assert!(
        said.contains("fire has 1 empty lines for cells that have values in another file"),
        "{said}"
    );
    assert_eq!(value(&grid, 0.0, 2.0), Some(Value::Known(300_000)));
    assert_eq!(
        coverage(&grid, "fire")
            .unwrap()
            .provenance
            .as_ref()
            .unwrap()
            .rows,
        4
    );
    for other in ["-9999", "0.25"] {
        let bench = empty();
        write(
            &bench,
            "a.csv",
            &[line("0", "0", "0.1"), line("0", "1", "0.2")],
        );
        write(
            &bench,
            "b.csv",
            &[line("0", "1", other), line("0", "2", "0.3")],
        );
        let said = refused(&bench, &[]);
        let there = bench.csv().join("a.csv");
        let parts = [
            "b.csv: line 2: the cell at 0, 1 has another line, ",
            &format!(
                "{} line 3, and firessp1262020metric_mean is",
                there.display()
            ),
            "here and 0.200000 there",
        ];
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    // One file does not say a thing twice, whatever others say.
    let bench = empty();
    write(
        &bench,
        "a.csv",
        &[
            line("0", "0", "0.1"),
            line("0", "1", "0.2"),
            line("0", "0", "0.1"),
        ],
    );
    write(&bench, "b.csv", &[line("0", "3", "0.3")]);
    assert!(refused(&bench, &[]).contains("a.csv: line 4: the cell at 0, 0 has a line further up"));
}

#[test]
fn a_sparse_grid_is_found_or_named_with_step() {
    let bench = empty();
    let places = [
        ("50", "-1"),
        ("50.5", "0.25"),
        ("51.25", "1"),
        ("52", "2.75"),
    ];
    write(
        &bench,
        "fire.csv",
        &places.map(|(north, east)| line(north, east, "0.5")),
    );
    let (said, grid) = imported(&bench, &[]);
    assert!(
        said.contains("step 0.25 x 0.25 degrees; 4 cells on the grid"),
        "{said}"
    );
    assert!(
        said.contains("places lie on 4 of the grid's 9 latitudes"),
        "{said}"
    );
    assert_eq!(value(&grid, 51.25, 1.0), Some(Value::Known(500_000)));

    // Too few to tell: the step has to be said.
    let bench = empty();
    let places = [("50", "-1"), ("54.75", "0.25"), ("60.25", "33")];
    write(
        &bench,
        "fire.csv",
        &places.map(|(north, east)| line(north, east, "0.5")),
    );
    let said = refused(&bench, &[]);
    assert!(said.contains("--step"), "{said}");
    let (said, grid) = imported(&bench, &["--step", "0.25"]);
    assert!(
        said.contains("step 0.25 x 0.25 degrees; 3 cells on the grid"),
        "{said}"
    );
    assert_eq!(value(&grid, 60.25, 33.0), Some(Value::Known(500_000)));
    fs::remove_file(bench.store()).unwrap();
    let said = refused(&bench, &["--step", "0.5,0.25"]);
    assert!(
        said.contains("line 2: latitude 50, longitude -1 is not on the grid of 0.5 degrees"),
        "{said}"
    );
    for wrong in ["0", "x", "-1", "1/0"] {
        let mut command = bench.import_command(&[&bench.csv()]);
        let output = command.args(["--step", wrong]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn a_file_and_a_folder_that_holds_it_are_one() {
    let bench = Bench::with_sample("15");
    let fire = bench.file("fire");
    let said = succeed(bench.import(&[&bench.csv(), &fire, Path::new(&fire)]));
    assert!(!said.contains("whose cells another line"), "{said}");
}
