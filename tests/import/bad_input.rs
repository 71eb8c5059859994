//! Tables as publishers really have them: what is refused, what is taken and told, and that the version before stays.

use std::{fs, process::Output, sync::Arc};

use ::parquet::{
    arrow::ArrowWriter,
    data_type::{Int32Type as Int32, Int96, Int96Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use arrow_array::{
    ArrayRef, Decimal128Array, Int32Array, ListArray, RecordBatch, types::Int32Type,
};
use perild_query::{Literal, Table};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{perild_command, stderr, succeed};

const RECORDS: &str = "key = [\"k\"]\n";
const FEATURES: &str = "kind = \"features\"\nkey = [\"k\"]\n";
const SERIES: &str = "kind = \"series\"\nkey = [\"k\"]\ntime = \"t\"\nstep = \"PT30M\"\n";
const LONDON: &str = "kind = \"series\"\nkey = [\"k\"]\ntime = \"t\"\nzone = \"Europe/London\"\n";

/// A publisher's folder with a table that was imported from it.
struct Publisher {
    folder: TempDir,
}

impl Publisher {
    fn with_a_table() -> Self {
        let publisher = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let said = succeed(publisher.import("d.csv", b"k,v\n1,2\n", RECORDS));
        assert!(said.starts_with("d: records, 1 rows"), "{said}");
        publisher
    }

    /// Imports the one file `name`, described by `keys`.
    fn import(&self, name: &str, content: &[u8], keys: &str) -> Output {
        let folder = self.folder.path().join("folder");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(name), content).unwrap();
        let description = format!(
            "[collection]\ntitle = \"T\"\nlicence = \"CC0-1.0\"\nsource = \"{name}\"\n{keys}"
        );
        fs::write(folder.join("d.toml"), description).unwrap();
        let mut command = perild_command(&["import", "--state"]);
        command.arg(self.state()).arg(folder.join("d.toml"));
        command.output().unwrap()
    }

    fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("state")
    }

    fn table(&self) -> Table {
        Table::open(&self.state().join("tables/d")).unwrap()
    }

    /// The file is refused for the reason `part`, and the table is as it was.
    fn refuses(&self, name: &str, content: &[u8], keys: &str, part: &str) {
        let before = self.table().version().to_owned();
        let refused = self.import(name, content, keys);
        let said = stderr(&refused);
        let shown = String::from_utf8_lossy(&content[..content.len().min(200)]);
        assert_eq!(refused.status.code(), Some(1), "{shown} {said}");
        assert!(said.contains("nothing was imported\n"), "{shown} {said}");
        assert!(said.contains(part), "{shown} {said}");
        assert_eq!(self.table().version(), before, "{shown}");
    }

    /// The file is taken with all of its `rows`, and what became of it is told as `part`.
    fn takes(&self, name: &str, content: &[u8], keys: &str, rows: u64, part: &str) {
        let said = succeed(self.import(name, content, keys));
        assert!(
            said.contains(&format!(", {rows} rows, none rejected\n")),
            "{said}"
        );
        assert!(said.contains(part), "{part}: {said}");
        assert_eq!(self.table().len(), rows);
        self.table().verify().unwrap();
    }
}

fn features(geometries: &[Value]) -> Vec<u8> {
    let features = geometries.iter().enumerate().map(
        |(at, geometry)| json!({"type": "Feature", "properties": {"k": at}, "geometry": geometry}),
    );
    let features: Vec<_> = features.collect();
    json!({"type": "FeatureCollection", "features": features})
        .to_string()
        .into()
}

#[test]
fn keys_numbers_and_days_are_never_guessed_in_silence() {
    let publisher = Publisher::with_a_table();
    for (text, part) in [
        (
            "k,v\n1,2\n2,3\n1,4\n",
            "d.csv: line 4: k 1 is there already, in d.csv, line 2",
        ),
        (
            "k,v\n,2\n",
            "line 2: k: has no value, and is part of the key",
        ),
        ("k,v\n1,2,3\n", "line 2: 3 fields where the header has 2"),
        ("k,v\n1\n", "line 2: 1 fields where the header has 2"),
        (
            "k,v\n1,\"2\n",
            "line 2: the quote that begins here is never closed",
        ),
        ("k,v\n1,2026-01-31\n2,31/01/2026\n", "do not fit together"),
        (
            "k,v\n1,2026-01-31T00:00Z\n2,2026-01-31T00:00\n",
            "do not fit together",
        ),
        ("k,v\n1,31.01.2026\n2,31/01/2026\n", "do not fit together"),
        ("k,v\n1,31/01/2026\n2,01/31/2026\n", "do not fit together"),
    ] {
        publisher.refuses("d.csv", text.as_bytes(), RECORDS, part);
    }
    for (text, rows, part) in [
        (
            "k,v\n007,2\n7,3\n",
            2,
            "note: k is text: \"007\" in d.csv, line 2 would lose digits as a number",
        ),
        (
            "k,v\n1,2\n2,x\n",
            2,
            "note: v is text: \"x\" in d.csv, line 3, and \"2\" in d.csv, line 2",
        ),
        (
            "k,v\n1,2026-01-31\n2,31 Jan 2026\n",
            2,
            "note: v is text: \"31 Jan 2026\" in d.csv, line 3, and \"2026-01-31\"",
        ),
        (
            "k,v\n1,20260131T0000Z\n2,2026-01-31T00:00Z\n3,31/01/2026 00:00\n",
            3,
            "note: v is text: ",
        ),
        (
            "k,v\n1,2026-01-31T00:00+01:00\n2,2026-01-31T00:00Z\n",
            2,
            "v                                        date-time",
        ),
    ] {
        publisher.takes("d.csv", text.as_bytes(), RECORDS, rows, part);
    }
    let json = r#"[{"k": "1", "v": 1},
        {"k": "2", "v": "a"}]"#;
    publisher.refuses(
        "d.json",
        json.as_bytes(),
        RECORDS,
        "\"1\" in d.json, line 1 and \"a\" in d.json, line 2",
    );
    publisher.refuses(
        "d.json",
        b"[{\"k\":1},{\"k\":2",
        RECORDS,
        "it was cut short",
    );
    publisher.takes(
        "d.json",
        br#"[{"k":"007"},{"k":"7"}]"#,
        RECORDS,
        2,
        "k                                        text",
    );
}

#[test]
fn geometries_that_nobody_could_ask_for_are_refused_and_odd_ones_told() {
    let publisher = Publisher::with_a_table();
    let point = |x: f64, y: f64| json!({"type": "Point", "coordinates": [x, y]});
    let polygon = |ring: Value| json!({"type": "Polygon", "coordinates": [ring]});
    for (geometry, part) in [
        (
            polygon(json!([[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]])),
            "a polygon's edges cross, beside 0 0",
        ),
        (
            polygon(json!([[0, 0], [4, 0], [4, 4], [0, 4]])),
            "a ring is not closed",
        ),
        (
            polygon(json!([[0, 0], [4, 0], [0, 0]])),
            "a ring has four positions or more",
        ),
        (
            json!({"type": "Polygon", "coordinates": []}),
            "the geometry is empty",
        ),
        (
            json!({"type": "Point", "coordinates": []}),
            "the geometry is empty",
        ),
        (
            json!({"type": "Circle", "coordinates": [1, 2]}),
            "its type is no geometry",
        ),
        (
            point(-34.0, 100.0),
            "perhaps latitude and longitude are swapped",
        ),
        (point(530_000.0, 180_000.0), "perhaps these are metres"),
    ] {
        // A good one before it does not help.
        let both = features(&[point(1.0, 2.0), geometry]);
        publisher.refuses("d.geojson", &both, FEATURES, part);
    }
    let collection = json!({"type": "GeometryCollection", "geometries": [
        point(1.0, 2.0), polygon(json!([[0, 0], [4, 0], [4, 4], [0, 0]])),
    ]});
    publisher.takes(
        "d.geojson",
        &features(&[collection]),
        FEATURES,
        1,
        "geometry",
    );
    let island = features(&[point(0.0, 0.0), point(51.5, -0.1)]);
    let part = "note: geometry: of 1 geometries: it lies at longitude 0 and latitude 0";
    publisher.takes("d.geojson", &island, FEATURES, 2, part);
}

#[test]
fn ten_million_positions_in_one_geometry_are_refused_within_bounds() {
    let publisher = Publisher::with_a_table();
    let mut line = Vec::from(&b"{\"type\":\"Feature\",\"properties\":{\"k\":1},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0]"[..]);
    for _ in 0..10_000_000 {
        line.extend_from_slice(b",[1,1],[0,0]");
    }
    line.extend_from_slice(b"]}}\n");
    publisher.refuses(
        "d.geojson",
        &line,
        FEATURES,
        "line 1: is longer than 64 MiB",
    );
}

#[test]
fn series_are_sorted_and_a_time_that_is_there_twice_or_never_is_refused() {
    let publisher = Publisher::with_a_table();
    for (keys, text, part) in [
        (
            SERIES,
            "k,t,v\na,2026-01-01T00:00Z,1\na,2026-01-01T01:00+01:00,2\n",
            "d.csv: line 3: ",
        ),
        (
            SERIES,
            "k,t,v\na,2026-01-01T00:00,1\n",
            "which zone is meant",
        ),
        (
            LONDON,
            "k,t,v\na,2026-10-25T01:30,1\n",
            "is there twice in Europe/London",
        ),
        (
            LONDON,
            "k,t,v\na,2026-03-29T01:30,1\n",
            "does not exist in Europe/London",
        ),
        (
            SERIES,
            "k,t,v\na,01/02/2026 00:00,1\n",
            "could be read in two ways",
        ),
    ] {
        publisher.refuses("d.csv", text.as_bytes(), keys, part);
    }
    let text = "k,t,v\nb,2026-01-01T00:30Z,1\na,2026-01-01T05:00Z,3\na,2026-01-01T00:00Z,2\n";
    publisher.takes("d.csv", text.as_bytes(), SERIES, 3, "time");
    let clocks = "k,t,v\na,2026-10-25T01:30+01:00,1\na,2026-10-25T01:30+00:00,2\n";
    publisher.takes("d.csv", clocks.as_bytes(), LONDON, 2, "date-time");
}

#[test]
fn parquet_of_others_is_read_for_what_it_holds() {
    let publisher = Publisher::with_a_table();
    let keys: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    let lists = [Some(vec![Some(1), None]), None];
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists));
    let money = Decimal128Array::from(vec![Some(12_345), None]);
    let money: ArrayRef = Arc::new(money.with_precision_and_scale(38, 2).unwrap());
    let batch =
        RecordBatch::try_from_iter([("k", keys), ("list", lists), ("money", money)]).unwrap();
    let mut file = Vec::new();
    let properties = WriterProperties::builder().build();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    publisher.takes(
        "d.parquet",
        &file,
        RECORDS,
        2,
        "list                                     json",
    );
    publisher.takes(
        "d.parquet",
        &file,
        RECORDS,
        2,
        "money                                    text",
    );
    for length in [file.len() / 2, file.len() - 1] {
        publisher.refuses("d.parquet", &file[..length], RECORDS, "d.parquet: ");
    }
    publisher.refuses("d.parquet", b"PARE....PARE", RECORDS, "encrypted Parquet");

    let of_96_bits = times_of_96_bits();
    publisher.refuses("d.parquet", &of_96_bits, RECORDS, "says no zone");
    let zoned = "key = [\"k\"]\nzone = \"UTC\"\n";
    publisher.takes("d.parquet", &of_96_bits, zoned, 1, "date-time");
}

/// A row group says that no key is above 1, and holds 5.
#[test]
fn statistics_of_parquet_that_lie_hide_no_row() {
    let publisher = Publisher::with_a_table();
    let schema = Arc::new(parse_message_type("message m { required int32 k; }").unwrap());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let keys = column.typed::<Int32>();
    keys.write_batch_with_statistics(&[1, 5, 3], None, None, Some(&0), Some(&1), Some(1))
        .unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    publisher.takes(
        "d.parquet",
        &file,
        RECORDS,
        3,
        "k                                        integer",
    );
    let table = Arc::new(publisher.table());
    for (key, is_there) in [(5, true), (3, true), (4, false)] {
        let found = table.item(&[Literal::Integer(key)]).unwrap();
        assert_eq!(
            found.is_some_and(|row| row.num_rows() == 1),
            is_there,
            "{key}"
        );
    }
}

/// A file as Spark writes times: 96 bits, and no zone.
fn times_of_96_bits() -> Vec<u8> {
    let schema = parse_message_type("message m { required int32 k; required int96 t; }").unwrap();
    let mut file = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut file, Arc::new(schema), Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<Int32>()
        .write_batch(&[1], None, None)
        .unwrap();
    column.close().unwrap();
    let mut moment = Int96::new();
    moment.set_data(1_000_000, 0, 2_440_588);
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<Int96Type>()
        .write_batch(&[moment], None, None)
        .unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    file
}
