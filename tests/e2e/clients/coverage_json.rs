//! `CoverageJSON`: models of the standard that KNMI publishes, and the reader of the group that began it.

use super::{run, world};
use crate::support::{node, python::COVERAGE_JSON};

/// Rows: EDR-1, EDR-10
#[test]
fn the_models_of_the_standards_accept_every_kind_of_answer_and_none_with_a_fault() {
    let world = world();
    let said = run(&world, &COVERAGE_JSON, "coverage_json.py", &world.token());
    assert_eq!(said, "16 answers\n");
}

/// Rows: EDR-10
#[test]
fn covjson_reader_finds_the_publishers_value_at_each_place_and_time() {
    let world = world();
    let answer = world.get(
        "/v1/collections/irradiance/cube?bbox=-3,49,3,53&parameter-name=ghi",
        &world.token(),
    );
    let file = world.dir().join("cube.covjson");
    std::fs::write(&file, &answer.content).unwrap();
    let said = node::with("covjson-reader@0.16.3", READ, &[file.to_str().unwrap()]);
    let found: Vec<(f64, f64, String, Option<f64>)> = serde_json::from_str(&said).unwrap();
    assert_eq!(found.len(), 9 * 13 * 4);
    let source = std::fs::read_to_string(world.dir().join("own/irradiance.csv")).unwrap();
    let mut lines = source
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<_> = lines.collect();
    for (latitude, longitude, time, value) in found {
        let place = [latitude.to_string(), longitude.to_string()];
        let is_there = |row: &&Vec<&str>| row[..2] == place;
        let row = rows.iter().find(is_there).unwrap();
        let column = header
            .iter()
            .position(|name| *name == format!("ghi_{time}"));
        let expected = row[column.unwrap()].parse::<f64>().ok();
        assert_eq!(value, expected, "{latitude} {longitude} {time}");
    }
}

/// Prints latitude, longitude, time and value of each cell.
const READ: &str = "
const { read } = require('covjson-reader')
const { readFileSync } = require('fs')
read(JSON.parse(readFileSync(process.argv[1]))).then(async coverage => {
    const axes = (await coverage.loadDomain()).axes
    const range = await coverage.loadRange('ghi')
    const found = []
    axes.get('y').values.forEach((latitude, y) => axes.get('x').values.forEach((longitude, x) =>
        axes.get('t').values.forEach((time, t) => found.push([latitude, longitude, time, range.get({y, x, t})]))))
    console.log(JSON.stringify(found))
})
";
