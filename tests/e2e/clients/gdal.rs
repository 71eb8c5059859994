//! GDAL, by which QGIS and `GeoPandas` read.

use super::{run, world};
use crate::support::python::GEOPANDAS;

/// Rows: EDR-3, EDR-5, EDR-6
#[test]
fn gdal_and_geopandas_read_the_publishers_values_over_the_network() {
    let world = world();
    let said = run(&world, &GEOPANDAS, "gdal_read.py", &world.token());
    assert_eq!(said, "read\n");
}

/// Rows: EDR-12
#[test]
fn gdal_without_a_good_token_reads_nothing() {
    let world = world();
    let other = world.pki.consumer("bank-b");
    for token in ["none", &world.directory.token("bank-b", &other)] {
        let said = run(&world, &GEOPANDAS, "gdal_read.py", token);
        assert_eq!(said, "refused\n", "{token}");
    }
}
