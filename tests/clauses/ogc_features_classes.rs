//! The conformance classes of OGC API Features and of CQL2 that are claimed, each by what its abstract tests look at
//! (17-069r4, 18-058r1, 19-079r2, 21-065r2, annex A of each).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    ogc_features::{ids, items, json, link, path, site},
    site::Site,
    support::{
        http::Request,
        tables::{OUTAGES, WATCHES},
    },
};

const TABLES: [&str; 3] = ["meters", "outages", "watches"];
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const EPSG_4326: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";
const EPSG_3857: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The links of `document` with the relation `rel`.
fn links<'d>(document: &'d Value, rel: &str) -> Vec<&'d Value> {
    let all = document["links"].as_array().unwrap().iter();
    all.filter(|link| link["rel"] == rel).collect()
}

/// The status of the answer about `id` to `query`.
fn status(site: &Site, id: &str, query: &str) -> u16 {
    site.get(&items(id, query)).status
}

/// The parameter `name` of the rows of a collection, as the description has it.
fn parameter(description: &Value, name: &str) -> Value {
    let operation = &description["paths"]["/v1/collections/{id}/items"]["get"];
    let all = operation["parameters"].as_array().unwrap().iter();
    let found = all.map(|one| match one["$ref"].as_str() {
        Some(reference) => description.pointer(&reference[1..]).unwrap().clone(),
        None => one.clone(),
    });
    let mut found = found.filter(|one| one["name"] == name);
    found.next().unwrap_or_else(|| panic!("{name}"))
}

/// What is not claimed is refused by its name.
///
/// Rows: FEA-1, CQL-11
#[test]
fn the_classes_that_are_claimed_are_those_that_are_tested() {
    let site = site();
    let classes = json(&site.ask(&Request::get("/v1/conformance")))["conformsTo"].clone();
    let of = |standard: &str| -> Vec<String> {
        let all = classes.as_array().unwrap().iter();
        let prefix = format!("http://www.opengis.net/spec/{standard}/1.0/conf/");
        all.filter_map(|class| class.as_str()?.strip_prefix(&prefix).map(str::to_owned))
            .collect()
    };
    assert_eq!(of("ogcapi-features-1"), ["core", "geojson", "oas30"]);
    assert_eq!(of("ogcapi-features-2"), ["crs"]);
    assert_eq!(
        of("ogcapi-features-3"),
        [
            "features-filter",
            "filter",
            "queryables",
            "queryables-query-parameters"
        ]
    );
    assert_eq!(
        of("cql2"),
        [
            "accent-insensitive-comparison",
            "advanced-comparison-operators",
            "basic-cql2",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "case-insensitive-comparison",
            "cql2-json",
            "cql2-text",
            "spatial-functions",
            "temporal-functions",
        ]
    );
    for (class, filter) in [
        ("arithmetic", "year + 1 = 1908"),
        ("functions", "upper(brand) = 'AURORA'"),
        ("array-functions", "A_CONTAINS(tags, ('steel'))"),
    ] {
        let answer = site.get(&items("watches", &format!("filter={}", escaped(filter))));
        assert_eq!(answer.status, 400, "{class}");
    }
}

/// Each filter and the watches that it is true of, by their numbers: one of each class at least, in text and in JSON.
///
/// Rows: CQL-11
#[test]
fn each_class_of_cql2_is_asked_for_over_http() {
    let site = site();
    let property = |name: &str| json!({"property": name});
    let cases = [
        (
            "watches",
            "year = 1907 AND NOT (price < 20 OR sold IS NULL)",
            json!({"op": "and", "args": [
                {"op": "=", "args": [property("year"), 1907]},
                {"op": "not", "args": [{"op": "or", "args": [
                    {"op": "<", "args": [property("price"), 20]},
                    {"op": "isNull", "args": [property("sold")]},
                ]}]},
            ]}),
            vec![],
        ),
        (
            "watches",
            "sku LIKE 'W/010_' AND price BETWEEN 26 AND 26.5 AND year IN (1904, 1906)",
            json!({"op": "and", "args": [
                {"op": "like", "args": [property("sku"), "W/010_"]},
                {"op": "between", "args": [property("price"), 26, 26.5]},
                {"op": "in", "args": [property("year"), [1904, 1906]]},
            ]}),
            vec!["W/0104", "W/0106"],
        ),
        (
            "watches",
            "CASEI(brand) = CASEI('AURORA') AND year = 1903",
            json!({"op": "and", "args": [
                {"op": "=", "args": [{"op": "casei", "args": [property("brand")]}, {"op": "casei", "args": ["AURORA"]}]},
                {"op": "=", "args": [property("year"), 1903]},
            ]}),
            vec!["W/0003"],
        ),
        (
            "watches",
            "ACCENTI(brand) = ACCENTI('Cote') AND year = 1905",
            json!({"op": "and", "args": [
                {"op": "=", "args": [{"op": "accenti", "args": [property("brand")]}, {"op": "accenti", "args": ["Cote"]}]},
                {"op": "=", "args": [property("year"), 1905]},
            ]}),
            vec!["W/0005"],
        ),
        (
            "outages",
            "S_INTERSECTS(geom, POINT(20.5 50.5))",
            json!({"op": "s_intersects", "args": [
                property("geom"), {"type": "Point", "coordinates": [20.5, 50.5]},
            ]}),
            vec!["A\\,0,2"],
        ),
        (
            "outages",
            "S_INTERSECTS(geom, BBOX(-1, 49, 0.5, 52))",
            json!({"op": "s_intersects", "args": [
                property("geom"), {"bbox": [-1, 49, 0.5, 52]},
            ]}),
            vec!["A\\,0,0"],
        ),
        (
            "outages",
            "S_INTERSECTS(geom, LINESTRING(9 50.5, 10.5 50.5))",
            json!({"op": "s_intersects", "args": [
                property("geom"), {"type": "LineString", "coordinates": [[9, 50.5], [10.5, 50.5]]},
            ]}),
            vec!["A\\,1,1"],
        ),
        (
            "outages",
            "S_WITHIN(geom, POLYGON((-1 49, 2 49, 2 52, -1 52, -1 49)))",
            json!({"op": "s_within", "args": [
                property("geom"),
                {"type": "Polygon", "coordinates": [[[-1, 49], [2, 49], [2, 52], [-1, 52], [-1, 49]]]},
            ]}),
            vec!["A\\,0,0"],
        ),
        (
            "outages",
            "T_AFTER(\"from\", TIMESTAMP('1970-01-02T10:30:00Z'))",
            json!({"op": "t_after", "args": [
                property("from"), {"timestamp": "1970-01-02T10:30:00Z"},
            ]}),
            vec!["A\\,1,35"],
        ),
    ];
    for (id, text, in_json, expected) in cases {
        for query in [
            format!("filter={}", escaped(text)),
            format!("filter={}&filter-lang=cql2-text", escaped(text)),
            format!(
                "filter={}&filter-lang=cql2-json",
                escaped(&in_json.to_string())
            ),
        ] {
            let found = ids(&json(&site.get(&items(id, &query))));
            assert_eq!(found, expected, "{query}");
        }
    }
}

/// Rows: FEA-2
#[test]
fn core_the_landing_page_leads_to_the_classes_the_data_and_the_description_as_their_links_say() {
    let site = site();
    for root in ["/v1", "/v1/"] {
        let landing = json(&site.ask(&Request::get(root)));
        for rel in ["conformance", "data", "service-desc", "service-doc", "self"] {
            let all = links(&landing, rel);
            assert!(!all.is_empty(), "{rel}");
            for one in all {
                let media_type = one["type"].as_str().unwrap();
                let request = Request::get(
                    path(one["href"].as_str().unwrap()).trim_start_matches("https://localhost"),
                );
                let answer = site.ask(&request.field("accept", media_type));
                assert_eq!(answer.status, 200, "{one}");
            }
        }
    }
    let classes = json(&site.ask(&Request::get("/v1/conformance")));
    assert!(
        classes["conformsTo"]
            .as_array()
            .unwrap()
            .iter()
            .all(Value::is_string)
    );
}

/// Rows: FEA-3
#[test]
fn oas30_the_description_is_openapi_3_0_by_its_media_type_and_names_each_parameter_as_the_standard_does()
 {
    let site = site();
    let answer = site.ask(&Request::get("/openapi.json?version=3.0").field("accept", OPENAPI));
    assert_eq!(answer.field("content-type"), Some(OPENAPI));
    let description = json(&answer);
    assert!(description["openapi"].as_str().unwrap().starts_with("3.0."));
    let landing = json(&site.ask(&Request::get("/v1")));
    assert!(
        links(&landing, "service-desc")
            .iter()
            .any(|link| link["type"] == OPENAPI)
    );
    assert!(
        links(&landing, "service-doc")
            .iter()
            .all(|link| link["type"] == "text/html")
    );
    for name in [
        "limit",
        "bbox",
        "datetime",
        "crs",
        "bbox-crs",
        "filter",
        "filter-lang",
        "filter-crs",
    ] {
        let found = parameter(&description, name);
        assert_eq!(
            (&found["in"], &found["required"]),
            (&json!("query"), &json!(false)),
            "{name}"
        );
    }
    let limit = &parameter(&description, "limit")["schema"];
    assert_eq!(
        (&limit["type"], &limit["minimum"], &limit["maximum"]),
        (&json!("integer"), &json!(1), &json!(10_000))
    );
    let bbox = parameter(&description, "bbox");
    assert_eq!(
        (&bbox["style"], &bbox["explode"]),
        (&json!("form"), &json!(false))
    );
    assert_eq!(
        (&bbox["schema"]["type"], &bbox["schema"]["items"]["type"]),
        (&json!("array"), &json!("number"))
    );
    assert_eq!(
        parameter(&description, "datetime")["schema"]["type"],
        "string"
    );
    let language = parameter(&description, "filter-lang")["schema"].clone();
    assert_eq!(language["enum"], json!(["cql2-text", "cql2-json"]));
    let operation = &description["paths"]["/v1/collections/{id}/items"]["get"];
    assert!(
        operation["security"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    for status in ["200", "400", "401", "403", "404", "406"] {
        assert!(operation["responses"].get(status).is_some(), "{status}");
    }
}

/// Rows: FEA-4
#[test]
fn core_each_collection_of_features_has_its_links_its_extent_and_the_same_document_by_itself() {
    let site = site();
    let listing = json(&site.ask(&Request::get("/v1/collections")));
    assert!(links(&listing, "self").len() == 1 && !links(&listing, "alternate").is_empty());
    let all = listing["collections"].as_array().unwrap();
    for id in TABLES {
        let one = all.iter().find(|one| one["id"] == id).unwrap();
        assert_eq!(
            json(&site.ask(&Request::get(&format!("/v1/collections/{id}")))),
            *one
        );
        let to_items = links(one, "items");
        let types: BTreeSet<_> = to_items
            .iter()
            .map(|link| link["type"].as_str().unwrap())
            .collect();
        assert_eq!(types.len(), 6, "{id}: each form once");
        for to_items in to_items {
            let target = path(to_items["href"].as_str().unwrap());
            let answer = site.get(target);
            let media_type = answer.field("content-type").unwrap().split(';').next();
            assert_eq!(media_type, to_items["type"].as_str(), "{target}");
        }
    }
    let outages = all.iter().find(|one| one["id"] == "outages").unwrap();
    assert_eq!(outages["extent"]["spatial"]["crs"], CRS84);
    assert_eq!(
        outages["extent"]["temporal"]["interval"][0][0],
        "1970-01-01T00:00:00Z"
    );
    assert_eq!(site.ask(&Request::get("/v1/collections/none")).status, 404);
}

/// Rows: FEA-5
#[test]
fn core_features_are_collections_with_links_times_and_numbers_and_no_more_than_the_limit() {
    let site = site();
    for (id, rows) in [
        ("outages", usize::try_from(OUTAGES).unwrap()),
        ("watches", WATCHES),
        ("meters", 3 * 96),
    ] {
        for (query, expected) in [("", rows.min(100)), ("limit=7", 7), ("limit=10000", rows)] {
            let answer = site.get(&items(id, query));
            assert_eq!(answer.field("content-type"), Some("application/geo+json"));
            let page = json(&answer);
            assert_eq!(page["type"], "FeatureCollection");
            let features = page["features"].as_array().unwrap();
            assert_eq!(
                (features.len(), &page["numberReturned"]),
                (expected, &json!(expected)),
                "{id} {query}"
            );
            assert_eq!(links(&page, "next").len(), usize::from(expected < rows));
            let mut all = page["links"].as_array().unwrap().iter();
            assert!(all.all(|link| link["href"].is_string() && link["type"].is_string()));
            let [itself] = links(&page, "self")[..] else {
                panic!("one self")
            };
            assert_eq!(itself["type"], "application/geo+json");
            assert_eq!(links(&page, "alternate").len(), 5);
            let time = page["timeStamp"].as_str().unwrap();
            assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
            let counted = json(&site.get(&items(id, &format!("count=true&{query}"))));
            assert_eq!(counted["numberMatched"], rows);
        }
        assert_eq!(status(&site, id, "limit=0"), 400);
        assert_eq!(status(&site, id, "my-first-parameter=x"), 400);
        assert_eq!(status(&site, id, "bbox=1,2,3"), 400);
        assert_eq!(status(&site, id, "datetime=2026"), 400);
    }
}

/// Rows: FEA-6
#[test]
fn core_each_feature_of_a_page_is_had_by_its_own_address_with_its_links() {
    let site = site();
    for id in TABLES {
        let page = json(&site.get(&items(id, "limit=5")));
        for feature in page["features"].as_array().unwrap() {
            let key = feature["id"].as_str().unwrap();
            let base = format!("/v1/collections/{id}/items/");
            let as_it_stands = key.replace('\\', "%5C");
            for target in [
                format!("{base}{}", escaped(key)),
                format!("{base}{as_it_stands}"),
            ] {
                let answer = site.get(&target);
                assert_eq!(answer.field("content-type"), Some("application/geo+json"));
                let one = json(&answer);
                for member in ["type", "id", "geometry", "properties"] {
                    assert_eq!(one[member], feature[member], "{target}");
                }
                assert!(
                    link(&one, "collection")
                        .unwrap()
                        .ends_with(&format!("/v1/collections/{id}"))
                );
                assert_eq!(
                    (links(&one, "self").len(), links(&one, "alternate").len()),
                    (1, 5)
                );
            }
        }
    }
    assert_eq!(site.get("/v1/collections/watches/items/none").status, 404);
}

/// Rows: FEA-7
#[test]
fn core_a_box_and_a_time_match_what_meets_them_and_what_has_no_place() {
    let site = site();
    let numbers = |query: &str| -> BTreeSet<i64> {
        let page = json(&site.get(&items("outages", &format!("limit=100&{query}"))));
        let features = page["features"].as_array().unwrap().iter();
        features
            .map(|one| one["properties"]["number"].as_i64().unwrap())
            .collect()
    };
    // The last has no place, and the second no end.
    assert_eq!(numbers("bbox=0,50,11,51"), BTreeSet::from([0, 1, 35]));
    assert_eq!(numbers("bbox=0,50,0,11,51,10"), BTreeSet::from([0, 1, 35]));
    assert_eq!(
        numbers("datetime=1970-01-01T05:30:00Z"),
        BTreeSet::from([1, 5])
    );
    assert_eq!(
        numbers("datetime=../1970-01-01T00:30:00Z"),
        numbers("datetime=/1970-01-01T00:30:00Z")
    );
    assert_eq!(
        numbers("datetime=1970-01-02T10:30:00Z/.."),
        numbers("datetime=1970-01-02T10:30:00Z/")
    );
    assert_eq!(
        numbers("bbox=0,50,11,51&datetime=1970-01-01T05:30:00Z"),
        BTreeSet::from([1])
    );
}

/// Rows: FEA-8
#[test]
fn crs_each_system_that_is_listed_is_taken_answered_and_named_and_no_other_is() {
    let site = site();
    let outages = json(&site.ask(&Request::get("/v1/collections/outages")));
    assert_eq!(outages["crs"], json!([CRS84, EPSG_4326, EPSG_3857]));
    assert!(
        outages["crs"]
            .as_array()
            .unwrap()
            .contains(&outages["storageCrs"])
    );
    let corner = |query: &str, named: &str| {
        for target in [
            items("outages", &format!("number=1&{query}")),
            format!("/v1/collections/outages/items/A%5C,1,1?{query}"),
        ] {
            let answer = site.get(&target);
            assert_eq!(
                answer.field("content-crs"),
                Some(&*format!("<{named}>")),
                "{target}"
            );
        }
        let page = json(&site.get(&items("outages", &format!("number=1&{query}"))));
        let position = page["features"][0]["geometry"]["coordinates"][0][0].clone();
        [position[0].as_f64().unwrap(), position[1].as_f64().unwrap()]
    };
    let near = |[x, y]: [f64; 2], [other_x, other_y]: [f64; 2]| {
        (x - other_x).abs() < 0.01 && (y - other_y).abs() < 0.01
    };
    assert!(near(corner("", CRS84), [10.0, 50.0]));
    assert!(near(corner(&format!("crs={CRS84}"), CRS84), [10.0, 50.0]));
    assert!(near(
        corner(&format!("crs={EPSG_4326}"), EPSG_4326),
        [50.0, 10.0]
    ));
    assert!(near(
        corner(&format!("crs={EPSG_3857}"), EPSG_3857),
        [1_113_194.91, 6_446_275.84]
    ));
    let found = |query: &str| ids(&json(&site.get(&items("outages", query))));
    for boxed in [
        "bbox=10,50,11,51".to_owned(),
        format!("bbox=10,50,11,51&bbox-crs={CRS84}"),
        format!("bbox=50,10,51,11&bbox-crs={EPSG_4326}"),
        format!("bbox=1113195,6446276,1224514,6621293&bbox-crs={EPSG_3857}"),
    ] {
        assert_eq!(found(&boxed), ["A\\,1,1", "A\\,1,35"], "{boxed}");
    }
    let strange = "http://www.opengis.net/def/crs/EPSG/0/27700";
    for query in [
        format!("crs={strange}"),
        format!("bbox=0,0,1,1&bbox-crs={strange}"),
    ] {
        assert_eq!(status(&site, "outages", &query), 400, "{query}");
    }
}

/// Rows: FEA-9
#[test]
fn queryables_are_linked_and_are_a_schema_whose_id_is_their_address() {
    let site = site();
    for id in TABLES {
        let collection = json(&site.ask(&Request::get(&format!("/v1/collections/{id}"))));
        let [to_queryables] = links(&collection, QUERYABLES)[..] else {
            panic!("one link")
        };
        assert_eq!(to_queryables["type"], "application/schema+json");
        let address = to_queryables["href"].as_str().unwrap();
        let answer = site.get_with(path(address), &[("accept", "application/schema+json")]);
        assert_eq!(
            answer.field("content-type"),
            Some("application/schema+json")
        );
        let schema = json(&answer);
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(
            (&schema["$id"], &schema["type"]),
            (&json!(address), &json!("object"))
        );
        for (name, property) in schema["properties"].as_object().unwrap() {
            let is_typed = property["type"].is_string();
            let is_geometry = property["format"] == "geometry-any";
            assert!(is_typed != is_geometry, "{name}: {property}");
        }
    }
    // What is none of them is asked for by no filter.
    let status = |name: &str| status(&site, "watches", &format!("filter={name}%20IS%20NULL"));
    assert_eq!((status("brand"), status("colour")), (200, 400));
}

/// Rows: FEA-10
#[test]
fn queryables_query_parameters_each_simple_queryable_is_a_parameter_and_finds_what_a_filter_finds()
{
    let site = site();
    for id in TABLES {
        let schema = json(&site.get(&format!("/v1/collections/{id}/queryables")));
        let page = json(&site.get(&items(id, "limit=1&offset=2")));
        let row = &page["features"][0]["properties"];
        for (name, property) in schema["properties"].as_object().unwrap() {
            let Some(value) = property["type"]
                .is_string()
                .then(|| &row[name])
                .filter(|value| !value.is_null())
            else {
                continue;
            };
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let literal = match (value, property["format"].as_str()) {
                (Value::String(text), Some("date-time")) => format!("TIMESTAMP('{text}')"),
                (Value::String(text), Some("date")) => format!("DATE('{text}')"),
                (Value::String(text), _) => format!("'{text}'"),
                (other, _) => other.to_string(),
            };
            let by_parameter =
                json(&site.get(&items(id, &format!("limit=1000&{name}={}", escaped(&text)))));
            let filter = escaped(&format!("\"{name}\" = {literal}"));
            let by_filter = json(&site.get(&items(id, &format!("limit=1000&filter={filter}"))));
            assert_eq!(ids(&by_parameter), ids(&by_filter), "{id} {name}");
            assert!(!ids(&by_filter).is_empty(), "{id} {name}");
            let features = by_parameter["features"].as_array().unwrap();
            assert!(
                features.iter().all(|one| one["properties"][name] == *value),
                "{id} {name}"
            );
        }
    }
}

/// Rows: FEA-11
#[test]
fn filter_a_filter_holds_beside_all_other_parameters_in_its_language_and_its_system() {
    let site = site();
    let found = |query: &str| {
        ids(&json(
            &site.get(&items("outages", &format!("limit=100&{query}"))),
        ))
    };
    let wide = escaped("number < 4");
    assert_eq!(found(&format!("filter={wide}&bbox=5,50,25,51")).len(), 2);
    assert_eq!(
        found(&format!("filter={wide}&datetime=1970-01-01T03:30:00Z")),
        ["A\\,1,1", "A\\,1,3"]
    );
    assert_eq!(found(&format!("filter={wide}&number=2")), ["A\\,0,2"]);
    assert_eq!(
        ids(&json(
            &site.get(&items("outages", &format!("limit=3&filter={wide}")))
        ))
        .len(),
        3
    );
    let places = [
        (None, "POINT(20.5 50.5)"),
        (Some(CRS84), "POINT(20.5 50.5)"),
        (Some(EPSG_4326), "POINT(50.5 20.5)"),
        (Some(EPSG_3857), "POINT(2282050 6533000)"),
    ];
    for (crs, place) in places {
        let filter = escaped(&format!("S_INTERSECTS(geom, {place})"));
        let crs = crs.map_or_else(String::new, |crs| format!("&filter-crs={crs}"));
        assert_eq!(
            found(&format!("filter={filter}{crs}")),
            ["A\\,0,2"],
            "{crs}"
        );
    }
    for query in [
        "filter=number%20%3C",
        "filter=nmber%20%3C%204",
        "filter=number%20%3C%204&filter-lang=cql-text",
        "filter=number%20%3C%204&filter-crs=EPSG:27700",
    ] {
        assert_eq!(status(&site, "outages", query), 400, "{query}");
    }
}
