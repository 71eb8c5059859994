use serde_json::{Value, json};

use super::{json as coverage_json, rows::Rows};
use crate::{
    dataset::{
        edr::{
            QueryKind,
            tests::{columns, coverage, plain, select, world},
        },
        grid::{Axis, GridShape},
    },
    response::batches::csv,
};
use arrow_array::{
    RecordBatch, RecordBatchReader,
    cast::AsArray,
    types::{Decimal64Type, Float64Type},
};

fn written(columns: &crate::dataset::grid::Columns, kind: QueryKind, query: &[&str]) -> Value {
    let coverage = coverage(world(), columns, |cell| cell != 2);
    let mut out = Vec::new();
    coverage_json::write(&select(&coverage, kind, query).unwrap(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Lengths of the axes of a domain by their names.
fn lengths(domain: &Value) -> serde_json::Map<String, Value> {
    let axes = domain["axes"].as_object().unwrap().iter();
    let length = |(name, axis): (&String, &Value)| {
        (
            name.clone(),
            json!(axis["values"].as_array().unwrap().len()),
        )
    };
    axes.map(length).collect()
}

fn check(coverage: &Value, parameters: &Value) {
    let lengths = lengths(&coverage["domain"]);
    let ranges = coverage["ranges"].as_object().unwrap();
    assert_eq!(
        ranges.keys().collect::<Vec<_>>(),
        parameters.as_object().unwrap().keys().collect::<Vec<_>>()
    );
    for (name, range) in ranges {
        let axes = range["axisNames"].as_array().unwrap();
        assert_eq!(axes.len(), lengths.len(), "{name}");
        let shape: Vec<_> = axes
            .iter()
            .map(|axis| lengths[axis.as_str().unwrap()].clone())
            .collect();
        assert_eq!(range["shape"], json!(shape), "{name}");
        let product: u64 = shape
            .iter()
            .map(|length| length.as_u64().unwrap())
            .product();
        let found = range["values"].as_array().unwrap().len();
        assert_eq!(u64::try_from(found).unwrap(), product, "{name}");
    }
}

/// Rows: EDR-10
#[test]
fn values_are_as_many_as_the_lengths_of_their_axes_make_whatever_is_asked() {
    for columns in [plain(), columns()] {
        for (kind, query) in [
            (QueryKind::Position, "coords=POINT(0 0)"),
            (QueryKind::Position, "coords=MULTIPOINT(0 0,10 10,10 10)"),
            (QueryKind::Cube, "bbox=-30,-30,30,30"),
            (QueryKind::Cube, "bbox=-180,-90,180,90"),
            (QueryKind::Cube, "bbox=5,5,5,5"),
            (
                QueryKind::Area,
                "coords=POLYGON((-30 -30,30 -30,30 30,-30 -30))",
            ),
            (QueryKind::Area, "coords=POLYGON((1 1,2 1,2 2,1 1))"),
        ] {
            let found = written(&columns, kind, &[query]);
            match found["coverages"].as_array() {
                Some(coverages) => coverages
                    .iter()
                    .for_each(|one| check(one, &found["parameters"])),
                None => check(&found, &found["parameters"]),
            }
        }
    }
}

/// Rows: EDR-10
#[test]
fn a_domain_has_a_common_type_where_there_is_one() {
    let types = |kind, query: &str| {
        [plain(), columns()].map(|columns| {
            let found = written(&columns, kind, &[query]);
            found["domain"]["domainType"].clone()
        })
    };
    let point = types(QueryKind::Position, "coords=POINT(0 0)");
    assert_eq!(point, [json!("Point"), Value::Null]);
    let grid = types(QueryKind::Cube, "bbox=-30,-30,30,30");
    assert_eq!(grid, [json!("Grid"), Value::Null]);
    let area = types(QueryKind::Area, "coords=POLYGON((1 1,2 1,2 2,1 1))");
    assert_eq!(area, [json!("MultiPoint"), Value::Null]);
}

#[test]
fn dimensions_are_axes_with_the_values_and_systems_of_their_kind() {
    let query = [
        "coords=POINT(-180 -90)",
        "subset=x(0.5:10)",
        "parameter-name=gusts",
    ];
    let found = written(&columns(), QueryKind::Position, &query);
    let axes = &found["domain"]["axes"];
    assert_eq!(axes["scenario"]["values"], json!(["low", "high"]));
    // The name of the longitude is taken.
    assert_eq!(
        (&axes["x"]["values"], &axes["x_"]["values"]),
        (&json!([-180]), &json!([0.5, 10]))
    );
    assert_eq!(axes["t"]["values"], json!(["1970", "1971", "1972-02"]));
    let systems = found["domain"]["referencing"].as_array().unwrap();
    let types: Vec<_> = systems
        .iter()
        .map(|one| one["system"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "GeographicCRS",
            "IdentifierRS",
            "IdentifierRS",
            "TemporalRS"
        ]
    );
    let values = &found["ranges"]["gusts"];
    assert_eq!(
        values["axisNames"],
        json!(["y", "x", "scenario", "x_", "t"])
    );
    assert_eq!(
        values["values"],
        json!([18, 19, 20, 21, 22, 23, 27, 28, 29, 30, 31, 32])
    );
    assert_eq!(values["dataType"], "integer");
}

#[test]
fn a_value_that_there_is_none_of_is_null_and_longitudes_go_on_over_the_date_line() {
    let found = written(&plain(), QueryKind::Cube, &["bbox=165,-90,-155,-85"]);
    assert_eq!(
        found["domain"]["axes"]["x"]["values"],
        json!([170, 180, 190, 200])
    );
    let values = &found["ranges"]["speed"]["values"];
    assert_eq!(*values, json!([350.0, 0.0, null, null]));
}

#[test]
fn a_table_has_a_line_for_each_cell_and_empty_fields_for_no_value() {
    let coverage = coverage(world(), &plain(), |cell| cell != 2);
    let selection = select(&coverage, QueryKind::Cube, &["bbox=-185,-90,-155,-85"]).unwrap();
    let mut out = Vec::new();
    csv::write(Rows::of_text(&selection), &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "longitude,latitude,speed\r\n-180,-90,0.0\r\n-170,-90,\r\n-160,-90,\r\n"
    );
}

#[test]
fn a_column_of_numbers_says_what_it_is_and_one_of_text_has_the_digits_of_its_variable() {
    let coverage = coverage(world(), &columns(), |cell| cell != 2);
    let query = [
        "bbox=-185,-90,-155,-85",
        "subset=scenario(high),x(10)",
        "datetime=1971",
    ];
    let selection = select(&coverage, QueryKind::Cube, &query).unwrap();
    let rows = Rows::described(&selection);
    let schema = rows.schema();
    let names: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| &**field.name())
        .collect();
    let expected = [
        "longitude",
        "latitude",
        "speed_high_10_1971",
        "gusts_high_10_1971",
    ];
    assert_eq!(names, expected);
    let about = schema.field(3).metadata();
    let dimensions: Value = serde_json::from_str(&about["dimensions"]).unwrap();
    assert_eq!(
        dimensions,
        json!({"scenario": "high", "x": "10", "year": "1971"})
    );
    for (name, expected) in [("collection", "solar"), ("variable", "gusts"), ("unit", "")] {
        assert_eq!(about[name], expected, "{name}");
    }
    assert_eq!(schema.metadata()["perild.store_version"], "1");
    let batches: Vec<RecordBatch> = rows.map(Result::unwrap).collect();
    let [batch] = batches.as_slice() else {
        panic!("{} batches", batches.len());
    };
    let column = |at: usize| {
        let column = batch.column(at).as_primitive::<Float64Type>();
        column.iter().collect::<Vec<_>>()
    };
    assert_eq!(column(0), [-180.0, -170.0, -160.0].map(Some));
    assert_eq!(column(2), [Some(0.13), Some(1.13), None]);

    let text = Rows::of_text(&selection).next().unwrap().unwrap();
    let column = text.column(2).as_primitive::<Decimal64Type>();
    assert_eq!(column.scale(), 2);
    assert_eq!(
        column.iter().collect::<Vec<_>>(),
        [Some(13), Some(113), None]
    );
}

#[test]
fn rows_are_as_many_as_cells_in_batches_that_are_smaller_where_they_become_text() {
    let five_degrees = GridShape {
        latitude: Axis::new(-90_000_000, 5_000_000, 1, 37).unwrap(),
        longitude: Axis::new(-180_000_000, 5_000_000, 1, 72).unwrap(),
    };
    let coverage = coverage(five_degrees, &columns(), |_| true);
    let selection = select(&coverage, QueryKind::Cube, &["bbox=-180,-90,180,90"]).unwrap();
    let counts = |batch: RecordBatch| batch.num_rows();
    let columnar = Rows::described(&selection).map(Result::unwrap).map(counts);
    assert_eq!(columnar.collect::<Vec<_>>(), [37 * 72]);
    let text = Rows::of_text(&selection).map(Result::unwrap).map(counts);
    let text: Vec<_> = text.collect();
    assert!(text.len() > 2, "{text:?}");
    assert_eq!(text.iter().sum::<usize>(), 37 * 72);
}
