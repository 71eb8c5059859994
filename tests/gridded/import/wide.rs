//! Parquet with a row for each cell and dimensions in the names of its columns.

use super::{refused::cut, *};

#[test]
fn names_with_dimensions_in_them_are_read_by_the_pattern_or_as_answers_have_them() {
    let (_csv, expected) = expected();
    for (file, coverage) in [
        ("wide", ""),
        (
            "wide",
            "[coverage]\ncolumns = \"{variable}_{scenario}_{year}\"\n",
        ),
        (
            "wide-pattern",
            "[coverage]\ncolumns = \"{year}.{variable}.{scenario}\"\nignore = [\"comment\"]\n",
        ),
    ] {
        let bench = Bench::with(&files::named("wide", file));
        bench.write("coverage.toml", &description(coverage));
        let (found, _) = bench.succeed(&bench.source());
        expect_same(coverage, &found, &expected, 0);
    }
}

#[test]
fn variables_are_those_of_the_columns_where_no_field_names_them() {
    let (_csv, expected) = expected();
    let bench = Bench::with(&files::named("wide", "wide"));
    let (dimensions, _) = REST.split_once("[[field]]").unwrap();
    bench.write("coverage.toml", &format!("{COLLECTION}{dimensions}"));
    let (found, _) = bench.succeed(&bench.source());
    let names = |grid: &Grid| {
        let variables = coverage(grid).columns.variables().iter();
        let mut names: Vec<_> = variables.map(|one| one.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&found), names(&expected));
}

#[test]
fn columns_that_do_not_fit_are_refused_by_their_names() {
    let pattern = "[coverage]\ncolumns = \"{year}.{variable}.{scenario}\"\n";
    for (file, description, said) in [
        (
            "wide",
            description("").replace("2050, 2080", "2050, 2080, 2090"),
            "the table has no column \"tas_ssp126_2090\"",
        ),
        (
            "wide",
            description("").replace("2050, 2080", "2050"),
            "the table has the column \"pr_ssp126_2080\", which the description does not have",
        ),
        (
            "wide-pattern",
            description(pattern),
            "the table has the column \"comment\", which the description does not have",
        ),
        (
            "wide",
            description("").replace("minimum = -90", "minimum = 30"),
            "below 30.000000, the lowest value of its variable",
        ),
        (
            "wide",
            description("[coverage]\ncolumns = \"{variable}_{year}\"\n"),
            "coverage.columns",
        ),
        (
            "wide",
            description("").replace("\"mm\"", "\"mm\"\ndecimals = 14"),
            "decimals",
        ),
    ] {
        let bench = Bench::with(&files::named("wide", file));
        bench.write("coverage.toml", &description);
        let wrong = bench.refused(&bench.source());
        assert!(wrong.contains(said), "{wrong}");
        assert!(!bench.path("state/collections").exists(), "{said}");
    }
    let bench = Bench::with(&files::named("wide", "wide"));
    fs::write(bench.source(), cut(&files::named("wide", "wide"))).unwrap();
    bench.write("coverage.toml", &description(""));
    let wrong = bench.refused(&bench.source());
    assert!(wrong.contains("cannot be read as Parquet"), "{wrong}");
}
