//! Statistics of areas, boxes and radii on the wire.

use serde_json::{Value, json};

use crate::{collections::site, query::json_of, site::Site, support::http::Answer};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// A data query of the irradiance, which lies each degree from 0 to 3 with three months, the second without values.
fn solar(site: &Site, query: &str) -> Answer {
    let query = query.replace(' ', "%20");
    site.get(&format!("/v1/collections/solar/{query}"))
}

#[test]
fn the_mean_of_an_area_is_that_of_its_values_by_the_area_of_their_cells() {
    let site = site();
    let triangle = "area?coords=POLYGON((0.5 0.5,2.5 0.5,2.5 1.5,0.5 0.5))&month=1";
    let values = json_of(&solar(&site, triangle));
    let of = |name: &str| {
        let values = values["ranges"][name]["values"].as_array().unwrap();
        values
            .iter()
            .map(|one| one.as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    // The cells are of one row, and so of one size.
    let (values, shares) = (of("ghi"), of("cell_share"));
    let sum: f64 = values
        .iter()
        .zip(&shares)
        .map(|(one, share)| one * share)
        .sum();
    let expected = sum / shares.iter().sum::<f64>();
    let found = json_of(&solar(
        &site,
        &format!("{triangle}&statistics=mean,min,max,count"),
    ));
    let line = &found["statistics"][0];
    assert!(
        (line["mean"].as_f64().unwrap() - expected).abs() < 1e-9,
        "{found}"
    );
    assert_eq!((&line["min"], &line["max"]), (&json!(1.1), &json!(1.2)));
    assert_eq!(
        (&line["parameter"], &line["unit"]),
        (&json!("ghi"), &json!("kW.h/m2"))
    );
    assert_eq!(
        (&line["dimensions"], &line["count"]),
        (&json!({"month": 1}), &json!(2))
    );
    assert_eq!(found["collection"], "solar");
    // Half a degree times two at the equator.
    let area = found["area_km2"].as_f64().unwrap();
    assert!((area / 12_364.0 - 1.0).abs() < 0.01, "{area}");
}

#[test]
fn what_has_no_value_is_told_in_each_query_that_has_statistics() {
    let site = site();
    for place in [
        "cube?bbox=-0.5,-0.5,3.5,3.5",
        "radius?coords=POINT(1.5 1.5)&within=300&within-units=km",
        "area?coords=POLYGON((-0.5 -0.5,3.5 -0.5,3.5 3.5,-0.5 3.5,-0.5 -0.5))",
    ] {
        let query = format!("{place}&statistics=count,missing,covered,mean&above=1.55");
        let found = json_of(&solar(&site, &query));
        let lines = found["statistics"].as_array().unwrap();
        let [known, missing, _] = lines.as_slice() else {
            panic!("{place}: {found}");
        };
        assert_eq!(
            (&known["count"], &known["missing"]),
            (&json!(16), &json!(0)),
            "{place}"
        );
        assert_eq!(known["covered"], json!(1), "{place}");
        let above = known["above"][0]["share"].as_f64().unwrap();
        assert!((above - 0.5).abs() < 0.001, "{place}: {above}");
        assert_eq!(
            (&missing["count"], &missing["missing"]),
            (&json!(0), &json!(16)),
            "{place}"
        );
        assert_eq!(
            (&missing["mean"], &missing["covered"]),
            (&Value::Null, &json!(0)),
            "{place}"
        );
        assert_eq!(missing["above"][0]["share"], Value::Null, "{place}");
    }
    let half = "area?coords=POLYGON((1.5 -0.5,5.5 -0.5,5.5 0.5,1.5 0.5,1.5 -0.5))&month=1";
    let found = json_of(&solar(&site, &format!("{half}&statistics=covered,missing")));
    let covered = found["statistics"][0]["covered"].as_f64().unwrap();
    assert!((covered - 0.5).abs() < 1e-6, "{found}");
    let ratio = found["off_grid_km2"].as_f64().unwrap() / found["area_km2"].as_f64().unwrap();
    assert!((ratio - 0.5).abs() < 1e-6, "{found}");
    assert_eq!(
        solar(&site, "cube?bbox=50,50,60,60&statistics=mean").status,
        204
    );
}

#[test]
fn statistics_are_a_long_table_as_csv_in_the_address_and_by_a_form() {
    let site = site();
    let query = "bbox=0,0,1,0&month=1,2&statistics=mean,count&above=0.05,0.1&below=0.1&f=csv";
    let answer = solar(&site, &format!("cube?{query}"));
    assert_eq!(
        answer.text(),
        "parameter,month,statistic,limit,value,unit\r\n\
         ghi,1,mean,,0.05,kW.h/m2\r\n\
         ghi,1,count,,2,1\r\n\
         ghi,1,above,0.05,0.5,1\r\n\
         ghi,1,above,0.1,0,1\r\n\
         ghi,1,below,0.1,0.5,1\r\n\
         ghi,2,mean,,,kW.h/m2\r\n\
         ghi,2,count,,0,1\r\n\
         ghi,2,above,0.05,,1\r\n\
         ghi,2,above,0.1,,1\r\n\
         ghi,2,below,0.1,,1\r\n"
    );
    let posted = site.post("/v1/collections/solar/cube", query.as_bytes(), &[FORM]);
    assert_eq!(posted.text(), answer.text());
    let tag = answer.field("etag").unwrap();
    let at = format!("/v1/collections/solar/cube?{query}");
    assert_eq!(site.get_with(&at, &[("If-None-Match", tag)]).status, 304);
    let other = site.get_with(&at.replace("0.05", "0.06"), &[("If-None-Match", tag)]);
    assert_eq!(other.status, 200);
    let by_accept = solar(&site, "cube?bbox=0,0,1,1&statistics=mean");
    assert_eq!(by_accept.field("content-type"), Some("application/json"));
}

#[test]
fn what_is_no_statistic_is_refused_with_those_that_there_are() {
    let site = site();
    for (query, said) in [
        (
            "cube?bbox=0,0,1,1&statistics=median",
            "mean, min, max, count, missing, covered",
        ),
        ("cube?bbox=0,0,1,1&statistics=mean,", "statistics[1]"),
        (
            "cube?bbox=0,0,1,1&statistics=mean&statistics=min",
            "given once",
        ),
        ("cube?bbox=0,0,1,1&above=NaN", "decimal numbers"),
        ("cube?bbox=0,0,1,1&above=1e999", "decimal numbers"),
        ("cube?bbox=0,0,1,1&below=1,,2", "decimal numbers"),
        (
            "cube?bbox=0,0,1,1&above=1,2,3,4,5&below=1,2,3,4",
            "no more than 8",
        ),
        (
            "cube?bbox=0,0,1,1&statistics=mean&f=CoverageJSON",
            "json, csv",
        ),
        (
            "position?coords=POINT(1 1)&statistics=mean",
            "parameter of the query",
        ),
        (
            "trajectory?coords=LINESTRING(1 1,2 2)&above=1",
            "parameter of the query",
        ),
        (
            "area?coords=POLYGON((1 1,1 1,1 1,1 1))&statistics=mean",
            "encloses no area",
        ),
    ] {
        let answer = solar(&site, query);
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(said), "{query}: {detail}");
    }
    let excluded = site.get_with(
        "/v1/collections/solar/cube?bbox=0,0,1,1&statistics=mean",
        &[("Accept", "application/vnd.cov+json")],
    );
    assert_eq!(excluded.status, 406);
}

/// Rows: EDR-1
#[test]
fn a_collection_says_which_dimensions_are_parameters_and_which_queries_there_are() {
    let site = site();
    let found = json_of(&site.get("/v1/collections/solar"));
    let month = &found["extent"]["custom"][0];
    assert_eq!(
        (&month["id"], &month["values"]),
        (&json!("month"), &json!([1, 2, 3]))
    );
    let queries = found["data_queries"].as_object().unwrap();
    let names: Vec<_> = queries.keys().map(String::as_str).collect();
    assert_eq!(names, ["area", "cube", "position", "radius", "trajectory"]);
    for (name, query) in queries {
        let variables = &query["link"]["variables"];
        assert_eq!(variables["query_type"], json!(name));
        let units = json!(["m", "km", "mi", "NM"]);
        let expected = if name == "radius" { units } else { Value::Null };
        assert_eq!(variables["within_units"], expected, "{name}");
    }
}
