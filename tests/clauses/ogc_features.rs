//! OGC API Features: rows of tables, page by page, by key, by place and by time, for those who may have them.

use std::{collections::BTreeSet, fs};

use arrow_array::cast::AsArray;
use arrow_ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::{
    site::{CERTIFICATE, Site, fresh_token},
    support::{
        http::{Answer, Request},
        store,
        tables::{self, BRANDS, OUTAGES, WATCHES, sku},
    },
};

/// A site with a table of each kind.
pub(crate) fn site() -> Site {
    let site = Site::with(|settings, _| "publish = \"all\"\n".clone_into(&mut settings.defaults));
    let state = site.dir().join("state");
    tables::watches(&state, "watches", 0);
    tables::outages(&state, "outages");
    tables::meters(&state, "meters", 96);
    site.perild.reload();
    site
}

pub(crate) fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.content).unwrap()
}

pub(crate) fn items(id: &str, query: &str) -> String {
    format!("/v1/collections/{id}/items?{query}")
}

pub(crate) fn link<'l>(document: &'l Value, rel: &str) -> Option<&'l str> {
    let links = document["links"].as_array().unwrap();
    let found = links.iter().find(|link| link["rel"] == rel);
    found.map(|link| link["href"].as_str().unwrap())
}

/// The path of an address that a document has.
pub(crate) fn path(address: &str) -> &str {
    address.find("/v1").map_or(address, |at| &address[at..])
}

/// The ids of features, as they come.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    let features = page["features"].as_array().unwrap().iter();
    let ids = features.map(|feature| match &feature["id"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    ids.collect()
}

fn skus(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(sku).collect()
}

/// The numbers of outages that `query` finds.
fn outages(site: &Site, query: &str) -> BTreeSet<i64> {
    let page = json(&site.get(&items("outages", &format!("limit=100&{query}"))));
    let features = page["features"].as_array().unwrap().iter();
    let numbers = features.map(|feature| feature["properties"]["number"].as_i64().unwrap());
    numbers.collect()
}

/// Rows: OAF-3, OAF-4
#[test]
fn a_collection_leads_to_its_items_and_each_item_to_itself() {
    let site = site();
    let collection = json(&site.ask(&Request::get("/v1/collections/watches")));
    assert_eq!(collection["itemType"], "feature");
    assert_eq!(collection["kind"], "records");
    assert_eq!(collection["title"], "About watches");
    let to_items = path(link(&collection, "items").unwrap());
    assert_eq!(
        to_items, "/v1/collections/watches/items",
        "keys may be put behind it"
    );
    let page = site.get(to_items);
    assert_eq!(page.field("content-type"), Some("application/geo+json"));
    let page = json(&page);
    assert_eq!(page["type"], "FeatureCollection");
    let first = &page["features"][0];
    assert_eq!(
        *first,
        json!({
            "type": "Feature", "id": "W/0000", "geometry": null,
            "properties": {
                "sku": "W/0000", "brand": "Aurora", "year": 1900, "price": 0, "sold": "2024-10-04",
                "tags": ["steel", {"mm": 38}],
            },
        })
    );
    let item = json(&site.get("/v1/collections/watches/items/W%2F0000"));
    assert_eq!(item["properties"], first["properties"]);
    assert_eq!(json(&site.get(path(link(&item, "self").unwrap()))), item);
    assert!(
        link(&item, "collection")
            .unwrap()
            .ends_with("/v1/collections/watches")
    );
    let spatial = json(&site.ask(&Request::get("/v1/collections/outages")));
    assert_eq!(spatial["crs"].as_array().unwrap().len(), 3);
    assert_eq!(
        spatial["extent"]["spatial"]["bbox"][0],
        json!([-180.0, 50.0, 171.0, 51.0])
    );
}

/// Rows: OAF-4
#[test]
fn a_resource_of_another_kind_is_404_and_the_answer_says_what_there_is() {
    let site = site();
    for (target, is_post, has) in [
        (
            "watches/aggregate?every=P1D",
            false,
            "records, which has items",
        ),
        ("outages/latest", false, "features, which has items"),
        (
            "watches/position?coords=POINT(0%200)",
            false,
            "records, which has items",
        ),
        (
            "meters/cube?bbox=0,0,1,1",
            false,
            "series, which has aggregate",
        ),
        ("watches/items/locate", true, "records, which has items"),
        ("meters/items/locate", true, "series, which has aggregate"),
    ] {
        let target = format!("/v1/collections/{target}");
        let answer = if is_post {
            let request = Request::new("POST", &target)
                .bearer(&fresh_token())
                .field(CERTIFICATE, &site.bank.escaped())
                .field("Content-Type", "text/csv")
                .content(b"latitude,longitude\n0,0\n");
            site.ask(&request)
        } else {
            site.get(&target)
        };
        assert_eq!(answer.status, 404, "{target}: {answer:?}");
        let problem = answer.problem();
        assert_eq!(problem["type"], "urn:perild:problem:other-kind", "{target}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(has), "{target}: {detail}");
    }
    for target in ["none/aggregate", "none/latest", "none/cube", "none/items"] {
        let answer = site.get(&format!("/v1/collections/{target}"));
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(answer.problem()["type"], "about:blank", "{target}");
    }
}

/// Rows: OAF-8
#[test]
fn a_query_that_is_no_text_is_refused_and_not_looked_for_as_another() {
    let site = site();
    for query in ["brand=%FF", "filter=brand%20%3D%20'%C3'", "ids=%ED%A0%80"] {
        let answer = site.get(&items("watches", query));
        assert_eq!(answer.status, 400, "{query}");
        let detail = answer.problem()["detail"].clone();
        assert!(detail.as_str().unwrap().contains("UTF-8"), "{detail}");
    }
    assert_eq!(site.get(&items("watches", "brand=%C3%BF")).status, 200);
}

/// Rows: OAF-4
#[test]
fn a_key_of_several_columns_is_spelled_with_commas_and_one_that_no_row_has_is_404() {
    let site = site();
    let get = |id: &str, key: &str| site.get(&format!("/v1/collections/{id}/items/{key}"));
    let outage = json(&get("outages", "A%5C%2C1%2C3"));
    assert_eq!(outage["id"], "A\\,1,3");
    assert_eq!(outage["properties"]["number"], 3);
    assert_eq!(
        outage["geometry"],
        json!({"type": "Polygon", "coordinates": [[[30, 50], [31, 50], [31, 51], [30, 51], [30, 50]]]})
    );
    let reading = json(&get("meters", "M2,1970-01-01T00:30:00Z"));
    assert_eq!(reading["properties"]["kwh"], json!(2.0 + 1.0 / 1024.0));
    for (id, key) in [
        ("watches", "W"),
        ("watches", "W%2F9999"),
        ("watches", "%5C"),
        ("outages", "A%5C,1"),
        ("outages", "A%5C,1,x"),
        ("outages", "A,1,3"),
        ("meters", "M2"),
        ("meters", "M2,yesterday"),
    ] {
        let answer = get(id, key);
        assert_eq!(answer.status, 404, "{id} {key}");
        assert_eq!(answer.problem()["type"], "urn:perild:problem:no-such-item");
    }
    assert_eq!(get("no-such", "a").status, 404);
    assert_eq!(site.get("/v1/collections/no-such/items").status, 404);
}

/// Rows: DEC-4
#[test]
fn rows_are_for_those_who_may_have_them() {
    let site = site();
    let described = |scope: &str| {
        format!(
            "[collection]\ntitle = \"Watches\"\nlicence = \"CC-BY-4.0\"\nkind = \"records\"\nkey = [\"sku\"]\n[[rule]]\nscopes = [\"{scope}\"]\n"
        )
    };
    for (scope, expected) in [("other:read", 403), ("energy:read", 200)] {
        fs::write(site.shared("watches.toml"), described(scope)).unwrap();
        site.perild.reload();
        for target in ["items", "items/W%2F0001", "queryables", "items?limit=x"] {
            let target = format!("/v1/collections/watches/{target}");
            assert_eq!(site.ask(&Request::get(&target)).status, 401, "{target}");
            let answer = site.get(&target);
            let is_malformed = expected == 200 && target.ends_with("=x");
            let expected = if is_malformed { 400 } else { expected };
            assert_eq!(answer.status, expected, "{target} {answer:?}");
        }
        assert_eq!(
            site.ask(&Request::get("/v1/collections/none/items")).status,
            401
        );
    }
}

/// Rows: OAF-5
#[test]
fn a_limit_is_a_number_from_1_and_one_that_is_too_large_is_the_largest() {
    let site = site();
    let count = |query: &str| {
        let page = json(&site.get(&items("watches", query)));
        let features = page["features"].as_array().unwrap().len();
        assert_eq!(page["numberReturned"], features, "{query}");
        features
    };
    for (query, expected) in [
        ("", 100),
        ("limit=1", 1),
        ("limit=007", 7),
        ("limit=250", WATCHES),
        ("limit=10001", WATCHES),
        ("limit=99999999999999999999999", WATCHES),
    ] {
        assert_eq!(count(query), expected, "{query}");
    }
    for query in ["limit=0", "limit=-1", "limit=ten", "limit=", "limit=1.5"] {
        let answer = site.get(&items("watches", query));
        assert_eq!(answer.status, 400, "{query}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains("limit must be"), "{detail}");
    }
}

/// Rows: OAF-6
#[test]
fn a_box_finds_what_it_meets_and_goes_over_the_date_line() {
    let site = site();
    // 17 lies at 170 to 171, 18 at -180 to -179, and 35 is without a place, so that every box finds it.
    for (query, expected) in [
        ("bbox=0,50,31,51", vec![0, 1, 2, 3]),
        ("bbox=0,50,-9000,31,51,9000", vec![0, 1, 2, 3]),
        ("bbox=5,50,9,51", vec![]),
        ("bbox=31,51,31,51", vec![3]),
        ("bbox=165,0,-175,90", vec![17, 18]),
        (
            "bbox=50,0,51,31&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
            vec![0, 1, 2, 3],
        ),
        (
            "bbox=0,6446275,3450900,6621294&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
            vec![0, 1, 2, 3],
        ),
    ] {
        let expected: BTreeSet<_> = expected.into_iter().chain([35]).collect();
        assert_eq!(outages(&site, query), expected, "{query}");
    }
    for query in [
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=NaN,1,2,3",
        "bbox=0,0,inf,1",
        "bbox=0,60,1,50",
        "bbox=0,-91,1,0",
        "bbox=0,0,1,1&bbox-crs=EPSG:27700",
        "bbox=a,b,c,d",
        "bbox=",
    ] {
        for id in ["outages", "watches"] {
            let answer = site.get(&items(id, query));
            assert_eq!(answer.status, 400, "{id} {query}");
            assert!(answer.problem()["detail"].to_string().contains("bbox"));
        }
    }
    // Rows of a table without places are among those that are found.
    let page = json(&site.get(&items("watches", "bbox=0,0,1,1")));
    assert_eq!(page["numberReturned"], 100);
}

/// Rows: OAF-7
#[test]
fn a_time_finds_what_holds_then_and_ends_may_be_open() {
    let site = site();
    for (query, expected) in [
        // The second has no end.
        ("datetime=1970-01-01T05:30:00Z", vec![1, 5]),
        (
            "datetime=1970-01-01T05:30:00Z/1970-01-01T07:30:00Z",
            vec![1, 5, 6, 7],
        ),
        ("datetime=../1970-01-01T01:30:00Z", vec![0, 1]),
        ("datetime=1970-01-02T10:30:00Z/..", vec![1, 34, 35]),
        ("datetime=1970-01-02", (24..36).chain([1]).collect()),
        ("datetime=1980-01-01", vec![1]),
    ] {
        let found = outages(&site, query);
        let expected: BTreeSet<_> = expected.into_iter().collect();
        // An end that is an instant may be thought of as in the time or not.
        assert!(found.is_superset(&expected), "{query} {found:?}");
        assert!(found.len() <= expected.len() + 1, "{query} {found:?}");
    }
    let readings = |query: &str| {
        let text = site.get(&items("meters", &format!("f=csv&{query}")));
        assert_eq!(text.status, 200, "{query}");
        text.text().lines().count() - 1
    };
    assert_eq!(readings("datetime=1970-01-01"), 3 * 48);
    assert_eq!(
        readings("datetime=1970-01-01T00:00:00Z/1970-01-02T00:00:00Z&meter=M1"),
        48
    );
    assert_eq!(readings("datetime=1970-01-01T00:30:00Z&ids=M1,M3"), 2);
    for query in [
        "datetime=yesterday",
        "datetime=..",
        "datetime=1970-01-02/1970-01-01",
        "datetime=",
        "datetime=1970-13-01",
    ] {
        for id in ["outages", "watches"] {
            let answer = site.get(&items(id, query));
            assert_eq!(answer.status, 400, "{id} {query}");
            assert!(answer.problem()["detail"].to_string().contains("datetime"));
        }
    }
    let page = json(&site.get(&items("watches", "datetime=1970-01-01")));
    assert_eq!(page["numberReturned"], 100);
}

/// Rows: OAF-8
#[test]
fn a_parameter_that_is_not_known_is_400_with_the_name_that_is_near() {
    let site = site();
    for (query, said) in [
        ("brnad=Aurora", "perhaps brand was meant"),
        ("Limit=1", "perhaps limit was meant"),
        ("limit=1&limit=2", "each name stands once"),
        ("f=xml", "known are geojson"),
        ("year=old", "year must be a whole number"),
        ("sold=2024", "sold must be a day"),
        ("tags=steel", "tags must be left out"),
        (
            "properties=brand,colour",
            "a column of properties is not known",
        ),
        (
            "sortby=-tags",
            "sortby must be of columns that can be compared",
        ),
        ("sortby=", "a column of sortby is not known"),
        ("offset=-1", "offset must be"),
        ("next=abc", "next must be"),
        ("crs=EPSG:27700", "crs must be one of"),
        ("resultType=all", "resultType must be"),
        ("count=yes", "count must be"),
        ("count=true&f=csv", "count must be left out"),
    ] {
        let answer = site.get(&items("watches", query));
        assert_eq!(answer.status, 400, "{query}");
        let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(said), "{query}: {detail}");
    }
    assert_eq!(
        site.get("/v1/collections/watches/items/W%2F0000?limit=1")
            .status,
        400
    );
    assert_eq!(
        site.get("/v1/collections/watches/queryables?f=json").status,
        400
    );
}

/// Rows: OAF-9
#[test]
fn pages_lead_on_to_each_row_once_and_say_how_many_there_are() {
    let site = site();
    let pages = |target: &str| {
        let (mut found, mut target) = (Vec::new(), target.to_owned());
        loop {
            let answer = site.get(&target);
            let page = json(&answer);
            let of_page = ids(&page);
            assert_eq!(page["numberReturned"], of_page.len());
            assert!(page["timeStamp"].as_str().unwrap().starts_with("20"));
            found.extend(of_page);
            let in_head = answer.field("link").map(str::to_owned);
            let Some(next) = link(&page, "next") else {
                assert_eq!(in_head, None);
                return found;
            };
            assert_eq!(in_head, Some(format!("<{next}>; rel=\"next\"")));
            target = path(next).to_owned();
        }
    };
    assert_eq!(pages(&items("watches", "limit=90")), skus(0..WATCHES));
    let backwards: Vec<_> = skus((0..WATCHES).rev());
    assert_eq!(pages(&items("watches", "limit=90&sortby=-sku")), backwards);
    assert_eq!(
        pages(&items("watches", "limit=90&offset=20")),
        skus(20..WATCHES)
    );
    let ofs = |brand: usize| skus((0..WATCHES).filter(move |number| number % 3 == brand));
    let brand = url::form_urlencoded::byte_serialize(BRANDS[1].as_bytes()).collect::<String>();
    assert_eq!(
        pages(&items("watches", &format!("limit=7&brand={brand}"))),
        ofs(1)
    );
    assert_eq!(pages(&items("watches", "limit=3&key=W/001*")), skus(10..20));
    assert_eq!(
        pages(&items("watches", "limit=100&sku=W/0011")),
        skus(11..12)
    );
    assert_eq!(
        pages(&items("watches", "ids=W/0003,W/0001,W/9999")).len(),
        2
    );
    let outages = pages(&items("outages", "limit=5"));
    let distinct: BTreeSet<_> = outages.iter().collect();
    assert_eq!((outages.len(), distinct.len()), (36, 36));
    let by_year = json(&site.get(&items(
        "watches",
        "limit=3&sortby=-year,%2Bsku&properties=year",
    )));
    assert_eq!(ids(&by_year), skus([99, 199, 98]));
    assert_eq!(by_year["features"][0]["properties"], json!({"year": 1999}));

    let hits = json(&site.get(&items("watches", &format!("resultType=hits&brand={brand}"))));
    assert_eq!(
        (&hits["numberMatched"], &hits["numberReturned"]),
        (&json!(83), &json!(0))
    );
    let counted = json(&site.get(&items("watches", "count=true&limit=1")));
    assert_eq!(counted["numberMatched"], WATCHES);
    assert!(
        json(&site.get(&items("watches", "")))
            .get("numberMatched")
            .is_none()
    );
}

/// Rows: OAF-10
#[test]
fn the_format_and_the_system_are_those_that_are_asked_for() {
    let site = site();
    for (accept, f, content_type) in [
        ("", "", "application/geo+json"),
        ("application/json", "", "application/json"),
        (
            "text/csv;q=0.5, application/x-ndjson",
            "",
            "application/x-ndjson",
        ),
        (
            "image/png",
            "csv",
            "text/csv; charset=utf-8; header=present",
        ),
        ("", "arrow", "application/vnd.apache.arrow.stream"),
        ("", "parquet", "application/vnd.apache.parquet"),
    ] {
        let f = if f.is_empty() {
            String::new()
        } else {
            format!("f={f}")
        };
        let fields = if accept.is_empty() {
            vec![]
        } else {
            vec![("accept", accept)]
        };
        let answer = site.get_with(&items("outages", &f), &fields);
        assert_eq!(answer.status, 200, "{accept} {f}");
        assert_eq!(
            answer.field("content-type"),
            Some(content_type),
            "{accept} {f}"
        );
        assert_eq!(answer.field("vary"), Some("Accept, Accept-Encoding"));
        assert_eq!(
            answer.field("content-crs"),
            Some("<http://www.opengis.net/def/crs/OGC/1.3/CRS84>")
        );
    }
    let refused = site.get_with(&items("outages", ""), &[("accept", "image/png")]);
    assert_eq!(refused.status, 406);
    let crs = "http://www.opengis.net/def/crs/EPSG/0/4326";
    let turned = site.get(&items("outages", &format!("number=3&crs={crs}")));
    assert_eq!(turned.field("content-crs"), Some(&*format!("<{crs}>")));
    let ring = &json(&turned)["features"][0]["geometry"]["coordinates"][0];
    assert_eq!(ring[0], json!([50, 30]));
    let text = site.get(&items(
        "outages",
        &format!("f=csv&number=3&properties=geom&crs={crs}"),
    ));
    assert_eq!(
        text.text(),
        "geom\r\n\"POLYGON((50 30,50 31,51 31,51 30,50 30))\"\r\n"
    );
    assert_eq!(
        site.get(&items("outages", &format!("f=parquet&crs={crs}")))
            .status,
        400
    );
}

#[test]
fn a_table_has_all_rows_and_each_format_says_the_same() {
    let site = site();
    let all = |f: &str| {
        let answer = site.get(&items("watches", &format!("f={f}&properties=price,sku")));
        assert_eq!(answer.status, 200, "{f}");
        answer
    };
    let csv = all("csv");
    let lines: Vec<_> = csv.text().lines().collect();
    assert_eq!(
        (lines.len(), lines[0], lines[5]),
        (WATCHES + 1, "price,sku", "1,W/0004")
    );
    let ndjson = all("ndjson");
    let lines: Vec<_> = ndjson.text().lines().collect();
    assert_eq!(
        (lines.len(), lines[4]),
        (WATCHES, r#"{"price":1,"sku":"W/0004"}"#)
    );
    let arrow = all("arrow");
    let batches = StreamReader::try_new(arrow.content.as_slice(), None).unwrap();
    let rows: usize = batches.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, WATCHES);
    let parquet = all("parquet").content;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet)).unwrap();
    let mut reader = reader.build().unwrap();
    let batch = reader.next().unwrap().unwrap();
    assert_eq!(batch.column(1).as_string::<i32>().value(4), "W/0004");
    let page = site.get(&items("watches", "f=csv&limit=10"));
    assert_eq!(page.text().lines().count(), 11);
    assert!(page.field("link").unwrap().contains("next="));
    let features = site.get(&items("outages", "f=ndjson&limit=1"));
    let feature: Value = serde_json::from_slice(&features.content).unwrap();
    assert_eq!(feature["type"], "Feature");
    let geometry = site.get(&items("outages", "f=parquet&properties=geom"));
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(geometry.content)).unwrap();
    let geo = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    assert!(geo.iter().any(|one| one.key == "geo"));
}

/// Rows: HTTP-7, HTTP-8
#[test]
fn what_has_not_changed_is_304_and_a_head_has_the_fields_alone() {
    let site = site();
    for (target, is_weak) in [
        (items("watches", "limit=5"), true),
        (items("watches", "f=csv"), false),
        ("/v1/collections/watches/items/W%2F0000".to_owned(), true),
        ("/v1/collections/watches/queryables".to_owned(), false),
    ] {
        let first = site.get(&target);
        let tag = first.field("etag").unwrap();
        assert_eq!(tag.starts_with("W/"), is_weak, "{target}");
        assert_eq!(
            site.get_with(&target, &[("if-none-match", tag)]).status,
            304
        );
        let other = site.get_with(&target, &[("if-none-match", "\"other\"")]);
        assert_eq!(other.status, 200);
        let gzip = site.get_with(&target, &[("accept-encoding", "gzip")]);
        assert_eq!(gzip.field("content-encoding"), Some("gzip"), "{target}");
        assert_ne!(gzip.field("etag"), Some(tag));
        tables::watches(&site.dir().join("state"), "watches", 1);
        site.perild.reload();
        assert_eq!(
            site.get_with(&target, &[("if-none-match", tag)]).status,
            200,
            "{target}"
        );
        tables::watches(&site.dir().join("state"), "watches", 0);
        site.perild.reload();
    }
    let target = items("watches", "limit=5");
    let head = site.ask(
        &Request::new("HEAD", &target)
            .bearer("tok-head")
            .field(CERTIFICATE, &site.bank.escaped()),
    );
    assert_eq!((head.status, head.content.len()), (200, 0));
    assert_eq!(head.field("etag"), site.get(&target).field("etag"));
    assert_eq!(site.ask(&Request::new("POST", &target)).status, 405);
}

#[test]
fn a_page_goes_on_in_its_version_while_that_is_kept_and_is_then_gone() {
    let site = site();
    let state = site.dir().join("state");
    let first = json(&site.get(&items("watches", "limit=200&sortby=sku")));
    let next = path(link(&first, "next").unwrap()).to_owned();
    for (edition, status) in [(1, 200), (2, 410)] {
        tables::watches(&state, "watches", edition);
        site.perild.reload();
        let answer = site.get(&next);
        assert_eq!(answer.status, status, "{answer:?}");
        if status == 200 {
            // The years are those of the version that the answer began with.
            let page = json(&answer);
            assert_eq!(page["features"][0]["properties"]["year"], 1900);
            assert_eq!(ids(&page), skus(200..WATCHES));
        } else {
            assert_eq!(answer.problem()["type"], "urn:perild:problem:page-gone");
        }
    }
}

#[test]
fn a_table_that_is_damaged_keeps_no_other_from_being_served() {
    let site = site();
    let state = site.dir().join("state/tables");
    fs::write(state.join("watches/current"), "broken").unwrap();
    site.perild.reload();
    // What was served before is served on, as long as it is in memory.
    assert_eq!(site.get(&items("watches", "")).status, 200);
    assert_eq!(site.get(&items("outages", "")).status, 200);
    fs::create_dir_all(state.join("described")).unwrap();
    fs::write(state.join("described/current"), "broken").unwrap();
    let described = "[collection]\ntitle = \"D\"\nlicence = \"CC-BY-4.0\"\nkind = \"records\"\nkey = [\"sku\"]\n[[rule]]\nclass = \"OE-SA\"\n";
    fs::write(site.shared("described.toml"), described).unwrap();
    fs::write(site.shared("never.toml"), described).unwrap();
    site.perild.reload();
    let damaged = site.get(&items("described", ""));
    assert_eq!(
        damaged.problem()["type"],
        "urn:perild:problem:unreadable-table"
    );
    assert_eq!(damaged.status, 503);
    let never = site.get(&items("never", ""));
    assert_eq!(never.problem()["type"], "urn:perild:problem:no-data");
    assert_eq!(site.get(&items("outages", "")).status, 200);
}

#[test]
fn fields_that_can_be_asked_for_have_their_values_where_they_are_few() {
    let site = site();
    let answer = site.get("/v1/collections/watches/queryables");
    assert_eq!(
        answer.field("content-type"),
        Some("application/schema+json")
    );
    let schema = json(&answer);
    assert_eq!(schema["properties"]["brand"]["enum"], json!(BRANDS));
    assert_eq!(schema["properties"]["year"]["type"], "integer");
    assert_eq!(schema["properties"]["sku"]["x-ogc-role"], "id");
    assert_eq!(schema["properties"].get("tags"), None);
    let outages = json(&site.get("/v1/collections/outages/queryables"));
    assert_eq!(outages["properties"]["geom"]["format"], "geometry-any");
    assert_eq!(OUTAGES, 36);
}

#[test]
fn a_filter_finds_what_it_is_true_of_in_text_and_in_json() {
    let site = site();
    let escaped =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let found = |filter: &str, more: &str| {
        let query = format!("limit=100&filter={}{more}", escaped(filter));
        ids(&json(&site.get(&items("watches", &query))))
    };
    assert_eq!(
        found("year = 1907 AND sku > 'W/0100'", ""),
        skus([107, 207])
    );
    assert_eq!(
        found("brand LIKE 'C%' AND price BETWEEN 10 AND 12", ""),
        skus([41, 44, 47])
    );
    assert_eq!(
        found("sold IS NULL AND sku IN ('W/0001','W/0002')", ""),
        skus([1])
    );
    let json_filter = json!({"op": "=", "args": [{"property": "year"}, 1907]}).to_string();
    assert_eq!(
        found(&json_filter, "&filter-lang=cql2-json"),
        skus([7, 107, 207])
    );
    assert_eq!(found("year = 1907", "&brand=Aurora"), skus([207]));
    let within = escaped("S_INTERSECTS(geom, POINT(20.5 50.5))");
    assert_eq!(
        outages(&site, &format!("filter={within}")),
        BTreeSet::from([2])
    );
    let turned = escaped("S_INTERSECTS(geom, POINT(50.5 20.5))");
    let crs = "http://www.opengis.net/def/crs/EPSG/0/4326";
    let query = format!("filter={turned}&filter-crs={crs}");
    assert_eq!(outages(&site, &query), BTreeSet::from([2]));
    for (filter, more, said) in [
        ("year = ", "", "the filter cannot be read"),
        ("yeer = 1907", "", "the filter cannot be read"),
        ("year = 'old'", "", "the filter cannot be read"),
        ("system('id')", "", "the filter cannot be read"),
        ("year = 1907", "&filter-lang=sql", "filter-lang must be"),
        (
            "year = 1907",
            "&filter-crs=EPSG:27700",
            "filter-crs must be",
        ),
        ("{}", "&filter-lang=cql2-json", "the filter cannot be read"),
    ] {
        let query = format!("filter={}{more}", escaped(filter));
        let answer = site.get(&items("watches", &query));
        assert_eq!(answer.status, 400, "{filter}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains(said), "{filter}: {detail}");
    }
}

#[test]
fn a_catalogue_of_watches_has_an_address_of_its_own_for_each_of_its_versions() {
    let page = include_str!("../../docs/records.md");
    let code = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let site =
        Site::with(|settings, _| "publish = \"described\"\n".clone_into(&mut settings.defaults));
    fs::write(site.shared("watches.json"), code("json")).unwrap();
    for version in [1, 2] {
        let described = code("toml").replace("/info/v2", &format!("/info/v{version}"));
        let path = site.shared(&format!("watches-{version}.toml"));
        fs::write(&path, described).unwrap();
        if version == 1 {
            let columns = r#"[{"sku": "OM-3570", "title": "Omega Speedmaster"}]"#;
            fs::write(site.shared("watches.json"), columns).unwrap();
        } else {
            fs::write(site.shared("watches.json"), code("json")).unwrap();
        }
        store::import(&site.dir().join("state"), &path);
    }
    // A file belongs to one description.
    let first = site.shared("watches-1.toml");
    let own = fs::read_to_string(&first)
        .unwrap()
        .replace("watches.json", "watches-of-1.json");
    fs::write(&first, own).unwrap();
    fs::write(site.shared("watches-of-1.json"), "[]").unwrap();
    site.perild.reload();
    let get = |target: &str| {
        let answer = site.connect().send(&site.request(target, &fresh_token()));
        assert_eq!(answer.status, 200, "{target} {answer:?}");
        json(&answer)
    };
    assert_eq!(get("/info/v2/OM-3570")["properties"]["year"], 1969);
    assert_eq!(
        get("/info/v1/OM-3570")["properties"]["title"],
        "Omega Speedmaster"
    );
    for (query, expected) in [
        ("brand=Omega&year=1969", vec!["OM-3570"]),
        ("sku=SE*", vec!["SE-6139"]),
        ("key=L*", vec!["LO-5699"]),
        (
            "filter=year%20%3C%201950%20AND%20%22case%22%20=%20'gold'",
            vec!["LO-5699"],
        ),
        ("sortby=-year", vec!["SE-6139", "OM-3570", "LO-5699"]),
        ("case=steel&limit=1", vec!["OM-3570"]),
    ] {
        let found = get(&format!("/info/v2?{query}"));
        assert_eq!(ids(&found), expected, "{query}");
        let itself = link(&found, "self").unwrap();
        assert!(itself.contains("/info/v2?"), "{itself}");
    }
    let anybody = |target: &str| site.connect().send(&Request::get(target)).status;
    assert_eq!(
        (anybody("/info/v2/OM-3570"), anybody("/info/v3/OM-3570")),
        (401, 401)
    );
    assert_eq!(
        site.connect()
            .send(&site.request("/info/v3", &fresh_token()))
            .status,
        404
    );
    let collection = json(&site.ask(&Request::get("/v1/collections/watches-2")));
    let links = collection["links"].as_array().unwrap();
    assert!(
        links
            .iter()
            .any(|one| one["href"].as_str().unwrap().ends_with("/info/v2"))
    );
}
