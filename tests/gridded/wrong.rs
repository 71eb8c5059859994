//! Files that are refused, each by the name of what is wrong in it.

use std::{fs, path::Path};

use perild::import::format::Naming;

use crate::{files, read};

fn refusal(path: &Path) -> String {
    match read(path, &Naming::default()) {
        Ok(_) => panic!("{} was taken", path.display()),
        Err(error) => error.to_string(),
    }
}

/// Where cells lie.
const AXES: [(&str, &str); 19] = [
    (
        "longitude-missing",
        "\"lon\": has a missing value at index 12",
    ),
    (
        "longitude-twice",
        "\"lon\": neither rises nor falls throughout: 0.25 is followed by 0.25 at index 13",
    ),
    ("latitude-as-text", "\"lat\": "),
    (
        "no-latitude",
        "no variable has both a latitude and a longitude",
    ),
    (
        "projected",
        "lies on a projected or rotated grid (\"projection_y_coordinate\")",
    ),
    (
        "grid-mapping",
        "projected or rotated grid (\"rotated_latitude_longitude\")",
    ),
    (
        "latitude-in-metres",
        "\"lat\": is taken for the latitude and has the units \"m\"",
    ),
    (
        "two-latitudes",
        "may be the latitude as well: name one in the description file",
    ),
    ("irregular", "\"lat\": is not evenly spaced"),
    (
        "not-monotonic",
        "\"lat\": neither rises nor falls throughout: 50 is followed by 49.5 at index 2",
    ),
    (
        "latitude-twice",
        "\"lat\": neither rises nor falls throughout: 49.5 is followed by 49.5 at index 2",
    ),
    (
        "beyond-the-pole",
        "has 90.5, and latitudes go from -90 to 90 degrees",
    ),
    (
        "twice-around",
        "goes more than once around the earth: from -180 to 300",
    ),
    (
        "latitude-missing",
        "\"lat\": has a missing value at index 2",
    ),
    (
        "bounds-missing",
        "\"lat\": its bounds \"lat_bounds\" are no variable with two numbers",
    ),
    (
        "bounds-elsewhere",
        "\"lat\": has 49 outside its own bounds 53.75 to 54.25",
    ),
    (
        "bounds-at-corner",
        "has coordinates that are not in the middle of their cells: 49.5 in 49.5 to 50",
    ),
    (
        "stations",
        "one by one along \"station\" (discrete sampling geometry)",
    ),
    (
        "curvilinear",
        "two-dimensional coordinates (a curvilinear grid)",
    ),
];

/// What their values mean.
const VALUES: [(&str, &str); 20] = [
    ("values-as-text", "name the variables to take"),
    ("year-missing", "\"year\": has a missing value at index 1"),
    ("year-twice", "\"year\": has \"2030\" twice"),
    (
        "valid-range-turned",
        "\"tas\": the attribute valid_range is not a lower and a higher number",
    ),
    (
        "offset-text",
        "\"tas\": the attribute add_offset is not a number",
    ),
    ("no-time-yet", "\"time\""),
    ("time-twice", "\"time\": has \"2021-01-01T00:00:00Z\" twice"),
    ("time-missing", "\"time\": has a missing value at index 2"),
    ("scenario-twice", "\"scenario\": has \"ssp126\" twice"),
    (
        "no-scenario",
        "the dimension \"scenario\" has no coordinate variable",
    ),
    (
        "other-dimensions",
        "\"few\": has other dimensions than \"tas\"",
    ),
    ("infinite", "\"tas\" at latitude 50, longitude -3 is inf"),
    ("too-large", "too large for 6 decimals"),
    (
        "scale-text",
        "\"tas\": the attribute scale_factor is not a number",
    ),
    (
        "calendar-unknown",
        "\"time\": the calendar \"martian\" is unknown",
    ),
    (
        "calendar-none",
        "\"time\": the calendar \"none\" is unknown",
    ),
    (
        "units-years",
        "the units \"years since 2000-01-01\" cannot be read",
    ),
    (
        "units-no-date",
        "the units \"days since the flood\" cannot be read",
    ),
    ("units-zone", "a zone other than UTC"),
    (
        "date-of-360-days",
        "2021-02-29 of the calendar 360_day is no date of everybody's calendar",
    ),
];

#[test]
fn what_is_no_grid_of_latitudes_and_longitudes_is_refused_by_its_name() {
    refuse_all(&AXES);
}

#[test]
fn values_whose_meaning_cannot_be_told_are_refused_by_their_name() {
    refuse_all(&VALUES);
}

#[test]
fn every_wrong_file_is_in_a_table() {
    let files = fs::read_dir(files::folder().join("wrong")).unwrap().count();
    assert_eq!(files, AXES.len() + VALUES.len());
}

fn refuse_all(table: &[(&str, &str)]) {
    for (name, said) in table {
        let refusal = refusal(&files::named("wrong", name));
        assert!(refusal.contains(said), "{name}: {refusal}");
    }
}

#[test]
fn a_file_that_is_cut_short_is_refused_wherever_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["NETCDF3_CLASSIC", "CDF5", "NETCDF4", "deflated", "packed3"] {
        let whole = fs::read(files::named("good", name)).unwrap();
        let cut = folder.path().join("cut.nc");
        // A classic file may end with padding that nothing reads.
        for length in (8..whole.len() - 8).step_by(whole.len() / 30) {
            fs::write(&cut, &whole[..length]).unwrap();
            let refusal = refusal(&cut);
            assert!(
                refusal.starts_with("cannot be read as NetCDF"),
                "{name} {length}: {refusal}"
            );
        }
    }
}

#[test]
fn octets_that_are_changed_are_never_too_much() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["NETCDF3_CLASSIC", "CDF5", "NETCDF4", "deflated"] {
        let whole = fs::read(files::named("good", name)).unwrap();
        let changed = folder.path().join("changed.nc");
        for at in (0..whole.len()).step_by(whole.len() / 30) {
            for octet in [0, 0xff, whole[at] ^ 0x80] {
                let mut octets = whole.clone();
                octets[at] = octet;
                fs::write(&changed, &octets).unwrap();
                let _ = read(&changed, &Naming::default());
            }
        }
    }
}
