//! Data queries of coverages on the wire, as OGC API EDR 1.1 has them.

use serde_json::{Value, json};

use crate::{collections::site, query::json_of, sample, site::Site, support::http::Answer};

/// A data query of the irradiance, which lies each degree from 0 to 3 with three months.
fn solar(site: &Site, query: &str) -> Answer {
    site.get(&format!(
        "/v1/collections/solar/{}",
        query.replace(' ', "%20")
    ))
}

/// Axes of the domain, and of each range the values with their shape, whose product is their number.
fn ranges(coverage: &Value) -> Vec<(String, Vec<u64>, Vec<Value>)> {
    let ranges = coverage["ranges"].as_object().unwrap().iter();
    let each = ranges.map(|(name, range)| {
        let numbers = range["shape"].as_array().unwrap().iter();
        let shape: Vec<_> = numbers.map(|number| number.as_u64().unwrap()).collect();
        let values = range["values"].as_array().unwrap().clone();
        assert_eq!(
            u64::try_from(values.len()).unwrap(),
            shape.iter().product::<u64>()
        );
        let axes = &coverage["domain"]["axes"];
        for (axis, length) in range["axisNames"].as_array().unwrap().iter().zip(&shape) {
            let found = axes[axis.as_str().unwrap()]["values"].as_array().unwrap();
            assert_eq!(u64::try_from(found.len()).unwrap(), *length, "{axis}");
        }
        assert_eq!(axes.as_object().unwrap().len(), axes_of(range, axes));
        (name.clone(), shape, values)
    });
    each.collect()
}

/// A range has all axes of its domain.
fn axes_of(range: &Value, axes: &Value) -> usize {
    let names = range["axisNames"].as_array().unwrap();
    assert!(
        names
            .iter()
            .all(|name| axes.get(name.as_str().unwrap()).is_some())
    );
    names.len()
}

/// Rows: EDR-3, EDR-10
#[test]
fn a_position_has_the_values_of_the_cell_nearest_to_it() {
    let site = site();
    let answer = solar(&site, "position?coords=POINT(2.9 1.2)");
    assert_eq!(
        answer.field("content-type"),
        Some("application/vnd.cov+json")
    );
    let coverage = json_of(&answer);
    assert_eq!(coverage["type"], "Coverage");
    let axes = &coverage["domain"]["axes"];
    assert_eq!(axes["x"]["values"], json!([3]));
    assert_eq!(axes["y"]["values"], json!([1]));
    assert_eq!(axes["month"]["values"], json!([1, 2, 3]));
    let found = ranges(&coverage);
    let values = vec![json!(1.3), Value::Null, json!(6.3)];
    assert_eq!(found, [("ghi".to_owned(), vec![1, 1, 3], values)]);
    let parameter = &coverage["parameters"]["ghi"];
    assert_eq!(parameter["unit"]["symbol"]["value"], "kW.h/m2");
    let referencing = &coverage["domain"]["referencing"];
    assert_eq!(referencing[0]["coordinates"], json!(["x", "y"]));

    let chosen = solar(
        &site,
        "position?coords=POINT(2.9 1.2)&subset=month(2:3)&parameter-name=GHI",
    );
    assert_eq!(ranges(&json_of(&chosen))[0].2, [Value::Null, json!(6.3)]);
    let other = "position?coords=POINT(1.2 2.9)&crs=EPSG:4326&f=json&subset=month(1)";
    let other = json_of(&solar(&site, other));
    assert_eq!(ranges(&other)[0].2, [json!(1.3)]);
    let referencing = &other["domain"]["referencing"][0];
    assert_eq!(referencing["coordinates"], json!(["y", "x"]));
}

/// Rows: EDR-3
#[test]
fn several_places_are_answered_each_by_a_coverage_in_their_order() {
    let site = site();
    let answer = json_of(&solar(
        &site,
        "position?coords=MULTIPOINT((0 0),(50 50),(1 2))",
    ));
    assert_eq!(answer["type"], "CoverageCollection");
    let coverages = answer["coverages"].as_array().unwrap();
    let firsts: Vec<_> = coverages
        .iter()
        .map(|one| ranges(one)[0].2[0].clone())
        .collect();
    assert_eq!(firsts, [json!(0.0), Value::Null, json!(2.1)]);
    assert_eq!(coverages[1]["domain"]["axes"]["x"]["values"], json!([50]));
    let alone = json_of(&solar(&site, "position?coords=MULTIPOINT(1 2)"));
    assert_eq!(alone["coverages"].as_array().unwrap().len(), 1);
}

/// Rows: EDR-6
#[test]
fn a_cube_is_a_grid_of_the_cells_that_the_box_meets() {
    let site = site();
    let coverage = json_of(&solar(&site, "cube?bbox=0.6,1.6,2.4,9&subset=month(1)"));
    let axes = &coverage["domain"]["axes"];
    assert_eq!(axes["x"]["values"], json!([1, 2]));
    assert_eq!(axes["y"]["values"], json!([2, 3]));
    let values = [2.1, 2.2, 3.1, 3.2].map(Value::from);
    assert_eq!(ranges(&coverage)[0].2, values);
    let csv = solar(&site, "cube?bbox=0.6,1.6,2.4,9&f=csv");
    assert_eq!(
        csv.field("content-type"),
        Some("text/csv; charset=utf-8; header=present")
    );
    let text = csv.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "longitude,latitude,ghi_1,ghi_2,ghi_3");
    assert_eq!(lines[1], "1,2,2.10,,7.10");
    assert_eq!(lines.len(), 5);
}

/// Rows: EDR-5
#[test]
fn an_area_has_each_cell_with_the_share_that_it_covers() {
    let site = site();
    let triangle = "area?coords=POLYGON((0.5 0.5,2.5 0.5,2.5 1.5,0.5 0.5))&subset=month(1)";
    let coverage = json_of(&solar(&site, triangle));
    let axes = &coverage["domain"]["axes"];
    assert_eq!(axes["composite"]["values"], json!([[1, 1], [2, 1]]));
    assert_eq!(axes["composite"]["coordinates"], json!(["x", "y"]));
    let found = ranges(&coverage);
    let of = |name: &str| {
        found
            .iter()
            .find(|(found, ..)| found == name)
            .unwrap()
            .2
            .clone()
    };
    assert_eq!(of("ghi"), [1.1, 1.2].map(Value::from));
    let shares: Vec<_> = of("cell_share")
        .iter()
        .map(|one| one.as_f64().unwrap())
        .collect();
    assert!(
        (shares[0] - 0.25).abs() < 0.01 && (shares[1] - 0.75).abs() < 0.01,
        "{shares:?}"
    );
    let all = solar(&site, &triangle.replace("&subset=month(1)", ""));
    assert_eq!(ranges(&json_of(&all)).len(), 2);
    let csv = solar(&site, &format!("{triangle}&f=csv"));
    assert!(
        csv.text()
            .starts_with("longitude,latitude,cell_share,ghi_1\r\n1,1,0.2"),
        "{csv:?}"
    );
}

/// Rows: EDR-3, EDR-5, EDR-6, EDR-8
#[test]
fn what_is_no_query_is_refused_with_what_is_wrong_with_it() {
    let site = site();
    let point = "position?coords=POINT(1 1)";
    for (query, said) in [
        ("position", "coords must be given"),
        ("position?coords=", "coords must be given"),
        ("position?coords=POINT(1)", "at byte 7"),
        ("position?coords=POINT(1 91)", "at byte 6"),
        ("position?coords=POINT(NaN 1)", "at byte 6"),
        ("position?coords=POINT(1 1)x", "at byte 10"),
        ("position?coords=POLYGON((0 0,1 0,1 1,0 0))", "not POLYGON"),
        ("area?coords=POINT(1 1)", "not POINT"),
        ("area?coords=POLYGON((0 0,1 0,1 1,0 1))", "not closed"),
        ("area?coords=POLYGON((1 1,1 1,1 1,1 1))", "encloses no area"),
        (
            "area?coords=POLYGON((-100 0,100 0,100 9,-100 0))",
            "half around the earth",
        ),
        ("cube", "bbox must be given"),
        ("cube?bbox=1,2,3", "four numbers"),
        ("cube?bbox=1,2,3,x", "not a number"),
        ("cube?bbox=1,3,3,2", "north"),
        (
            "cube?coords=POINT(1 1)",
            "a parameter of the query is not known",
        ),
    ] {
        let answer = solar(&site, query);
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        let text = answer.problem().to_string();
        assert!(text.contains(said), "{query}: {text}");
    }
    for (parameter, said) in [
        ("lat=1", "parameter-name"),
        ("Coords=POINT(1 1)", "a parameter of the query"),
        ("coords=POINT(1 1)", "given once"),
        ("crs=EPSG:3857", "CRS84"),
        ("f=grib", "CoverageJSON"),
        ("parameter-name=ghi,dni", "parameter-name[1]"),
        ("parameter-name=,", "parameter-name[0]"),
        ("subset=height(2)", "month"),
        ("subset=month(4)", "1, 2, 3"),
        ("subset=month(4:9)", "some value lies"),
        ("subset=month", "month(1)"),
        ("datetime=2020", "no dimension of time"),
        ("datetime=yesterday", "RFC 3339"),
    ] {
        let answer = solar(&site, &format!("{point}&{parameter}"));
        assert_eq!(answer.status, 400, "{parameter}: {answer:?}");
        let text = answer.problem().to_string();
        assert!(text.contains(said), "{parameter}: {text}");
    }
    for fine in ["z=5", "f=", "subset=month(1),month(3)&subset=month(2)"] {
        assert_eq!(
            solar(&site, &format!("{point}&{fine}")).status,
            200,
            "{fine}"
        );
    }
}

/// Rows: EDR-11
#[test]
fn nothing_in_the_selection_is_204_and_too_much_of_it_413_with_the_limit() {
    let site = site();
    for query in [
        "position?coords=POINT(50 50)",
        "position?coords=MULTIPOINT(50 50,60 60)",
        "cube?bbox=50,50,60,60",
        "area?coords=POLYGON((50 50,60 50,60 60,50 50))",
    ] {
        let answer = solar(&site, query);
        assert_eq!((answer.status, answer.content.len()), (204, 0), "{query}");
    }
    let limited = sample::site_with(|settings, _| {
        settings.more.push_str("[perils]\nmax_cells = 100\n");
    });
    let wind = |query: &str| limited.get(&format!("/v1/collections/wind/{query}"));
    assert_eq!(wind("cube?bbox=0,0,0.5,0.25").status, 200);
    let refused = wind("cube?bbox=-3,-2,3,4");
    assert_eq!(refused.status, 413);
    assert!(refused.problem().to_string().contains("100"), "{refused:?}");
}

/// Rows: EDR-12
#[test]
fn values_are_for_those_alone_who_may_have_the_collection() {
    let site = site();
    let at = "/v1/collections/wind/position?coords=POINT(1%201)";
    let strange = site.ask(&crate::support::http::Request::get(at));
    assert_eq!(strange.status, 401);
    for unknown in ["no-such", "perils", "tidy", "..", "a%2Fb", "Wind"] {
        let answer = site.get(&format!(
            "/v1/collections/{unknown}/position?coords=POINT(1%201)"
        ));
        assert_eq!(answer.status, 404, "{unknown}: {answer:?}");
        let strange = format!("/v1/collections/{unknown}/position");
        let strange = site.ask(&crate::support::http::Request::get(&strange));
        assert_eq!(strange.status, 401, "{unknown}");
    }
    let whole = site.get(at);
    let tag = whole.field("etag").unwrap();
    assert_eq!(site.get_with(at, &[("If-None-Match", tag)]).status, 304);
}
