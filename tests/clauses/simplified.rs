//! Geometries with fewer positions: `zoom` and `max-allowable-offset`, in each format, of rows and of one row.

use arrow_array::{BinaryArray, RecordBatch, cast::AsArray};
use arrow_ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use perild_query::geometry::{Crs, admit, geojson, wkt};
use serde_json::Value;

use crate::{
    ogc_features::{items, json as json_of},
    site::Site,
    support::tables,
};

const CORNERS: u32 = 1_000;

fn site() -> Site {
    let site = Site::with(|settings, _| "publish = \"all\"\n".clone_into(&mut settings.defaults));
    let state = site.dir().join("state");
    tables::shores(&state, "shores", CORNERS);
    tables::watches(&state, "watches", 0);
    site.perild.reload();
    site
}

fn feature<'p>(page: &'p Value, name: &str) -> &'p Value {
    let features = page["features"].as_array().unwrap();
    let found = features.iter().find(|one| one["id"] == name);
    &found.unwrap()["geometry"]
}

fn positions(polygon: &Value) -> usize {
    polygon["coordinates"][0].as_array().unwrap().len()
}

#[test]
fn a_polygon_of_a_thousand_corners_has_fewer_the_further_the_map_is_and_stays_a_polygon() {
    let site = site();
    let page = |query: &str| json_of(&site.get(&items("shores", query)));
    let whole = page("");
    assert_eq!(positions(feature(&whole, "large")), 1_001);
    let mut last = 1_001;
    for zoom in [16, 10, 8, 6, 4, 2, 0] {
        let found = page(&format!("zoom={zoom}"));
        let large = feature(&found, "large");
        let left = positions(large);
        assert!(left <= last && left >= 4, "{zoom}: {left} after {last}");
        last = left;
        let ring = large["coordinates"][0].as_array().unwrap();
        assert_eq!(ring.first(), ring.last(), "{zoom}");
        let of_whole = feature(&whole, "large")["coordinates"][0]
            .as_array()
            .unwrap();
        assert!(
            ring.iter().all(|position| of_whole.contains(position)),
            "{zoom}"
        );
        // A polygon stays one, and what has fewer positions already keeps them.
        assert!(positions(feature(&found, "small")) >= 4);
        assert_eq!(feature(&found, "light"), feature(&whole, "light"));
        assert_eq!(*feature(&found, "unseen"), Value::Null);
    }
    assert!(last < 10, "{last}");
    let near = page("max-allowable-offset=0.01");
    let left = positions(feature(&near, "large"));
    assert!((10..200).contains(&left), "{left}");
    assert_eq!(feature(&near, "small")["type"], "Polygon");
    let fine = page("max-allowable-offset=0.00001");
    assert_eq!(fine["features"], whole["features"]);
}

#[test]
fn each_format_and_a_row_by_itself_have_the_same_simplified_geometries() {
    let site = site();
    let query = "zoom=5&properties=name,geom";
    let page = json_of(&site.get(&items("shores", query)));
    let large = feature(&page, "large").clone();
    let one = json_of(&site.get("/v1/collections/shores/items/large?zoom=5"));
    assert_eq!(one["geometry"], large);
    let get = |f: &str| {
        let answer = site.get(&items("shores", &format!("{query}&f={f}")));
        assert_eq!(answer.status, 200, "{f}");
        answer
    };
    let lines = get("ndjson");
    let mut lines = lines
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(
        lines.find(|one| one["id"] == "large").unwrap()["geometry"],
        large
    );
    let arrow = get("arrow").content;
    let mut arrow = StreamReader::try_new(arrow.as_slice(), None).unwrap();
    let parquet = bytes::Bytes::from(get("parquet").content);
    let parquet = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
    let mut parquet = parquet.build().unwrap();
    let csv = get("csv");
    let of_csv = csv
        .text()
        .lines()
        .find_map(|line| line.strip_prefix("large,\""))
        .unwrap();
    let expected = wkt::to_wkb(of_csv.trim_end_matches('"')).unwrap();
    for batch in [
        arrow.next().unwrap().unwrap(),
        parquet.next().unwrap().unwrap(),
    ] {
        assert_eq!(geometry(&batch, "large"), expected);
        assert!(admit(&expected).is_ok());
    }
    let mut read = Vec::new();
    geojson::write(&expected, Crs::Crs84, &mut read).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&read).unwrap(), large);
    let turned = json_of(&site.get(&items(
        "shores",
        "zoom=5&crs=http://www.opengis.net/def/crs/EPSG/0/4326",
    )));
    assert_eq!(positions(feature(&turned, "large")), positions(&large));
    let without = site.get(&items("shores", "zoom=5&f=csv&properties=name"));
    assert_eq!(without.text().lines().next(), Some("name"));
}

fn geometry(batch: &RecordBatch, name: &str) -> Vec<u8> {
    let names = batch.column(0).as_string::<i32>();
    let at = names.iter().position(|one| one == Some(name)).unwrap();
    let geometries: &BinaryArray = batch.column(1).as_binary();
    geometries.value(at).to_vec()
}

#[test]
fn what_is_no_zoom_and_no_offset_is_400_and_so_is_either_without_geometries() {
    let site = site();
    for query in [
        "zoom=",
        "zoom=-1",
        "zoom=25",
        "zoom=1.5",
        "zoom=x",
        "max-allowable-offset=0",
        "max-allowable-offset=-1",
        "max-allowable-offset=NaN",
        "max-allowable-offset=inf",
        "zoom=1&max-allowable-offset=1",
        "zoom=1&zoom=1",
    ] {
        for target in [
            items("shores", query),
            format!("/v1/collections/shores/items/large?{query}"),
        ] {
            let answer = site.get(&target);
            assert_eq!(answer.status, 400, "{target}");
        }
    }
    for query in ["zoom=5", "max-allowable-offset=1"] {
        let answer = site.get(&items("watches", query));
        assert_eq!(answer.status, 400, "{query}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains("a table without geometries"), "{detail}");
        assert_eq!(site.get(&items("shores", query)).status, 200);
    }
}
