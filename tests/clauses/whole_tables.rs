//! Tables that are had whole: as Parquet they are sent as they lie, and short ones have their length.

use std::{ops::Range, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder, file::metadata::ParquetMetaData,
};

use super::{
    ogc_features::{items, json, site},
    site::{CERTIFICATE, Site, fresh_token},
};
use crate::support::{
    http::{Answer, Request},
    tables::{self, WATCHES},
};

/// A Parquet file: its metadata, its schema and its rows.
fn read(answer: &Answer) -> (Arc<ParquetMetaData>, SchemaRef, RecordBatch) {
    assert_eq!(answer.status, 200, "{answer:?}");
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(answer.content.clone()));
    let reader = reader.unwrap();
    let (metadata, schema) = (Arc::clone(reader.metadata()), Arc::clone(reader.schema()));
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let rows = concat_batches(&schema, &batches).unwrap();
    (metadata, schema, rows)
}

#[test]
fn a_table_as_it_lies_says_what_one_says_that_is_written_for_the_answer() {
    let site = site();
    for (id, properties, always) in [
        ("watches", "", "price >= 0"),
        ("watches", "&properties=price,sku", "price >= 0"),
        ("watches", "&properties=tags", "price >= 0"),
        ("outages", "", "number >= 0"),
        ("outages", "&properties=number", "number >= 0"),
        ("outages", "&properties=geom,area", "number >= 0"),
        ("meters", "", "kwh >= 0"),
        ("meters", "&properties=kwh", "kwh >= 0"),
        ("meters", "&sortby=meter,from", "kwh >= 0"),
    ] {
        let lies = site.get(&items(id, &format!("f=parquet{properties}")));
        let always = always.replace(' ', "%20").replace(">=", "%3E%3D");
        let written = site.get(&items(
            id,
            &format!("f=parquet{properties}&filter={always}"),
        ));
        assert_eq!(lies.field("accept-ranges"), Some("bytes"), "{id}");
        assert_eq!(written.field("accept-ranges"), None, "{id}");
        for name in ["content-type", "content-crs", "vary", "cache-control"] {
            assert_eq!(lies.field(name), written.field(name), "{id} {name}");
        }
        let (lies, written) = (read(&lies), read(&written));
        assert_eq!(lies.1, written.1, "{id} {properties}");
        assert_eq!(lies.2, written.2, "{id} {properties}");
        let [about, expected] = [&lies.0, &written.0].map(|one| one.file_metadata());
        assert_eq!(about.key_value_metadata(), expected.key_value_metadata());
        assert_eq!(about.created_by(), expected.created_by());
        assert_eq!(about.schema_descr(), expected.schema_descr());
        assert_eq!(about.num_rows(), expected.num_rows());
    }
}

#[test]
fn columns_that_only_the_layout_has_are_in_no_octet_of_a_table_as_it_lies() {
    let site = site();
    let whole = site.get(&items("outages", "f=parquet"));
    let is_in = |name: &[u8]| {
        whole
            .content
            .windows(name.len())
            .any(|octets| octets == name)
    };
    assert!(is_in(b"number"));
    assert!(!is_in(b"_xmin") && !is_in(b"_ymax"));
    let columns = site.get(&items("outages", "f=parquet&properties=number"));
    assert!(columns.content.len() < whole.content.len());
    assert!(!columns.content.windows(3).any(|octets| octets == b"A,1"));
}

fn part(answer: &Answer, whole: &[u8], range: Range<usize>) {
    assert_eq!(answer.status, 206, "{range:?}");
    let said = format!("bytes {}-{}/{}", range.start, range.end - 1, whole.len());
    assert_eq!(answer.field("content-range"), Some(&*said));
    assert_eq!(answer.content, whole[range]);
}

/// Rows: HTTP-2, HTTP-13, HTTP-15, HTTP-16
#[test]
fn rfc9110_14_a_table_as_it_lies_is_had_in_parts_and_one_that_is_written_is_not() {
    let site = site();
    let target = items("watches", "f=parquet");
    let first = site.get(&target);
    let (whole, tag) = (&first.content, first.field("etag").unwrap());
    let length = whole.len();
    assert_eq!(first.field("content-length"), Some(&*length.to_string()));
    assert!(tag.starts_with('"'), "{tag}");

    let ranged = |range: &str| site.get_with(&target, &[("range", range)]);
    part(&ranged("bytes=0-3"), whole, 0..4);
    part(&ranged("bytes=-8"), whole, length - 8..length);
    part(&ranged("bytes=100-"), whole, 100..length);
    assert_eq!(ranged("bytes=0-1,4-5").content, *whole);
    let beyond = ranged(&format!("bytes={length}-"));
    assert_eq!(beyond.status, 416);
    let expected = format!("bytes */{length}");
    assert_eq!(beyond.field("content-range"), Some(&*expected));

    let with = |name, value| site.get_with(&target, &[("range", "bytes=4-9"), (name, value)]);
    part(&with("if-range", tag), whole, 4..10);
    assert_eq!(with("if-range", "\"other\"").content, *whole);
    let weak = format!("W/{tag}");
    assert_eq!(with("if-range", &weak).content, *whole);
    let unchanged = with("if-none-match", tag);
    assert_eq!((unchanged.status, unchanged.content.len()), (304, 0));
    assert_eq!(with("if-match", "\"other\"").status, 412);

    let head = Request::new("HEAD", &target)
        .bearer(&fresh_token())
        .field(CERTIFICATE, &site.bank.escaped())
        .field("Range", "bytes=0-3");
    let head = site.ask(&head);
    assert_eq!((head.status, head.content.len()), (200, 0));
    for name in ["content-length", "etag", "content-type", "accept-ranges"] {
        assert_eq!(head.field(name), first.field(name), "{name}");
    }

    let written = items("watches", "f=parquet&filter=price%3E%3D0");
    let written = site.get_with(&written, &[("range", "bytes=0-3")]);
    assert_eq!(written.status, 200);
}

#[test]
fn another_version_of_a_table_has_another_tag_and_no_part_of_it_is_taken_for_one_of_the_first() {
    let site = site();
    let target = items("watches", "f=parquet");
    let first = site.get(&target);
    let tag = first.field("etag").unwrap();
    assert_eq!(site.get(&target).field("etag"), Some(tag));
    tables::watches(&site.dir().join("state"), "watches", 1);
    site.perild.reload();
    let resumed = site.get_with(&target, &[("range", "bytes=100-"), ("if-range", tag)]);
    assert_eq!(resumed.status, 200);
    assert_ne!(resumed.field("etag"), Some(tag));
    assert_ne!(resumed.content, first.content);
    assert_eq!(site.get_with(&target, &[("if-match", tag)]).status, 412);
}

/// A site with a table that is long in every format.
fn with_a_long_table() -> Site {
    let site = site();
    tables::meters(&site.dir().join("state"), "long", 20_000);
    site.perild.reload();
    site
}

#[test]
fn a_short_table_has_its_length_in_each_format_and_a_long_one_begins_before_its_end() {
    let site = with_a_long_table();
    for f in [
        "csv",
        "ndjson",
        "arrow",
        "parquet",
        "parquet&filter=kwh%3E%3D0",
    ] {
        for coding in ["identity", "gzip", "zstd"] {
            let short = site.get_with(
                &items("meters", &format!("f={f}")),
                &[("accept-encoding", coding)],
            );
            assert_eq!(short.status, 200, "{f}");
            // A length of what is coded misleads programs that count what they decode.
            let length = short.content.len().to_string();
            let length = Some(&*length).filter(|_| short.field("content-encoding").is_none());
            assert_eq!(short.field("content-length"), length, "{f} {coding}");
            let is_chunked = short.field("transfer-encoding").is_some();
            assert_eq!(is_chunked, length.is_none(), "{f} {coding}");
        }
    }
    for f in ["csv", "ndjson", "arrow"] {
        let long = site.get(&items("long", &format!("f={f}")));
        assert_eq!(long.field("transfer-encoding"), Some("chunked"), "{f}");
        assert_eq!(long.field("content-length"), None, "{f}");
    }
    let csv = site.get(&items("long", "f=csv"));
    assert_eq!(csv.text().lines().count(), 1 + 3 * 20_000);
    let whole = site.get(&items("long", "f=parquet"));
    let length = whole.content.len().to_string();
    assert_eq!(whole.field("content-length"), Some(&*length));
    assert_eq!(read(&whole).2.num_rows(), 3 * 20_000);
}

#[test]
fn rows_that_are_passed_over_are_in_no_table() {
    let site = site();
    let rows = |offset: usize, f: &str| {
        site.get(&items(
            "watches",
            &format!("offset={offset}&f={f}&properties=sku"),
        ))
    };
    for offset in [0, 1, WATCHES - 1, WATCHES, WATCHES + 1] {
        let csv = rows(offset, "csv");
        let left = WATCHES.saturating_sub(offset);
        assert_eq!(csv.text().lines().count(), 1 + left, "{offset}");
        let first = csv.text().lines().nth(1).map(str::to_owned);
        let expected = (left > 0).then(|| tables::sku(offset));
        assert_eq!(first, expected, "{offset}");
        assert_eq!(
            read(&rows(offset, "parquet")).2.num_rows(),
            left,
            "{offset}"
        );
    }
    let page = json(&site.get(&items("watches", "offset=249&properties=sku")));
    assert_eq!(page["numberReturned"], 1);
}
