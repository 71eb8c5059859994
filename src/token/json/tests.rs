use proptest::prelude::*;
use serde_json::json;

use super::*;

fn object(text: &str) -> Object {
    parse_object(text.as_bytes()).unwrap()
}

#[test]
fn an_object_is_read_as_it_is() {
    let object = object(r#" {"a":[1,-2,1.5,"x",null,true] , "b" : {"a":0},"c\u0021":"d,}"} "#);
    assert_eq!(
        object.value("a"),
        Ok(Some(json!([1, -2, 1.5, "x", null, true])))
    );
    assert_eq!(object.value("b"), Ok(Some(json!({"a": 0}))));
    assert_eq!(object.string("c!"), Ok(Some("d,}".to_owned())));
    assert_eq!(object.value("d"), Ok(None));
    assert_eq!(
        object.object("b").unwrap().unwrap().value("a"),
        Ok(Some(json!(0)))
    );
    assert_eq!(object.object("a"), Err(NotReadable));
    assert_eq!(object.objects("a"), Err(NotReadable));
    assert_eq!(object.objects("b"), Err(NotReadable));
    assert_eq!(object.objects("d"), Ok(None));
    assert_eq!(object.string("a"), Err(NotReadable));
}

#[test]
fn an_array_of_objects_is_read_object_by_object() {
    let object = object(r#"{"a": [ {"b":1} ,{"b":{"c":2}}, {} ], "e":[]}"#);
    let read = object.objects("a").unwrap().unwrap();
    let values: Vec<_> = read.iter().map(|one| one.value("b").unwrap()).collect();
    assert_eq!(values, [Some(json!(1)), Some(json!({"c": 2})), None]);
    assert_eq!(object.objects("e"), Ok(Some(Vec::new())));
}

#[test]
fn a_member_that_is_null_is_a_member_that_is_absent() {
    let object = object(r#"{"a": null,"b":{"c":null}}"#);
    assert_eq!(object.value("a"), Ok(None));
    assert_eq!(object.string("a"), Ok(None));
    assert_eq!(object.object("a"), Ok(None));
    assert_eq!(object.object("b").unwrap().unwrap().value("c"), Ok(None));
    assert!(object.names("a") && object.is_null("a") && !object.is_null("b"));
}

/// Rows: INT-9
#[test]
fn rfc8259_4_a_name_said_twice_is_a_fault_at_any_depth() {
    for text in [
        r#"{"active":true,"active":false}"#,
        r#"{"active":true,"act\u0069ve":true}"#,
        r#"{"active":null,"active":true}"#,
        r#"{"active":true,"active":null}"#,
        r#"{"a":null,"a":null}"#,
        r#"{"a":{"b":1,"b":1}}"#,
        r#"{"a":[0,{"b":1,"b":2}]}"#,
        r#"{"a":{"":1,"":2}}"#,
        r#"{"\ud800":1,"\uD800":2}"#,
        r#"[{"b":1,"b":2}]"#,
    ] {
        assert_eq!(
            parse_object(text.as_bytes()),
            Err(JsonFault::DuplicateMember),
            "{text}"
        );
    }
    for text in [
        r#"{"a":{"a":{"a":1}}}"#,
        r#"{"a":[{"b":1},{"b":2}],"b":{"b":3}}"#,
        r#"{"a":"\"a\":","b":"a"}"#,
        r#"{"\ud800":1,"\ud801":2}"#,
    ] {
        assert!(parse_object(text.as_bytes()).is_ok(), "{text}");
    }
}

/// Rows: INT-7
#[test]
fn what_nobody_reads_is_not_judged() {
    let deep = format!(
        r#"{{"a":1,"x":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let nested = format!(
        r#"{{"a":1,"x":{}1{}}}"#,
        r#"{"y":"#.repeat(40_000),
        "}".repeat(40_000)
    );
    for text in [
        r#"{"a":1,"x":"\ud800"}"#,
        r#"{"a":1,"x":["\udfff\ud800"]}"#,
        r#"{"a":1,"\ud800":0}"#,
        r#"{"a":1,"x":1e400}"#,
        r#"{"a":1,"x":-1E+99999}"#,
        r#"{"a":1,"x":123456789012345678901234567890123456789012345678901234567890}"#,
        r#"{"a":1,"x":"\u0000"}"#,
        "\u{feff}{\"a\":1}",
        &deep,
        &nested,
    ] {
        assert_eq!(object(text).value("a"), Ok(Some(json!(1))), "{text:.40}");
    }
    for text in [r#"{"x":"\ud800"}"#, r#"{"x":1e400}"#, &deep] {
        assert_eq!(object(text).value("x"), Err(NotReadable), "{text:.40}");
    }
}

/// Rows: INT-9
#[test]
fn what_is_no_single_object_is_told_apart() {
    for text in ["[]", "true", "null", "\"active\"", "1", "\u{feff}[]"] {
        assert_eq!(
            parse_object(text.as_bytes()),
            Err(JsonFault::NotAnObject),
            "{text}"
        );
    }
    let deep = "[".repeat(200_000);
    for text in [
        "",
        "<html>",
        "{",
        "{}{}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\n\"}",
        "{} \u{feff}",
        "\u{feff}\u{feff}{}",
        &deep,
    ] {
        assert_eq!(
            parse_object(text.as_bytes()),
            Err(JsonFault::NotJson),
            "{text:.20}"
        );
    }
    assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), Err(JsonFault::NotJson));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_object(&bytes);
    }

    #[test]
    fn nothing_json_like_makes_it_panic(text in r#"[{}\[\]:,"\\ud80a1 \-.e+]{0,60}"#) {
        let _ = parse_object(text.as_bytes());
    }

    #[test]
    fn what_is_written_is_read_back(json in any_json()) {
        let text = serde_json::to_vec(&json!({ "it": json })).unwrap();
        let expected = Some(json).filter(|json| !json.is_null());
        prop_assert_eq!(parse_object(&text).unwrap().value("it"), Ok(expected));
    }
}
