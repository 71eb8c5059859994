//! `OWSLib`, the client of OGC services that notebooks use.

use super::{run, world};
use crate::support::python::OWSLIB;

/// Rows: EDR-1, EDR-3, EDR-5, EDR-6, EDR-10
#[test]
fn owslib_finds_the_coverages_and_reads_the_publishers_values() {
    let world = world();
    let said = run(&world, &OWSLIB, "owslib_edr.py", &world.token());
    assert_eq!(said, "find\nread\n");
}

/// Rows: EDR-12
#[test]
fn owslib_finds_the_coverages_without_a_token_and_reads_none_and_nothing_with_a_bad_one() {
    let world = world();
    let other = world.pki.consumer("bank-b");
    let stolen = world.directory.token("bank-b", &other);
    for (token, found) in [
        ("", "find\nread 401\n"),
        ("none", "find 401\nread 401\n"),
        (&stolen, "find 401\nread 401\n"),
    ] {
        let said = run(&world, &OWSLIB, "owslib_edr.py", token);
        assert_eq!(said, found, "{token}");
    }
}
