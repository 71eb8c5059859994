//! Sources that follow each other in time: a file each half year.

use std::borrow::Cow;

use super::*;

/// With these files of `series/`, called as they are.
fn series(names: &[&str]) -> Bench {
    let bench = Bench::empty();
    fs::create_dir(bench.path("coverage")).unwrap();
    for name in names {
        let to = bench.path("coverage").join(format!("{name}.nc"));
        fs::copy(files::named("series", name), to).unwrap();
    }
    bench
}

const HALVES: [&str; 3] = ["ghi-2022-1", "ghi-2021-2", "ghi-2021-1"];

/// What `write.py` writes for a month counted from January 2021.
fn irradiance(month: u32, latitude: f64, longitude: f64) -> Value {
    let is_corner = latitude > 51.2 && longitude > 1.6;
    let is_later = month >= 6 && latitude < 49.2 && longitude < -2.8;
    if is_corner || is_later {
        return NotCovered;
    }
    let value = f64::from(month) + latitude / 4.0 + longitude / 8.0;
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "small"
    )]
    Known((value * 1e6).round() as i64)
}

fn times(grid: &Grid) -> Vec<String> {
    let [time] = coverage(grid).columns.dimensions() else {
        panic!("one dimension");
    };
    assert_eq!(&*time.name, "time");
    assert!(matches!(time.values, DimensionValues::Time(_)));
    time.values.texts().map(Cow::into_owned).collect()
}

fn expect_months(grid: &Grid, months: u32) {
    assert_eq!(times(grid).len(), usize::try_from(months).unwrap());
    for (latitude, longitude) in places() {
        let found = match grid.cell_at(latitude, longitude) {
            Cell::Row(row) => row.values().collect(),
            _ => vec![NotCovered; usize::try_from(months).unwrap()],
        };
        for (month, found) in (0..months).zip(found) {
            let expected = irradiance(month, latitude, longitude);
            let is_near = match (found, expected) {
                (Known(found), Known(expected)) => found.abs_diff(expected) <= 20_000,
                (found, expected) => found == expected,
            };
            assert!(
                is_near,
                "{month} {latitude} {longitude} {found:?} {expected:?}"
            );
        }
    }
}

#[test]
fn a_folder_of_files_that_follow_each_other_is_one_coverage() {
    let bench = series(&HALVES);
    let (grid, said) = bench.succeed(&bench.path("coverage"));
    expect_months(&grid, 18);
    let times = times(&grid);
    assert!(times.is_sorted());
    assert_eq!(times[0], "2021-01-01T00:00:00Z");
    assert_eq!(times[17], "2022-06-01T00:00:00Z");
    assert!(
        said.contains("ghi-2021-1.nc to ghi-2022-1.nc (3 files): joined along time, from 2021-01"),
        "{said}"
    );
    // What each file says of itself alone is not said of all.
    let found = coverage(&grid);
    assert_eq!((&*found.title, &*found.licence), ("", "CC-BY-4.0"));
    assert_eq!(&*found.columns.variables()[0].unit, "W.m-2");
    let source = &found.provenance.as_ref().unwrap().source;
    assert_eq!(source, "ghi-2021-1.nc to ghi-2022-1.nc (3 files)");
    let corner = &found.statistics[17];
    assert_eq!((corner.known, corner.not_covered), (120 - 2, 2));
    assert_eq!(found.statistics[0].not_covered, 1);
}

#[test]
fn a_description_names_the_files_or_their_folder() {
    for source in ["coverage/*.nc", "coverage/ghi-202?-?.nc", "coverage"] {
        let bench = series(&HALVES);
        let named = COLLECTION.replace("kind =", &format!("source = \"{source}\"\nkind ="));
        bench.write("coverage.toml", &named);
        let (grid, _) = bench.succeed(&bench.path("coverage.toml"));
        expect_months(&grid, 18);
        assert_eq!(&*coverage(&grid).title, "Made for a test", "{source}");
    }
    // A folder is described by the file of its name.
    let bench = series(&HALVES);
    bench.write("coverage.toml", COLLECTION);
    let (grid, _) = bench.succeed(&bench.path("coverage"));
    assert_eq!(&*coverage(&grid).title, "Made for a test");
}

#[test]
fn files_that_are_named_one_by_one_are_called_by_the_id_that_is_given() {
    let bench = series(&HALVES);
    let import = |id: &str| {
        let mut import = Command::new(env!("CARGO_BIN_EXE_perild"));
        import.env_remove("PERILD_CONFIG");
        import.args(["import", "--id", id, "--state"]);
        import.arg(bench.path("state"));
        import.args(HALVES.map(|name| bench.path("coverage").join(format!("{name}.nc"))));
        import.output().unwrap()
    };
    let wrong = import("location");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("no coverage can be called so"));
    assert!(import("coverage").status.success());
    expect_months(&bench.served(), 18);
}

#[test]
fn the_times_of_a_description_are_those_of_all_files_together() {
    let months: Vec<_> = (0..18)
        .map(|at| format!("\"{}-{:02}\"", 2021 + at / 12, at % 12 + 1))
        .collect();
    let described = |months: &[String]| {
        let values = months.join(", ");
        format!(
            "{COLLECTION}[[dimension]]\nname = \"time\"\ntype = \"time\"\nvalues = [{values}]\n"
        )
    };
    let bench = series(&HALVES);
    bench.write("coverage.toml", &described(&months));
    let (grid, _) = bench.succeed(&bench.path("coverage"));
    expect_months(&grid, 18);
    assert_eq!(times(&grid)[17], "2022-06");

    fs::remove_file(bench.path("coverage/ghi-2021-2.nc")).unwrap();
    let wrong = bench.refused(&bench.path("coverage"));
    assert!(
        wrong.contains("the dimension time has no value 2021-07"),
        "{wrong}"
    );

    let bench = series(&HALVES);
    bench.write("coverage.toml", &described(&months[..17]));
    let wrong = bench.refused(&bench.path("coverage"));
    assert!(
        wrong.contains(
            "ghi-2022-1.nc: the dimension \"time\" has the value \"2022-06-01T00:00:00Z\""
        ),
        "{wrong}"
    );
}

#[test]
fn files_that_do_not_fit_are_refused_with_both_names_and_what_is_served_stays() {
    for (other, said) in [
        (
            "overlapping",
            "overlapping.nc: its times begin at 2021-06-01T00:00:00Z, and ",
        ),
        (
            "shifted",
            "shifted.nc: its variables and dimensions are not those of ",
        ),
        ("descending", "descending.nc: its places are not those of "),
        (
            "renamed",
            "renamed.nc: its variables and dimensions are not those of ",
        ),
        (
            "noleap",
            "noleap.nc: its dates are of another calendar than those of ",
        ),
    ] {
        let bench = series(&["ghi-2021-1", "ghi-2022-1"]);
        let (before, _) = bench.succeed(&bench.path("coverage"));
        let version = before.metadata().version.id;
        let to = bench.path("coverage").join(format!("{other}.nc"));
        fs::copy(files::named("series", other), to).unwrap();
        let wrong = bench.refused(&bench.path("coverage"));
        assert!(
            wrong.contains(said) && wrong.contains("ghi-202"),
            "{other}: {wrong}"
        );
        assert_eq!(bench.served().metadata().version.id, version, "{other}");
    }
}

#[test]
fn tiles_that_follow_each_other_in_time_are_one_grid() {
    let bench = series(&["ghi-2021-1", "ghi-2021-2", "far"]);
    let (grid, _) = bench.succeed(&bench.path("coverage"));
    expect_months(&grid, 12);
    assert!(matches!(grid.cell_at(50.0, 10.0), Cell::Row(_)));
}

#[test]
fn a_folder_that_a_link_leads_out_to_is_not_read() {
    let bench = Bench::empty();
    let elsewhere = series(&HALVES);
    std::os::unix::fs::symlink(elsewhere.path("coverage"), bench.path("linked")).unwrap();
    let named = COLLECTION.replace("kind =", "source = \"linked/*.nc\"\nkind =");
    bench.write("coverage.toml", &named);
    let wrong = bench.refused(&bench.path("coverage.toml"));
    assert!(wrong.contains("leads out of the folder"), "{wrong}");
}
