//! The tables that perild grew from: their pages, done by a publisher and a consumer of `perild dev`.

use std::fs;

use crate::{
    development::{Development, ROOT, output},
    page,
};

/// Does what the page says, each answer of which must be as shown; how many are.
fn compared(name: &str) -> usize {
    let development = Development::start();
    page::build(&development);
    let text = fs::read_to_string(format!("{ROOT}/docs/examples/{name}.md")).unwrap();
    page::compared(&development, &text)
}

#[test]
fn a_catalogue_of_watches_is_published_asked_and_changed_as_its_page_says() {
    let compared = compared("watches");
    assert!(compared > 11, "{compared} answers are shown");
}

#[test]
fn outages_are_published_and_asked_by_time_and_place_as_their_page_says() {
    let compared = compared("outages");
    assert!(compared > 7, "{compared} answers are shown");
}

#[test]
fn half_hours_of_meters_are_published_and_summed_up_as_their_page_says() {
    let compared = compared("meters");
    assert!(compared > 8, "{compared} answers are shown");
}

#[test]
#[ignore = "17.5 million rows: ./test thousand makes and asks them in a release build"]
fn a_thousand_meters_are_published_and_each_of_their_days_is_summed_up() {
    let development = Development::start();
    page::build(&development);
    let text = fs::read_to_string(format!("{ROOT}/docs/examples/meters.md")).unwrap();
    let blocks = page::blocks(&text);
    let consumer = blocks
        .iter()
        .position(|block| block.commands.contains("TOKEN="));
    let of_page = blocks[..=consumer.unwrap()].iter();
    let of_page: String = of_page.flat_map(|block| [&*block.commands, "\n"]).collect();
    let script = of_page.replace(" --count 20", "") + DAYS;
    let mut shell = development.consumer("bash");
    shell.args(["-euo", "pipefail", "-c", &script]);
    let said = output(shell);
    println!("{said}");
    assert!(said.contains("meters: series, 17"), "{said}");
    let last: Vec<f64> = said
        .lines()
        .last()
        .unwrap()
        .split(' ')
        .map(|one| one.parse().unwrap())
        .collect();
    let [days, of_days, of_years] = last.as_slice() else {
        unreachable!("{said}")
    };
    // A meter in ten has no readings on two days of the 365.
    assert!((*days - 364_800.0).abs() < 1e-9, "{days}");
    assert!((of_days - of_years).abs() < 0.01, "{of_days} {of_years}");
}

/// How many days of all meters have a sum, what these are together, and what the years of all meters are.
const DAYS: &str = r#"
time ask "$meters/aggregate?every=P1D&functions=sum&f=csv" > target/dev/days.csv
ask "$meters/aggregate?every=P1Y&functions=sum&f=csv" > target/dev/years.csv
python3 -c '
import csv
days, years = [[float(row["kwh_sum"]) for row in csv.DictReader(open(f"target/dev/{name}.csv"))] for name in ("days", "years")]
print(len(days), round(sum(days), 3), round(sum(years), 3))'
"#;
