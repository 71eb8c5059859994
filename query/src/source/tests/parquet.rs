//! Parquet as others write it.

use ::parquet::{
    arrow::ArrowWriter,
    data_type::{FixedLenByteArray, FixedLenByteArrayType, Int32Type as Int32, Int96, Int96Type},
    file::{metadata::KeyValue, properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Decimal128Array, FixedSizeBinaryArray, Float64Array, Int32Array,
    ListArray, NullArray, StringArray, Time32MillisecondArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt64Array, types::Int32Type,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};

use super::*;

fn written(columns: Vec<(&str, ArrayRef)>, geo: Option<&str>) -> Vec<u8> {
    let columns = columns.into_iter().map(|(name, array)| {
        let is_nullable = array.logical_null_count() > 0;
        (name, array, is_nullable)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let geo = geo.map(|geo| vec![KeyValue::new("geo".to_owned(), geo.to_owned())]);
    let properties = WriterProperties::builder()
        .set_key_value_metadata(geo)
        .build();
    let mut octets = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut octets, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    octets
}

fn keys() -> (&'static str, ArrayRef) {
    ("k", Arc::new(Int32Array::from(vec![1, 2])))
}

fn failed(file: &[u8], hints: Hints) -> Vec<String> {
    read(&[("a.parquet", file)], hints).map(|_| ()).unwrap_err()
}

#[test]
fn columns_have_the_types_of_the_file_and_what_those_cannot_hold_is_text() {
    let lists = [Some(vec![Some(1), None]), None];
    let decimal = |precision, scale| -> ArrayRef {
        let values = Decimal128Array::from(vec![Some(12_345), None]);
        Arc::new(values.with_precision_and_scale(precision, scale).unwrap())
    };
    let file = written(
        vec![
            keys(),
            (
                "text",
                Arc::new(StringArray::from(vec!["2026-01-31", "007"])),
            ),
            ("nan", Arc::new(Float64Array::from(vec![f64::NAN, 1.5]))),
            (
                "list",
                Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists)),
            ),
            ("money", decimal(10, 2)),
            ("long", decimal(38, 2)),
            ("whole", decimal(18, 0)),
            (
                "at",
                Arc::new(TimestampMicrosecondArray::from(vec![1_001, -1_000]).with_timezone("UTC")),
            ),
        ],
        None,
    );
    let (reader, batches) = read(&[("a.parquet", &file)], keyed()).unwrap();
    let types: Vec<_> = reader
        .schema()
        .columns
        .iter()
        .map(|column| column.column_type.name())
        .collect();
    assert_eq!(
        types,
        [
            "integer",
            "text",
            "number",
            "json",
            "number",
            "text",
            "integer",
            "date-time"
        ]
    );
    let batch = &batches[0];
    assert!(batch.column(2).is_null(0));
    assert_eq!(batch.column(3).as_string::<i32>().value(0), "[1,null]");
    assert!((batch.column(4).as_primitive::<Float64Type>().value(0) - 123.45).abs() < 1e-9);
    assert_eq!(batch.column(5).as_string::<i32>().value(0), "123.45");
    assert_eq!(batch.column(6).as_primitive::<Int64Type>().value(0), 12_345);
    assert_eq!(
        batch
            .column(7)
            .as_primitive::<TimestampMillisecondType>()
            .values()[..],
        [1, -1]
    );
    assert_eq!(
        reader.notes(),
        [
            "a.parquet: 1 numbers are NaN or infinite, and are no value",
            "at: 1 times were cut to milliseconds",
        ]
    );
}

/// A row of whole numbers in the columns of `message`.
fn of_message(message: &str, values: &[i32]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(message).unwrap());
    let mut octets = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut octets, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for value in values {
        let mut column = group.next_column().unwrap().unwrap();
        let written = column.typed::<Int32>();
        written.write_batch(&[*value], None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    octets
}

#[test]
fn times_of_day_are_text() {
    let milliseconds = |second| Arc::new(Time32MillisecondArray::from(vec![0, second]));
    let microseconds = Time64MicrosecondArray::from(vec![1, 86_400_000_000]);
    let file = written(
        vec![
            keys(),
            ("ms", milliseconds(3_723_004)),
            ("us", Arc::new(microseconds)),
        ],
        None,
    );
    let (_, batches) = read(&[("a.parquet", &file)], keyed()).unwrap();
    let texts = |column: usize| batches[0].column(column).as_string::<i32>();
    assert_eq!(
        [texts(1).value(0), texts(1).value(1)],
        ["00:00:00", "01:02:03.004"]
    );
    assert_eq!(
        [texts(2).value(0), texts(2).value(1)],
        ["00:00:00.000001", "24:00:00"]
    );
    let file = written(vec![keys(), ("ms", milliseconds(-1))], None);
    assert_eq!(
        failed(&file, keyed()),
        ["a.parquet: row 2: ms: \"-1\" is no time of day"]
    );
}

#[test]
fn sixteen_octets_are_a_uuid_where_the_file_says_so() {
    let id = *b"\x01\x23\x45\x67\x89\xab\xcd\xef0123456\xff";
    let octets = FixedSizeBinaryArray::try_from_iter([id, id].into_iter()).unwrap();
    let plain = written(vec![keys(), ("id", Arc::new(octets))], None);
    assert!(failed(&plain, keyed())[0].contains("FixedSizeBinary(16)"));
    let message = "message m { required int32 k; required fixed_len_byte_array(16) id (UUID); }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let keys = column.typed::<Int32>();
    keys.write_batch(&[1], None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let ids = column.typed::<FixedLenByteArrayType>();
    let values = [FixedLenByteArray::from(id.to_vec())];
    ids.write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let (_, batches) = read(&[("a.parquet", &file)], keyed()).unwrap();
    let found = batches[0].column(1).as_string::<i32>().value(0);
    assert_eq!(found, "01234567-89ab-cdef-3031-3233343536ff");
}

#[test]
fn days_that_nobody_writes_are_faults() {
    let message = "message m { required int32 k; required int32 d (DATE); }";
    for (day, is_taken) in [
        (-719_162, true),
        (-719_163, false),
        (2_932_896, true),
        (2_932_897, false),
        (i32::MAX, false),
    ] {
        let file = of_message(message, &[1, day]);
        let found = read(&[("a.parquet", &file)], keyed()).map(|_| ());
        assert_eq!(found.is_ok(), is_taken, "{day}");
        if let Err(said) = found {
            let expected =
                "is no day of the years 1 to 9999: leave the value out where it stands for none";
            assert!(said[0].starts_with("a.parquet: row 1: d: "), "{said:?}");
            assert!(said[0].ends_with(expected), "{said:?}");
        }
    }
    for (us, is_taken) in [
        (253_402_300_799_999_999, true),
        (253_402_300_800_000_000, false),
        (1 << 62, false),
        (i64::MIN, false),
    ] {
        let times = TimestampMicrosecondArray::from(vec![0, us]).with_timezone("UTC");
        let file = written(vec![keys(), ("t", Arc::new(times))], None);
        let found = read(&[("a.parquet", &file)], keyed());
        assert_eq!(found.is_ok(), is_taken, "{us}");
    }
}

#[test]
fn columns_of_one_name_and_packing_that_is_not_read_are_told() {
    // As pyarrow writes one row, packed by Brotli; the codec is the octet behind the name of the column (k, 0x15).
    const BROTLI: &[u8] = b"PAR1\x15\x00\x15\x08\x15\x10,\x15\x02\x15\x00\x15\x06\x15\x06\x1c\x00\x00\x00\x8b\x01\x80\x01\x00\x00\x00\x03\x15\x04\x19,5\x00\x18\x06schema\x15\x02\x00\x15\x02%\x00\x18\x01k\x00\x16\x02\x19\x1c\x19\x1c&\x00\x1c\x15\x02\x19%\x06\x00\x19\x18\x01k\x15\x08\x16\x02\x16.\x166&\x08I\x1c\x15\x00\x15\x00\x15\x02\x00\x00\x00\x16.\x16\x02&\x08\x166\x00( parquet-cpp-arrow version 26.0.1\x19\x1c\x1c\x00\x00\x00r\x00\x00\x00PAR1";
    let codec = memchr::memmem::find(BROTLI, b"k\x15\x08").unwrap() + 2;
    for (octet, name) in [
        (0x08, "BROTLI"),
        (0x06, "LZO"),
        (0x0A, "LZ4"),
        (0x0E, "LZ4_RAW"),
    ] {
        let mut file = BROTLI.to_vec();
        file[codec] = octet;
        let expected = format!(
            "a.parquet: is Parquet packed by {name}, which is not read: write it with zstd, gzip, snappy or none"
        );
        assert_eq!(failed(&file, keyed()), [expected]);
    }
    let message = "message m { required int32 k; required int32 v; required int32 v; }";
    assert_eq!(
        failed(&of_message(message, &[1, 2, 3]), keyed()),
        ["a.parquet: \"v\" is there twice"]
    );
}

#[test]
fn what_no_table_takes_is_told_with_its_column_and_row() {
    let shapes: ArrayRef = Arc::new(BinaryArray::from(vec![&b"\x01"[..], b"\x02"]));
    let file = written(vec![keys(), ("raw", shapes)], None);
    assert_eq!(
        failed(&file, keyed()),
        [
            "a.parquet: raw: is of the type Binary, which is not read: leave it out, or say geometry = \"...\" where it is \
         well-known binary",
        ]
    );
    let large: ArrayRef = Arc::new(UInt64Array::from(vec![1, u64::MAX]));
    let file = written(vec![keys(), ("n", large)], None);
    assert_eq!(
        failed(&file, keyed()),
        ["a.parquet: row 2: n: \"18446744073709551615\" is no whole number of 64 bits with a sign",]
    );
    let local: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0, 1]));
    let file = written(vec![keys(), ("t", local)], None);
    let found = failed(&file, keyed());
    assert!(found[0].contains("says no zone"), "{found:?}");
    let mut hints = keyed();
    hints.zone = zone("UTC");
    read(&[("a.parquet", &file)], hints).unwrap();
}

#[test]
fn a_column_of_which_no_row_has_a_value_is_of_the_type_that_another_file_says() {
    let nothing = || -> (_, ArrayRef) { ("v", Arc::new(NullArray::new(2))) };
    let empty = written(vec![keys(), nothing()], None);
    let (reader, batches) = read(&[("a.parquet", &empty)], keyed()).unwrap();
    assert_eq!(reader.notes(), ["v has no value in any row, and is text"]);
    assert_eq!(batches[0].column_by_name("v").unwrap().null_count(), 2);
    let lists = ListArray::new(
        Arc::new(Field::new_list_field(DataType::Null, true)),
        OffsetBuffer::from_lengths([0, 2]),
        Arc::new(NullArray::new(2)),
        None,
    );
    let lists = written(vec![keys(), ("v", Arc::new(lists))], None);
    let (_, batches) = read(&[("a.parquet", &lists)], keyed()).unwrap();
    let found = batches[0].column_by_name("v").unwrap().as_string::<i32>();
    assert_eq!((found.value(0), found.value(1)), ("[]", "[null,null]"));
    let (reader, _) = read(&[("a.parquet", &empty), ("b.csv", b"k,v\n3,7\n")], keyed()).unwrap();
    let (_, column) = reader.schema().column("v").unwrap();
    assert_eq!(column.column_type, ColumnType::Integer);
}

#[test]
fn a_file_that_is_cut_or_damaged_is_refused_whatever_stands_in_it() {
    let file = written(vec![keys()], None);
    for length in [4, 10, file.len() / 2, file.len() - 1] {
        let found = failed(&file[..length], keyed());
        assert!(found[0].starts_with("a.parquet: "), "{found:?}");
    }
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 0x55;
        let _ = read(&[("a.parquet", &damaged)], keyed());
    }
    let found = failed(b"PARE....PARE", keyed());
    assert!(found[0].contains("encrypted Parquet"), "{found:?}");
}

#[test]
fn times_of_96_bits_are_local_and_need_a_zone() {
    let schema =
        Arc::new(parse_message_type("message m { required int32 k; required int96 t; }").unwrap());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<Int32>()
        .write_batch(&[1], None, None)
        .unwrap();
    column.close().unwrap();
    // The day is counted as astronomers do, from noon of the first day of 4713 before our era.
    let mut moment = Int96::new();
    moment.set_data(1_000_000, 0, 2_440_588);
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<Int96Type>()
        .write_batch(&[moment], None, None)
        .unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();

    let found = failed(&file, keyed());
    assert!(found[0].contains("says no zone"), "{found:?}");
    let mut hints = keyed();
    hints.zone = zone("UTC");
    let (_, batches) = read(&[("a.parquet", &file)], hints).unwrap();
    assert_eq!(
        batches[0]
            .column(1)
            .as_primitive::<TimestampMillisecondType>()
            .value(0),
        1
    );
}

#[test]
fn geoparquet_says_its_geometries_and_its_system() {
    let point = crate::geometry::wkb::point([1.0, 2.0]);
    let shapes = || -> ArrayRef { Arc::new(BinaryArray::from(vec![&*point, &*point])) };
    let with = |crs: &str| {
        let geo = format!(
            r#"{{"version":"1.1.0","primary_column":"g","columns":{{"g":{{"encoding":"WKB","geometry_types":[]{crs}}}}}}}"#
        );
        written(vec![keys(), ("g", shapes())], Some(&geo))
    };
    let hints = || Hints {
        kind: Some(Kind::Features),
        ..keyed()
    };
    for crs in [
        "",
        r#","crs":{"id":{"authority":"EPSG","code":4326}}"#,
        r#","crs":{"id":{"authority":"OGC","code":"CRS84"}}"#,
    ] {
        let (reader, batches) = read(&[("a.parquet", &with(crs))], hints()).unwrap();
        assert_eq!(reader.schema().geometry.as_deref(), Some("g"));
        assert_eq!(batches[0].column(1).as_binary::<i32>().value(0), point);
    }
    let mercator = with(r#","crs":{"id":{"authority":"EPSG","code":3857}}"#);
    let (_, batches) = read(&[("a.parquet", &mercator)], hints()).unwrap();
    let [west, ..] =
        crate::geometry::bounds(batches[0].column(1).as_binary::<i32>().value(0)).unwrap();
    assert!(west > 0.0 && west < 0.001, "{west}");
    for (edges, is_told) in [("planar", false), ("spherical", true)] {
        let file = with(&format!(r#","edges":"{edges}""#));
        let (reader, _) = read(&[("a.parquet", &file)], hints()).unwrap();
        let note = "a.parquet: edges of its geometries are arcs on a sphere, and are taken for straight lines of degrees";
        assert_eq!(reader.notes().iter().any(|found| found == note), is_told);
    }
    // A covering that names a column of values takes none away.
    let covered = with(r#","covering":{"bbox":{"xmin":["k","xmin"]}}"#);
    let (reader, _) = read(&[("a.parquet", &covered)], hints()).unwrap();
    assert_eq!(&*reader.schema().columns[0].name, "k");
    for (crs, part) in [
        (r#","crs":null"#, "no system"),
        (
            r#","crs":{"id":{"authority":"EPSG","code":27700}}"#,
            "EPSG:27700",
        ),
    ] {
        let found = failed(&with(crs), hints());
        assert!(found[0].contains(part), "{found:?}");
    }
}
