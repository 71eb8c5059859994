//! `/v1`: what goes in, what comes out, and what is said of each value.

use perild::{
    climatescore::{Column, Metric, Peril, Scenario, Year},
    dataset::grid::Value as Stored,
};
use serde_json::{Value, json};

use crate::{
    sample::{self, shape, value},
    site::Site,
    support::http::Answer,
};

pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");
pub(crate) const CSV: (&str, &str) = ("Content-Type", "text/csv");
pub(crate) const WIND: &str = "perils=wind&scenarios=ssp126&years=2030";

impl Site {
    fn query(&self, body: &Value) -> Answer {
        self.post("/v1/location", body.to_string().as_bytes(), &[JSON])
    }

    pub(crate) fn csv(&self, query: &str, body: &str) -> Answer {
        self.post(&format!("/v1/location?{query}"), body.as_bytes(), &[CSV])
    }
}

pub(crate) fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.content).unwrap()
}

/// What the sample has at a grid point, by its own arithmetic.
pub(crate) fn stored(latitude: f64, longitude: f64, column: Column) -> Stored {
    let cell = shape().nearest(latitude, longitude).unwrap();
    value(shape().number(cell), column)
}

pub(crate) fn wind() -> Column {
    Column::new(Metric::WindSpeed100yr, Scenario::Ssp126, Year::Y2030)
}

#[test]
fn every_value_of_many_places_says_what_it_is_and_how_it_was_made() {
    let site = sample::site();
    let places: Vec<_> = (0..20)
        .map(|i| json!({"id": i, "lat": -1.9 + f64::from(i) * 0.29, "lon": 2.9 - f64::from(i) * 0.3, "name": "x"}))
        .collect();
    let answer = json_of(&site.query(&json!({"locations": places})));
    assert_eq!(answer["store"]["synthetic"], true);
    assert_eq!(
        answer["summary"],
        json!({"places": 20, "ok": 20, "outside": 0, "invalid": 0})
    );
    for (place, sent) in answer["locations"].as_array().unwrap().iter().zip(&places) {
        assert_eq!(
            (&place["id"], &place["status"]),
            (&sent["id"], &json!("ok"))
        );
        assert_eq!(place["properties"], json!({"name": "x"}));
        let values = place["values"].as_array().unwrap();
        assert_eq!(values.len(), 96);
        for (found, column) in values.iter().zip(Column::all()) {
            let expected = stored(
                sent["lat"].as_f64().unwrap(),
                sent["lon"].as_f64().unwrap(),
                column,
            );
            let reason = match expected {
                Stored::Known(_) => Value::Null,
                Stored::NotApplicable => "not_applicable".into(),
                Stored::NotCovered => "not_covered".into(),
            };
            assert_eq!(found["value"].as_f64(), expected.known(), "{found}");
            assert_eq!(found["reason"], reason);
            assert_eq!(found["metric"], column.metric().name());
            assert_eq!(found["year"], column.year().number());
            assert_eq!(found["unit"], column.metric().ucum());
            assert_eq!(found["peril_version"], column.peril().version());
            assert_eq!(
                (&found["interpolation"], &found["synthetic"]),
                (&json!("nearest"), &json!(true))
            );
            assert!(found["cell"]["distance_km"].as_f64().unwrap() < 20.0);
        }
    }
}

#[test]
fn one_bad_place_does_not_lose_the_others() {
    let site = sample::site();
    let body = json!({
        "perils": ["WIND"], "scenarios": "ssp126", "years": [2030],
        "locations": [
            {"latitude": 91, "longitude": 0},
            {"latitude": 1, "longitude": 1},
            {"longitude": 1},
            5,
            {"latitude": 50, "longitude": 1},
            {"latitude": 1, "longitude": 359},
        ],
    });
    let answer = json_of(&site.query(&body));
    let said: Vec<_> = answer["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| {
            (
                place["status"].as_str().unwrap(),
                place["reason"].as_str(),
                place["values"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("invalid", Some("latitude_out_of_range"), 0),
            ("ok", None, 1),
            ("invalid", Some("latitude_missing"), 0),
            ("invalid", Some("not_an_object"), 0),
            ("outside", Some("outside_extent"), 0),
            ("ok", None, 1),
        ]
    );
    // 359 degrees east is 1 degree west.
    let found = &answer["locations"][5]["values"][0];
    assert_eq!(found["value"].as_f64(), stored(1.0, -1.0, wind()).known());
    assert_eq!(
        answer["summary"],
        json!({"places": 6, "ok": 2, "outside": 1, "invalid": 3})
    );
}

#[test]
fn what_is_not_known_is_a_400_that_lists_the_known() {
    let site = sample::site();
    let place = json!([{"latitude": 1, "longitude": 1}]);
    for (body, part) in [
        (
            json!({"locations": place, "perils": ["fires"]}),
            "perils[0] is not known; known are fire, hail, heat",
        ),
        (
            json!({"locations": place, "years": [2031]}),
            "years[0] is not known; known are 2020, 2030",
        ),
        (
            json!({"locations": place, "colour": 1}),
            "a member of the body is not known; known are collections",
        ),
        (
            json!({"locations": place, "radius_km": 5000}),
            "radius_km must be a number from 0 to 200",
        ),
        (
            json!({"perils": []}),
            "the body must be an object with an array locations",
        ),
    ] {
        let answer = site.query(&body);
        assert_eq!(answer.status, 400, "{body}");
        let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(part), "{detail}");
    }
    for (target, status) in [
        ("/v1/location", 400),
        ("/v1/location?lat=1", 400),
        ("/v1/location?lat=1&lon=1&f=xml", 400),
        ("/v1/location?lat=1&lon=1&colour=red", 400),
        ("/v1/location?lat=1&lon=1&layout=long", 400),
    ] {
        let answer = site.get(target);
        assert_eq!(answer.status, status, "{target}");
        answer.problem();
    }
    assert_eq!(
        site.get_with("/v1/location?lat=1&lon=1", &[("Accept", "image/png")])
            .status,
        406
    );
    assert_eq!(
        site.post("/v1/location", b"<a/>", &[("Content-Type", "text/xml")])
            .status,
        415
    );
    assert_eq!(
        site.post("/v1/location", b"x", &[CSV, ("Content-Encoding", "gzip")])
            .status,
        415
    );
    let open_quote = format!("lat,lon\n\"{}", "a,\n".repeat(40_000));
    let answer = site.csv(WIND, &open_quote);
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.problem()["detail"],
        "record 2 of the CSV must be shorter; perhaps a quote is left open."
    );
}

#[test]
fn caps_say_what_the_cap_is() {
    let site = sample::site_with(|settings, _| {
        settings.more =
            "[perils]\nmax_places = 2\nmax_body_bytes = 1000\nbody_memory_bytes = 10\n".into();
    });
    let kept = || std::fs::read_dir(site.dir().join("state")).unwrap().count();
    let before = kept();
    assert_eq!(site.csv(WIND, "lat,lon\n1,1\n1,1\n").status, 200);
    let answer = site.csv(WIND, "lat,lon\n1,1\n1,1\n1,1\n");
    assert_eq!(
        (answer.status, &answer.problem()["detail"]),
        (413, &json!("a request may have 2 places."))
    );
    let answer = site.csv(WIND, &" ".repeat(1001));
    let detail = "the body is larger than 1000 octets.";
    assert_eq!(
        (answer.status, &answer.problem()["detail"]),
        (413, &json!(detail))
    );
    assert_eq!(kept(), before);
}

#[test]
fn bilinear_and_years_between_are_the_means_they_should_be() {
    let site = sample::site();
    let get = |query: &str| {
        json_of(&site.get(&format!(
            "/v1/location?lat=0.1&lon=0.55&perils=wind&scenarios=ssp126&{query}"
        )))
    };
    let answer = get("years=2030&interpolation=bilinear");
    let corners = [
        (0.0, 0.5, 0.6 * 0.8),
        (0.0, 0.75, 0.6 * 0.2),
        (0.25, 0.5, 0.4 * 0.8),
        (0.25, 0.75, 0.4 * 0.2),
    ];
    let known: Option<Vec<f64>> = corners
        .iter()
        .map(|(latitude, longitude, weight)| {
            Some(stored(*latitude, *longitude, wind()).known()? * weight)
        })
        .collect();
    let found = &answer["locations"][0]["values"][0];
    let expected: f64 = known.unwrap().iter().sum();
    assert!(
        (found["value"].as_f64().unwrap() - expected).abs() < 1e-6,
        "{found} {expected}"
    );
    assert_eq!(found["interpolation"], "bilinear");

    let answer = get("years=2035&year_interpolation=linear");
    let at = |year| {
        stored(
            0.0,
            0.5,
            Column::new(Metric::WindSpeed100yr, Scenario::Ssp126, year),
        )
        .known()
        .unwrap()
    };
    let found = &answer["locations"][0]["values"][0];
    let middle = f64::midpoint(at(Year::Y2030), at(Year::Y2040));
    assert!((found["value"].as_f64().unwrap() - middle).abs() < 1e-6);
    assert_eq!(found["between_years"], json!([2030, 2040]));
}

#[test]
fn the_nearest_valid_cell_within_the_radius_is_taken_for_each_peril() {
    let site = sample::site();
    let column = Column::new(Metric::FireProbability, Scenario::Ssp126, Year::Y2030);
    let is_sea = |number: &u32| {
        value(*number, column) == Stored::NotApplicable && value(*number, wind()).known().is_some()
    };
    let sea = (200..600).find(is_sea).unwrap();
    let (latitude, longitude) = shape().coordinates(shape().cell(sea));
    let query = format!(
        "/v1/location?lat={latitude}&lon={longitude}&perils=fire,wind&scenarios=ssp126&years=2030"
    );
    let at_sea = json_of(&site.get(&query));
    let fire = &at_sea["locations"][0]["values"][1];
    assert_eq!(
        (&fire["value"], &fire["reason"]),
        (&Value::Null, &json!("not_applicable"))
    );
    let ashore = json_of(&site.get(&format!("{query}&radius_km=100")));
    let values = &ashore["locations"][0]["values"];
    assert_eq!(values[0]["cell"]["distance_km"], 0.0);
    let distance = values[1]["cell"]["distance_km"].as_f64().unwrap();
    assert!((20.0..60.0).contains(&distance), "{distance}");
    let cell = &values[1]["cell"];
    let expected = stored(
        cell["latitude"].as_f64().unwrap(),
        cell["longitude"].as_f64().unwrap(),
        column,
    );
    assert_eq!(values[1]["value"].as_f64(), expected.known());
    let too_near = json_of(&site.get(&format!("{query}&radius_km=10")));
    assert_eq!(too_near["locations"][0]["values"][1]["value"], Value::Null);
}

#[test]
fn the_catalogue_says_what_there_is() {
    let site = sample::site();
    let answer = site.get("/v1/perils");
    let found = json_of(&answer);
    assert_eq!(found["perils"].as_array().unwrap().len(), 7);
    assert_eq!(found["years"], json!([2020, 2030, 2040, 2050, 2075, 2100]));
    assert_eq!(
        found["grid"]["extent"],
        json!({"south": -2.0, "north": 4.0, "west": -3.0, "east": 3.0})
    );
    assert_eq!(found["grid"]["cell_size_degrees"]["latitude"], 0.25);
    assert_eq!(
        (&found["store"]["version"], &found["store"]["synthetic"]),
        (&json!(7), &json!(true))
    );
    let metrics: Vec<_> = found["perils"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|peril| peril["metrics"].as_array().unwrap())
        .collect();
    assert_eq!(metrics.len(), 8);
    let fire = metrics
        .iter()
        .find(|metric| metric["name"] == "fireprobability")
        .unwrap();
    assert_eq!(
        (&fire["unit"], fire["statistics"].as_array().unwrap().len()),
        (&json!("1"), 12)
    );
    let tag = answer.field("etag").unwrap();
    assert_eq!(
        site.get_with("/v1/perils", &[("If-None-Match", tag)])
            .status,
        304
    );
    assert_eq!(Peril::ALL.len(), 7);
}
