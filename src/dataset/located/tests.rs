use arrow_array::{cast::AsArray, types::Float64Type};
use arrow_schema::{DataType, Field};
use perild_query::{geometry::wkt, locate::Locator};

use super::*;
use crate::{dataset::perils::query::Options, edge::Body};

/// Two squares of a degree beside each other, and one over both.
fn outages() -> LocatedFeatures {
    let rows = [
        ("west", "POLYGON((0 0,1 0,1 1,0 1,0 0))"),
        ("east", "POLYGON((1 0,2 0,2 1,1 1,1 0))"),
        ("both", "POLYGON((0 0,2 0,2 1,0 1,0 0))"),
    ];
    let areas = rows.map(|(_, area)| Some(wkt::to_wkb(area).unwrap()));
    let areas: arrow_array::BinaryArray = areas.iter().map(Option::as_deref).collect();
    let names = StringArray::from_iter_values(rows.map(|(name, _)| name));
    let schema = Arc::new(Schema::new(vec![
        Field::new("name", DataType::Utf8, false),
        Field::new("area", DataType::Binary, false),
    ]));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(names), Arc::new(areas)]);
    let rows = [Ok::<_, ArrowError>(batch.unwrap())];
    LocatedFeatures::of(Locator::new(&schema, rows, 1, 1 << 20).unwrap())
}

fn places(body: &str, is_csv: bool) -> PlaceList {
    let body = Body::Memory(body.to_owned().into());
    PlaceList::of(body, is_csv, &mut Options::default(), 1_000_000).unwrap()
}

/// The columns of all rows as text, by their names.
fn rows(located: Located) -> Vec<String> {
    let names: Vec<_> = located
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let mut rows = vec![names.join(" ")];
    for batch in located {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| {
                if column.is_null(row) {
                    return "-".to_owned();
                }
                match column.data_type() {
                    DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
                    DataType::Float64 => {
                        column.as_primitive::<Float64Type>().value(row).to_string()
                    }
                    DataType::UInt64 => column
                        .as_primitive::<arrow_array::types::UInt64Type>()
                        .value(row)
                        .to_string(),
                    other => panic!("{other}"),
                }
            });
            rows.push(cells.collect::<Vec<_>>().join(" "));
        }
    }
    rows
}

#[test]
fn each_place_of_a_csv_comes_back_with_each_feature_around_it() {
    let sent =
        "site,latitude,longitude,feature_name\nA,0.5,0.5,x\nB,0.5,9,y\nC,north,1,z\nD,0.5,361,\n";
    let found = rows(Located::new(
        &places(sent, true),
        outages(),
        Coordinates::AsNumbers,
    ));
    assert_eq!(
        found,
        [
            "site latitude longitude feature_name reason status feature_name_",
            "A 0.5 0.5 x - found west",
            "A 0.5 0.5 x - found both",
            "B 0.5 9 y - none -",
            "C - 1 z latitude_not_a_number rejected -",
            "D 0.5 361  longitude_out_of_range rejected -",
        ]
    );
}

#[test]
fn each_place_of_a_json_body_comes_back_with_what_came_with_it() {
    let sent = r#"{"locations":[{"id":"A","latitude":0.5,"longitude":1.5,"sum":5},{"id":7,"latitude":0.5,"longitude":360}]}"#;
    let found = rows(Located::new(
        &places(sent, false),
        outages(),
        Coordinates::AsNumbers,
    ));
    assert_eq!(
        found,
        [
            "index latitude longitude id properties reason status feature_name",
            r#"0 0.5 1.5 A {"sum":5} - found east"#,
            r#"0 0.5 1.5 A {"sum":5} - found both"#,
            "1 0.5 360 7 - - found west",
            "1 0.5 360 7 - - found both",
        ]
    );
}

#[test]
fn places_of_many_batches_come_in_their_order() {
    let many = 3 * ROWS + 5;
    let lines = (0..many).map(|place| {
        if place % 3 == 0 {
            "0.5,9\n"
        } else {
            "0.5,0.5\n"
        }
    });
    let sent: String = std::iter::once("latitude,longitude\n")
        .chain(lines)
        .collect();
    let located = Located::new(&places(&sent, true), outages(), Coordinates::AsSent);
    let mut statuses = Vec::new();
    for batch in located {
        let batch = batch.unwrap();
        assert!(batch.num_rows() <= ROWS + 1);
        let status = batch.column_by_name(STATUS).unwrap().as_string::<i32>();
        statuses.extend(status.iter().flatten().map(str::to_owned));
    }
    let expected = (0..many).flat_map(|place| match place % 3 {
        0 => vec![NONE],
        _ => vec![FOUND, FOUND],
    });
    assert!(statuses.iter().map(String::as_str).eq(expected));
}

#[test]
fn what_was_sent_comes_back_as_it_was_written_and_under_a_name_of_its_own() {
    let csv = "Lat;lon;status;reason;input_reason\n0,50;+0,5;a;b;c\nnorth; 1;d;;\n";
    let json =
        r#"{"locations":[{"latitude":0.50,"longitude":9e0},{"latitude":"x","longitude":1}]}"#;
    for (sent, is_csv, expected) in [
        (
            csv,
            true,
            vec![
                "Lat lon input_status input_input_reason input_reason reason status feature_name",
                "0,50 +0,5 a b c - found west",
                "0,50 +0,5 a b c - found both",
                "north  1 d   latitude_not_a_number rejected -",
            ],
        ),
        (
            json,
            false,
            vec![
                "index latitude longitude id properties reason status feature_name",
                "0 0.50 9e0 - - - none -",
                "1 - 1 - - latitude_not_a_number rejected -",
            ],
        ),
    ] {
        let places = places(sent, is_csv);
        let found = rows(Located::new(&places, outages(), Coordinates::AsSent));
        assert_eq!(found, expected);
    }
}
