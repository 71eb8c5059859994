//! Tables of features, records and series, as the programs read them that their users have.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::{Value, json};

use super::run;
use crate::support::{
    python::{OWSLIB, TABLES},
    store,
    world::World,
};

/// Zones of every kind of geometry, with times during which they hold.
const ZONES: &str = r#"
[collection]
title = "Zones"
licence = "CC-BY-4.0"
kind = "features"
source = "zones.geojson"
key = ["id"]
begin = "from"
end = "until"

[[field]]
name = "since"
type = "date"
"#;

const PRODUCTS: &str = r#"
[collection]
title = "Products"
licence = "CC-BY-4.0"
kind = "records"
source = "products.json"
key = ["sku"]
alias = "/info/v2"
"#;

/// The same products for everyone.
const LEAFLET: &str = r#"
[collection]
title = "Leaflet"
licence = "CC-BY-4.0"
kind = "records"
source = "leaflet.json"
key = ["sku"]

[[rule]]
class = "OE-O"
"#;

const METERS: &str = r#"
[collection]
title = "Meters"
licence = "CC-BY-4.0"
kind = "series"
source = "meters.csv"
key = ["meter"]
time = "from"
step = "PT30M"

[[field]]
name = "kwh"
unit = "kW.h"
"#;

/// Rows of zones and of products: three pages where nobody says how many.
const ROWS: u32 = 250;

/// Rows: OAF-1, OAF-3, OAF-4, OAF-6, OAF-7, OAF-9, OAF-10
#[test]
fn gdal_reads_each_table_to_its_end_and_is_told_what_is_missing() {
    every_program_reads_and_is_refused(|world, token| run(world, &TABLES, "tables_gdal.py", token));
}

/// Rows: OAF-1, OAF-2, OAF-3, OAF-4, OAF-6, OAF-7, OAF-9
#[test]
fn owslib_reads_each_table_to_its_end_and_is_told_what_is_missing() {
    every_program_reads_and_is_refused(|world, token| {
        run(world, &OWSLIB, "tables_owslib.py", token)
    });
}

/// Rows: OAF-4, OAF-10
#[test]
fn pyarrow_polars_and_geopandas_read_each_table_and_are_told_what_is_missing() {
    every_program_reads_and_is_refused(|world, token| {
        run(world, &TABLES, "tables_frames.py", token)
    });
}

/// Rows: OAF-4, OAF-10
#[test]
fn duckdb_reads_each_table_and_is_told_what_is_missing() {
    every_program_reads_and_is_refused(|world, token| {
        run(world, &TABLES, "tables_duckdb.py", token)
    });
}

/// A program, given a token, reads what was published, and without one, with one that is none and with that of another
/// says which of these it was.
pub(super) fn every_program_reads_and_is_refused(program: impl Fn(&World, &str) -> String) {
    let world = world();
    let other = world.pki.consumer("bank-b");
    for (token, said) in [
        (world.token(), "read\n"),
        (String::new(), "refused token-missing\n"),
        ("none".to_owned(), "refused invalid-token\n"),
        (
            world.directory.token("bank-b", &other),
            "refused invalid-token\n",
        ),
    ] {
        assert_eq!(program(&world, &token), said);
    }
}

/// A world that serves the tables, and whose links lead to its nginx.
pub(super) fn world() -> World {
    let world = World::with(|_, pki| {
        let dir = pki.path("");
        let own = dir.join("own");
        fs::create_dir_all(&own).unwrap();
        let zones = json!({"type": "FeatureCollection", "features": (0..ROWS).map(zone).collect::<Vec<_>>()});
        let products = Value::from((0..ROWS).map(product).collect::<Vec<_>>());
        for (id, description, file, text) in [
            ("zones", ZONES, "zones.geojson", zones.to_string()),
            ("products", PRODUCTS, "products.json", products.to_string()),
            ("leaflet", LEAFLET, "leaflet.json", products.to_string()),
            ("meters", METERS, "meters.csv", meters()),
        ] {
            let path = own.join(format!("{id}.toml"));
            fs::write(&path, description).unwrap();
            fs::write(own.join(file), text).unwrap();
            store::import(&dir.join("state"), &path);
        }
        publish(&own, &dir.join("srv/shared_data"));
    });
    let config = world.dir().join("perild.toml");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("\"https://localhost\"", &format!("{:?}", world.url("")));
    fs::write(&config, text).unwrap();
    world.perild.reload();
    world
}

/// Descriptions with rules and aliases lie beside what is served.
fn publish(own: &Path, shared: &Path) {
    for id in ["products", "leaflet"] {
        for name in [format!("{id}.toml"), format!("{id}.json")] {
            fs::copy(own.join(&name), shared.join(&name)).unwrap();
        }
    }
}

/// A feature whose key needs to be escaped in addresses, and whose text in everything.
fn zone(number: u32) -> Value {
    let (column, row) = (number % 50, number / 50);
    let west = -10.0 + f64::from(column) * 0.5;
    let south = 50.0 + f64::from(row) * 0.5;
    let square = |west: f64, south: f64, side: f64| {
        let (east, north) = (west + side, south + side);
        json!([
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south]
        ])
    };
    let hole = {
        let (west, south, east, north) =
            (west + 0.0625, south + 0.0625, west + 0.125, south + 0.125);
        json!([
            [west, south],
            [west, north],
            [east, north],
            [east, south],
            [west, south]
        ])
    };
    let whole = square(west, south, 0.25);
    let geometry = match number % 6 {
        _ if number + 1 == ROWS => Value::Null,
        0 => json!({"type": "Polygon", "coordinates": [whole]}),
        1 => json!({"type": "Polygon", "coordinates": [whole, hole]}),
        2 => {
            json!({"type": "MultiPolygon", "coordinates": [[whole], [square(west + 40.0, south, 0.25)]]})
        }
        3 => json!({"type": "Point", "coordinates": [west, south]}),
        4 => json!({"type": "MultiPoint", "coordinates": [[west, south], [west + 0.25, south]]}),
        _ => {
            json!({"type": "LineString", "coordinates": [[west, south], [west + 0.25, south + 0.25]]})
        }
    };
    let day = number % 28 + 1;
    let until = (!number.is_multiple_of(9)).then(|| format!("2026-04-{day:02}T00:00:00Z"));
    json!({"type": "Feature", "geometry": geometry, "properties": {
        "id": format!("Z/{number:03},{}", if number.is_multiple_of(2) { "é" } else { "e" }),
        "name": format!("Zone \"{}\", it's <{number}>", number % 7),
        "customers": number * 3,
        "share": f64::from(number) / 8.0,
        "planned": number.is_multiple_of(2),
        "since": format!("2025-01-{day:02}"),
        "from": format!("2026-03-{day:02}T{:02}:30:00Z", number % 24),
        "until": until,
    }})
}

fn product(number: u32) -> Value {
    let brand = match number % 3 {
        0 => "Aurora",
        1 => "Borealis, Ltd",
        _ => "Côte",
    };
    json!({
        "sku": format!("P-{number:04}"),
        "brand": brand,
        "price": f64::from(number) / 4.0,
        "year": 1900 + number % 100,
        "sold": number.is_multiple_of(2),
        "note": number.is_multiple_of(4).then(|| format!("first line\nsecond of {number}")),
    })
}

/// Three days of three meters, one with a gap, each with a value that is missing.
fn meters() -> String {
    let mut text = String::from("meter,postcode,from,kwh\n");
    for meter in 0..3_u32 {
        for at in (0..3 * 48_u32).filter(|at| (meter, *at) != (1, 50)) {
            let (day, hour, minute) = (28 + at / 48, at % 48 / 2, at % 2 * 30);
            write!(
                text,
                "M{meter},AB{meter},2026-03-{day}T{hour:02}:{minute:02}:00Z,"
            )
            .unwrap();
            if at != 7 {
                write!(text, "{}", f64::from(meter) + f64::from(at) / 64.0).unwrap();
            }
            text.push('\n');
        }
    }
    text
}
