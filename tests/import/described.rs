//! Coverages of a publisher's own, as a description beside their CSV tells of them.

use std::fs;

use perild::dataset::grid::{
    Cell, Grid,
    Value::{Known, NotApplicable, NotCovered},
};

use crate::{Bench, stderr, succeed};

const DESCRIPTION: &str = r#"
[collection]
title = "Solar irradiance by month"
licence = "CC-BY-4.0"
version = "2.1.0"
publisher = "Example Solar"
kind = "coverage"

[coverage]
columns = "{variable}_m{month}"
missing = ["", "NA"]
not_applicable = ["-"]
ignore = ["station"]

[[dimension]]
name = "month"
values = [1, 2, 12]
unit = "mo"

[[field]]
name = "ghi"
unit = "kW.h/m2"
definition = "Global horizontal irradiance of a day, mean of the month."
decimals = 2
minimum = 0
maximum = 12

[[field]]
name = "temperature"
unit = "Cel"
decimals = 1
"#;

const HEADER: &str =
    "station,lat,lon,ghi_m1,ghi_m2,ghi_m12,temperature_m1,temperature_m2,temperature_m12\n";

fn bench(description: &str, lines: &[&str]) -> Bench {
    let bench = Bench {
        folder: tempfile::tempdir().unwrap(),
    };
    fs::create_dir(bench.csv()).unwrap();
    fs::write(bench.csv().join("solar.toml"), description).unwrap();
    let lines = lines.join("\n") + "\n";
    fs::write(bench.csv().join("solar.csv"), HEADER.to_owned() + &lines).unwrap();
    bench
}

const LINES: [&str; 4] = [
    "a,50,8,0.95,1.5,0.8,-1.5,0,2",
    "b,50,8.1,NA,1.25,,-20.5,0.5,-",
    "c,50.05,8,0.9,13,0.75,1,2,3",
    "d,50.05,8.1,,,,,,",
];

#[test]
fn a_csv_with_a_description_becomes_a_coverage_with_its_own_columns_units_and_marks() {
    for named in ["solar.toml", "solar.csv"] {
        let bench = bench(DESCRIPTION, &LINES);
        let said = succeed(bench.import(&[&bench.csv().join(named)]));
        assert!(
            said.contains("ghi_m2 goes up to 13.00 kW.h/m2, and 12 kW.h/m2"),
            "{said}"
        );
        assert!(!said.contains("wind"), "{said}");
        assert!(!bench.store().exists());
        let grid = Grid::open(&bench.state().join("collections/solar.arrow")).unwrap();
        grid.verify().unwrap();
        let [solar] = grid.metadata().coverages.as_slice() else {
            panic!("one coverage");
        };
        assert_eq!((&*solar.id, &*solar.version), ("solar", "2.1.0"));
        assert_eq!(
            (&*solar.licence, &*solar.source),
            ("CC-BY-4.0", "Example Solar")
        );
        let names: Vec<_> = solar
            .columns
            .all()
            .map(|one| solar.columns.name(one))
            .collect();
        assert_eq!(names[..3], ["ghi_1", "ghi_2", "ghi_12"]);
        let values = |latitude, longitude| match grid.cell_at(latitude, longitude) {
            Cell::Row(row) => row.values().collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        assert_eq!(
            values(50.0, 8.0),
            [
                Known(95),
                Known(150),
                Known(80),
                Known(-15),
                Known(0),
                Known(20)
            ]
        );
        assert_eq!(
            values(50.0, 8.1),
            [
                NotCovered,
                Known(125),
                NotCovered,
                Known(-205),
                Known(5),
                NotApplicable
            ]
        );
        assert_eq!(grid.cell_at(50.05, 8.1), Cell::Empty);
        assert_eq!(
            (grid.shape().latitude.step(), grid.shape().longitude.step()),
            (0.05, 0.1)
        );
    }
}

#[test]
fn what_does_not_fit_the_description_is_told_with_file_and_line() {
    for (from, to, lines, part) in [
        (
            "",
            "",
            &["a,50,8,-0.5,1,1,0,0,0"][..],
            "solar.csv: line 2: ghi_m1 \"-0.5\" is below 0.00",
        ),
        (
            "",
            "",
            &["a,50,8,0.955,1,1,0,0,0"],
            "ghi_m1 \"0.955\" has more than 2 decimals",
        ),
        ("", "", &["a,50,8,-9999,1,1,0,0,0"], "is below 0.00"),
        (
            "",
            "",
            &["a,50,8,x,1,1,0,0,0"],
            "\"x\" is not a decimal number",
        ),
        (
            "ignore = [\"station\"]",
            "",
            &LINES,
            "the column \"station\" is unknown",
        ),
        (
            "values = [1, 2, 12]",
            "values = [1, 2, 3]",
            &LINES,
            "ghi_m12\" is unknown",
        ),
        ("decimals = 1", "decimals = 16", &LINES, "decimals"),
        ("name = \"ghi\"", "name = \"gh i\"", &LINES, "gh i"),
        ("title =", "titel =", &LINES, "titel"),
        (
            "licence = \"CC-BY-4.0\"",
            "id = \"wind\"\nlicence = \"CC-BY-4.0\"",
            &LINES,
            "wind",
        ),
    ] {
        let bench = bench(&DESCRIPTION.replace(from, to), lines);
        let output = bench.import(&[&bench.csv().join("solar.csv")]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{part}: {said}");
        assert!(said.contains(part), "{part:?} is not in {said}");
        assert!(!bench.state().join("collections").exists());
    }
}

#[test]
fn variables_that_no_field_names_are_those_of_the_header() {
    let until = DESCRIPTION.find("[[field]]").unwrap();
    let lines = ["a,50,8,0.95,1.5,0.8,-1.5,0,2", "b,50,8.1,1,1,1,1,1,1"];
    let bench = bench(&DESCRIPTION[..until], &lines);
    succeed(bench.import(&[&bench.csv().join("solar.toml")]));
    let grid = Grid::open(&bench.state().join("collections/solar.arrow")).unwrap();
    let variables = grid.metadata().coverages[0].columns.variables();
    let names: Vec<_> = variables.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["ghi", "temperature"]);
}
