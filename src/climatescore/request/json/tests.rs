use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Json, JsonFault> {
    Json::read(text.as_bytes(), 1000)
}

#[test]
fn what_python_reads_is_read() {
    assert_eq!(
        read(" [1, -0, 1.0] "),
        Ok(Json::Array(vec![
            Json::Integer("1".into()),
            Json::Integer("0".into()),
            Json::Float(1.0),
        ]))
    );
    assert_eq!(read("-Infinity"), Ok(Json::Float(f64::NEG_INFINITY)));
    assert!(matches!(read("NaN"), Ok(Json::Float(number)) if number.is_nan()));
    assert_eq!(
        read("\"\\ud83d\\ude00\""),
        Ok(Json::Text("\u{1f600}".into()))
    );
    assert!(read("\"\\ud83d\"").is_ok());
    let repeated = read("{\"a\":1,\"a\":2}").unwrap();
    assert_eq!(repeated.member("a"), Some(&Json::Integer("2".into())));
    assert_eq!(Json::read(b"\xef\xbb\xbfnull", 1), Ok(Json::Null));
}

#[test]
fn reading_stops_at_what_is_no_json() {
    for (bytes, at) in [
        (&b""[..], 0),
        (b"{", 1),
        (b"[1,]", 3),
        (b"01", 1),
        (b"1.", 1),
        (b"1e", 1),
        (b"nul", 0),
        (b"\"a\nb\"", 3),
        (b"\"\\x\"", 3),
        (b"{\"a\" 1}", 5),
        (b"\"\xff\"", 1),
        (b"\xef\xbb\xbf\xff", 3),
        (b"'a'", 0),
    ] {
        assert_eq!(
            Json::read(bytes, 1000),
            Err(JsonFault::NotJson(at)),
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(&deep(MAX_DEPTH)).is_ok());
    assert!(read(&deep(MAX_DEPTH + 1)).is_err());
    assert!(read(&deep(1_000_000)).is_err());
}

#[test]
fn as_many_values_are_read_as_may_be_and_not_one_more() {
    let array = |items: usize| format!("[{}]", vec!["{\"a\":0}"; items].join(","));
    let of = |items| Json::read(array(items).as_bytes(), 21);
    assert!(of(10).is_ok());
    assert_eq!(of(11), Err(JsonFault::TooManyValues));
    assert_eq!(
        Json::read(b"[0,x", 2),
        Err(JsonFault::TooManyValues),
        "what comes after the last is not looked at"
    );
}

proptest! {
    #[test]
    fn no_bytes_upset_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Err(JsonFault::NotJson(at)) = Json::read(&bytes, 1000) {
            prop_assert!(at <= bytes.len());
        }
    }

    #[test]
    fn what_serde_reads_is_read(text in "[\\[\\]{}\",:0-9eE.+\\-a-c \\\\untrl]{0,24}") {
        if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
            prop_assert!(read(&text).is_ok());
        }
    }
}
