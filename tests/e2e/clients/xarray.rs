//! xarray, by which climate data are worked with in Python.

use super::{run, world};
use crate::support::python::XARRAY;

/// Rows: EDR-3, EDR-5, EDR-6
#[test]
fn xarray_opens_a_cube_an_area_and_places_and_finds_the_publishers_values() {
    let world = world();
    let said = run(&world, &XARRAY, "xarray_open.py", &world.token());
    assert_eq!(said, "scipy\nnetcdf4\n");
}
