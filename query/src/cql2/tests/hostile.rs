//! Filters that would cost too much, and any text.

use super::*;

/// Rows: CQL-9
#[test]
fn depth_and_length_are_bounded() {
    let limits = Limits::default();
    let deep = |depth: usize| format!("{}floors = 1{}", "(".repeat(depth), ")".repeat(depth));
    let negated = |depth: usize| format!("{}floors = 1", "NOT ".repeat(depth));
    let json = |depth: usize| {
        let (open, close) = (r#"{"op":"not","args":["#, "]}");
        format!("{}true{}", open.repeat(depth), close.repeat(depth))
    };
    let last = limits.depth - 1;
    assert!(of_text(&deep(last)).is_ok());
    assert!(of_text(&negated(last)).is_ok());
    assert!(of_json(&json(last)).is_ok());
    assert_eq!(
        shown(of_text(&deep(limits.depth))),
        "at character 65: more than 64 operators and brackets are in each other"
    );
    let too_deep = FaultKind::Depth(limits.depth);
    for filter in [
        negated(limits.depth),
        "(".repeat(16_000),
        "NOT ".repeat(4_000),
        "CASEI(".repeat(2_700),
        "INTERVAL(".repeat(1_800),
        "S_WITHIN(".repeat(1_800),
    ] {
        assert_eq!(
            of_text(&filter).unwrap_err().kind,
            too_deep,
            "{}",
            &filter[..9]
        );
    }
    let shallow = Options {
        limits: Limits { depth: 5, ..limits },
        ..Options::default()
    };
    assert!(super::json(&json(4), &schema(), shallow).is_ok());
    let fault = super::json(&json(5), &schema(), shallow).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Depth(5));
    for filter in [json(700), "[".repeat(16_000), r#"{"op":"#.repeat(2_000)] {
        assert!(matches!(
            of_json(&filter).unwrap_err().kind,
            FaultKind::Json(_)
        ));
    }
    let collections = format!("S_WITHIN(geometry, {}", "GEOMETRYCOLLECTION(".repeat(800));
    assert!(matches!(
        of_text(&collections).unwrap_err().kind,
        FaultKind::Geometry(_)
    ));
    let long = format!("name = '{}'", "x".repeat(limits.octets));
    assert_eq!(
        shown(of_text(&long)),
        "at character 1: the filter has 16393 octets, and 16384 at most are read"
    );
    assert!(matches!(
        of_json(&long).unwrap_err().kind,
        FaultKind::Length { .. }
    ));
}

/// Rows: CQL-9
#[test]
fn lists_and_positions_are_bounded() {
    let limits = Limits {
        items: 3,
        positions: 3,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let line = "S_WITHIN(geometry, LINESTRING(0 0, 1 1))";
    for (filter, expected) in [
        ("floors IN (1,2,3)", None),
        ("floors IN (1,2,3,4)", Some(FaultKind::Items(3))),
        ("S_WITHIN(geometry, LINESTRING(0 0, 1 1, 2 2))", None),
        (
            "S_WITHIN(geometry, LINESTRING(0 0, 1 1, 2 2, 3 3))",
            Some(FaultKind::Positions(3)),
        ),
        (line, None),
        (&format!("{line} OR {line}"), Some(FaultKind::Positions(3))),
    ] {
        let found = text(filter, &schema(), options);
        assert_eq!(found.err().map(|fault| fault.kind), expected, "{filter}");
    }
    let list = r#"{"op":"in","args":[{"property":"floors"},[1,2,3,4]]}"#;
    let found = json(list, &schema(), options).unwrap_err();
    assert_eq!(found.kind, FaultKind::Items(3));
}

#[test]
fn a_column_may_have_the_name_of_a_geometry_or_a_function() {
    let mut schema = schema();
    for (column, name) in schema.columns.iter_mut().zip(["point", "date", "casei"]) {
        column.name = name.into();
    }
    let filter = "point = 'a' AND date = 'b' AND casei = 1";
    let read = text(filter, &schema, Options::default()).unwrap();
    assert_eq!(
        read.text(&schema),
        r#""point" = 'a' AND "date" = 'b' AND "casei" = 1"#
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(filter in ".{0,200}") {
        let _ = of_text(&filter);
        let _ = of_json(&filter);
    }

    /// Rows: CQL-8
    #[test]
    fn words_in_any_order_are_refused_or_read_back(
        words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..14),
    ) {
        if let Ok(predicate) = of_text(&words.join(" ")) {
            prop_assert_eq!(of_text(&predicate.text(&schema())), Ok(predicate));
        }
    }

    #[test]
    fn text_in_quotes_is_what_was_put_in_them(value in ".{0,20}", is_first: bool) {
        let column = if is_first { 0 } else { 10 };
        let literal = Literal::Text((*value).into());
        let column = (column, Folding::default());
        let made = Predicate::comparing(&schema(), column, Comparison::Equal, &literal).unwrap();
        let read = of_text(&made.text(&schema())).ok();
        prop_assert_eq!(read == Some(made), !value.ends_with('\\'));
    }
}

const WORDS: [&str; 40] = [
    "(",
    ")",
    ",",
    "=",
    "<>",
    "<",
    ">=",
    "AND",
    "OR",
    "NOT",
    "LIKE",
    "BETWEEN",
    "IN",
    "IS",
    "NULL",
    "TRUE",
    "name",
    "floors",
    "depth",
    "updated",
    "geometry",
    "'a%'",
    "1",
    "2.5",
    "'..'",
    "'2020-01-01'",
    "DATE(",
    "INTERVAL(",
    "T_DURING(",
    "T_AFTER(",
    "S_WITHIN(",
    "CASEI(",
    "POINT(1 2)",
    "BBOX(1,2,3,4)",
    "ends_at",
    "starts_at",
    "swimming_pool",
    "name =",
    "depth >",
    "DATE('2020-01-01')",
];

#[test]
fn as_much_as_a_limit_says_is_taken_and_no_more() {
    let with = |limits| Options {
        limits,
        ..Options::default()
    };
    let (text_filter, json_filter) = (
        "floors IN (1,2,3)",
        r#"{"op":"in","args":[{"property":"floors"},[1,2,3]]}"#,
    );
    for (less, is_taken) in [(0, true), (1, false)] {
        let octets = |filter: &str| {
            with(Limits {
                octets: filter.len() - less,
                ..Limits::default()
            })
        };
        let items = with(Limits {
            items: 3 - less,
            ..Limits::default()
        });
        for found in [
            text(text_filter, &schema(), octets(text_filter)),
            json(json_filter, &schema(), octets(json_filter)),
            text(text_filter, &schema(), items),
            json(json_filter, &schema(), items),
        ] {
            assert_eq!(found.is_ok(), is_taken, "{}", shown(found));
        }
    }
}

/// The deepest operands, of which each limit less is refused.
#[test]
fn lists_and_ends_of_intervals_are_deeper_than_what_they_are_in() {
    for (filter, depth) in [
        (r#"{"op":"in","args":[{"property":"floors"},[1]]}"#, 3),
        (
            r#"{"op":"t_after","args":[{"property":"updated"},{"interval":[{"property":"built"},".."]}]}"#,
            3,
        ),
        (
            r#"{"op":"t_after","args":[{"property":"updated"},{"interval":["..",{"property":"built"}]}]}"#,
            3,
        ),
    ] {
        for (depth, is_deep_enough) in [(depth, true), (depth - 1, false)] {
            let limits = Limits {
                depth,
                ..Limits::default()
            };
            let options = Options {
                limits,
                ..Options::default()
            };
            let found = json(filter, &schema(), options);
            let is_too_deep = found.is_err_and(|fault| fault.kind == FaultKind::Depth(depth));
            assert_eq!(is_too_deep, !is_deep_enough, "{depth}: {filter}");
        }
    }
}
