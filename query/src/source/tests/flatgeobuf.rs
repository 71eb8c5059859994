//! `FlatGeobuf` as others write it, and as nobody should.

use arrow_array::types::Int64Type;
use flatbuffers::{FlatBufferBuilder, TableFinishedWIPOffset, WIPOffset};
use proptest::prelude::*;

use super::*;
use crate::geometry::{wkb, wkt};

/// A header, by the fields of its schema.
#[derive(Clone)]
struct Header {
    geometry: u8,
    has_z: bool,
    columns: Vec<(&'static str, u8)>,
    count: u64,
    node_size: u16,
    /// The authority, the number, the definition and the text of the system.
    crs: Option<(&'static str, i32, &'static str, &'static str)>,
}

/// A geometry, by the fields of its schema.
#[derive(Clone, Default)]
struct Shape {
    own: u8,
    ends: Vec<u32>,
    xy: Vec<f64>,
    z: Vec<f64>,
    parts: Vec<Shape>,
}

type Buffer<'b> = FlatBufferBuilder<'b>;

fn header() -> Header {
    Header {
        geometry: 1,
        has_z: false,
        columns: vec![("k", INT), ("name", TEXT)],
        count: 0,
        node_size: 0,
        crs: Some(("EPSG", 4326, "", "")),
    }
}

impl Header {
    fn octets(&self) -> Vec<u8> {
        let mut buffer = Buffer::new();
        let columns = self.columns.iter().map(|(name, of)| {
            let name = buffer.create_string(name);
            let table = buffer.start_table();
            buffer.push_slot_always(slot(0), name);
            buffer.push_slot(slot(1), *of, 0);
            buffer.end_table(table)
        });
        let columns: Vec<_> = columns.collect();
        let columns = buffer.create_vector(&columns);
        let crs = self.crs.map(|(authority, number, definition, text)| {
            let strings = [authority, definition, text]
                .map(|text| (!text.is_empty()).then(|| buffer.create_string(text)));
            let table = buffer.start_table();
            for (number, string) in [0, 4, 5].into_iter().zip(strings) {
                if let Some(string) = string {
                    buffer.push_slot_always(slot(number), string);
                }
            }
            buffer.push_slot(slot(1), number, 0);
            buffer.end_table(table)
        });
        let table = buffer.start_table();
        buffer.push_slot(slot(2), self.geometry, 0);
        buffer.push_slot(slot(3), self.has_z, false);
        buffer.push_slot_always(slot(7), columns);
        buffer.push_slot(slot(8), self.count, 0);
        buffer.push_slot(slot(9), self.node_size, 16);
        if let Some(crs) = crs {
            buffer.push_slot_always(slot(10), crs);
        }
        finished(buffer, table)
    }
}

impl Shape {
    fn of(own: u8, xy: &[f64]) -> Self {
        let xy = xy.to_vec();
        Self {
            own,
            xy,
            ..Self::default()
        }
    }

    fn ending(self, ends: &[u32]) -> Self {
        let ends = ends.to_vec();
        Self { ends, ..self }
    }

    fn parts(own: u8, parts: &[Self]) -> Self {
        let parts = parts.to_vec();
        Self {
            own,
            parts,
            ..Self::default()
        }
    }

    fn build(&self, buffer: &mut Buffer<'_>) -> WIPOffset<TableFinishedWIPOffset> {
        let parts: Vec<_> = self.parts.iter().map(|part| part.build(buffer)).collect();
        let parts = (!parts.is_empty()).then(|| buffer.create_vector(&parts));
        let ends = (!self.ends.is_empty()).then(|| buffer.create_vector(&self.ends));
        let xy = (!self.xy.is_empty()).then(|| buffer.create_vector(&self.xy));
        let z = (!self.z.is_empty()).then(|| buffer.create_vector(&self.z));
        let table = buffer.start_table();
        if let Some(ends) = ends {
            buffer.push_slot_always(slot(0), ends);
        }
        if let Some(xy) = xy {
            buffer.push_slot_always(slot(1), xy);
        }
        if let Some(z) = z {
            buffer.push_slot_always(slot(2), z);
        }
        buffer.push_slot(slot(6), self.own, 0);
        if let Some(parts) = parts {
            buffer.push_slot_always(slot(7), parts);
        }
        buffer.end_table(table)
    }
}

fn feature(shape: Option<&Shape>, properties: &[u8]) -> Vec<u8> {
    let mut buffer = Buffer::new();
    let shape = shape.map(|shape| shape.build(&mut buffer));
    let properties = buffer.create_vector(properties);
    let table = buffer.start_table();
    if let Some(shape) = shape {
        buffer.push_slot_always(slot(0), shape);
    }
    buffer.push_slot_always(slot(1), properties);
    finished(buffer, table)
}

/// The octets of the root, with their length before them.
fn finished(
    mut buffer: Buffer<'_>,
    table: WIPOffset<flatbuffers::TableUnfinishedWIPOffset>,
) -> Vec<u8> {
    let table = buffer.end_table(table);
    buffer.finish_size_prefixed(table, None);
    buffer.finished_data().to_vec()
}

fn slot(field: u16) -> u16 {
    4 + 2 * field
}

fn file(header: &Header, features: &[Vec<u8>]) -> Vec<u8> {
    let parts = [&MARK[..], &header.octets(), &features.concat()];
    parts.concat()
}

/// A value of the column `number`.
fn value(number: u16, octets: &[u8]) -> Vec<u8> {
    [&number.to_le_bytes()[..], octets].concat()
}

fn text(number: u16, text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_le_bytes();
    value(number, &[&length[..], text.as_bytes()].concat())
}

fn point() -> Shape {
    Shape::of(1, &[1.0, 2.0])
}

fn keyed_features() -> Hints {
    Hints {
        kind: Some(Kind::Features),
        ..keyed()
    }
}

fn failed(file: &[u8]) -> Vec<String> {
    let found = read(&[("a.fgb", file)], keyed_features());
    found.map(|_| ()).unwrap_err()
}

/// The geometry that becomes of `shape` where the header says `geometry` of all.
fn shaped(header: &Header, shape: &Shape) -> Result<String, Vec<String>> {
    let file = file(
        header,
        &[feature(Some(shape), &value(0, &1_i32.to_le_bytes()))],
    );
    let (_, batches) = read(&[("a.fgb", &file)], keyed_features())?;
    let shapes = batches[0].column_by_name("geometry").unwrap();
    let mut text = Vec::new();
    let octets = shapes.as_binary::<i32>().value(0);
    wkt::write(octets, crate::geometry::Crs::Crs84, &mut text).unwrap();
    Ok(String::from_utf8(text).unwrap())
}

#[test]
fn features_have_their_geometries_and_values_with_or_without_an_index() {
    let features = [
        feature(
            Some(&point()),
            &[value(0, &7_i32.to_le_bytes()), text(1, "a")].concat(),
        ),
        feature(None, &value(0, &8_i32.to_le_bytes())),
    ];
    let plain = file(&header(), &features);
    let counted = Header {
        count: 2,
        node_size: 2,
        ..header()
    };
    // Two boxes and the one around them.
    let indexed = [
        &MARK[..],
        &counted.octets(),
        &[0xAA; 3 * 40],
        &features.concat(),
    ]
    .concat();
    let packed = zstd::encode_all(&*indexed, 0).unwrap();
    for octets in [plain, indexed, packed] {
        let (reader, batches) = read(&[("a.fgb", &octets)], keyed_features()).unwrap();
        let columns = reader.schema().columns.iter();
        let columns: Vec<_> = columns
            .map(|column| (&*column.name, column.column_type))
            .collect();
        assert_eq!(
            columns,
            [
                ("geometry", ColumnType::Geometry),
                ("k", ColumnType::Integer),
                ("name", ColumnType::Text)
            ]
        );
        let batch = &batches[0];
        let keys = batch.column_by_name("k").unwrap();
        assert_eq!(keys.as_primitive::<Int64Type>().values()[..], [7, 8]);
        let shapes = batch.column_by_name("geometry").unwrap().as_binary::<i32>();
        assert_eq!(shapes.value(0), wkb::point([1.0, 2.0]));
        assert_eq!(batch.column_by_name("geometry").unwrap().null_count(), 1);
        assert_eq!(batch.column_by_name("name").unwrap().null_count(), 1);
    }
}

#[test]
fn types_are_those_of_the_header_whatever_the_values_look_like() {
    let columns = vec![
        ("k", 0),
        ("u8", 1),
        ("flag", 2),
        ("i16", 3),
        ("u16", 4),
        ("u32", 6),
        ("i64", 7),
        ("u64", 8),
        ("f32", 9),
        ("f64", 10),
        ("text", TEXT),
        ("json", JSON),
        ("at", DATE_TIME),
        ("day", DATE_TIME),
        ("none", 5),
    ];
    let values = [
        value(0, &(-1_i8).to_le_bytes()),
        value(1, &[255]),
        value(2, &[1]),
        value(3, &i16::MIN.to_le_bytes()),
        value(4, &u16::MAX.to_le_bytes()),
        value(5, &u32::MAX.to_le_bytes()),
        value(6, &i64::MIN.to_le_bytes()),
        value(7, &9_u64.to_le_bytes()),
        value(8, &0.5_f32.to_le_bytes()),
        value(9, &f64::NAN.to_le_bytes()),
        text(10, "2026-01-31"),
        text(11, "{\"a\":[1]}"),
        text(12, "2026-01-31T00:30:00.1234+01:00"),
        text(13, "2026-01-31"),
    ];
    let header = Header {
        columns,
        ..header()
    };
    let file = file(&header, &[feature(Some(&point()), &values.concat())]);
    let (reader, batches) = read(&[("a.fgb", &file)], keyed_features()).unwrap();
    let types = reader
        .schema()
        .columns
        .iter()
        .map(|column| column.column_type.name());
    assert_eq!(
        types.collect::<Vec<_>>().join(" "),
        "geometry integer integer boolean integer integer integer integer integer number number text json \
         date-time date integer"
    );
    let integer = |name: &str| {
        let column = batches[0].column_by_name(name).unwrap();
        column.as_primitive::<Int64Type>().value(0)
    };
    let integers = ["k", "u8", "i16", "u16", "u32", "i64", "u64"].map(integer);
    assert_eq!(
        integers,
        [-1, 255, -32_768, 65_535, 4_294_967_295, i64::MIN, 9]
    );
    assert_eq!(batches[0].column_by_name("f64").unwrap().null_count(), 1);
    assert_eq!(
        reader.notes(),
        [
            "a.fgb: 1 numbers are NaN or infinite, and are no value",
            "at: 1 times were cut to milliseconds"
        ]
    );
}

#[test]
fn every_kind_of_geometry_is_read_and_wound() {
    let ring = [0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 0.0];
    let hole = [2.0, 1.0, 3.0, 2.0, 3.0, 1.0, 2.0, 1.0];
    let both = Shape::of(3, &[ring, hole].concat()).ending(&[4, 8]);
    let unnamed = Shape {
        own: 0,
        ..both.clone()
    };
    let high = Shape {
        z: vec![7.0],
        ..point()
    };
    let each = Header {
        geometry: 0,
        ..header()
    };
    let with_z = Header {
        has_z: true,
        ..each.clone()
    };
    for (header, shape, expected) in [
        (&header(), Shape { own: 0, ..point() }, "POINT(1 2)"),
        (&each, point(), "POINT(1 2)"),
        (&with_z, high, "POINT Z(1 2 7)"),
        (
            &each,
            Shape::of(2, &[0.0, 0.0, 1.0, 1.0]),
            "LINESTRING(0 0,1 1)",
        ),
        (
            &each,
            Shape::of(4, &[0.0, 0.0, 1.0, 1.0]),
            "MULTIPOINT((0 0),(1 1))",
        ),
        (
            &each,
            Shape::of(5, &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]).ending(&[2, 4]),
            "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
        ),
        (&each, Shape::of(3, &ring), "POLYGON((0 0,4 0,4 4,0 0))"),
        (
            &each,
            both.clone(),
            "POLYGON((0 0,4 0,4 4,0 0),(2 1,3 2,3 1,2 1))",
        ),
        (
            &each,
            Shape::parts(6, &[unnamed]),
            "MULTIPOLYGON(((0 0,4 0,4 4,0 0),(2 1,3 2,3 1,2 1)))",
        ),
        (
            &each,
            Shape::parts(7, &[point(), Shape::parts(7, &[point()])]),
            "GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION(POINT(1 2)))",
        ),
    ] {
        assert_eq!(shaped(header, &shape).as_deref(), Ok(expected));
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn geometries_that_contradict_themselves_are_told_with_their_row() {
    let each = Header {
        geometry: 0,
        ..header()
    };
    let with_z = Header {
        has_z: true,
        ..each.clone()
    };
    let deep = (0..9).fold(point(), |inner, _| Shape::parts(7, &[inner]));
    let ring = [0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 0.0];
    let high = Shape {
        z: vec![1.0],
        ..point()
    };
    for (header, shape, expected) in [
        (
            &header(),
            Shape::of(2, &[0.0, 0.0, 1.0, 1.0]),
            "its type is 2, where the header says 1 of all",
        ),
        (
            &each,
            Shape::of(0, &[0.0, 0.0]),
            "its type is 0, which is no geometry",
        ),
        (
            &each,
            Shape::of(99, &[0.0, 0.0]),
            "its type is 99, which is no geometry",
        ),
        (
            &each,
            Shape::of(8, &[0.0, 0.0]),
            "is a CircularString, which is not read: write lines and polygons",
        ),
        (
            &each,
            Shape::of(16, &[0.0, 0.0]),
            "is a TIN, which is not read",
        ),
        (
            &each,
            Shape::of(1, &[0.0, 0.0, 1.0, 1.0]),
            "a point has 2 positions",
        ),
        (&each, Shape::of(1, &[]), "the geometry is empty"),
        (
            &each,
            Shape::of(1, &[0.0]),
            "it has 1 numbers for longitudes and latitudes",
        ),
        (
            &each,
            Shape::of(1, &[f64::NAN, 1.0]),
            "a coordinate is not finite",
        ),
        (
            &each,
            Shape::of(1, &[530_000.0, 180_000.0]),
            "perhaps these are metres",
        ),
        (
            &each,
            high,
            "it has 2 numbers for longitudes and latitudes, and 1 for heights",
        ),
        (
            &with_z,
            point(),
            "it has 2 numbers for longitudes and latitudes, and 0 for heights",
        ),
        (
            &each,
            Shape::of(3, &ring).ending(&[5]),
            "a part of it ends at position 5 of 4",
        ),
        (
            &each,
            Shape::of(3, &ring).ending(&[3, 2]),
            "a part of it ends at position 2 of 4",
        ),
        (
            &each,
            Shape::of(3, &ring).ending(&[3]),
            "its parts end at position 3 of 4",
        ),
        (&each, Shape::of(3, &ring[..6]), "a ring is not closed"),
        (
            &each,
            Shape::parts(6, &[point()]),
            "a Point is a part of it, which may not stand there",
        ),
        (
            &each,
            Shape {
                parts: vec![point()],
                ..Shape::of(7, &[0.0, 0.0])
            },
            "it has positions where it has parts",
        ),
        (&each, deep, "collections lie deeper in each other than 8"),
    ] {
        let found = shaped(header, &shape).unwrap_err();
        assert!(found[0].starts_with("a.fgb: row 1: "), "{found:?}");
        assert!(found[0].contains(expected), "{found:?} {expected}");
    }
}

#[test]
fn one_table_that_is_every_part_of_a_collection_is_not_unfolded_without_end() {
    // A million times the same part, in a collection that is a million times the part of another.
    let mut buffer = Buffer::new();
    let mut shape = point().build(&mut buffer);
    for _ in 0..3 {
        let parts = buffer.create_vector(&vec![shape; 1_000_000]);
        let table = buffer.start_table();
        buffer.push_slot(slot(6), 7_u8, 0);
        buffer.push_slot_always(slot(7), parts);
        shape = buffer.end_table(table);
    }
    let table = buffer.start_table();
    buffer.push_slot_always(slot(0), shape);
    let feature = finished(buffer, table);
    let each = Header {
        geometry: 0,
        ..header()
    };
    let found = failed(&file(&each, &[feature]));
    assert!(
        found[0].contains("the geometry has more than 4194304 positions"),
        "{found:?}"
    );
}

#[test]
fn the_system_is_one_of_those_that_are_known_or_the_file_is_refused() {
    let metres = Shape::of(1, &[-55_659.745_397, 0.0]);
    let crs = |crs| Header { crs, ..header() };
    for known in [
        ("EPSG", 4326, "", ""),
        ("epsg", 4326, "", ""),
        ("", 4326, "", ""),
        ("OGC", 0, "", "CRS84"),
        (
            "OGC",
            0,
            "GEOGCRS[\"WGS 84 (CRS84)\",ID[\"OGC\",\"CRS84\"]]",
            "",
        ),
    ] {
        assert_eq!(
            shaped(&crs(Some(known)), &point()).as_deref(),
            Ok("POINT(1 2)"),
            "{known:?}"
        );
    }
    let turned = shaped(&crs(Some(("EPSG", 3857, "", ""))), &metres).unwrap();
    assert!(turned.starts_with("POINT(-0.5"), "{turned}");
    for (other, expected) in [
        (None, "FlatGeobuf in no system that is known by a number"),
        (
            Some(("EPSG", 0, "", "")),
            "FlatGeobuf in no system that is known by a number",
        ),
        (
            Some(("EPSG", 27700, "", "")),
            "FlatGeobuf in \"EPSG:27700\"",
        ),
        (Some(("ESRI", 4326, "", "")), "FlatGeobuf in \"ESRI:4326\""),
    ] {
        let found = shaped(&crs(other), &point()).unwrap_err();
        assert!(found[0].contains(expected), "{found:?}");
        assert!(
            found[0].contains("save it in EPSG:4326 or EPSG:3857"),
            "{found:?}"
        );
    }
}

#[test]
fn headers_that_no_table_can_come_of_are_refused_with_a_remedy() {
    let columns = |columns: &[(&'static str, u8)]| Header {
        columns: columns.to_vec(),
        ..header()
    };
    let good = || feature(Some(&point()), &value(0, &1_i32.to_le_bytes()));
    for (header, expected) in [
        (
            columns(&[("k", INT), ("raw", 14)]),
            "raw: is of the type Binary, which is not read: leave it out",
        ),
        (
            columns(&[("k", INT), ("odd", 15)]),
            "odd: is of the type 15, which is not read",
        ),
        (columns(&[("k", INT), ("k", INT)]), "\"k\" is there twice"),
        (
            columns(&[("k", INT), ("geometry", TEXT)]),
            "\"geometry\" is there twice",
        ),
        (
            columns(&[("other", INT)]),
            "there is no column k, which is named as a key",
        ),
        (
            Header {
                count: 2,
                ..header()
            },
            "ends after 1 of the 2 features that its header says: it was cut short",
        ),
        (
            Header {
                count: 2,
                node_size: 16,
                ..header()
            },
            "ends within the index: it was cut short",
        ),
        (
            Header {
                count: 1,
                node_size: 1,
                ..header()
            },
            "has an index of 1 features with 1 in a node, which is none",
        ),
        (
            Header {
                count: u64::MAX,
                node_size: 2,
                ..header()
            },
            "has an index of 18446744073709551615 features",
        ),
    ] {
        let found = failed(&file(&header, &[good()]));
        assert!(found[0].contains(expected), "{found:?} {expected}");
    }
    let many = Header {
        count: 1,
        ..header()
    };
    let found = failed(&file(&many, &[good(), good()]));
    assert!(
        found[0].contains("goes on behind the 1 features that its header says"),
        "{found:?}"
    );
}

#[test]
fn values_that_are_none_are_told_with_row_and_column() {
    let columns = vec![
        ("k", INT),
        ("u64", 8),
        ("flag", 2),
        ("text", TEXT),
        ("json", JSON),
        ("at", DATE_TIME),
    ];
    let header = Header {
        columns,
        ..header()
    };
    let huge = [value(3, &u32::MAX.to_le_bytes()), b"abc".to_vec()].concat();
    for (octets, expected) in [
        (
            value(1, &u64::MAX.to_le_bytes()),
            "u64: \"18446744073709551615\" is no whole number of 64 bits with a sign",
        ),
        (value(2, &[7]), "flag: \"7\" is no truth"),
        (value(3, &[1, 0, 0, 0, 0xFF]), "text: is not UTF-8"),
        (huge, "text: ends within a text"),
        (
            value(3, &[1, 0]),
            "text: ends within the values of a feature",
        ),
        (text(4, "{\"a\":"), "json: is no JSON that can be taken"),
        (
            text(5, "yesterday"),
            "at: \"yesterday\" is no day or time as ISO 8601 has it",
        ),
        (
            value(99, &[]),
            "has a value of the column 99, which the header has not",
        ),
        (
            [text(3, "a"), text(3, "b")].concat(),
            "\"text\" is there twice",
        ),
        (vec![0], "ends within the values of a feature"),
    ] {
        let key = value(0, &1_i32.to_le_bytes());
        let features = [
            feature(Some(&point()), &value(0, &2_i32.to_le_bytes())),
            feature(Some(&point()), &[key, octets].concat()),
        ];
        let found = failed(&file(&header, &features));
        assert!(found[0].starts_with("a.fgb: row 2: "), "{found:?}");
        assert!(found[0].contains(expected), "{found:?} {expected}");
    }
    let both = [
        text(5, "2026-01-31T00:00:00Z"),
        text(5, "2026-01-31T00:00:00"),
    ];
    let features = both.map(|at| {
        feature(
            Some(&point()),
            &[value(0, &1_i32.to_le_bytes()), at].concat(),
        )
    });
    let found = failed(&file(&header, &features));
    assert!(found[0].contains("do not fit together"), "{found:?}");
}

#[test]
fn a_file_that_is_cut_or_damaged_is_refused_or_read_and_nothing_else() {
    let features: Vec<_> = (0..3_i32)
        .map(|key| {
            feature(
                Some(&point()),
                &[value(0, &key.to_le_bytes()), text(1, "a")].concat(),
            )
        })
        .collect();
    let whole = file(
        &Header {
            count: 3,
            ..header()
        },
        &features,
    );
    read(&[("a.fgb", &whole)], keyed_features()).unwrap();
    for length in 0..whole.len() {
        let found = failed(&whole[..length]);
        assert!(found[0].starts_with("a.fgb: "), "{found:?}");
    }
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            let _ = read(&[("a.fgb", &damaged)], keyed_features());
        }
    }
    let older = [b"fgb\x02fgb\0", &whole[8..]].concat();
    assert!(failed(&older)[0].contains("FlatGeobuf of another version"));
    let mut long = [&MARK[..], &header().octets(), &u32::MAX.to_le_bytes()].concat();
    long.extend_from_slice(&[0; 64]);
    let found = failed(&long);
    assert!(
        found[0].contains("a feature says to be 4294967295 octets long"),
        "{found:?}"
    );
    let long = [&MARK[..], &u32::MAX.to_le_bytes()].concat();
    assert!(failed(&long)[0].contains("the header says to be 4294967295 octets long"));
}

proptest! {
    #[test]
    fn octets_of_any_kind_make_faults_or_rows(octets in proptest::collection::vec(any::<u8>(), 0..512)) {
        for before in [MARK.to_vec(), [&MARK[..], &header().octets()].concat()] {
            let _ = read(&[("a.fgb", &[before, octets.clone()].concat())], keyed_features());
        }
    }
}

const MARK: [u8; 8] = *b"fgb\x03fgb\x01";
const INT: u8 = 5;
const TEXT: u8 = 11;
const JSON: u8 = 12;
const DATE_TIME: u8 = 13;
