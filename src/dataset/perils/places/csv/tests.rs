//! Records are read as any CSV reader would, and pass through unchanged where they can.

use proptest::prelude::*;

use super::*;

fn read(text: &[u8]) -> io::Result<Vec<Vec<String>>> {
    let mut reader = io::BufReader::with_capacity(3, io::Cursor::new(text.to_vec()));
    let mut record = Record::default();
    let mut all = Vec::new();
    while record.read(&mut reader, Dialect::default())? {
        all.push(record.fields(record.len()).map(Cow::into_owned).collect());
    }
    Ok(all)
}

fn one(text: &[u8]) -> Record {
    let mut record = Record::default();
    let mut reader = io::Cursor::new(text.to_vec());
    record.read(&mut reader, Dialect::default()).unwrap();
    record
}

fn records(text: &[u8]) -> Vec<Vec<String>> {
    read(text).unwrap()
}

#[test]
fn quotes_line_ends_and_empty_lines_are_understood() {
    assert_eq!(
        records(b"a,b\r\n\r\n\"x, \"\"y\"\"\nz\",1\n,\nlast"),
        [
            vec!["a", "b"],
            vec!["x, \"y\"\nz", "1"],
            vec!["", ""],
            vec!["last"]
        ]
    );
    for open in [&b"\"open"[..], b"a,b\n1,\"", b"a\n\"5\"\" pipe\n"] {
        assert_eq!(read(open).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
    assert_eq!(
        records(b"12\" main,1\n\"a\",2\nb,\"3\" x\n"),
        [vec!["12\" main", "1"], vec!["a", "2"], vec!["b", "\"3\" x"]]
    );
    assert!(records(b"\n\r\n").is_empty());
}

#[test]
fn a_line_that_other_readers_may_understand_otherwise_is_not_given_back_as_it_is() {
    for (line, is_given_back) in [
        ("a,b", true),
        ("\"a, \"\"b\"\"\",\"\"", true),
        ("a\"b,1", false),
        ("\"a\"b,1", false),
        ("a\rb,1", false),
        ("a", false),
        ("a,b,c", false),
    ] {
        assert_eq!(
            one(line.as_bytes()).line(2).is_some(),
            is_given_back,
            "{line}"
        );
    }
    assert_eq!(one(b"\xff,b").line(2), None);
}

#[test]
fn fields_beyond_the_last_are_empty_and_a_wrong_byte_is_replaced() {
    let record = one(b"Caf\xe9,b");
    let fields: Vec<_> = record.fields(3).collect();
    assert_eq!(fields, ["Caf\u{fffd}", "b", ""]);
    assert!(!record.is_utf8());
}

#[test]
fn another_separator_and_another_line_end_are_understood() {
    let dialect = Dialect {
        separator: b';',
        line_end: b'\r',
    };
    let mut record = Record::default();
    let mut reader = io::Cursor::new(b"a;\"x;\ry\"\r1,5;2\r".to_vec());
    let mut all = Vec::new();
    while record.read(&mut reader, dialect).unwrap() {
        all.push(record.fields(2).map(Cow::into_owned).collect::<Vec<_>>());
    }
    assert_eq!(all, [["a", "x;\ry"], ["1,5", "2"]]);
    assert_eq!(record.line(2), None);
}

#[test]
fn a_field_that_is_too_long_is_emptied_and_those_around_it_stay() {
    let long = "x".repeat(3 * LONGEST);
    let quoted = format!("\"{}\"", "a,\"\"\n".repeat(LONGEST));
    for long in [&long, &quoted] {
        let lines = format!("1,{long},a\n2,y,{long},{long}\r\n3,z,c\n");
        let expected = [
            vec!["1", "", "a"],
            vec!["2", "y", "", ""],
            vec!["3", "z", "c"],
        ];
        assert_eq!(records(lines.as_bytes()), expected);
        assert!(one(lines.as_bytes()).is_too_long());
    }
    let many = one("1,".repeat(LONGEST).as_bytes());
    assert!(many.is_too_long() && many.bytes() < 2 * LONGEST);
    assert!(!one(&vec![b'x'; LONGEST]).is_too_long());
}

#[test]
fn a_quote_without_an_end_takes_no_memory() {
    let endless = [b"\"", "a\n".repeat(LONGEST).as_bytes()].concat();
    let mut record = Record::default();
    let error = record.read(&mut io::Cursor::new(endless), Dialect::default());
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert!(record.bytes() < 2 * LONGEST);
}

proptest! {
    #[test]
    fn no_bytes_upset_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        match read(&bytes) {
            Ok(all) => prop_assert!(all.iter().all(|record| !record.is_empty())),
            Err(error) => prop_assert_eq!(error.kind(), io::ErrorKind::InvalidData),
        }
    }
}
