//! `FlatGeobuf` as GDAL writes it: QGIS, `GeoPandas` and ogr2ogr write it so.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use perild_query::Table;

use crate::{perild_command, python, stderr, succeed};

#[test]
fn what_gdal_writes_arrives_value_for_value() {
    let folder = tempfile::tempdir().unwrap();
    python::with(&python::GDAL, WRITE, &[folder.path().to_str().unwrap()]);
    let packed = Command::new("gzip")
        .args(["--keep", "--suffix", ".gz"])
        .arg(folder.path().join("plain.fgb"))
        .status();
    assert!(packed.unwrap().success());
    let mut versions = Vec::new();
    for name in ["indexed.fgb", "plain.fgb", "plain.fgb.gz"] {
        let said = succeed(import(folder.path(), name));
        assert!(
            said.starts_with("d: features, 4 rows, none rejected\n"),
            "{said}"
        );
        for column in [
            "k                                        text                  0                key",
            "customers                                integer               0",
            "share                                    number                1",
            "is_planned                               boolean               0",
            "begin                                    date-time             0",
            // GDAL writes days as times without a zone.
            "day                                      text                  0",
            "note: day is text: \"2026-03-29T00:00:00\"",
            "geometry                                 geometry              0                geometry",
        ] {
            assert!(said.contains(column), "{column}\n{said}");
        }
        let table = Table::open(&folder.path().join("state/tables/d")).unwrap();
        table.verify().unwrap();
        versions.push(table.version().to_owned());
    }
    // The version is what the rows are, however the file has them.
    versions.dedup();
    assert_eq!(versions.len(), 1);
    let said = succeed(import(folder.path(), "unplaced.fgb"));
    let column =
        "geometry                                 geometry              1                geometry";
    assert!(said.contains(column), "{said}");
}

#[test]
fn another_system_is_turned_or_refused_and_the_table_before_stays() {
    let folder = tempfile::tempdir().unwrap();
    python::with(&python::GDAL, WRITE, &[folder.path().to_str().unwrap()]);
    succeed(import(folder.path(), "metres.fgb"));
    let table = Table::open(&folder.path().join("state/tables/d")).unwrap();
    for (name, part) in [
        (
            "national.fgb",
            "national.fgb: is FlatGeobuf in \"EPSG:27700\", which is not read: save it in EPSG:4326 or EPSG:3857",
        ),
        (
            "nowhere.fgb",
            "nowhere.fgb: is FlatGeobuf in no system that is known by a number",
        ),
    ] {
        let refused = import(folder.path(), name);
        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains(part), "{}", stderr(&refused));
    }
    let now = Table::open(&folder.path().join("state/tables/d")).unwrap();
    assert_eq!(now.version(), table.version());
}

/// Imports the file `name` of `folder` as the table `d`.
fn import(folder: &Path, name: &str) -> Output {
    let description = format!(
        "[collection]\ntitle = \"T\"\nlicence = \"CC0-1.0\"\nsource = \"{name}\"\nkind = \"features\"\nkey = [\"k\"]\n"
    );
    fs::write(folder.join("d.toml"), description).unwrap();
    let mut command = perild_command(&["import", "--state"]);
    command.arg(folder.join("state")).arg(folder.join("d.toml"));
    command.output().unwrap()
}

/// Writes files of the same features into the folder that is named, and a few of one point.
const WRITE: &str = "
import struct, sys
import numpy
from pyogrio.raw import write
point = lambda x, y: struct.pack('<BIdd', 1, 1, x, y)
ring = lambda *xy: struct.pack('<I', len(xy) // 2) + struct.pack(f'<{len(xy)}d', *xy)
polygon = lambda *rings: struct.pack('<BII', 1, 3, len(rings)) + b''.join(rings)
square = lambda at: ring(at, 51, at + 1, 51, at + 1, 52, at, 52, at, 51)
shapes = [
    polygon(square(0.0), ring(0.2, 51.2, 0.2, 51.4, 0.4, 51.4, 0.4, 51.2, 0.2, 51.2)),
    struct.pack('<BII', 1, 6, 2) + polygon(square(2.0)) + polygon(square(4.0)),
    point(1.0, 2.0),
    struct.pack('<BII', 1, 7, 2) + point(1.0, 2.0) + struct.pack('<BIIdddd', 1, 2, 2, 0, 0, 1, 1),
]
fields = {
    'k': numpy.array(['007', '7', 'a', 'b', 'c'], dtype=object),
    'customers': numpy.array([3, 1, 4, 1, 5], dtype='int32'),
    'share': numpy.array([0.5, numpy.nan, 1.0, 2.0, 3.0]),
    'is_planned': numpy.array([True, False, True, False, True]),
    'begin': numpy.array(['2026-03-29T00:30:00.125'] * 5, dtype='datetime64[ms]'),
    'day': numpy.array(['2026-03-29'] * 5, dtype='datetime64[D]'),
}
def made(name, shapes, crs='EPSG:4326', **options):
    some = [values[:len(shapes)] for values in fields.values()]
    # One hour east of UTC, in the quarters of an hour that GDAL counts.
    zones = {'begin': numpy.full(len(shapes), 104, dtype='int64')}
    write(f'{sys.argv[1]}/{name}.fgb', numpy.array(shapes, dtype=object), some, list(fields), crs=crs,
          geometry_type='Unknown', gdal_tz_offsets=zones, driver='FlatGeobuf', layer_options=options)
made('indexed', shapes)
made('plain', shapes, SPATIAL_INDEX='NO')
made('unplaced', shapes + [None], SPATIAL_INDEX='NO')
made('national', [point(530000.0, 180000.0)], 'EPSG:27700')
made('metres', [point(-55659.745, 6621293.7)], 'EPSG:3857')
made('nowhere', [point(1.0, 2.0)], None)
";
