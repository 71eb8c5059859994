//! Portfolios as people have them: other charsets, separators and spellings, and what comes back of them.

use serde_json::{Value, json};

use crate::{
    query::{CSV, JSON, WIND, json_of, stored, wind},
    sample,
    site::Site,
    support::http::Answer,
};

const GEOJSON: (&str, &str) = ("Content-Type", "application/geo+json");

fn sent(site: &Site, content_type: &str, query: &str, body: &[u8]) -> Answer {
    let target = format!("/v1/location?{WIND}&{query}");
    site.post(&target, body, &[("Content-Type", content_type)])
}

/// The fields of the lines of a CSV answer that has no quotes.
fn lines(answer: &Answer) -> Vec<Vec<&str>> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let content_type = answer.field("content-type");
    assert_eq!(
        content_type,
        Some("text/csv; charset=utf-8; header=present")
    );
    let lines = answer.text().lines();
    lines.map(|line| line.split(',').collect()).collect()
}

fn utf_16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

/// Rows: FAPI1-B-8
#[test]
fn the_declared_charset_is_used_and_the_answer_is_always_utf_8() {
    let site = sample::site();
    let text = "name,lat,lon\nCaf\u{e9},1,1\n";
    let latin = b"name,lat,lon\nCaf\xe9,1,1\n".to_vec();
    let marked = format!("\u{feff}{text}");
    for (content_type, body) in [
        ("text/csv", text.as_bytes().to_vec()),
        ("text/csv; charset=UTF-8", text.as_bytes().to_vec()),
        ("text/csv; charset=us-ascii", text.as_bytes().to_vec()),
        ("text/csv; charset=iso-8859-1", latin.clone()),
        (
            "text/csv; header=present; charset=\"Windows-1252\"",
            latin.clone(),
        ),
        ("application/csv; charset=latin1", latin.clone()),
        (
            "text/csv; charset=macintosh",
            b"name,lat,lon\nCaf\x8e,1,1\n".to_vec(),
        ),
        ("text/csv; charset=utf-16le", utf_16(text, u16::to_le_bytes)),
        ("text/csv; charset=utf-16", utf_16(text, u16::to_be_bytes)),
        (
            "text/csv; charset=utf-16",
            utf_16(&marked, u16::to_be_bytes),
        ),
        ("text/csv", utf_16(&marked, u16::to_le_bytes)),
    ] {
        let answer = sent(&site, content_type, "f=csv", &body);
        let text = answer.text().trim_start_matches('\u{feff}');
        assert!(text.starts_with("name,lat,lon,"), "{content_type}: {text}");
        assert_eq!(lines(&answer)[1][0], "Caf\u{e9}", "{content_type}");
    }
    let body = b"{\"locations\":[{\"lat\":1,\"lon\":1,\"id\":\"Caf\xe9\"}]}";
    let found = json_of(&sent(
        &site,
        "application/json; charset=iso-8859-1",
        "",
        body,
    ));
    assert_eq!(found["locations"][0]["id"], "Caf\u{e9}");
    let body = utf_16(
        "\u{feff}{\"locations\":[{\"lat\":1,\"lon\":1}]}",
        u16::to_le_bytes,
    );
    let found = json_of(&sent(&site, "application/json", "", &body));
    assert_eq!(found["summary"]["ok"], 1);
}

#[test]
fn a_charset_that_is_not_known_is_415_and_an_undeclared_wrong_octet_costs_its_own_place() {
    let site = sample::site();
    for label in ["klingon", "utf-7", "utf-32", "ibm850"] {
        for essence in ["text/csv", "application/json"] {
            let content_type = format!("{essence}; charset={label}");
            let answer = sent(&site, &content_type, "", b"lat,lon\n1,1\n");
            assert_eq!(answer.status, 415, "{content_type}");
            let detail = answer.problem()["detail"].to_string();
            assert!(detail.contains("declare a charset"), "{detail}");
        }
    }
    for (content_type, wrong) in [
        ("text/csv", &b"Caf\xe9"[..]),
        ("text/csv; charset=utf-8", b"Caf\xe9"),
        ("text/csv; charset=shift_jis", b"Caf\xfd"),
    ] {
        let body = [b"id,lat,lon\na,1,1\n", wrong, b",1,1\nb,1,1\n"].concat();
        let answer = sent(&site, content_type, "f=csv", &body);
        let found = lines(&answer);
        let said: Vec<_> = found
            .iter()
            .skip(1)
            .map(|line| (line[0], line[3], line[4]))
            .collect();
        assert_eq!(
            said,
            [
                ("a", "ok", ""),
                ("Caf\u{fffd}", "invalid", "not_utf8"),
                ("b", "ok", "")
            ],
            "{content_type}"
        );
    }
    let body = b"{\"locations\":[{\"id\":\"a\",\"lat\":1,\"lon\":1,\"x\":\"\xe9\"},{\"lat\":1,\"lon\":1}]}";
    let found = json_of(&sent(&site, "application/json", "", body));
    let place = &found["locations"][0];
    assert_eq!(place["id"], "a");
    assert_eq!(place["reason"], "not_utf8");
    assert_eq!(place["properties"]["x"], "\u{fffd}");
    assert_eq!(found["locations"][1]["status"], "ok");
}

#[test]
fn a_csv_without_a_header_is_refused_and_one_that_says_it_has_one_is_not() {
    let site = sample::site();
    for content_type in [
        "text/csv; header=absent",
        "text/csv; charset=utf-8; Header=\"Absent\"",
    ] {
        let answer = sent(&site, content_type, "", b"1,1\n2,2\n");
        assert_eq!(answer.status, 415, "{content_type}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains("header=absent"), "{detail}");
    }
    let answer = sent(&site, "text/csv; header=present", "", b"lat,lon\n1,1\n");
    assert_eq!(answer.status, 200);
}

#[test]
fn other_separators_line_ends_and_decimal_commas_are_understood() {
    let site = sample::site();
    let value = stored(0.5, -1.25, wind()).known().unwrap();
    for (content_type, body) in [
        ("text/csv", "name;lat;lon\r\na;0,50;-1,25\r\n"),
        ("text/csv", "sep=;\r\nname;lat;lon\r\na;0.50;-1.25\r\n"),
        (
            "text/csv",
            "\"name\";\"Latitude\";\"Long\"\n\"a\";\"0,50\";\"-1,25\"",
        ),
        ("text/csv", "name,lat,lon\na,\"0,50\",\"-1,25\"\n"),
        ("text/csv", "name\tlat\tlon\na\t0,50\t-1,25\n"),
        (
            "text/tab-separated-values",
            "name\tlat\tlon\na\t0.50\t-1.25\n",
        ),
        ("application/vnd.ms-excel", "name;lat;lon\ra;0,50;-1,25\r"),
        ("text/csv", "name,lat,lon\ra,0.50,-1.25"),
        ("application/csv", "name,lat,lon\na,0.50,-1.25\n"),
    ] {
        let found = json_of(&sent(&site, content_type, "f=json", body.as_bytes()));
        let place = &found["locations"][0];
        assert_eq!(place["status"], "ok", "{body}: {place}");
        assert_eq!(place["values"][0]["value"].as_f64(), Some(value), "{body}");
        assert_eq!(place["properties"], json!({"name": "a"}), "{body}");
        assert_eq!(place["latitude"], 0.5, "{body}");
        assert_eq!(place["longitude"], -1.25, "{body}");
    }
    // The answer is CSV as its media type has it, and each field the text that was sent.
    let answer = sent(&site, "text/csv", "", b"lat;lon;note\n0,50;-1,25;a,b\n");
    let text = answer.text();
    assert!(text.starts_with("lat,lon,note,status,"), "{text}");
    assert!(
        text.contains("\n\"0,50\",\"-1,25\",\"a,b\",ok,,0.5,-1.25,0.000,"),
        "{text}"
    );
    for format in ["arrow", "parquet"] {
        let query = format!("f={format}");
        let answer = sent(&site, "text/csv", &query, b"lat;lon\n0,50;-1,25\n");
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn rows_may_be_shorter_than_the_header_or_longer_by_nothing() {
    let site = sample::site();
    let body = "lat,lon,,name,,\n1,1\n1,1,x\n1,1,x,y,,\n1,1,x,y,note\n1,1,,y,,,, ,\n1,1,,y,,,z\n";
    let answer = sent(&site, "text/csv", "f=csv", body.as_bytes());
    let found = lines(&answer);
    assert_eq!(
        found[0][..6],
        ["lat", "lon", "column_3", "name", "status", "reason"]
    );
    let expected = [
        ["1", "1", "", "", "ok", ""],
        ["1", "1", "x", "", "ok", ""],
        ["1", "1", "x", "y", "ok", ""],
        ["1", "1", "x", "y", "ok", ""],
        ["1", "1", "", "y", "ok", ""],
        ["1", "1", "", "y", "invalid", "wrong_number_of_fields"],
    ];
    for (line, expected) in found.iter().skip(1).zip(expected) {
        assert_eq!(line[..6], expected);
        assert_eq!(line.len(), found[0].len());
    }
    let found = json_of(&sent(&site, "text/csv", "f=json", body.as_bytes()));
    assert_eq!(
        found["locations"][0]["properties"],
        json!({"column_3": "", "name": ""})
    );
}

#[test]
fn a_line_that_is_too_long_costs_its_own_place_and_keeps_its_id() {
    let site = sample::site();
    let long = "x".repeat(100_000);
    let body = format!("note,lat,lon,id\na,1,1,1\n{long},1,1,2\n\"{long}\n\",1,1,3\nb,1,1,4\n");
    let found = json_of(&sent(&site, "text/csv", "f=json", body.as_bytes()));
    let said = found["locations"].as_array().unwrap().iter();
    let said: Vec<_> = said
        .map(|place| (place["id"].as_str(), place["reason"].as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Some("1"), None),
            (Some("2"), Some("too_long")),
            (Some("3"), Some("too_long")),
            (Some("4"), None)
        ]
    );
}

#[test]
fn members_are_known_in_any_case_and_nan_in_a_property_is_null() {
    let site = sample::site();
    let body = "{\"Locations\":[{\"ID\":\"a\",\"LAT\":1,\"Longitude\":1,\"Sum\":NaN,\"Max\":[-Infinity]}],\
                \"Layout\":null,\"Metrics\":[]}";
    let found = json_of(&sent(&site, "application/json", "", body.as_bytes()));
    let place = &found["locations"][0];
    assert_eq!(
        (&place["id"], &place["status"]),
        (&json!("a"), &json!("ok"))
    );
    assert_eq!(place["properties"], json!({"Sum": null, "Max": [null]}));
}

#[test]
fn rfc7946_4_another_crs_is_400_in_these_words() {
    let site = sample::site();
    let point = json!({"type": "Point", "coordinates": [1, 1]});
    let collection = |crs: &Value| {
        let feature = json!({"type": "Feature", "properties": {}, "geometry": point});
        json!({"type": "FeatureCollection", "crs": crs, "features": [feature]}).to_string()
    };
    let named = |name: &str| json!({"type": "name", "properties": {"name": name}});
    let target = format!("/v1/location?{WIND}");
    for crs in [
        named("urn:ogc:def:crs:EPSG::27700"),
        named("EPSG:3857"),
        json!({"type": "link", "properties": {"href": "http://example.org/"}}),
    ] {
        let answer = site.post(&target, collection(&crs).as_bytes(), &[GEOJSON]);
        assert_eq!(answer.status, 400, "{crs}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains("crs must be CRS84"), "{detail}");
    }
    for crs in [named("urn:ogc:def:crs:OGC:1.3:CRS84"), Value::Null] {
        let answer = site.post(&target, collection(&crs).as_bytes(), &[GEOJSON]);
        assert_eq!(json_of(&answer)["summary"]["ok"], 1, "{crs}");
    }
}

#[test]
fn coordinates_come_back_exactly_as_they_were_sent() {
    let site = sample::site();
    for (latitude, longitude) in [
        ("1.50", "358.500"),
        ("1", "-0"),
        ("1e0", "1.0000000000000000001"),
        ("0.10", "-180"),
        ("91.0", "1.0"),
    ] {
        let json = format!("\"latitude\":{latitude},\"longitude\":{longitude}");
        let body = format!("{{\"locations\":[{{{json}}}]}}");
        let answer = sent(&site, "application/json", "", body.as_bytes());
        assert!(
            answer.text().contains(&format!("{json},")),
            "{}",
            answer.text()
        );
        let table = sent(&site, "application/json", "f=csv", body.as_bytes());
        assert_eq!(lines(&table)[1][2..4], [latitude, longitude]);
        let csv = format!("lat,lon\n{latitude},{longitude}\n");
        let answer = sent(&site, "text/csv", "f=json", csv.as_bytes());
        assert!(
            answer.text().contains(&format!("{json},")),
            "{}",
            answer.text()
        );
        let coordinates = format!("\"coordinates\":[{longitude},{latitude},12.50]");
        let body =
            format!("{{\"features\":[{{\"geometry\":{{\"type\":\"Point\",{coordinates}}}}}]}}");
        let answer = sent(&site, "application/geo+json", "", body.as_bytes());
        assert!(answer.text().contains(&coordinates), "{}", answer.text());
        let answer = site.get(&format!(
            "/v1/location?{WIND}&lat={latitude}&lon={longitude}"
        ));
        assert!(
            answer.text().contains(&format!("{json},")),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn a_mark_is_given_back_to_who_sent_one_and_to_no_one_else() {
    let site = sample::site();
    let mark = "\u{feff}";
    let is_marked = |answer: Answer| answer.text().starts_with(mark);
    for (body, expected) in [
        ("lat,lon\n1,1\n".to_owned(), false),
        (format!("{mark}lat,lon\n1,1\n"), true),
    ] {
        for query in ["f=csv", "f=csv&layout=long"] {
            assert_eq!(
                is_marked(sent(&site, "text/csv", query, body.as_bytes())),
                expected
            );
        }
        // RFC 8259 §8.1
        assert!(!is_marked(sent(
            &site,
            "text/csv",
            "f=json",
            body.as_bytes()
        )));
        assert!(!is_marked(sent(
            &site,
            "text/csv",
            "f=geojson",
            body.as_bytes()
        )));
    }
    let body = utf_16(&format!("{mark}lat\tlon\r\n1\t1\r\n"), u16::to_le_bytes);
    assert!(is_marked(sent(&site, "text/csv", "", &body)));
}

#[test]
fn a_long_body_in_another_charset_is_read_from_the_disk_as_it_is_from_memory() {
    let site = sample::site_with(|settings, _| {
        settings.more = "[perils]\nmax_body_bytes = 1000000\nbody_memory_bytes = 1000\n".into();
    });
    let rows = "Caf\u{e9},1,1\r\n".repeat(40_000);
    let body = utf_16(&format!("\u{feff}name,lat,lon\r\n{rows}"), u16::to_le_bytes);
    let answer = sent(&site, "text/csv", "f=csv", &body);
    let found = lines(&answer);
    assert_eq!(found.len(), 40_001);
    assert!(
        found[1..]
            .iter()
            .all(|line| line[0] == "Caf\u{e9}" && line[3] == "ok")
    );
    // As long as may be in its charset, and longer in UTF-8.
    let umlauts = [b"name,lat,lon\n1,1,", "\u{fc}".repeat(900_000).as_bytes()].concat();
    let latin: Vec<u8> = String::from_utf8(umlauts)
        .unwrap()
        .chars()
        .map(|letter| u8::try_from(letter).unwrap())
        .collect();
    let answer = sent(&site, "text/csv; charset=iso-8859-1", "", &latin);
    assert_eq!(answer.status, 413, "{answer:?}");
    let (name, value) = CSV;
    assert_eq!(
        site.post("/v1/location", b"lat,lon\n1,1\n", &[(name, value)])
            .status,
        200
    );
}

#[test]
fn an_option_that_is_null_or_empty_or_given_alike_twice_is_fine() {
    let site = sample::site();
    let place = json!([{"lat": 1, "lon": 1}]);
    for body in [
        json!({"locations": place, "radius_km": null, "layout": [], "perils": [], "metrics": null}),
        json!({"locations": place, "perils": ["WIND"], "scenarios": "ssp126", "years": [2030.0]}),
    ] {
        let target = format!("/v1/location?{WIND}&radius_km=&f=");
        let answer = site.post(&target, body.to_string().as_bytes(), &[JSON]);
        assert_eq!(json_of(&answer)["query"]["values_per_place"], 1, "{body}");
    }
    let body = json!({"locations": place, "scenarios": ["ssp585"]});
    let answer = site.post(
        &format!("/v1/location?{WIND}"),
        body.to_string().as_bytes(),
        &[JSON],
    );
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.problem()["detail"],
        "scenarios must be given once, or the same each time."
    );
}
