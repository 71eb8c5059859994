//! Sources that are imported.

use super::*;

#[test]
fn every_source_is_imported_to_the_values_of_the_same_csv() {
    let (_csv, expected) = expected();
    let mut sources = 0;
    for (kind, text) in [
        ("good", description("")),
        ("zarr", description("")),
        ("tables", description(LONG)),
    ] {
        for entry in fs::read_dir(files::folder().join(kind)).unwrap() {
            let from = entry.unwrap().path();
            let name = from.file_name().unwrap().to_str().unwrap();
            if name.starts_with("months") {
                continue;
            }
            let bench = Bench::with(&from);
            let text = if name.starts_with("long") {
                description(BY_VARIABLE)
            } else {
                text.clone()
            };
            bench.write("coverage.toml", &text);
            let (found, _) = bench.succeed(&bench.source());
            let tolerance = if name.contains("single") { 2 } else { 0 };
            expect_same(name, &found, &expected, tolerance);
            sources += 1;
        }
    }
    assert!(sources > 55, "{sources}");
}

#[test]
fn a_source_that_says_enough_needs_no_description() {
    let (_csv, expected) = expected();
    for (kind, name) in [("good", "bounds"), ("zarr", "v3-sharded")] {
        let bench = Bench::with(&files::named(kind, name));
        let (grid, said) = bench.succeed(&bench.source());
        let found = coverage(&grid);
        assert_eq!(
            (&*found.id, &*found.title, &*found.licence),
            ("coverage", "Made for a test", "CC-BY-4.0")
        );
        let mut variables = found.columns.variables().iter();
        let tas = variables.find(|one| &*one.name == "tas").unwrap();
        assert_eq!(
            (&*tas.unit, &*tas.title, &*tas.standard_name),
            ("Cel", "Temperature", "air_temperature")
        );
        let mut values = values(&grid, 50.0, 0.0);
        // The order is that of the source, which in Zarr is that of the names.
        if kind == "zarr" {
            values.rotate_left(6);
        }
        assert_eq!(values, self::values(&expected, 50.0, 0.0));
        assert!(
            said.contains("grid: latitude 49 to 51.5, longitude -3 to 1.75"),
            "{said}"
        );
        assert!(
            said.contains("step 0.5 x 0.25 degrees; 120 cells on the grid"),
            "{said}"
        );
        assert!(said.contains("tas_ssp126_2030"), "{said}");
    }
}

#[test]
fn times_and_calendars_are_kept_and_told() {
    for (name, calendar) in [
        ("months-standard", None),
        ("months-360_day", Some("360_day")),
    ] {
        let bench = Bench::with(&files::named("good", name));
        let (grid, said) = bench.succeed(&bench.source());
        let [time] = coverage(&grid).columns.dimensions() else {
            panic!("one dimension");
        };
        assert!(matches!(time.values, DimensionValues::Time(_)));
        assert_eq!(time.values.text(1).unwrap(), "2021-02-01T00:00:00Z");
        let told = calendar.map(|name| format!("time are of the calendar {name}"));
        assert_eq!(said.contains("calendar"), told.is_some(), "{said}");
        assert!(told.is_none_or(|told| said.contains(&told)), "{said}");
        // A month of the description is its first moment.
        let months = "[[dimension]]\nname = \"time\"\ntype = \"time\"\n\
                      values = [\"2021-01\", \"2021-02\", \"2021-03\", \"2021-04\"]\n";
        bench.write("coverage.toml", &format!("{COLLECTION}{months}"));
        let (grid, _) = bench.succeed(&bench.source());
        let [time] = coverage(&grid).columns.dimensions() else {
            panic!("one dimension");
        };
        assert_eq!(time.values.text(1).unwrap(), "2021-02");
        assert_eq!(values(&grid, 50.0, 0.0)[2], Known(14_500_000));
    }
}

#[test]
fn decimals_marks_and_the_order_of_columns_are_those_of_the_description() {
    let bench = Bench::with(&files::named("good", "NETCDF4"));
    let text = description("[coverage]\nmissing = [\"22.8\"]\nnot_applicable = [\"22.9\"]\n");
    // The dimensions the other way round, and their values too.
    let text = text.replace("[\"ssp126\", \"ssp585\"]", "[\"ssp585\", \"ssp126\"]");
    let text = text.replace("unit = \"Cel\"", "unit = \"Cel\"\ndecimals = 1");
    bench.write("coverage.toml", &text);
    let (grid, _) = bench.succeed(&bench.source());
    let micro = |scenario, year| Known((value(0, scenario, year, 50.0, 0.5) + 50_000) / 100_000);
    let found = values(&grid, 50.0, 0.5);
    assert_eq!(
        found[..4],
        [
            micro(1, 2030.0),
            micro(1, 2050.0),
            micro(1, 2080.0),
            micro(0, 2030.0),
        ]
    );
    let found = values(&grid, 50.0, 0.0);
    assert_eq!(found[3], NotCovered);
    assert_eq!(found[7], Known(value(1, 1, 2050.0, 50.0, 0.0)));
    let bench = Bench::with(&files::named("good", "NETCDF4"));
    bench.write(
        "coverage.toml",
        &description("[coverage]\nnot_applicable = [\"22.8\"]\n"),
    );
    let (grid, _) = bench.succeed(&bench.source());
    assert_eq!(values(&grid, 50.0, 0.0)[0], NotApplicable);
}

#[test]
fn a_description_that_is_written_from_the_source_is_one_that_it_is_imported_with() {
    for (kind, name) in [
        ("good", "bounds"),
        ("good", "turned"),
        ("good", "months-standard"),
        ("zarr", "v2"),
    ] {
        let bench = Bench::with(&files::named(kind, name));
        let (before, _) = bench.succeed(&bench.source());
        let mut describe = Command::new(env!("CARGO_BIN_EXE_perild"));
        let output = describe
            .arg("describe")
            .arg(bench.source())
            .output()
            .unwrap();
        let wrong = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{wrong}");
        let text = fs::read_to_string(bench.path("coverage.toml")).unwrap();
        assert!(text.contains("kind = \"coverage\""), "{text}");
        let said = match name {
            "months-standard" => "type = \"time\"",
            "turned" => "bbox = [-180, 49, 180, 51.5]",
            _ => "unit = \"Cel\"   # ? the data say \"degC\"",
        };
        assert!(text.contains(said), "{text}");
        let text = text.replace("# licence", "licence");
        bench.write("coverage.toml", &text);
        let (after, _) = bench.succeed(&bench.source());
        let columns = |grid: &Grid| coverage(grid).columns.count();
        assert_eq!(columns(&after), columns(&before));
        assert_eq!(values(&after, 50.0, 0.0), values(&before, 50.0, 0.0));
    }
}
