//! The examples of CQL2 (OGC 21-065r2, `schema/examples`), each as text and as JSON: both forms are one filter, or both are
//! refused for one reason.
//!
//! `dataset/examples.txt` has a line for each: its name, its text and its JSON; alternative texts have no JSON.

use std::collections::BTreeMap;

use crate::{
    cql2::{self, Options},
    schema::{Column, ColumnType, Kind, TableSchema},
};

/// A table with the columns of all examples.
fn schema() -> TableSchema {
    let of = |column_type: ColumnType, names: &str| {
        let names = names.split(' ').map(str::to_owned);
        let columns = names.map(move |name| Column {
            name: name.into(),
            column_type,
            is_nullable: true,
            unit: None,
            definition: None,
        });
        columns.collect::<Vec<_>>()
    };
    let columns = [
        of(
            ColumnType::Text,
            "id name city cityName road_class etat_vol landsat:scene_id eo:instrument landsat:wrs_path beamMode \
             swathDirection polarization owner material geophys:SURVEY_NAME",
        ),
        of(ColumnType::Integer, "category floors landsat:wrs_row"),
        of(
            ColumnType::Number,
            "windSpeed balance depth taxes value foo bar x eo:cloud_cover vehicle_height bridge_clearance",
        ),
        of(ColumnType::Boolean, "swimming_pool"),
        of(ColumnType::Date, "built"),
        of(
            ColumnType::DateTime,
            "updated updated_at event_time touchdown liftOff starts_at ends_at",
        ),
        of(ColumnType::Json, "values layer:ids"),
        of(ColumnType::Geometry, "geometry road footprint location"),
    ];
    TableSchema {
        kind: Kind::Features,
        columns: columns.concat(),
        key: vec!["id".into()],
        time: None,
        geometry: Some("geometry".into()),
        step_ms: None,
    }
}

/// Rows: CQL-8, CQL-11
#[test]
fn examples_of_the_standard_are_one_filter_in_both_forms_or_refused_for_one_reason() {
    let schema = schema();
    let mut refused: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut read = 0;
    for line in include_str!("dataset/examples.txt").lines() {
        let [name, text, json] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let of_text = cql2::text(text, &schema, Options::default());
        let of_text = of_text.map_err(|fault| fault.kind.to_string());
        if !json.is_empty() {
            let of_json = cql2::json(json, &schema, Options::default());
            let of_json = of_json.map_err(|fault| fault.kind.to_string());
            assert_eq!(of_text, of_json, "{name}");
        }
        match of_text {
            Ok(_) => read += 1,
            Err(reason) => refused.entry(reason).or_default().push(name),
        }
    }
    assert_eq!(read, 90);
    let refused = refused
        .into_iter()
        .map(|(reason, names)| format!("{reason}: {}", names.join(" ")));
    assert_eq!(
        refused.collect::<Vec<_>>(),
        [
            "a geometry, or a column of them is expected, and BUFFER is there: clause7_18",
            "a hole is not within its polygon, at -65.887123 2.00001: example49 example49-alt01",
            "a polygon's edges cross, beside -0.333333 89: example46 example46-alt01",
            "an operator of arrays is not offered: clause7_15 example79 example80 example81 example82",
            "arithmetic is not offered: clause6_02c clause7_19 example72 example73 example74 example75 example76 \
             example77 example78 example85 example85-alt01",
            // Two examples have this column as text, three as a number; and so for the last.
            "landsat:wrs_path is text, and is compared with the number 203: example04 example06a example06b",
            r#"there is no function "avg": clause6_01 clause6_02b"#,
            r#"there is no function "bar": example69"#,
            r#"there is no function "foo": example68"#,
            r#"value is number, and is compared with the text "a": example40 example40-alt01"#,
        ]
    );
}
