//! A catalogue of watches in two versions: every attribute is text but the year.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde::Serialize;

use super::{Chance, Written, file};

/// A watch as the first version of the catalogue had it.
#[derive(Serialize)]
struct Titled<'w> {
    sku: &'w str,
    title: String,
    year: u32,
}

/// A watch as the second version has it.
#[derive(Serialize)]
struct Watch<'w> {
    sku: &'w str,
    brand: String,
    model: &'static str,
    year: u32,
    case: &'static str,
    dial: &'static str,
    movement: &'static str,
    strap: &'static str,
    diameter: String,
    water_resistance: &'static str,
}

/// Writes both versions of a catalogue of `count` watches.
pub(super) fn write(out: &Path, count: u32, chance: Chance) -> io::Result<Written> {
    let first = file(&out.join("watches-1.json"), |sink| {
        array(sink, count, |number| {
            let sku = sku(number, chance);
            serde_json::to_vec(&titled(&sku, number, chance))
        })
    })?;
    let second = file(&out.join("watches-2.json"), |sink| {
        array(sink, count, |number| {
            let sku = sku(number, chance);
            serde_json::to_vec(&watch(&sku, number, chance))
        })
    })?;
    Ok(Written {
        paths: vec![first, second],
        rows: u64::from(count),
    })
}

/// A JSON array with an object a line.
fn array(
    sink: &mut BufWriter<File>,
    count: u32,
    object: impl Fn(u32) -> serde_json::Result<Vec<u8>>,
) -> io::Result<()> {
    for number in 0..count {
        sink.write_all(if number == 0 { b"[\n" } else { b",\n" })?;
        sink.write_all(&object(number)?)?;
    }
    sink.write_all(if count == 0 { b"[]\n" } else { b"\n]\n" })
}

/// The number of a watch: its brand, its own, and a slash before the letter of a limited edition.
fn sku(number: u32, chance: Chance) -> String {
    let edition = if chance.of(number).of(EDITION).below(50) == 0 {
        "/L"
    } else {
        ""
    };
    let brand = brand(number, chance);
    format!("B{brand:02}-{number:04}{edition}")
}

fn brand(number: u32, chance: Chance) -> u32 {
    chance.of(number).of(BRAND).below(40) + 1
}

fn titled(sku: &str, number: u32, chance: Chance) -> Titled<'_> {
    let watch = watch(sku, number, chance);
    Titled {
        sku,
        title: format!("{} {}", watch.brand, watch.model),
        year: watch.year,
    }
}

fn watch(sku: &str, number: u32, chance: Chance) -> Watch<'_> {
    let own = chance.of(number);
    Watch {
        sku,
        brand: format!("Brand {:02}", brand(number, chance)),
        model: own.of(MODEL).word(&[
            "Alarm",
            "Chronograph",
            "Diver",
            "Dress",
            "Field",
            "Moon phase",
            "Pilot",
            "Regatta",
        ]),
        year: 1920 + own.of(YEAR).below(106),
        case: own.of(CASE).word(&["bronze", "gold", "steel", "titanium"]),
        dial: own
            .of(DIAL)
            .word(&["black", "blue", "green", "silver", "white"]),
        movement: own.of(MOVEMENT).word(&["automatic", "manual", "quartz"]),
        strap: own
            .of(STRAP)
            .word(&["bracelet", "canvas", "leather", "rubber"]),
        diameter: format!("{} mm", 34 + own.of(DIAMETER).below(12)),
        water_resistance: own.of(WATER).word(&["30 m", "50 m", "100 m", "300 m"]),
    }
}

const BRAND: u32 = 1;
const EDITION: u32 = 2;
const MODEL: u32 = 3;
const YEAR: u32 = 4;
const CASE: u32 = 5;
const DIAL: u32 = 6;
const MOVEMENT: u32 = 7;
const STRAP: u32 = 8;
const DIAMETER: u32 = 9;
const WATER: u32 = 10;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use serde_json::Value;

    use super::*;

    #[test]
    fn every_attribute_is_text_but_the_year_and_both_versions_have_the_same_watches() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 500, Chance::new(0)).unwrap();
        let skus = |name: &str| {
            let text = fs::read(folder.path().join(name)).unwrap();
            let watches: Vec<serde_json::Map<String, Value>> =
                serde_json::from_slice(&text).unwrap();
            for (name, value) in watches.iter().flatten() {
                assert_eq!(value.is_u64(), name == "year", "{name} {value}");
                assert_eq!(value.is_string(), name != "year", "{name} {value}");
            }
            let skus = watches.iter().map(|watch| watch["sku"].to_string());
            skus.collect::<BTreeSet<_>>()
        };
        let skus = [skus("watches-1.json"), skus("watches-2.json")];
        assert_eq!(skus[0].len(), 500);
        assert_eq!(skus[0], skus[1]);
        assert!(skus[0].iter().any(|sku| sku.ends_with("/L\"")));
    }

    #[test]
    fn a_catalogue_without_watches_is_an_empty_array() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 0, Chance::new(0)).unwrap();
        let text = fs::read_to_string(folder.path().join("watches-2.json")).unwrap();
        assert_eq!(text, "[]\n");
    }
}
