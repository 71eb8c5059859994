//! Data queries that are sent as forms, and all that is no query, of every kind.

use std::fmt::Write as _;

use perild::dataset::edr::QueryKind;

use crate::{collections::site, query::json_of, site::Site, support::http::Answer};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Where a query of each kind asks for values of the irradiance.
const PLACES: [(QueryKind, &str); 5] = [
    (QueryKind::Area, "coords=POLYGON((0 0,2 0,2 2,0 0))"),
    (QueryKind::Cube, "bbox=0,0,2,2"),
    (QueryKind::Position, "coords=POINT(1 1)"),
    (
        QueryKind::Radius,
        "coords=POINT(1 1)&within=120&within-units=km",
    ),
    (QueryKind::Trajectory, "coords=LINESTRING(0 0,2 2)"),
];

fn path(kind: QueryKind) -> String {
    format!("/v1/collections/solar/{}", kind.name())
}

fn get(site: &Site, kind: QueryKind, query: &str) -> Answer {
    site.get(&format!("{}?{}", path(kind), query.replace(' ', "%20")))
}

fn form(site: &Site, kind: QueryKind, body: &str) -> Answer {
    site.post(&path(kind), body.replace(' ', "+").as_bytes(), &[FORM])
}

/// Its status, and that all of `said` stands in its problem, which is short whatever was sent.
fn check(answer: &Answer, status: u16, said: &str, what: &str) {
    let what = what.get(..100).unwrap_or(what);
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(said), "{what}: {detail}");
    assert!(detail.len() < 500, "{detail}");
}

/// Rows: EDR-3, EDR-4, EDR-5, EDR-6
#[test]
fn a_form_has_the_answer_that_its_parameters_have_in_a_query_and_is_kept_by_nobody() {
    let site = site();
    for (kind, place) in PLACES {
        let query = format!("{place}&month=1,3&f=csv");
        let (asked, posted) = (get(&site, kind, &query), form(&site, kind, &query));
        assert_eq!(
            (asked.status, posted.status),
            (200, 200),
            "{kind:?}: {posted:?}"
        );
        assert_eq!(asked.text(), posted.text(), "{kind:?}");
        assert_eq!(posted.field("cache-control"), Some("no-store"));
        assert_eq!(posted.field("etag"), None);
        let (address, rest) = query.split_once('&').unwrap();
        let target = format!("{}?{}", path(kind), address.replace(' ', "%20"));
        let apart = site.post(&target, rest.as_bytes(), &[FORM]);
        assert_eq!(apart.text(), asked.text(), "{kind:?}");
    }
}

/// Rows: EDR-4
#[test]
fn a_radius_has_the_cells_whose_grid_points_lie_within_it() {
    let site = site();
    for (within, units, cells) in [
        ("0", "m", 1),
        ("111", "km", 1),
        ("111.2", "km", 5),
        ("69.2", "mi", 5),
        ("60.2", "NM", 5),
        ("158000", "m", 9),
    ] {
        let query = format!("coords=POINT(1 1)&within={within}&within-units={units}&month=1");
        let coverage = json_of(&get(&site, QueryKind::Radius, &query));
        let axes = &coverage["domain"]["axes"];
        let places = axes["composite"]["values"].as_array().unwrap();
        assert_eq!(places.len(), cells, "{query}");
        let values = coverage["ranges"]["ghi"]["values"].as_array().unwrap();
        assert_eq!(values.len(), cells, "{query}");
        assert!(coverage["ranges"].get("cell_share").is_none());
    }
    let off = "coords=POINT(50 50)&within=10&within-units=km";
    assert_eq!(get(&site, QueryKind::Radius, off).status, 204);
    for (query, said) in [
        ("coords=POINT(1 1)", "within must be given"),
        ("coords=POINT(1 1)&within=1", "within-units must be given"),
        ("within=1&within-units=km", "coords must be given"),
        (
            "coords=POINT(1 1)&within=1&within-units=furlong",
            "m, km, mi, NM",
        ),
        ("coords=POINT(1 1)&within=-1&within-units=km", "not below 0"),
        (
            "coords=POINT(1 1)&within=NaN&within-units=km",
            "not below 0",
        ),
        (
            "coords=POINT(1 1)&within=inf&within-units=km",
            "not below 0",
        ),
        (
            "coords=POINT(1 1)&within=1e999&within-units=km",
            "20015.115 km",
        ),
        (
            "coords=POINT(1 1)&within=20016&within-units=km",
            "20015.115 km",
        ),
        (
            "coords=MULTIPOINT(1 1,2 2)&within=1&within-units=km",
            "one POINT",
        ),
        (
            "coords=LINESTRING(1 1,2 2)&within=1&within-units=km",
            "not LINESTRING",
        ),
    ] {
        check(&get(&site, QueryKind::Radius, query), 400, said, query);
    }
}

#[test]
fn a_trajectory_has_the_cells_that_the_line_passes_in_its_order() {
    let site = site();
    for (line, places) in [
        ("LINESTRING(0 0,2 0)", "[[0,0],[1,0],[2,0]]"),
        ("LINESTRING(2 0,0 0)", "[[2,0],[1,0],[0,0]]"),
        ("linestring z(0 0 5,0 1 9)", "[[0,0],[0,1]]"),
        ("LINESTRING(0 0,1 0,0 0)", "[[0,0],[1,0],[0,0]]"),
        (
            "MULTILINESTRING((0 0,1 0),(3 3,3 2))",
            "[[0,0],[1,0],[3,3],[3,2]]",
        ),
        ("LINESTRING(-40 0,1 0)", "[[0,0],[1,0]]"),
    ] {
        let query = format!("coords={line}&month=1");
        let coverage = json_of(&get(&site, QueryKind::Trajectory, &query));
        let found = &coverage["domain"]["axes"]["composite"]["values"];
        assert_eq!(found.to_string(), places, "{line}");
        let values = coverage["ranges"]["ghi"]["values"].as_array().unwrap();
        let each = values.iter().zip(found.as_array().unwrap());
        for (value, place) in each {
            let number = |value: &serde_json::Value| value.as_f64().unwrap();
            let expected = number(&place[1]) + number(&place[0]) / 10.0;
            assert!((number(value) - expected).abs() < 1e-9, "{line}");
        }
    }
    let off = "coords=LINESTRING(50 50,60 60)";
    assert_eq!(get(&site, QueryKind::Trajectory, off).status, 204);
    for (line, said) in [
        ("LINESTRING(0 0)", "2 positions"),
        ("LINESTRING M(0 0 1,1 1 2)", "without M"),
        ("LINESTRINGZM(0 0 0 1,1 1 0 2)", "without M"),
        ("POINT(0 0)", "not POINT"),
        ("POLYGON((0 0,1 0,1 1,0 0))", "not POLYGON"),
        ("LINESTRING EMPTY", "at byte 11"),
    ] {
        let query = format!("coords={line}");
        check(&get(&site, QueryKind::Trajectory, &query), 400, said, line);
    }
}

/// Rows: EDR-8
#[test]
fn a_dimension_is_a_parameter_by_its_own_name() {
    let site = site();
    for (chosen, months) in [
        ("month=1", "[1]"),
        ("month=3,1", "[1,3]"),
        ("month=2/3", "[2,3]"),
        ("Month=../2", "[1,2]"),
        ("month=R2/1/2", "[1,3]"),
        ("month=", "[1,2,3]"),
    ] {
        for (kind, place) in PLACES {
            let coverage = json_of(&get(&site, kind, &format!("{place}&{chosen}")));
            let axes = &coverage["domain"]["axes"];
            assert_eq!(axes["month"]["values"].to_string(), months, "{chosen}");
        }
    }
    for (chosen, said) in [
        ("month=4", "1, 2, 3"),
        ("month=1,", "1, 2, 3"),
        ("month=*", "1, 2, 3"),
        ("month=4/9", "some value lies"),
        ("month=1&month=2", "given once"),
        ("month=1&subset=month(1)", "left out"),
        ("year=1", "month"),
    ] {
        let query = format!("coords=POINT(1 1)&{chosen}");
        check(&get(&site, QueryKind::Position, &query), 400, said, chosen);
    }
}

/// Rows: EDR-8
#[test]
fn what_no_query_of_any_kind_has_is_refused_in_the_address_and_in_a_form() {
    let site = site();
    for (kind, place) in PLACES {
        let (name, _) = place.split_once('=').unwrap();
        for (query, said) in [
            (String::new(), "must be given"),
            (format!("{place}&{place}"), "given once"),
            (format!("{place}&f=csv&f=json"), "given once"),
            (
                format!("{place}&lat=1"),
                "parameter of the query is not known",
            ),
            (
                format!("{place}&%FF=1"),
                "parameter of the query is not known",
            ),
            (format!("{name}=%00%ff%zz"), name),
            (format!("{name}=NaN"), name),
            (format!("{name}=POLYGON((1e999 1,2 2,3 3,1 1))"), name),
            (format!("{name}={}", "(".repeat(2000)), name),
            (format!("{place}&crs=EPSG:3857"), "crs"),
            (format!("{place}&f=shapefile"), "f is not known"),
            (format!("{place}&datetime=2020"), "no dimension of time"),
            (format!("{place}&parameter-name=none"), "ghi"),
        ] {
            check(&get(&site, kind, &query), 400, said, &query);
            check(&form(&site, kind, &query), 400, said, &query);
        }
        let target = format!("{}?{}", path(kind), place.replace(' ', "%20"));
        let twice = site.post(&target, place.replace(' ', "+").as_bytes(), &[FORM]);
        check(&twice, 400, "given once", place);
        for content_type in ["application/json", "text/plain", "multipart/form-data", ""] {
            let field = ("Content-Type", content_type);
            let answer = site.post(&target, b"{}", &[field]);
            check(
                &answer,
                415,
                "application/x-www-form-urlencoded",
                content_type,
            );
        }
        let packed = [FORM, ("Content-Encoding", "gzip")];
        assert_eq!(site.post(&target, b"", &packed).status, 415);
        assert_eq!(site.post(&target, b"", &[FORM]).status, 200);
        assert_eq!(get(&site, kind, place).status, 200, "{place}");
    }
}

/// Rows: EDR-5, EDR-11
#[test]
fn an_outline_longer_than_any_address_is_answered_and_one_beyond_a_million_positions_refused() {
    let site = site();
    let mut circle = "month=1&coords=POLYGON((".to_owned();
    for at in 0..50_000 {
        let angle = std::f64::consts::TAU * f64::from(at) / 50_000.0;
        write!(circle, "{:.7} {:.7},", 1.5 + angle.cos(), 1.5 + angle.sin()).unwrap();
    }
    let coverage = json_of(&form(&site, QueryKind::Area, &(circle + "2.5 1.5))")));
    let shares = coverage["ranges"]["cell_share"]["values"]
        .as_array()
        .unwrap();
    let all: f64 = shares.iter().map(|share| share.as_f64().unwrap()).sum();
    assert!((all - std::f64::consts::PI).abs() < 0.01, "{all}");
    let more = format!("coords=POLYGON(({}1 1))", "1 1,".repeat(1 << 20));
    let refused = form(&site, QueryKind::Area, &more);
    check(&refused, 413, "1048576", "more than a million positions");
}
