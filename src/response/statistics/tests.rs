use serde_json::{Value, json};

use super::{json::document, table};
use crate::dataset::{
    edr::{
        AreaStatistics, Limits, QueryKind, Selection,
        tests::{columns, coverage, parameters_of, plain, world},
    },
    grid::Columns,
};

fn statistics(columns: &Columns, kind: QueryKind, query: &[&str]) -> AreaStatistics {
    let coverage = coverage(world(), columns, |cell| cell != 2);
    let parameters = parameters_of(columns, kind, query).unwrap();
    let limits = Limits { values: 100_000 };
    let selection = Selection::read(coverage, &parameters, limits).unwrap();
    let wanted = parameters.statistics.unwrap();
    AreaStatistics::of(selection.unwrap(), &parameters.place, wanted, limits).unwrap()
}

fn written(columns: &Columns, kind: QueryKind, query: &[&str]) -> Value {
    serde_json::from_slice(&document(&statistics(columns, kind, query))).unwrap()
}

#[test]
fn a_statistic_counts_each_value_by_the_area_of_its_cell_that_is_covered() {
    // Half of the cell at the equator with the number 342, and a quarter of the next.
    let query = [
        "coords=POLYGON((0 -5,5 -5,5 5,0 5,0 -5))",
        "statistics=mean,min,max,count,missing,covered",
    ];
    let found = written(&plain(), QueryKind::Area, &query);
    let [line] = found["statistics"].as_array().unwrap().as_slice() else {
        panic!("{found}");
    };
    assert_eq!(line["min"], json!(3420.0));
    assert_eq!(line["max"], line["min"]);
    assert_eq!((&line["count"], &line["missing"]), (&json!(1), &json!(0)));
    assert_eq!((&line["mean"], &line["covered"]), (&json!(3420), &json!(1)));
    let whole = written(
        &plain(),
        QueryKind::Area,
        &[
            "coords=POLYGON((-5 -5,15 -5,15 5,-5 5,-5 -5))",
            "statistics=mean",
        ],
    );
    let half = written(
        &plain(),
        QueryKind::Area,
        &[
            "coords=POLYGON((0 -5,15 -5,15 5,0 5,0 -5))",
            "statistics=mean",
        ],
    );
    let mean = |found: &Value| found["statistics"][0]["mean"].as_f64().unwrap();
    assert!((mean(&whole) - 3425.0).abs() < 1e-6, "{whole}");
    assert!(
        (mean(&half) - (3420.0 + 2.0 * 3430.0) / 3.0).abs() < 1e-6,
        "{half}"
    );
    assert_eq!(whole["statistics"][0].get("max"), None);
}

#[test]
fn cells_without_a_value_are_counted_and_have_their_share_of_the_area() {
    // Of four cells at the south pole one has no value and one no line.
    let query = [
        "bbox=-185,-90,-145,-85",
        "statistics=count,missing,covered,mean",
    ];
    let found = written(&plain(), QueryKind::Cube, &query);
    let line = &found["statistics"][0];
    assert_eq!((&line["count"], &line["missing"]), (&json!(2), &json!(2)));
    assert_eq!(line["covered"], json!(0.5));
    assert_eq!(line["mean"], json!(15));
    assert_eq!(found["cells"], json!(4));
    let none = ["bbox=-174,-90,-166,-85", "statistics=mean,max,covered"];
    let found = written(&plain(), QueryKind::Cube, &none);
    let line = &found["statistics"][0];
    assert_eq!((&line["mean"], &line["max"]), (&Value::Null, &Value::Null));
    assert_eq!(line["covered"], json!(0));
}

#[test]
fn shares_lie_beyond_limits_and_are_those_of_the_area_with_values() {
    let query = [
        "bbox=-5,-5,35,5",
        "above=3425,3440",
        "below=3430.05",
        "statistics=count",
    ];
    let found = written(&plain(), QueryKind::Cube, &query);
    let line = &found["statistics"][0];
    assert_eq!(
        line["above"],
        json!([{"limit": 3425, "share": 0.75}, {"limit": 3440, "share": 0.25}])
    );
    assert_eq!(line["below"], json!([{"limit": 3430.05, "share": 0.5}]));
    let without = written(&plain(), QueryKind::Cube, &["bbox=-5,-5,35,5", "above=0"]);
    assert!(without["statistics"][0]["mean"].is_number(), "{without}");
}

#[test]
fn each_column_has_a_line_and_each_number_of_it_one_in_a_table() {
    let query = [
        "coords=POINT(0 0)",
        "within=600",
        "within-units=km",
        "parameter-name=speed",
        "scenario=high",
        "x=0.5",
        "statistics=mean,count",
        "above=1",
    ];
    let found = statistics(&columns(), QueryKind::Radius, &query);
    let mut out = Vec::new();
    table::write(&found, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "parameter,scenario,x,year,statistic,limit,value,unit\r\n\
         speed,high,0.5,1970,mean,,342.09,\r\n\
         speed,high,0.5,1970,count,,1,1\r\n\
         speed,high,0.5,1970,above,1,1,1\r\n\
         speed,high,0.5,1971,mean,,342.1,\r\n\
         speed,high,0.5,1971,count,,1,1\r\n\
         speed,high,0.5,1971,above,1,1,1\r\n\
         speed,high,0.5,1972-02,mean,,342.11,\r\n\
         speed,high,0.5,1972-02,count,,1,1\r\n\
         speed,high,0.5,1972-02,above,1,1,1\r\n"
    );
    let lines: Value = serde_json::from_slice(&document(&found)).unwrap();
    let first = &lines["statistics"][0];
    assert_eq!(
        first["dimensions"],
        json!({"scenario": "high", "x": 0.5, "year": "1970"})
    );
}

#[test]
fn what_lies_off_the_grid_belongs_to_the_area_and_has_no_value() {
    use crate::dataset::grid::{Axis, GridShape};
    let part = GridShape {
        latitude: Axis::new(0, 1_000_000, 1, 11).unwrap(),
        longitude: Axis::new(0, 1_000_000, 1, 11).unwrap(),
    };
    let coverage = coverage(part, &plain(), |_| true);
    let read = |polygon: &str| {
        let coords = format!("coords={polygon}");
        let query = [&*coords, "statistics=covered"];
        let parameters = parameters_of(&plain(), QueryKind::Area, &query).unwrap();
        let limits = Limits { values: 1000 };
        let selection = Selection::read(coverage.clone(), &parameters, limits).unwrap();
        let wanted = parameters.statistics.unwrap();
        let place = &parameters.place;
        let found = AreaStatistics::of(selection.unwrap(), place, wanted, limits).unwrap();
        let covered = found.covered(&found.columns()[0]).unwrap();
        (covered, found.off_grid_km2())
    };
    let (covered, off_grid) = read("POLYGON((2 2,8 2,8 8,2 8,2 2))");
    assert_eq!((covered, off_grid), (1.0, 0.0));
    let (covered, off_grid) = read("POLYGON((0.5 0.5,20.5 0.5,20.5 1.5,0.5 1.5,0.5 0.5))");
    assert!((covered - 0.5).abs() < 1e-6, "{covered}");
    assert!((off_grid / 123_644.0 - 1.0).abs() < 1e-3, "{off_grid}");
}
