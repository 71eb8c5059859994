//! Files that say the same, whoever wrote them and however.

use perild::{
    dataset::grid::WIDE_NOT_COVERED,
    import::format::{Labels, Naming},
};

use crate::{Found, files, read};

/// What `write.py` writes for a variable, a scenario, a year and a place, in millionths.
pub(crate) fn value(
    variable: usize,
    scenario: usize,
    year: f64,
    latitude: f64,
    longitude: f64,
) -> i64 {
    if latitude > 51.2 && longitude > 1.6 {
        return WIDE_NOT_COVERED;
    }
    let first = [10.0, 0.5][variable];
    let scenario = f64::from(u32::try_from(scenario).unwrap());
    let value = first + 3.0 * scenario + (year - 2000.0) / 100.0 + latitude / 4.0 + longitude / 8.0;
    (value * 1e6).round() as i64
}

fn expect_all(name: &str, found: &Found, tolerance: i64) {
    let coverage = &found.coverage;
    let names: Vec<_> = coverage
        .variables
        .iter()
        .map(|found| found.name.as_str())
        .collect();
    let mut dimensions: Vec<_> = coverage
        .dimensions
        .iter()
        .map(|found| found.name.as_str())
        .collect();
    let is_year_first = dimensions.first() == Some(&"year");
    dimensions.sort_unstable();
    assert_eq!(dimensions, ["scenario", "year"], "{name}");
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["pr", "tas"], "{name}");
    let cells = coverage.latitudes.len() * coverage.longitudes.len();
    assert_eq!(found.cells.len(), cells, "{name}");
    assert_eq!(coverage.width(), 12, "{name}");
    for ((latitude, longitude), values) in &found.cells {
        let (latitude, longitude) = (f64::from(*latitude) / 1e6, f64::from(*longitude) / 1e6);
        for (column, found) in values.iter().enumerate() {
            let variable = usize::from(names[column / 6] == "pr");
            let (scenario, year) = if is_year_first {
                (column % 2, column / 2 % 3)
            } else {
                (column / 3 % 2, column % 3)
            };
            let expected = value(variable, scenario, YEARS[year], latitude, longitude);
            let is_near = match (*found, expected) {
                (WIDE_NOT_COVERED, other) | (other, WIDE_NOT_COVERED) => other == WIDE_NOT_COVERED,
                (found, expected) => (found - expected).abs() <= tolerance,
            };
            assert!(
                is_near,
                "{name} {latitude} {longitude} {column}: {found} {expected}"
            );
        }
    }
}

const YEARS: [f64; 3] = [2030.0, 2050.0, 2080.0];

#[test]
fn every_file_says_the_same_whoever_wrote_it() {
    for (name, tolerance) in [
        ("NETCDF3_CLASSIC", 0),
        ("NETCDF3_64BIT", 0),
        ("CDF5", 0),
        ("NETCDF4", 0),
        ("NETCDF4_CLASSIC", 0),
        ("deflated", 0),
        ("szip", 0),
        ("packed", 0),
        ("packed3", 0),
        ("descending", 0),
        ("years-descending", 0),
        ("turned", 0),
        ("transposed", 0),
        ("single", 2),
        ("names-only", 0),
        ("bounds", 0),
    ] {
        let found = read(&files::named("good", name), &Naming::default());
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
        expect_all(name, &found, tolerance);
        let scenarios = found
            .coverage
            .dimensions
            .iter()
            .find(|found| found.name == "scenario");
        let texts = ["ssp126", "ssp585"].map(str::to_owned).to_vec();
        assert_eq!(scenarios.unwrap().labels, Labels::Texts(texts), "{name}");
        let years = found
            .coverage
            .dimensions
            .iter()
            .find(|found| found.name == "year");
        assert_eq!(
            years.unwrap().labels,
            Labels::Numbers(YEARS.to_vec()),
            "{name}"
        );
    }
}

#[test]
fn the_words_of_the_file_are_kept() {
    let found = read(&files::named("good", "bounds"), &Naming::default()).unwrap();
    let coverage = found.coverage;
    assert_eq!(coverage.title.as_deref(), Some("Made for a test"));
    assert_eq!(coverage.licence.as_deref(), Some("CC-BY-4.0"));
    let tas = coverage
        .variables
        .iter()
        .find(|found| found.name == "tas")
        .unwrap();
    assert_eq!(tas.unit.as_deref(), Some("degC"));
    assert_eq!(tas.title.as_deref(), Some("Temperature"));
    assert_eq!(tas.standard_name.as_deref(), Some("air_temperature"));
    let years = coverage
        .dimensions
        .iter()
        .find(|found| found.name == "year")
        .unwrap();
    let (begins, ends) = years.bounds.clone().unwrap();
    assert_eq!(begins, Labels::Numbers(vec![2020.0, 2040.0, 2070.0]));
    assert_eq!(ends, Labels::Numbers(vec![2040.0, 2060.0, 2090.0]));
    assert_eq!(coverage.skipped, []);
}

#[test]
fn one_variable_may_be_named_and_its_decimals_said() {
    let naming = Naming {
        variables: vec!["pr".to_owned()],
        decimals: [("pr".to_owned(), 2)].into(),
        ..Naming::default()
    };
    let found = read(&files::named("good", "deflated"), &naming).unwrap();
    assert_eq!(found.coverage.width(), 6);
    assert_eq!(found.coverage.skipped[0].name, "tas");
    let cell = &found.cells[&(50_000_000, 0)];
    assert_eq!(cell[0], (value(1, 0, 2030.0, 50.0, 0.0) + 5_000) / 10_000);
}

#[test]
fn a_value_may_mean_that_the_variable_has_no_meaning_there() {
    let naming = Naming {
        // tas of ssp126 in 2030 at 50 degrees north, 0 east.
        not_applicable: vec![22.8],
        ..Naming::default()
    };
    let found = read(&files::named("good", "NETCDF4"), &naming).unwrap();
    let cell = &found.cells[&(50_000_000, 0)];
    assert_eq!(cell[0], perild::dataset::grid::WIDE_NOT_APPLICABLE);
    assert_eq!(cell[1], value(0, 0, 2050.0, 50.0, 0.0));
}

#[test]
fn times_are_dates_whatever_counts_them() {
    let dates = ["2021-01-01", "2021-02-01", "2021-03-01", "2021-04-01"];
    for (name, calendar) in [
        ("months-standard", None),
        ("months-hours", None),
        ("months-noleap", Some("noleap")),
        ("months-360_day", Some("360_day")),
    ] {
        let found = read(&files::named("good", name), &Naming::default()).unwrap();
        let time = &found.coverage.dimensions[0];
        let expected = dates.map(|date| format!("{date}T00:00:00Z")).to_vec();
        assert_eq!(time.labels, Labels::Times(expected), "{name}");
        assert_eq!(time.calendar.as_deref(), calendar, "{name}");
        assert_eq!(found.cells[&(50_000_000, 0)][2], 14_500_000, "{name}");
    }
}

#[test]
fn every_zarr_store_says_the_same_whatever_packs_its_chunks() {
    let folder = files::folder().join("zarr");
    let mut stores = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let found = read(&path, &Naming::default());
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
        let tolerance = if name == "v3-single" { 2 } else { 0 };
        expect_all(&name, &found, tolerance);
        stores += 1;
    }
    assert!(stores > 30);
}

#[test]
fn every_table_says_the_same_whatever_the_order_of_its_rows() {
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let values = Naming {
        variables: texts(&["tas", "pr"]),
        dimensions: texts(&["scenario", "year"]),
        ..Naming::default()
    };
    let long = Naming {
        variable: Some("metric".to_owned()),
        value: Some("value".to_owned()),
        ..values.clone()
    };
    let mut tables = 0;
    for entry in std::fs::read_dir(files::folder().join("tables")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let naming = if name.starts_with("long") {
            &long
        } else {
            &values
        };
        let found = read(&path, naming).unwrap_or_else(|error| panic!("{name}: {error}"));
        expect_all(&name, &found, 0);
        tables += 1;
    }
    assert_eq!(tables, 9);
}
