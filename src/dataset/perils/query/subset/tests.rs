//! Options are read as a subset, or refused with what is known.

use super::*;

fn read(query: &[(&str, &str)]) -> Result<Subset, Refused> {
    let mut options = Options::default();
    for (name, value) in query {
        options.take_parameter(name, value, &[])?;
    }
    let reach = Reach {
        max_radius_km: 100,
        max_search_cells: 1_000,
    };
    Subset::read(&options, reach, &Perils::default(), &[])
}

fn ids(subset: &Subset) -> Vec<&str> {
    subset.coverages.iter().map(|one| one.id()).collect()
}

#[test]
fn nothing_given_means_all() {
    let subset = read(&[]).unwrap();
    assert_eq!((subset.outputs.len(), subset.columns.len()), (96, 96));
    assert!(subset.is_plain());
    let blank = read(&[("perils", ""), ("years", " ")]).unwrap();
    assert_eq!(blank.outputs, subset.outputs);
    assert_eq!(
        ids(&subset),
        [
            "wind",
            "precip",
            "heat",
            "hail",
            "drought",
            "combinedflood",
            "fire"
        ]
    );
}

#[test]
fn names_are_known_whatever_their_case_and_select_together() {
    let subset = read(&[
        ("perils", "WIND,heat"),
        ("metrics", "DaysExceeding38C,windspeed100yr"),
        ("scenarios", "SSP585"),
        ("years", "2100,2030"),
        ("years", "2030"),
    ])
    .unwrap();
    assert_eq!(
        subset.names(),
        [
            "windspeed100yr_ssp585_2030",
            "windspeed100yr_ssp585_2100",
            "daysexceeding38c_ssp585_2030",
            "daysexceeding38c_ssp585_2100",
        ]
    );
    assert_eq!(ids(&subset), ["wind", "heat"]);
    assert_eq!(subset.groups, [0..2, 2..4]);
}

#[test]
fn a_year_between_two_needs_both_and_reads_each_once() {
    let subset = read(&[
        ("perils", "wind"),
        ("scenarios", "ssp126"),
        ("years", "2045,2043,2050"),
        ("year_interpolation", "linear"),
    ])
    .unwrap();
    let names = subset.names();
    assert_eq!(
        names,
        [
            "windspeed100yr_ssp126_2043",
            "windspeed100yr_ssp126_2045",
            "windspeed100yr_ssp126_2050"
        ]
    );
    assert_eq!(subset.columns.len(), 2);
    let between = subset.outputs[0].between.unwrap();
    assert_eq!(
        (between.lower, between.upper),
        (2_040_000_000, 2_050_000_000)
    );
    assert_eq!(subset.outputs[2].between, None);
}

#[test]
fn a_coverage_is_asked_for_in_its_own_words() {
    let subset = read(&[
        ("collections", "heat,wind"),
        ("variables", "daysexceeding38c,windspeed100yr"),
        ("subset", "year(2030:2050),scenario(ssp585)"),
    ])
    .unwrap();
    assert_eq!(ids(&subset), ["heat", "wind"]);
    assert_eq!(
        subset.names(),
        [
            "daysexceeding38c_ssp585_2030",
            "daysexceeding38c_ssp585_2040",
            "daysexceeding38c_ssp585_2050",
            "windspeed100yr_ssp585_2030",
            "windspeed100yr_ssp585_2040",
            "windspeed100yr_ssp585_2050",
        ]
    );
    let between = read(&[
        ("collections", "wind"),
        ("subset", "year(2045)"),
        ("dimension_interpolation", "linear"),
    ]);
    assert_eq!(between.unwrap().outputs.len(), 2);
}

#[test]
fn what_is_not_known_is_refused_with_what_is() {
    for (query, at, known) in [
        (
            &[("perils", "fire,fires")][..],
            "perils[1]",
            "fire, hail, heat",
        ),
        (&[("perils", "fire,")], "perils[1]", "fire, hail, heat"),
        (&[("scenarios", "ssp245")], "scenarios[0]", "ssp126, ssp585"),
        (&[("years", "2031")], "years[0]", "2020, 2030"),
        (
            &[("metrics", "wind")],
            "metrics[0]",
            "windspeed100yr, onedayprecip100yr",
        ),
        (
            &[("interpolation", "cubic")],
            "interpolation",
            "nearest, bilinear",
        ),
        (
            &[("colour", "red")],
            "a parameter of the query",
            "interpolation, layout",
        ),
        (
            &[("collections", "fire,solar")],
            "collections[1]",
            "/v1/collections",
        ),
        (
            &[("collections", "Fire")],
            "collections[0]",
            "/v1/collections",
        ),
        (
            &[("collections", "fire"), ("variables", "ghi")],
            "variables[0]",
            "fireprobability",
        ),
        (
            &[("collections", "fire"), ("subset", "month(1)")],
            "subset[0]",
            "scenario, year",
        ),
        (
            &[("collections", "fire"), ("subset", "year(2031)")],
            "subset[0]",
            "2020, 2030",
        ),
    ] {
        match read(query) {
            Err(Refused::Unknown {
                at: found,
                known: names,
            }) => {
                assert_eq!(found, at);
                assert!(names.contains(known), "{names}");
            }
            other => panic!("{query:?}: {other:?}"),
        }
    }
    for radius in ["-1", "101", "nan", "x"] {
        assert!(read(&[("radius_km", radius)]).is_err(), "{radius}");
    }
    for query in [
        &[("perils", "fire"), ("metrics", "windspeed100yr")][..],
        &[("collections", "fire"), ("perils", "fire")],
        &[("collections", "fire"), ("years", "2030")],
        &[("collections", "fire"), ("subset", "year")],
        &[("collections", "fire"), ("subset", "year(2030")],
        &[
            ("collections", "fire"),
            ("subset", "scenario(ssp126:ssp585)"),
        ],
        &[("collections", "fire"), ("subset", "year(2031:2033)")],
        &[("collections", "fire,fire")],
        &[("subset", "year(2030)")],
        &[("variables", "fireprobability")],
    ] {
        let refused = read(query).unwrap_err();
        assert!(
            matches!(refused, Refused::Malformed { .. }),
            "{query:?}: {refused}"
        );
    }
}
