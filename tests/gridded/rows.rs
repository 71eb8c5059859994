//! Tables with something wrong in a row or a column.

use std::{fs, io::Write};

use perild::import::format::{FormatError, Labels, Naming};

use crate::{Found, read};

fn naming() -> Naming {
    Naming {
        dimensions: vec!["year".to_owned()],
        variable: Some("metric".to_owned()),
        value: Some("value".to_owned()),
        missing: vec!["NA".to_owned()],
        ..Naming::default()
    }
}

fn csv(text: &str, naming: &Naming) -> Result<Found, FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    fs::write(&path, text).unwrap();
    read(&path, naming)
}

const HEADER: &str = "lat,lon,metric,year,value\n";

#[test]
fn rows_become_cells_and_what_no_row_says_is_not_covered() {
    let text = format!(
        "{HEADER}50.5,359.75,tas,2050,1.5\n50.5,-0.25,tas,2030,2\n 51 ,0,\"tas\",2030,NA\n51,0,tas,2050,\n51,0,pr,2050,-3e-2\n"
    );
    let found = csv(&text, &naming()).unwrap();
    let missing = perild::dataset::grid::WIDE_NOT_COVERED;
    assert_eq!(
        found.coverage.dimensions[0].labels,
        Labels::Numbers(vec![2030.0, 2050.0])
    );
    assert_eq!(
        found.cells[&(50_500_000, -250_000)],
        [2_000_000, 1_500_000, missing, missing]
    );
    assert_eq!(
        found.cells[&(51_000_000, 0)],
        [missing, missing, missing, -30_000]
    );
    assert_eq!(found.cells.len(), 2);
}

#[test]
fn a_wrong_row_is_told_with_its_number_and_stops_the_whole() {
    let good = "50,0,tas,2030,1\n";
    for (row, said) in [
        (
            "50,0.25,tas,2030\n",
            "row 3: has 4 fields, and the header 5",
        ),
        (
            "50,0.25,tas,2030,1,2\n",
            "row 3: has 6 fields, and the header 5",
        ),
        (
            "90.1,0,tas,2030,1\n",
            "row 3: latitude 90.1 is beyond what is possible",
        ),
        (
            "50,361,tas,2030,1\n",
            "row 3: longitude 361 is beyond what is possible",
        ),
        ("north,0,tas,2030,1\n", "row 3: \"north\" is no number"),
        (
            "50,0,tas,2030,2\n",
            "row 3: has another value than row 2 for the same place and column",
        ),
        ("50,360,tas,2030,2\n", "row 3: has another value than row 2"),
        ("50,0.25,tas,,1\n", "row 3: has no \"year\""),
        ("50,0.25,,2030,1\n", "row 3: the variable \"\" is not named"),
        ("50,0.25,tas,2030,inf\n", "row 3: \"inf\" is no number"),
        ("50,0.25,tas,2030,1e300\n", "row 3: a value is 1"),
        ("50,0.25,tas,2030,12,5\n", "row 3: has 6 fields"),
        (
            "50,0.25,tas,2030,0.1234567\n",
            "row 3: \"0.1234567\" has more than 6 decimals: import with --round",
        ),
        (
            "50,0.1234567,tas,2030,1\n",
            "row 3: \"0.1234567\" has more than 6 decimals",
        ),
        ("50,0.25,tas,2030,1", "row 3: has no end: the file was cut"),
    ] {
        let error = csv(&format!("{HEADER}{good}{row}"), &naming()).err();
        let error = error
            .unwrap_or_else(|| panic!("{row} was taken"))
            .to_string();
        assert!(error.starts_with(said), "{row}: {error}");
    }
    assert!(csv(&format!("{HEADER}{good}{good}"), &naming()).is_ok());
    let rounding = Naming {
        rounds: true,
        ..naming()
    };
    let found = csv(
        &format!("{HEADER}50,0.1234567,tas,2030,0.1234567\n"),
        &rounding,
    );
    assert_eq!(found.unwrap().cells[&(50_000_000, 123_457)], [123_457]);
}

#[test]
fn a_few_wrong_rows_are_told_and_the_rest_are_counted() {
    let text = HEADER.to_owned() + &"x\n".repeat(100_000);
    let error = csv(&text, &naming()).err().unwrap().to_string();
    assert_eq!(error.lines().count(), 21);
    assert!(error.ends_with("and 99980 more rows"), "{error}");
}

#[test]
fn a_table_without_what_is_named_is_refused() {
    for (text, said) in [
        ("", "the table has no column of latitudes"),
        (HEADER, "the table has no row"),
        ("lat,lon,metric,value\n", "the table has no column \"year\""),
        (
            "lat,lon,lat,metric,year,value\n",
            "the table has the column \"lat\" twice",
        ),
        (
            "\u{1}\u{0}\u{2}",
            "the table cannot be read as CSV: this is binary data",
        ),
        ("PAR1", "the table cannot be read as Parquet"),
        (
            "PAR1 and more of it, PAR1",
            "the table cannot be read as Parquet",
        ),
    ] {
        let error = csv(text, &naming()).err();
        let error = error
            .unwrap_or_else(|| panic!("{text} was taken"))
            .to_string();
        assert!(error.starts_with(said), "{text}: {error}");
    }
}

#[test]
fn too_many_columns_are_refused_before_they_take_memory() {
    let mut text = HEADER.to_owned().into_bytes();
    for year in 0..70_000 {
        writeln!(text, "50,0,tas,{year},1").unwrap();
    }
    let error = csv(str::from_utf8(&text).unwrap(), &naming())
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        "the table has more than 65536 different values in the column \"year\""
    );
}
