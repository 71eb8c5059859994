use proptest::prelude::*;

use super::*;
use crate::{
    dataset::grid::{WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED},
    import::table::Tables,
};

fn fire() -> Layout {
    let tables = Tables::perils();
    let names = tables.all()[6].names.join(",");
    let header = format!("key,latitude,longitude,{names}");
    Layout::read(header.as_bytes(), &tables).unwrap()
}

fn read(line: &str) -> Result<(Place, Vec<i64>), LineFault> {
    let mut values = vec![0; 12];
    let record = fire().record(line.as_bytes(), &mut values)?;
    Ok((record.place, values))
}

#[test]
fn a_line_gives_its_place_and_both_kinds_of_missing_values() {
    let (place, values) =
        read("37.75-122.50,37.750000,\"-122.5\",0.5,,-9999,-9999.000000,1,2,3,4,5,6,7,\"8\"")
            .unwrap();
    assert_eq!(
        place,
        Place {
            latitude: 37_750_000,
            longitude: -122_500_000
        }
    );
    assert_eq!(
        values[..4],
        [
            500_000,
            WIDE_NOT_COVERED,
            WIDE_NOT_APPLICABLE,
            WIDE_NOT_APPLICABLE
        ]
    );
    assert_eq!(values[11], 8_000_000);
}

#[test]
fn a_line_with_one_thing_wrong_is_refused_for_that_thing() {
    let good = "0.000.00,0,0,1,1,1,1,1,1,1,1,1,1,1,1";
    read(good).unwrap();
    for (line, part) in [
        ("", "empty"),
        ("0.000.00,0,0,1,1,1", "6 fields where the header has 15"),
        (&format!("{good},1"), "16 fields"),
        (
            &good.replace("0.000.00", "0.000.25"),
            "the key \"0.000.25\" does not belong",
        ),
        (
            &good.replace("00,0,0,", "00,91,0,"),
            "latitude \"91\" is outside -90 to 90 degrees",
        ),
        (
            &good.replace("00,0,0,", "00,0,-180.25,"),
            "longitude \"-180.25\" is outside -180 to 360 degrees",
        ),
        (
            &good.replace("00,0,0,", "00,0,360.25,"),
            "longitude \"360.25\" is outside -180 to 360 degrees",
        ),
        (
            &good.replace("00,0,0,", "00,,0,"),
            "latitude \"\" is not a decimal number",
        ),
        (
            &good.replace(",0,0,1,", ",0,0,-1,"),
            "firessp1262020metric_mean \"-1\" is below 0",
        ),
        (
            &good.replace(",0,0,1,", ",0,0,NULL,"),
            "\"NULL\" is not a decimal number; leave a value that is not covered empty",
        ),
        (
            &good.replace(",0,0,1,", ",0,0,\u{e9},"),
            "\"\\xc3\\xa9\" is not",
        ),
        (
            &good.replace(",0,0,1,", ",0,0,0.1234567,"),
            "more than six decimals: round it to six, or import with --round",
        ),
    ] {
        let fault = read(line).unwrap_err().to_string();
        assert!(fault.contains(part), "{line}: {fault}");
    }
}

#[test]
fn blanks_around_values_are_nothing() {
    let good = read("0.000.00,0,0,1,,-9999,1,1,1,1,1,1,1,1,1").unwrap();
    for line in [
        " 0.000.00 , 0,0 , 1 , ,  -9999,1,1,1,1,1,1,1,1,1 ",
        "\t0.000.00,\t0,0,1,\t,-9999\t,1,1,1,1,1,1,1,1,1",
        "\" 0.000.00 \",\" 0 \", \"0\" ,1,\" \",\"-9999 \",1,1,1,1,1,1,1,1,1",
    ] {
        assert_eq!(read(line).unwrap(), good, "{line}");
    }
    assert!(read("0.000.00,0,0,1 2,,-9999,1,1,1,1,1,1,1,1,1").is_err());
    assert!(read("0.000 .00,0,0,1,,-9999,1,1,1,1,1,1,1,1,1").is_err());
}

#[test]
fn longitudes_to_360_are_those_west_of_greenwich() {
    for (written, key, west) in [
        ("359.75", "0.00359.75", -250_000),
        ("359.75", "0.00-0.25", -250_000),
        ("360", "0.00360.00", 0),
        ("360", "0.000.00", 0),
        ("180.25", "0.00180.25", -179_750_000),
        ("180", "0.00180.00", 180_000_000),
        ("-180", "0.00-180.00", -180_000_000),
    ] {
        let (place, _) = read(&format!("{key},0,{written},1,1,1,1,1,1,1,1,1,1,1,1")).unwrap();
        assert_eq!(place.longitude, west, "{written} {key}");
    }
    assert!(read("0.00359.50,0,359.75,1,1,1,1,1,1,1,1,1,1,1,1").is_err());
}

#[test]
fn tails_of_32_bit_numbers_are_rounded_where_that_is_asked_for() {
    let line = "51.120.00,51.12500190734863,-1e-08,0.05000000074505806,-9999.00000000001,\
                999999.9999994,1,1,1,1,1,1,1,1,1.0000005";
    let mut values = vec![0; 12];
    assert!(fire().record(line.as_bytes(), &mut values).is_err());
    let record = fire()
        .rounding()
        .record(line.as_bytes(), &mut values)
        .unwrap();
    assert_eq!(
        (record.place.latitude, record.place.longitude),
        (51_125_002, 0)
    );
    assert_eq!(record.rounded, 6);
    assert_eq!(values[..3], [50_000, WIDE_NOT_APPLICABLE, 999_999_999_999]);
    assert_eq!(values[11], 1_000_001);
    let too_large = line.replace("9.9999994", "9.9999996");
    assert!(
        fire()
            .rounding()
            .record(too_large.as_bytes(), &mut values)
            .is_err()
    );
}

proptest! {
    #[test]
    fn no_line_is_too_much(line in "[0-9.,\"eN-]{0,120}") {
        let mut values = [0; 12];
        let _ = fire().record(line.as_bytes(), &mut values);
    }
}
