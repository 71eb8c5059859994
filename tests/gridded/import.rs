//! `perild import` of gridded sources: what it makes of them is what it makes of CSV with the same values.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use perild::dataset::grid::{
    Cell, CoverageMetadata, DimensionValues, Grid,
    Value::{self, Known, NotApplicable, NotCovered},
    WIDE_NOT_COVERED,
};
use tempfile::TempDir;

use crate::{files, good::value, stores::copy_folder};

mod refused;
mod same;
mod series;
mod wide;

/// A folder with sources, and a state directory.
struct Bench {
    folder: TempDir,
}

impl Bench {
    /// With the source `from`, called `coverage` with its extensions.
    fn with(from: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = from.file_name().unwrap().to_str().unwrap();
        let (_, extensions) = name.split_once('.').unwrap();
        let to = folder.path().join(format!("coverage.{extensions}"));
        if from.is_dir() {
            copy_folder(from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
        Self { folder }
    }

    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        fs::write(self.path(name), text).unwrap();
        self
    }

    /// The source, whatever its extension.
    fn source(&self) -> PathBuf {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        let is_source = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with("coverage.") && name != "coverage.toml"
        };
        paths.find(is_source).unwrap()
    }

    fn import(&self, path: &Path) -> Output {
        let mut import = Command::new(env!("CARGO_BIN_EXE_perild"));
        import.env_remove("PERILD_CONFIG");
        import.args(["import", "--state"]).arg(self.path("state"));
        import.arg(path).output().unwrap()
    }

    /// What is imported, and what is said of it.
    fn succeed(&self, path: &Path) -> (Grid, String) {
        let output = self.import(path);
        let said = String::from_utf8(output.stdout).unwrap();
        let wrong = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{}: {wrong}", path.display());
        (self.served(), said)
    }

    /// Why nothing is imported.
    fn refused(&self, path: &Path) -> String {
        let output = self.import(path);
        let wrong = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        assert_eq!(output.stdout, b"");
        wrong
    }

    fn served(&self) -> Grid {
        let grid = Grid::open(&self.path("state/collections/coverage.arrow")).unwrap();
        grid.verify().unwrap();
        grid
    }
}

const COLLECTION: &str = r#"
[collection]
title = "Made for a test"
licence = "CC-BY-4.0"
version = "1.0.0"
kind = "coverage"
"#;

const REST: &str = r#"
[[dimension]]
name = "scenario"
values = ["ssp126", "ssp585"]

[[dimension]]
name = "year"
values = [2030, 2050, 2080]

[[field]]
name = "tas"
unit = "Cel"
minimum = -90

[[field]]
name = "pr"
unit = "mm"
"#;

const LONG: &str = "[coverage]\nform = \"long\"\n";
const BY_VARIABLE: &str = "[coverage]\nform = \"long\"\nvariable = \"metric\"\nvalue = \"value\"\n";

fn description(coverage: &str) -> String {
    format!("{COLLECTION}{coverage}{REST}")
}

const YEARS: [f64; 3] = [2030.0, 2050.0, 2080.0];

/// The same values as CSV with a row for each cell.
fn wide() -> String {
    let mut text = "lat,lon".to_owned();
    for variable in ["tas", "pr"] {
        for scenario in ["ssp126", "ssp585"] {
            for year in YEARS {
                write!(text, ",{variable}_{scenario}_{year}").unwrap();
            }
        }
    }
    text.push('\n');
    for (latitude, longitude) in places() {
        write!(text, "{latitude},{longitude}").unwrap();
        for column in 0..12 {
            let (variable, scenario) = (column / 6, column / 3 % 2);
            match value(variable, scenario, YEARS[column % 3], latitude, longitude) {
                WIDE_NOT_COVERED => text.push(','),
                micro => {
                    write!(text, ",{}", f64::from(i32::try_from(micro).unwrap()) / 1e6).unwrap();
                }
            }
        }
        text.push('\n');
    }
    text
}

fn places() -> impl Iterator<Item = (f64, f64)> {
    let degrees = |first: f64, step: f64| move |at: i32| first + f64::from(at) * step;
    let latitudes = (0..6).map(degrees(49.0, 0.5));
    latitudes.flat_map(move |latitude| (0..20).map(move |at| (latitude, degrees(-3.0, 0.25)(at))))
}

fn values(grid: &Grid, latitude: f64, longitude: f64) -> Vec<Value> {
    match grid.cell_at(latitude, longitude) {
        Cell::Row(row) => row.values().collect(),
        _ => vec![NotCovered; 12],
    }
}

fn coverage(grid: &Grid) -> &CoverageMetadata {
    let [coverage] = grid.metadata().coverages.as_slice() else {
        panic!("one coverage");
    };
    coverage
}

fn expect_same(name: &str, found: &Grid, expected: &Grid, tolerance: u64) {
    let (one, other) = (coverage(found), coverage(expected));
    let columns = |coverage: &CoverageMetadata| {
        let names = coverage.columns.all().map(|one| coverage.columns.name(one));
        names.collect::<Vec<_>>()
    };
    assert_eq!(columns(one), columns(other), "{name}");
    let units = |coverage: &CoverageMetadata| {
        let variables = coverage.columns.variables().iter();
        variables.map(|one| one.unit.clone()).collect::<Vec<_>>()
    };
    assert_eq!(units(one), units(other), "{name}");
    assert_eq!((&one.title, &one.licence), (&other.title, &other.licence));
    for (latitude, longitude) in places() {
        let found = values(found, latitude, longitude);
        let expected = values(expected, latitude, longitude);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            let is_near = match (found, expected) {
                (Known(found), Known(expected)) => found.abs_diff(*expected) <= tolerance,
                (found, expected) => found == expected,
            };
            assert!(
                is_near,
                "{name} {latitude} {longitude}: {found:?} {expected:?}"
            );
        }
    }
}

/// What the CSV becomes.
fn expected() -> (Bench, Grid) {
    let bench = Bench::empty();
    bench
        .write("coverage.toml", &description(""))
        .write("coverage.csv", &wide());
    let (grid, _) = bench.succeed(&bench.path("coverage.csv"));
    (bench, grid)
}
