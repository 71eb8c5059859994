use std::fs;

use super::*;
use crate::dataset::metadata::description::{Described, Profiles, Read};

/// The description of a file with `content` that is called `name`, beside `others`.
fn described(name: &str, content: &[u8], others: &[(&str, &str)]) -> Result<String, DescribeError> {
    let folder = tempfile::tempdir().unwrap();
    for (other, content) in others {
        fs::write(folder.path().join(other), content).unwrap();
    }
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    describe(&path, &beside(&path).unwrap())
}

/// The same, as read with a licence where the publisher has to say one.
fn read(text: &str) -> Described {
    let text = text.replace("# licence =", "licence =");
    let read = Read::parse(Path::new("a.toml"), text.as_bytes());
    assert_eq!(read.faults, [], "{text}");
    Described::resolve(Path::new("a.toml"), &read.draft, &Profiles::new()).unwrap()
}

#[test]
fn a_table_is_described_with_types_extents_and_questions() {
    let text = described(
        "meters.csv",
        b"meter,lat,lon,from,energy_kwh,ok,note\n\
        0042,51.5,-0.12,2026-01-01T00:00:00Z,1.5,true,a\n\
        0043,52.5,-1.12,2026-01-01T00:30:00Z,,false,\n\
        0044,50.1,-2.25,2026-01-01T01:00:00Z,2,true,b\n",
        &[],
    )
    .unwrap();
    insta::assert_snapshot!(text);
    assert!(Read::parse(Path::new("a.toml"), text.as_bytes()).is_whole());
    read(&text);
}

#[test]
fn the_cells_of_a_grid_are_described_as_a_coverage() {
    let mut csv =
        "lat,lon,key,ghi_1,ghi_2,ghi_3,ghi_4,ghi_5,ghi_6,ghi_7,ghi_8,ghi_9,ghi_10,ghi_11,ghi_12\n"
            .to_owned();
    for latitude in ["50.00", "50.25", "50.50"] {
        for longitude in ["-1.00", "-0.75"] {
            let values = ",1.5".repeat(12);
            csv += &[latitude, ",", longitude, ",7", &values, "\n"].concat();
        }
    }
    let text = described("irradiance.csv", csv.as_bytes(), &[]).unwrap();
    insta::assert_snapshot!(text);
    let coverage = read(&text).coverage.unwrap();
    assert_eq!(coverage.columns.unwrap().text(), "{variable}_{month}");
    assert_eq!(
        (coverage.dimensions.len(), coverage.variables.len()),
        (1, 1)
    );
}

#[test]
fn the_type_of_the_last_row_counts_as_that_of_the_first() {
    let mut csv = "a\n".to_owned() + &"1\n".repeat(50_000);
    assert!(
        described("a.csv", csv.as_bytes(), &[])
            .unwrap()
            .contains("type = \"integer\"")
    );
    csv.push_str("n/a\n");
    assert!(
        described("a.csv", csv.as_bytes(), &[])
            .unwrap()
            .contains("type = \"string\"")
    );
}

#[test]
fn tables_that_readers_stumble_over_are_told() {
    for (csv, note) in [
        (&b"a;b\n1;2\n"[..], "parted by ;"),
        (b"\xef\xbb\xbfa,b\n1,2\n", "byte order mark"),
        (b"a,b\n1\n", "more or fewer columns"),
        (b"a,b\n1,\xff\n", "not UTF-8"),
    ] {
        let text = described("a.csv", csv, &[]).unwrap();
        assert!(text.contains(note), "{text}");
        read(&text);
    }
    let text = described("a.csv", b"", &[]).unwrap();
    read(&text);
}

#[test]
fn packed_tables_and_elements_of_json_are_described() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"a\n1\n").unwrap();
    let text = described("a.csv.gz", &packed.finish().unwrap(), &[]).unwrap();
    assert!(text.contains("type = \"integer\""), "{text}");
    for json in [
        r#"[{"a": 1, "b": "x"}, {"a": 2.5, "c": null}]"#,
        r#"{"count": 2, "items": [{"a": 1, "b": "x"}, {"a": 2.5, "c": null}]}"#,
    ] {
        let text = described("a.json", json.as_bytes(), &[]).unwrap();
        assert!(text.contains("from 2 rows"), "{text}");
        assert!(text.contains("name = \"a\"\ntype = \"number\""), "{text}");
        assert!(text.contains("name = \"b\"\ntype = \"string\""), "{text}");
        read(&text);
    }
    for broken in ["", "[", "[{\"a\": 1}", "{} x", &"[".repeat(100_000)] {
        let refused = described("a.json", broken.as_bytes(), &[]);
        assert!(
            matches!(refused, Err(DescribeError::Malformed { .. })),
            "{refused:?}"
        );
    }
    let refused = described("a.csv.gz", b"not packed", &[]);
    assert!(
        matches!(refused, Err(DescribeError::Malformed { .. })),
        "{refused:?}"
    );
}

#[test]
fn features_of_geojson_are_described_with_the_box_of_their_shapes() {
    let text = described(
        "substations.geojson",
        br#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-0.12, 51.5]}, "properties": {"name": "A", "capacity_mva": 90}},
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[1, 50], [2, 50], [2, 52.5], [1, 50]]]}, "properties": {"name": "B", "capacity_mva": 60}}
        ]}"#,
        &[],
    )
    .unwrap();
    insta::assert_snapshot!(text);
    let described = read(&text);
    assert_eq!(
        described
            .metadata
            .extent
            .spatial
            .unwrap()
            .corners()
            .map(f64::to_bits),
        [-0.12, 50.0, 2.0, 52.5].map(f64::to_bits)
    );
}

#[test]
fn parquet_says_its_schema() {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};

    let columns: [(&str, ArrayRef); 3] = [
        ("name", Arc::new(StringArray::from(vec!["a", "b"]))),
        ("lat", Arc::new(Float64Array::from(vec![50.0, 51.5]))),
        ("lon", Arc::new(Int32Array::from(vec![-1, 2]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer =
        ::parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let parquet = writer.into_inner().unwrap();
    let text = described("a.parquet", &parquet, &[]).unwrap();
    assert!(text.contains("bbox = [-1, 50, 2, 51.5]"), "{text}");
    assert!(
        text.contains("name = \"lon\"\ntype = \"integer\""),
        "{text}"
    );
    read(&text);
    let torn = described("a.parquet", &parquet[..parquet.len() / 2], &[]);
    assert!(
        matches!(torn, Err(DescribeError::Malformed { .. })),
        "{torn:?}"
    );
}

const PACKAGE_1: &str = r#"{
    "name": "meters", "title": "Meters of 2026", "version": 1.0, "created": "2026-01-31T12:00:00Z",
    "keywords": ["energy"],
    "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
    "contributors": [{"title": "Example Energy Ltd", "role": "publisher", "email": "data@example.org"}],
    "resources": [{"name": "meters", "path": "meters.csv", "description": "Half hours\nof one year",
        "schema": {"missingValues": ["", "-"], "fields": [
            {"name": "kwh", "type": "number", "unit": "kWh", "description": "energy of the half hour"},
            {"name": "day", "type": "date", "title": "Day"}]}}]
}"#;

const PACKAGE_2: &str = r#"{
    "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
    "contributors": [{"title": "A. Person", "roles": ["creator"]}, {"organization": "Example Energy Ltd", "roles": ["publisher"], "path": "https://example.org"}],
    "resources": [{"name": "meters", "path": ["./meters.csv"], "title": "Meters of 2026", "licenses": [{"path": "https://example.org/terms"}],
        "schema": "https://example.org/schema.json"}]
}"#;

#[test]
fn a_data_package_is_read_for_what_it_says() {
    let csv = b"kwh,day\n1.5,2026-01-01\n";
    let first = described("meters.csv", csv, &[("datapackage.json", PACKAGE_1)]).unwrap();
    insta::assert_snapshot!(first);
    read(&first);
    let second = described("meters.csv", csv, &[("datapackage.json", PACKAGE_2)]).unwrap();
    assert!(
        second.contains("licence = \"https://example.org/terms\""),
        "{second}"
    );
    assert!(
        second.contains("publisher = \"Example Energy Ltd\""),
        "{second}"
    );
    read(&second);
    let other = described("other.csv", csv, &[("datapackage.json", PACKAGE_1)]).unwrap();
    assert!(other.contains("does not speak of other.csv"), "{other}");
    for broken in ["", "[]", "{\"resources\": 3}"] {
        let refused = described("meters.csv", csv, &[("datapackage.json", broken)]);
        assert!(
            matches!(refused, Err(DescribeError::Package(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_description_that_is_there_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a.csv");
    fs::write(&data, "a\n1\n").unwrap();
    let args = DescribeArgs {
        path: data.clone(),
        print: false,
    };
    run(&args).unwrap();
    let description = folder.path().join("a.toml");
    fs::write(&description, "mine").unwrap();
    assert!(matches!(run(&args), Err(DescribeError::Exists(_))));
    assert_eq!(fs::read_to_string(&description).unwrap(), "mine");
    fs::remove_file(&description).unwrap();
    std::os::unix::fs::symlink("nowhere", &description).unwrap();
    assert!(matches!(run(&args), Err(DescribeError::Exists(_))));
    assert_eq!(
        beside(Path::new("wind.csv")).unwrap(),
        Path::new("wind.csv.toml")
    );
    assert_eq!(
        beside(Path::new("a/tidy.csv.gz")).unwrap(),
        Path::new("a/tidy.toml")
    );
    for unserved in ["a.exe", "a", ".csv", "a.toml", ".."] {
        assert!(
            matches!(
                beside(Path::new(unserved)),
                Err(DescribeError::NotServed(_))
            ),
            "{unserved}"
        );
    }
}

#[test]
fn data_that_are_not_there_are_told_from_those_that_are_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str| {
        run(&DescribeArgs {
            path: folder.path().join(name),
            print: true,
        })
        .unwrap_err()
    };
    fs::write(folder.path().join("a.exe"), "a\n1\n").unwrap();
    assert!(matches!(of("a.exe"), DescribeError::NotServed(_)));
    for name in ["b.exe", "b.csv", "b.nc", "b"] {
        let told = of(name);
        assert!(matches!(told, DescribeError::Unreadable { .. }), "{told}");
        assert!(told.to_string().contains("No such file"), "{told}");
    }
}

#[test]
fn hostile_names_of_columns_stay_texts() {
    let text = described(
        "a.csv",
        b"\"a\"\"]\n[[rule]]\nclass = \"\"OE-O\"\"\",\"b\\\",\"# c\x1b[31m\"\n1,2,3\n",
        &[],
    )
    .unwrap();
    let described = read(&text);
    assert!(described.rules.is_empty(), "{text}");
    assert_eq!(described.metadata.fields.len(), 3);
}

/// The description with the lines that make a table of it in place of the kind.
fn as_table(text: &str) -> Described {
    let mut lines: Vec<_> = text
        .lines()
        .filter(|line| *line != "kind = \"files\"")
        .collect();
    for line in &mut lines {
        let keys = [
            "kind",
            "key",
            "time",
            "step",
            "begin",
            "end",
            "longitude",
            "latitude",
        ];
        let is_of_table = |key: &&str| line.starts_with(&format!("# {key} = "));
        if keys.iter().any(is_of_table) {
            *line = &line[2..];
        }
    }
    read(&lines.join("\n"))
}

#[test]
fn the_table_that_rows_could_be_is_proposed_in_lines_that_hold() {
    use perild_query::{Kind, Time, source::GeometryHint};
    let watches = described(
        "watches.csv",
        b"brand,sku,year\nA,W1,1950\nA,W2,1951\n",
        &[],
    )
    .unwrap();
    let table = as_table(&watches).table.unwrap().hints;
    assert_eq!(
        (table.kind, &*table.key),
        (Some(Kind::Records), &["sku".into()][..])
    );

    let readings = b"meter,from,kWh\n007,2026-01-01T00:00:00Z,0.5\n12,2026-01-01T00:00:00Z,1\n\
        007,2026-01-01T00:30:00Z,0.25\n12,2026-01-01T01:30:00Z,1\n";
    let readings = described("readings.csv", readings, &[]).unwrap();
    let table = as_table(&readings).table.unwrap().hints;
    assert_eq!(
        (table.kind, &*table.key),
        (Some(Kind::Series), &["meter".into()][..])
    );
    assert_eq!(
        table.time,
        Some(Time::At {
            column: "from".into()
        })
    );
    assert_eq!(table.step_ms, Some(1_800_000));

    let outages = b"number,lon,lat,from,until\n1,-1.5,50,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z\n2,-1.2517,50.3331,2026-01-01T00:00:00Z,\n3,0.1,51.77,2026-01-01T00:00:00Z,\n";
    let outages = described("outages.csv", outages, &[]).unwrap();
    assert!(
        outages.contains("# ? the columns that tell rows apart"),
        "{outages}"
    );
    let table = as_table(&outages).table.unwrap().hints;
    assert_eq!(
        (table.kind, &*table.key),
        (Some(Kind::Features), &["number".into()][..])
    );
    let point = GeometryHint::Point {
        longitude: "lon".into(),
        latitude: "lat".into(),
    };
    assert_eq!(table.geometry, Some(point));
    assert_eq!(
        table.time,
        Some(Time::During {
            begin: "from".into(),
            end: "until".into()
        })
    );

    // Nothing tells these rows apart, and nothing is proposed.
    let same = described("same.csv", b"kWh\n0.5\n0.5\n", &[]).unwrap();
    assert!(!same.contains("key ="), "{same}");
}
