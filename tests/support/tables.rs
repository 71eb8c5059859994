//! Tables for the daemon, written as an import writes them: watches by their sku, outages with polygons and times,
//! and half hours of meters.

use std::{fs, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use perild_query::{
    Column, ColumnType, Kind, TableSchema, Time,
    geometry::wkt,
    layout::{Options, Writer},
};
use serde_json::json;

/// Watches of a table of watches.
pub const WATCHES: usize = 250;
/// Brands of watches, of which each has as many.
pub const BRANDS: [&str; 3] = ["Aurora", "Borealis, Ltd", "Côte"];

/// Writes the table `id` of watches below `state`; another `edition` is another version of all rows.
pub fn watches(state: &Path, id: &str, edition: i64) {
    let schema = TableSchema {
        kind: Kind::Records,
        columns: vec![
            Column::new("sku", ColumnType::Text),
            Column::new("brand", ColumnType::Text),
            Column::new("year", ColumnType::Integer),
            Column::new("price", ColumnType::Number),
            Column::new("sold", ColumnType::Date),
            Column::new("tags", ColumnType::Json),
        ],
        key: vec!["sku".into()],
        time: None,
        geometry: None,
        step_ms: None,
    };
    let rows = 0..WATCHES;
    let sku = rows.clone().map(|row| sku(WATCHES - 1 - row));
    let of = |row: usize| WATCHES - 1 - row;
    let brand = rows.clone().map(|row| BRANDS[of(row) % 3]);
    let year = rows
        .clone()
        .map(|row| 1900 + i64::try_from(of(row) % 100).unwrap());
    let price = rows
        .clone()
        .map(|row| f64::from(u32::try_from(of(row)).unwrap()) / 4.0);
    let sold = rows
        .clone()
        .map(|row| (of(row) % 2 == 0).then(|| 20_000 + i32::try_from(of(row)).unwrap()));
    let tags = rows.map(|row| (of(row) == 0).then_some(r#"["steel",{"mm":38}]"#));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(sku)),
        Arc::new(StringArray::from_iter_values(brand)),
        Arc::new(Int64Array::from_iter_values(
            year.map(|year| year + edition),
        )),
        Arc::new(Float64Array::from_iter_values(price)),
        Arc::new(sold.collect::<Date32Array>()),
        Arc::new(tags.collect::<StringArray>()),
    ];
    write(state, id, schema, columns, edition);
}

/// The sku of a watch: in the order of skus as of numbers.
pub fn sku(number: usize) -> String {
    format!("W/{number:04}")
}

/// Writes the table `id` of outages below `state`: squares of a degree, eastwards from Greenwich by their number and on
/// over the date line, each without power for an hour, the second one until nobody knows.
pub fn outages(state: &Path, id: &str) {
    let schema = TableSchema {
        kind: Kind::Features,
        columns: vec![
            Column::new("area", ColumnType::Text),
            Column::new("number", ColumnType::Integer),
            Column::new("from", ColumnType::DateTime),
            Column::new("until", ColumnType::DateTime),
            Column::new("geom", ColumnType::Geometry),
        ],
        key: vec!["area".into(), "number".into()],
        time: Some(Time::During {
            begin: "from".into(),
            end: "until".into(),
        }),
        geometry: Some("geom".into()),
        step_ms: None,
    };
    let rows = 0..OUTAGES;
    let hour = |row: i64| HOUR * row;
    let squares = rows.clone().map(|row| {
        let west = if row * 10 < 180 {
            row * 10
        } else {
            row * 10 - 360
        };
        let (east, south, north) = (west + 1, 50, 51);
        let text = format!(
            "POLYGON (({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
        );
        // The last has no place.
        (row + 1 < OUTAGES).then(|| wkt::to_wkb(&text).unwrap())
    });
    let squares: Vec<_> = squares.collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(
            rows.clone().map(|row| format!("A,{}", row % 2)),
        )),
        Arc::new(Int64Array::from_iter_values(rows.clone())),
        Arc::new(
            TimestampMillisecondArray::from_iter_values(rows.clone().map(hour))
                .with_timezone("UTC"),
        ),
        Arc::new(
            rows.map(|row| (row != 1).then(|| hour(row + 1)))
                .collect::<TimestampMillisecondArray>()
                .with_timezone("UTC"),
        ),
        Arc::new(BinaryArray::from_iter(squares)),
    ];
    write(state, id, schema, columns, 0);
}

/// Writes the table `id` of shores below `state`: an island of so many corners, one that is smaller than a pixel of most
/// maps, a lighthouse, and one that nobody has seen.
pub fn shores(state: &Path, id: &str, corners: u32) {
    let schema = TableSchema {
        kind: Kind::Features,
        columns: vec![
            Column::new("name", ColumnType::Text),
            Column::new("geom", ColumnType::Geometry),
        ],
        key: vec!["name".into()],
        time: None,
        geometry: Some("geom".into()),
        step_ms: None,
    };
    let around = (0..corners).chain([0]).map(|corner| {
        let angle = f64::from(corner) * std::f64::consts::TAU / f64::from(corners);
        // Capes and bays, so that no corner lies on the line between others.
        let radius = 1.0 + 0.001 * f64::from(corner % 2);
        format!(
            "{} {}",
            10.0 + radius * angle.cos(),
            50.0 + radius * angle.sin()
        )
    });
    let large = format!("POLYGON (({}))", around.collect::<Vec<_>>().join(","));
    let small = "POLYGON ((20 50,20.0001 50,20.0001 50.0001,20 50.0001,20 50))";
    let shores = [
        ("large", Some(large.as_str())),
        ("light", Some("POINT (30 50)")),
        ("small", Some(small)),
        ("unseen", None),
    ];
    let wkb = shores.map(|(_, text)| text.map(|text| wkt::to_wkb(text).unwrap()));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(shores.map(|(name, _)| name))),
        Arc::new(BinaryArray::from_iter(wkb)),
    ];
    write(state, id, schema, columns, 0);
}

/// Outages of a table of outages.
pub const OUTAGES: i64 = 36;
/// Milliseconds of an hour.
pub const HOUR: i64 = 3_600_000;

/// Writes the table `id` of the half hours of three meters below `state`, as many as `count` of each, from 1970 on.
pub fn meters(state: &Path, id: &str, count: i64) {
    let schema = TableSchema {
        kind: Kind::Series,
        columns: vec![
            Column::new("meter", ColumnType::Text),
            Column::new("from", ColumnType::DateTime),
            Column {
                unit: Some("kW.h".into()),
                ..Column::new("kwh", ColumnType::Number)
            },
        ],
        key: vec!["meter".into()],
        time: Some(Time::At {
            column: "from".into(),
        }),
        geometry: None,
        step_ms: Some(1_800_000),
    };
    let rows = || (0..count).flat_map(|at| ["M1", "M2", "M3"].map(|meter| (meter, at)));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(
            rows().map(|(meter, _)| meter),
        )),
        Arc::new(
            TimestampMillisecondArray::from_iter_values(rows().map(|(_, at)| at * HOUR / 2))
                .with_timezone("UTC"),
        ),
        Arc::new(Float64Array::from_iter_values(rows().map(|(meter, at)| {
            let of_meter = f64::from(meter.as_bytes()[1] - b'0');
            of_meter + f64::from(i32::try_from(at).unwrap()) / 1024.0
        }))),
    ];
    write(state, id, schema, columns, 0);
}

/// Writes the table `id` of the half hours of three meters in 2026 below `state`; one of them has none on 2 July.
pub fn year(state: &Path, id: &str) {
    let schema = TableSchema {
        kind: Kind::Series,
        columns: vec![
            Column::new("meter", ColumnType::Text),
            Column::new("postcode", ColumnType::Text),
            Column::new("from", ColumnType::DateTime),
            Column {
                unit: Some("kW.h".into()),
                ..Column::new("kwh", ColumnType::Number)
            },
        ],
        key: vec!["meter".into()],
        time: Some(Time::At {
            column: "from".into(),
        }),
        geometry: None,
        step_ms: Some(1_800_000),
    };
    let begin = 1_767_225_600_000;
    let half_hours = (begin..begin + 365 * 24 * HOUR).step_by(1_800_000);
    let july = begin + 182 * 24 * HOUR;
    let meters = [("M1", "AB1", 0.5), ("M2", "AB1", 0.25), ("M3", "ZE2", 1.0)];
    let rows = meters.iter().flat_map(|meter| {
        let times = half_hours.clone();
        let is_there = |from: &i64| meter.0 != "M2" || !(july..july + 24 * HOUR).contains(from);
        times.filter(is_there).map(move |from| (meter, from))
    });
    let rows: Vec<_> = rows.collect();
    let times = TimestampMillisecondArray::from_iter_values(rows.iter().map(|(_, from)| *from));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|(meter, _)| meter.0),
        )),
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|(meter, _)| meter.1),
        )),
        Arc::new(times.with_timezone("UTC")),
        Arc::new(Float64Array::from_iter_values(
            rows.iter().map(|(meter, _)| meter.2),
        )),
    ];
    write(state, id, schema, columns, 0);
}

fn write(state: &Path, id: &str, schema: TableSchema, columns: Vec<ArrayRef>, edition: i64) {
    let dir = state.join("tables").join(id);
    fs::create_dir_all(&dir).unwrap();
    let batch = RecordBatch::try_new(schema.arrow(), columns).unwrap();
    let options = Options {
        memory_bytes: 64 << 20,
        sizes: None,
        about: json!({"title": format!("About {id}"), "licence": "CC-BY-4.0"}),
        modified_ms: 1_790_000_000_000 + edition,
    };
    let mut writer = Writer::begin(&dir, schema, options).unwrap();
    writer.push(&batch).unwrap();
    writer.finish().unwrap();
}
