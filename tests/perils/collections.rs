//! `/v1/location` for coverages of a provider's own, and for perils on grids of their own.

use std::{fmt::Write, fs, os::unix::fs::chown, process::Command};

use nix::unistd::Uid;
use serde_json::{Value, json};

use crate::{
    query::json_of,
    sample,
    site::Site,
    support::perild::{DAEMON, Settings, user},
};

pub(crate) const DESCRIPTION: &str = r#"
[collection]
title = "Solar irradiance by month"
licence = "CC-BY-4.0"
version = "2.1.0"
kind = "coverage"

[coverage]
columns = "{variable}_{month}"

[[dimension]]
name = "month"
values = [1, 2, 3]

[[field]]
name = "ghi"
unit = "kW.h/m2"
decimals = 2
"#;

/// The sample, and beside it irradiance each degree.
pub(crate) fn site() -> Site {
    site_with(|_| {})
}

/// The same with the settings changed by `change`.
pub(crate) fn site_with(change: impl FnOnce(&mut Settings)) -> Site {
    sample::site_with(|settings, pki| {
        change(settings);
        let dir = pki.path("");
        let folder = dir.join("own");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("solar.toml"), DESCRIPTION).unwrap();
        let mut text = "latitude,longitude,ghi_1,ghi_2,ghi_3\n".to_owned();
        for latitude in 0..4 {
            for longitude in 0..4 {
                let value = f64::from(latitude) + f64::from(longitude) / 10.0;
                writeln!(
                    text,
                    "{latitude},{longitude},{value:.2},,{:.2}",
                    value + 5.0
                )
                .unwrap();
            }
        }
        fs::write(folder.join("solar.csv"), text).unwrap();
        if Uid::effective().is_root() {
            // As a package's installation has it: root imports, and the daemon's user reads.
            chown(dir.join("state"), Some(user(DAEMON).uid.as_raw()), None).unwrap();
        }
        let mut import = Command::new(env!("CARGO_BIN_EXE_perild"));
        import.args(["import", "--state"]).arg(dir.join("state"));
        let output = import.arg(folder.join("solar.toml")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    })
}

#[test]
fn a_coverage_answers_in_its_own_words_in_every_format_of_text() {
    let site = site();
    let at = "/v1/location?lat=1.2&lon=2.9&collections=solar";
    let answer = json_of(&site.get(at));
    assert_eq!(answer["query"]["collections"], json!(["solar"]));
    assert_eq!(answer["store"]["licence"], "CC-BY-4.0");
    let values = answer["locations"][0]["values"].as_array().unwrap();
    assert_eq!(values.len(), 3);
    let first = &values[0];
    assert_eq!(first["collection"], "solar");
    assert_eq!(first["collection_version"], "2.1.0");
    assert_eq!(
        (&first["variable"], &first["dimensions"]),
        (&json!("ghi"), &json!({"month": "1"}))
    );
    assert_eq!(
        (&first["unit"], &first["value"]),
        (&json!("kW.h/m2"), &json!(1.3))
    );
    assert_eq!(first["cell"]["latitude"], 1.0);
    assert_eq!(
        (&values[1]["value"], &values[1]["reason"]),
        (&Value::Null, &json!("not_covered"))
    );

    let csv = site.get(&format!("{at}&f=csv"));
    let text = String::from_utf8(csv.content.clone()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].ends_with(",ghi_1,ghi_2,ghi_3"), "{text}");
    assert!(lines[1].ends_with(",1.30,,6.30"), "{text}");
    let long = site.get(&format!("{at}&f=csv&layout=long&subset=month(3)"));
    let text = String::from_utf8(long.content.clone()).unwrap();
    assert!(
        text.contains("collection,collection_version,variable,month,unit,value"),
        "{text}"
    );
    assert!(text.contains(",solar,2.1.0,ghi,3,kW.h/m2,6.30,"), "{text}");

    let between = format!("{at}&subset=month(1),month(2.5)&dimension_interpolation=linear");
    let values = json_of(&site.get(&between));
    let values = values["locations"][0]["values"].as_array().unwrap();
    assert_eq!(values[1]["between"], json!([2, 3]));
    assert_eq!(values[1]["reason"], "not_covered");

    for refused in [
        "collections=solar,none",
        "collections=solar&years=2030",
        "collections=solar&subset=height(2)",
        "collections=solar&subset=month(4)",
        "collections=Solar",
    ] {
        let answer = site.get(&format!("/v1/location?lat=1&lon=1&{refused}"));
        assert_eq!(answer.status, 400, "{refused}");
    }
}

#[test]
fn coverages_on_several_grids_answer_together_each_with_its_own_cell() {
    let site = site();
    let answer = site.get("/v1/location?lat=1.3&lon=2.6&collections=wind,solar&subset=month(1)");
    let answer = json_of(&answer);
    let values = answer["locations"][0]["values"].as_array().unwrap();
    // A dimension that a coverage has not selects nothing of it away.
    assert_eq!(values.len(), 13);
    assert_eq!(values[0]["cell"]["latitude"], 1.25);
    assert_eq!(values[12]["cell"]["latitude"], 1.0);
    assert_eq!(
        answer["store"]["collections"]["solar"]["licence"],
        "CC-BY-4.0"
    );
    // What is beyond one grid is answered from the other.
    let beyond = site.get("/v1/location?lat=-1.5&lon=-2.5&collections=wind,solar");
    let beyond = json_of(&beyond);
    let values = beyond["locations"][0]["values"].as_array().unwrap();
    assert_eq!(beyond["locations"][0]["status"], "ok");
    let solar = values.last().unwrap();
    assert_eq!(
        (&solar["cell"], &solar["reason"]),
        (&Value::Null, &json!("not_covered"))
    );
    let csv = site.get("/v1/location?lat=1.3&lon=2.6&collections=wind,solar&f=csv");
    let text = String::from_utf8(csv.content.clone()).unwrap();
    assert!(
        text.contains("wind_cell_latitude") && text.contains("solar_distance_km"),
        "{text}"
    );
    let arrow = site.get("/v1/location?lat=1.3&lon=2.6&collections=wind,solar&f=arrow");
    assert_eq!(arrow.status, 200);
}

#[test]
fn the_perils_are_answered_as_ever_beside_other_coverages() {
    let (alone, beside) = (sample::site(), site());
    for target in [
        "/v1/location?lat=1&lon=1",
        "/v1/location?lat=1&lon=1&f=csv",
        "/v1/perils",
        "/wind?lat=1&lon=1",
        "/allperils?lat=1&lon=1",
    ] {
        let (one, other) = (alone.get(target), beside.get(target));
        assert_eq!(one.content, other.content, "{target}");
        assert_eq!(one.field("etag"), other.field("etag"), "{target}");
    }
}
