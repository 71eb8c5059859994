//! Outages of suburbs: faults of thirty days back, schedules of these and of a week ahead, and how long each day was dark.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use perild_query::literal::instant::{self, Day, Millisecond};
use serde_json::json;

use super::{
    Chance, Written, file,
    suburbs::{Suburbs, degrees},
};

/// An outage of a suburb, in minutes from the first day on.
struct Outage {
    cause: &'static str,
    /// The stage of a schedule: of how many groups of suburbs it takes one at a time.
    stage: Option<u32>,
    begin: u32,
    /// None while nobody knows.
    end: Option<u32>,
}

/// Writes the outages of `count` suburbs, what they were day by day, and a portfolio of places.
pub(super) fn write(out: &Path, count: u32, chance: Chance) -> io::Result<Written> {
    let suburbs = Suburbs::new(count, chance);
    let mut rows = 0;
    let outages = file(&out.join("outages.geojson"), |sink| {
        rows = features(sink, count, suburbs, chance)?;
        Ok(())
    })?;
    let days = file(&out.join("outage-days.csv"), |sink| {
        writeln!(sink, "suburb,day,outages,minutes")?;
        (0..count).try_for_each(|suburb| of_days(sink, suburb, chance))
    })?;
    let places = file(&out.join("places.csv"), |sink| {
        writeln!(sink, "site,latitude,longitude")?;
        for number in 0..PLACES {
            let [longitude, latitude] = suburbs.place(number).map(degrees);
            writeln!(sink, "site-{number:04},{latitude},{longitude}")?;
        }
        Ok(())
    })?;
    Ok(Written {
        paths: vec![outages, days, places],
        rows,
    })
}

/// A feature collection with a feature a line; how many they are.
fn features(
    sink: &mut BufWriter<File>,
    count: u32,
    suburbs: Suburbs,
    chance: Chance,
) -> io::Result<u64> {
    write!(sink, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
    let mut number = 0_u64;
    for suburb in 0..count {
        let border = suburbs.border(suburb).into_iter().map(|place| {
            let [longitude, latitude] = place.map(degrees);
            format!("[{longitude},{latitude}]")
        });
        let border = border.collect::<Vec<_>>().join(",");
        for outage in of_suburb(suburb, chance) {
            let comma = if number == 0 { "" } else { "," };
            number += 1;
            let properties = properties(suburb, &outage, chance);
            write!(
                sink,
                "{comma}\n{{\"type\":\"Feature\",\"id\":\"O{number:06}\",\"properties\":{properties},\
                 \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{border}]]}}}}"
            )?;
        }
    }
    writeln!(sink, "\n]}}")?;
    Ok(number)
}

fn properties(suburb: u32, outage: &Outage, chance: Chance) -> serde_json::Value {
    json!({
        "suburb": Suburbs::name(suburb),
        "cause": outage.cause,
        "stage": outage.stage,
        "customers": 400 + chance.of(CUSTOMERS).of(suburb).below(6_000),
        "from": time(outage.begin),
        "to": outage.end.map(time),
    })
}

/// A row for each day back.
fn of_days(sink: &mut BufWriter<File>, suburb: u32, chance: Chance) -> io::Result<()> {
    let outages = of_suburb(suburb, chance);
    for day in 0..DAYS_BACK {
        let begun = || {
            outages
                .iter()
                .filter(move |outage| outage.begin / MINUTES_OF_A_DAY == day)
        };
        let minutes: u32 = begun()
            .map(|outage| outage.end.map_or(0, |end| end - outage.begin))
            .sum();
        let (name, at) = (Suburbs::name(suburb), Day(FIRST_DAY + day.cast_signed()));
        writeln!(sink, "{name},{at},{},{minutes}", begun().count())?;
    }
    Ok(())
}

/// The outages of a suburb: its faults, then its schedule.
fn of_suburb(suburb: u32, chance: Chance) -> Vec<Outage> {
    let own = chance.of(FAULTS).of(suburb);
    let faults = (0..FAULTS_BACK).map(|fault| {
        let chance = own.of(fault);
        // Each in its own part of the time, so that no two of them begin at once.
        let part = DAYS_BACK * MINUTES_OF_A_DAY / FAULTS_BACK;
        let begin = fault * part + chance.of(0).below(part - 400);
        Outage {
            cause: chance.of(1).word(&["fault", "fault", "works"]),
            stage: None,
            begin,
            end: Some(begin + 20 + chance.of(2).below(360)),
        }
    });
    let is_dark = own.of(NOT_MENDED).below(40) == 0;
    let not_mended = is_dark.then(|| Outage {
        cause: "fault",
        stage: None,
        begin: NOW - 1 - own.of(NOT_MENDED).of(1).below(180),
        end: None,
    });
    let slots = 0..(DAYS_BACK + DAYS_AHEAD) * SLOTS_OF_A_DAY;
    let schedule = slots.filter_map(|slot| {
        let stage = 1 + chance.of(STAGES).of(slot / SLOTS_OF_A_DAY).below(4);
        let is_dark = (0..stage).any(|turn| (slot + turn * 4) % GROUPS == suburb % GROUPS);
        let begin = slot * (MINUTES_OF_A_DAY / SLOTS_OF_A_DAY);
        is_dark.then_some(Outage {
            cause: "schedule",
            stage: Some(stage),
            begin,
            end: Some(begin + MINUTES_OF_A_DAY / SLOTS_OF_A_DAY),
        })
    });
    faults.chain(not_mended).chain(schedule).collect()
}

fn time(minute: u32) -> String {
    let milliseconds = instant::first_of(FIRST_DAY) + i64::from(minute) * 60_000;
    Millisecond(milliseconds).to_string()
}

/// 16 May 2026.
const FIRST_DAY: i32 = 20_589;
const DAYS_BACK: u32 = 30;
const DAYS_AHEAD: u32 = 7;
const MINUTES_OF_A_DAY: u32 = 1_440;
/// The minute that the sample is made at, as it were: 15 June 2026, 18:00.
const NOW: u32 = DAYS_BACK * MINUTES_OF_A_DAY + 18 * 60;
const FAULTS_BACK: u32 = 8;
const SLOTS_OF_A_DAY: u32 = 12;
/// Groups of suburbs, of which a schedule takes one after the other.
const GROUPS: u32 = 16;
const PLACES: u32 = 1_000;

const FAULTS: u32 = 11;
const NOT_MENDED: u32 = 12;
const STAGES: u32 = 13;
const CUSTOMERS: u32 = 14;

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;

    #[test]
    fn the_first_day_is_the_one_that_is_said_and_so_is_now() {
        assert_eq!(time(0), "2026-05-16T00:00:00Z");
        assert_eq!(time(NOW), "2026-06-15T18:00:00Z");
    }

    #[test]
    fn outages_are_back_and_ahead_and_some_are_not_over() {
        let folder = tempfile::tempdir().unwrap();
        let written = write(folder.path(), 250, Chance::new(0)).unwrap();
        let text = fs::read(folder.path().join("outages.geojson")).unwrap();
        let found: Value = serde_json::from_slice(&text).unwrap();
        let features = found["features"].as_array().unwrap();
        assert_eq!(features.len(), usize::try_from(written.rows).unwrap());
        let of = |test: &dyn Fn(&Value) -> bool| {
            let properties = features.iter().map(|feature| &feature["properties"]);
            properties.filter(|one| test(one)).count()
        };
        let now = time(NOW);
        let before = |one: &Value, name: &str| one[name].as_str().is_some_and(|at| at < &*now);
        assert!(of(&|one| before(one, "to")) > 2_000);
        assert!(of(&|one| !before(one, "from")) > 500);
        assert!((1..10).contains(&of(&|one| one["to"].is_null())));
    }

    #[test]
    fn no_two_outages_of_a_suburb_begin_at_once_for_the_same_cause() {
        for suburb in 0..200 {
            let outages = of_suburb(suburb, Chance::new(0));
            let mut begins: Vec<_> = outages.iter().map(|one| (one.cause, one.begin)).collect();
            begins.sort_unstable();
            begins.dedup();
            assert_eq!(begins.len(), outages.len(), "{suburb}");
        }
    }
}
