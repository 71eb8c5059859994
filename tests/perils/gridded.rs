//! `/v1/location` for a coverage that came as `NetCDF`.

use std::{fs, os::unix::fs::chown, path::Path, process::Command};

use nix::unistd::Uid;
use serde_json::{Value, json};

use crate::{
    query::json_of,
    sample,
    support::perild::{DAEMON, user},
};

const DESCRIPTION: &str = r#"
[collection]
title = "Irradiance"
licence = "CC-BY-4.0"
version = "3.0.0"
kind = "coverage"

[[field]]
name = "ghi"
unit = "kW.h/m2"
decimals = 2
"#;

/// `NetCDF` of the classic kind: `ghi` of each degree from 0 to 3, none of it in the north-eastern corner.
fn netcdf() -> Vec<u8> {
    let word = |number: u32| number.to_be_bytes();
    let text = |text: &str| {
        let padding = text.len().next_multiple_of(4) - text.len();
        let length = u32::try_from(text.len()).unwrap();
        [&word(length)[..], text.as_bytes(), &[0; 4][..padding]].concat()
    };
    let attribute = |name: &str, value: &str| {
        const LIST: u32 = 12;
        const TEXT: u32 = 2;
        let value = text(value);
        [&word(LIST)[..], &word(1), &text(name), &word(TEXT), &value].concat()
    };
    let (none, double) = ([0; 8], word(6));
    let sizes = |octets: u32, begin: u32| [double, word(octets), word(begin)].concat();
    let variable = |name: &str, dimensions: &[u32], attributes: &[u8], sizes: &[u8]| {
        let count = u32::try_from(dimensions.len()).unwrap();
        let dimensions: Vec<u8> = dimensions.iter().flat_map(|at| word(*at)).collect();
        [
            &text(name),
            &word(count)[..],
            &dimensions,
            attributes,
            sizes,
        ]
        .concat()
    };
    let header = |begin: u32| {
        [
            b"CDF\x01".to_vec(),
            [word(0), word(10), word(2)].concat(),
            [text("lat"), word(4).to_vec(), text("lon"), word(4).to_vec()].concat(),
            none.to_vec(),
            [word(11), word(3)].concat(),
            variable(
                "lat",
                &[0],
                &attribute("units", "degrees_north"),
                &sizes(32, begin),
            ),
            variable(
                "lon",
                &[1],
                &attribute("units", "degrees_east"),
                &sizes(32, begin + 32),
            ),
            variable("ghi", &[0, 1], &none, &sizes(128, begin + 64)),
        ]
        .concat()
    };
    let mut octets = header(u32::try_from(header(0).len()).unwrap());
    let degrees = [0.0, 1.0, 2.0, 3.0_f64];
    for number in degrees.into_iter().chain(degrees) {
        octets.extend(number.to_be_bytes());
    }
    for latitude in degrees {
        for longitude in degrees {
            let value = latitude + longitude / 10.0;
            let value = if value > 3.2 { f64::NAN } else { value };
            octets.extend(value.to_be_bytes());
        }
    }
    octets
}

fn import(state: &Path, path: &Path) {
    let mut import = Command::new(env!("CARGO_BIN_EXE_perild"));
    import.args(["import", "--state"]).arg(state);
    let output = import.arg(path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_coverage_that_came_as_netcdf_is_served_as_any_other() {
    let site = sample::site_with(|_, pki| {
        let dir = pki.path("");
        let folder = dir.join("own");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("irradiance.toml"), DESCRIPTION).unwrap();
        fs::write(folder.join("irradiance.nc"), netcdf()).unwrap();
        if Uid::effective().is_root() {
            // As a package's installation has it: root imports, and the daemon's user reads.
            chown(dir.join("state"), Some(user(DAEMON).uid.as_raw()), None).unwrap();
        }
        import(&dir.join("state"), &folder.join("irradiance.nc"));
    });
    for (place, value, reason) in [
        ("lat=1.2&lon=2.9", json!(1.3), Value::Null),
        ("lat=3&lon=3", Value::Null, json!("not_covered")),
    ] {
        let answer = json_of(&site.get(&format!("/v1/location?{place}&collections=irradiance")));
        let values = answer["locations"][0]["values"].as_array().unwrap();
        let [found] = values.as_slice() else {
            panic!("{values:?}");
        };
        assert_eq!(found["collection"], "irradiance");
        assert_eq!(found["collection_version"], "3.0.0");
        assert_eq!(
            (&found["variable"], &found["unit"]),
            (&json!("ghi"), &json!("kW.h/m2"))
        );
        assert_eq!((&found["value"], &found["reason"]), (&value, &reason));
    }
}
