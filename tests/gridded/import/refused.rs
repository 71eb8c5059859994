//! Sources that are refused.

use super::*;

/// Sources of which each has one thing wrong: the name, the content, what the description has of it, and the refusal.
fn wrong() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let mut long = "lat,lon,metric,scenario,year,value\n".to_owned();
    for metric in ["tas", "pr"] {
        for scenario in ["ssp126", "ssp585"] {
            for year in YEARS {
                writeln!(long, "50,0,{metric},{scenario},{year},1").unwrap();
            }
        }
    }
    vec![
        (
            "coverage.nc",
            cut(&files::named("good", "NETCDF4")),
            "",
            "cannot be read as NetCDF",
        ),
        (
            "coverage.nc",
            fs::read(files::named("wrong", "irregular")).unwrap(),
            "",
            "\"lat\": is not evenly spaced",
        ),
        (
            "coverage.nc",
            fs::read(files::named("wrong", "infinite")).unwrap(),
            "",
            "\"tas\" at latitude 50, longitude -3 is inf",
        ),
        (
            "coverage.nc",
            fs::read(files::named("bombs", "unwritten")).unwrap(),
            "",
            "coverage.nc: ",
        ),
        (
            "coverage.parquet",
            cut(&files::named("tables", "long-zstd")),
            BY_VARIABLE,
            "cannot be read as Parquet",
        ),
        (
            "coverage.parquet",
            fs::read(files::named("bombs", "lz4")).unwrap(),
            BY_VARIABLE,
            "snappy, zstd, gzip and no packing are read",
        ),
        (
            "coverage.csv",
            format!("{long}50,0,tas,ssp126,2030,2\n").into_bytes(),
            BY_VARIABLE,
            "row 14: has another value than row 2",
        ),
        (
            "coverage.csv",
            format!("{long}50,0.25,tas,ssp999,2030,2\n").into_bytes(),
            BY_VARIABLE,
            "the dimension \"scenario\" has the value \"ssp999\", which the description does not",
        ),
        (
            "coverage.csv",
            long.replacen(",1\n", ",-91\n", 1).into_bytes(),
            BY_VARIABLE,
            "tas_ssp126_2030 at latitude 50, longitude 0 is -91.000000, below -90.000000",
        ),
        (
            "coverage.csv",
            long.replace(",2080,", ",2050,").into_bytes(),
            BY_VARIABLE,
            "the dimension year has no value 2080",
        ),
        (
            "coverage.csv",
            format!("{long}50,0.25,pr,ssp126,2030,0.1234567\n").into_bytes(),
            BY_VARIABLE,
            "row 14: \"0.1234567\" has more than 6 decimals",
        ),
    ]
}

#[test]
fn a_source_of_each_kind_that_is_wrong_is_refused_and_what_is_served_stays() {
    let (good, expected) = expected();
    let before = fs::read(good.path("state/collections/coverage.arrow")).unwrap();
    for (name, content, coverage, said) in wrong() {
        fs::write(good.path(name), content).unwrap();
        good.write("coverage.toml", &description(coverage));
        let wrong = good.refused(&good.path(name));
        assert!(
            wrong.contains(said) && wrong.contains(name),
            "{said}: {wrong}"
        );
        fs::remove_file(good.path(name)).unwrap();
    }
    let store = good.path("coverage.zarr");
    copy_folder(&files::named("zarr", "v3"), &store);
    fs::write(store.join("tas/zarr.json"), "{").unwrap();
    good.write("coverage.toml", &description(""));
    let wrong = good.refused(&store);
    assert!(
        wrong.contains("coverage.zarr: \"tas\" tas/zarr.json: EOF"),
        "{wrong}"
    );
    let after = fs::read(good.path("state/collections/coverage.arrow")).unwrap();
    assert!(before == after);
    expect_same("what is served", &good.served(), &expected, 0);
    let left = fs::read_dir(good.path("state")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut left: Vec<_> = left.filter(|name| !name.starts_with('.')).collect();
    left.sort();
    assert!(
        left.iter()
            .all(|name| ["before", "collections"].contains(&name.as_str())),
        "{left:?}"
    );
}

/// The first half of a file.
pub(super) fn cut(path: &Path) -> Vec<u8> {
    let mut whole = fs::read(path).unwrap();
    whole.truncate(whole.len() / 2);
    whole
}

#[test]
fn what_the_description_has_and_the_source_has_not_is_refused() {
    for (from, to, said) in [
        ("name = \"pr\"", "name = \"rain\"", "\"rain\": "),
        (
            "\"ssp585\"]",
            "\"ssp245\"]",
            "the dimension scenario has no value ssp245",
        ),
        (
            ", 2080]",
            "]",
            "the dimension \"year\" has the value \"2080\", which the description",
        ),
        (
            "name = \"year\"",
            "name = \"decade\"",
            "there is a dimension \"year\", which the descr",
        ),
        (
            "minimum = -90",
            "minimum = 25",
            "tas_ssp126_2030 at latitude 49, longitude -3 is 22.175000, below 25.000000",
        ),
        ("decimals = 6", "decimals = 13", "decimals"),
        (
            "kind = \"coverage\"",
            "kind = \"coverage\"\nid = \"wind\"",
            "cannot be the id",
        ),
    ] {
        let bench = Bench::with(&files::named("good", "NETCDF4"));
        let text = description("").replace("unit = \"Cel\"", "unit = \"Cel\"\ndecimals = 6");
        bench.write("coverage.toml", &text);
        bench.succeed(&bench.source());
        bench.write("coverage.toml", &text.replace(from, to));
        let wrong = bench.refused(&bench.source());
        assert!(wrong.contains(said), "{said}: {wrong}");
        bench.served();
    }
    let bench = Bench::with(&files::named("good", "NETCDF4"));
    fs::rename(bench.source(), bench.path("wind.nc")).unwrap();
    let wrong = bench.refused(&bench.path("wind.nc"));
    assert!(
        wrong.contains("\"wind\" cannot be the id of a coverage"),
        "{wrong}"
    );
    let bench = Bench::with(&files::named("tables", "values-category"));
    let wrong = bench.refused(&bench.source());
    assert!(wrong.contains("name it in the description file"), "{wrong}");
}

#[test]
fn tiles_are_one_grid_when_they_say_the_same_and_refused_when_not() {
    let bench = Bench::empty();
    for name in ["coverage.1.nc", "coverage.2.nc"] {
        fs::copy(files::named("good", "NETCDF4"), bench.path(name)).unwrap();
    }
    bench.write("coverage.toml", &description(""));
    let (_, said) = bench.succeed(&bench.path("coverage.toml"));
    assert!(said.contains("120"), "{said}");
    let (_csv, expected) = expected();
    expect_same("tiles", &bench.served(), &expected, 0);
    fs::copy(
        files::named("good", "months-standard"),
        bench.path("coverage.2.nc"),
    )
    .unwrap();
    bench.write("coverage.toml", COLLECTION);
    let wrong = bench.refused(&bench.path("coverage.toml"));
    assert!(
        wrong.contains("are not those of") && wrong.contains("coverage.2.nc"),
        "{wrong}"
    );
    bench.served();
}
