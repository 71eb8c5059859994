//! Programs that others wrote and consumers use, each through nginx with certificate and token; what they read is held
//! against the files that the publisher imported.

mod coverage_json;
mod gdal;
mod gis;
mod owslib;
mod tables;
mod xarray;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::support::{
    python::{self, Environment},
    store,
    world::World,
};

/// Irradiance of each month, every half a degree.
const DESCRIPTION: &str = r#"
[collection]
title = "Irradiance by month"
licence = "CC-BY-4.0"
version = "2.1.0"
kind = "coverage"

[coverage]
columns = "{variable}_{time}"

[[dimension]]
name = "time"
type = "time"
values = ["2021-01-01T00:00:00Z", "2021-02-01T00:00:00Z", "2021-03-01T00:00:00Z", "2021-04-01T00:00:00Z"]

[[field]]
name = "ghi"
title = "Global horizontal irradiation"
unit = "kW.h/m2"
decimals = 2

[[field]]
name = "sunshine"
unit = "h"
decimals = 0
"#;

const TIMES: [&str; 4] = [
    "2021-01-01T00:00:00Z",
    "2021-02-01T00:00:00Z",
    "2021-03-01T00:00:00Z",
    "2021-04-01T00:00:00Z",
];

/// A world that serves made-up perils (scenario and year) and irradiance (times).
fn world() -> World {
    World::with(|_, pki| {
        let dir = pki.path("");
        store::import_sample(&dir, "5");
        let own = dir.join("own");
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("irradiance.toml"), DESCRIPTION).unwrap();
        fs::write(own.join("irradiance.csv"), irradiance()).unwrap();
        store::import(&dir.join("state"), &own.join("irradiance.toml"));
    })
}

/// Values that only one cell and time has, none of them in one corner.
fn irradiance() -> String {
    let mut text = String::from("latitude,longitude");
    for variable in ["ghi", "sunshine"] {
        for time in TIMES {
            write!(text, ",{variable}_{time}").unwrap();
        }
    }
    for row in 0..9_u32 {
        for column in 0..13_u32 {
            let latitude = 49.0 + f64::from(row) / 2.0;
            let longitude = -3.0 + f64::from(column) / 2.0;
            write!(text, "\n{latitude},{longitude}").unwrap();
            for variable in 0..2_u32 {
                for time in 0..4_u32 {
                    let number = ((row * 13 + column) * 2 + variable) * 4 + time;
                    match (row, column, variable) {
                        (0, 0, _) => text.push(','),
                        (_, _, 0) => write!(text, ",{}.{:02}", number, number % 97).unwrap(),
                        _ => write!(text, ",{number}").unwrap(),
                    }
                }
            }
        }
    }
    text + "\n"
}

/// Runs the script `name` of this folder in `environment`, told where all is; what it printed.
fn run(world: &World, environment: &Environment, name: &str, token: &str) -> String {
    python::file(environment, &script(name), &[&stage(world, token)])
}

/// The path of the script `name` of this folder.
fn script(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/clients")).join(name)
}

/// What a script is told: where the service is, who asks, and what the publisher has.
fn stage(world: &World, token: &str) -> String {
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    json!({
        "url": world.url("/v1"),
        "certificate": path(&world.bank.certificate),
        "private_key": path(&world.bank.private_key),
        "anchors": path(&world.pki.path("web.pem")),
        "token": token,
        "sources": path(world.dir()),
    })
    .to_string()
}
