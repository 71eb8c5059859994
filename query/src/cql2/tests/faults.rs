//! Faults of filters, and what is said of them.

use super::*;

/// Rows: CQL-10
#[test]
fn a_fault_of_a_text_is_told_with_its_character() {
    const OPERAND: &str = "a column, a value or a function is expected, and";
    for (filter, character, expected) in [
        ("", 1, format!("{OPERAND} the end is there")),
        ("name =", 7, format!("{OPERAND} the end is there")),
        ("name = = 'a'", 8, format!("{OPERAND} = is there")),
        ("and = 1", 1, format!("{OPERAND} \"and\" is there")),
        ("floors IN ()", 12, format!("{OPERAND} ) is there")),
        (
            "S_WITHIN(geometry, POINT(1 2)) AND )",
            36,
            format!("{OPERAND} ) is there"),
        ),
        (
            "floors > 3-1",
            11,
            "AND, OR or the end is expected, and the number -1 is there".to_owned(),
        ),
        ("a.b2 = 1", 1, r#"there is no column "a.b2""#.to_owned()),
        (
            "cafe\u{301}s = 1",
            1,
            "there is no column \"cafe\u{301}s\"".to_owned(),
        ),
    ] {
        let expected = format!("at character {character}: {expected}");
        assert_eq!(shown(of_text(filter)), expected, "{filter}");
    }
    for (filter, character, expected) in TEXTS {
        let expected = format!("at character {character}: {expected}");
        assert_eq!(shown(of_text(filter)), expected, "{filter}");
    }
    let of_an_instant = shown(of_text("T_DURING(updated, INTERVAL('2020-01-01','..'))"));
    let expected = "at character 1: T_DURING is of two intervals, and one is an instant";
    assert!(of_an_instant.starts_with(expected), "{of_an_instant}");
}

/// Rows: CQL-10
#[test]
fn a_fault_of_a_json_is_told_with_its_member() {
    const OPERAND: &str =
        "a value, an operator, a property, a geometry, a date or an interval is expected, and";
    const CALL: &str = "an object of op and args, a list is expected, and another is there";
    let cases: [(&str, String); 23] = [
        (
            "{",
            "in the filter: the filter is no JSON: EOF while parsing".to_owned(),
        ),
        ("null", format!("in the filter: {OPERAND} null is there")),
        (
            "[]",
            "in the filter: a condition is expected, and a list is there".to_owned(),
        ),
        (r#"{"op":"="}"#, format!("in the filter: {CALL}")),
        (r#"{"op":"=","args":1}"#, format!("in the filter: {CALL}")),
        (
            r#"{"op":"=","args":[1,1],"x":1}"#,
            format!("in the filter: {CALL}"),
        ),
        (
            r#"{"op":1,"args":[]}"#,
            "in /op: a text is expected, and a number is there".to_owned(),
        ),
        (
            r#"{"op":"=","args":[{"property":"nam"},1]}"#,
            r#"in /args/0: there is no column "nam"; "name" is there"#.to_owned(),
        ),
        (
            r#"{"op":"=","args":[{"property":1},1]}"#,
            "in /args/0/property: a text is expected, and a number is there".to_owned(),
        ),
        (
            r#"{"op":"and","args":[{"op":"=","args":[{"property":"depth"},"x"]},true]}"#,
            r#"in /args/0/args/1: depth is number, and is compared with the text "x""#.to_owned(),
        ),
        (
            r#"{"op":"and","args":[true]}"#,
            "in the filter: AND has two operands or more, and not 1".to_owned(),
        ),
        (
            r#"{"op":"not","args":[]}"#,
            "in the filter: NOT has one operand, and not 0".to_owned(),
        ),
        (
            r#"{"op":"in","args":[{"property":"name"},"a"]}"#,
            r#"in /args/1: a list is expected, and the text "a" is there"#.to_owned(),
        ),
        (
            r#"{"op":"in","args":[{"property":"name"},[]]}"#,
            "in /args/1: a value is expected, and an empty list is there".to_owned(),
        ),
        (
            r#"{"op":"drop table","args":[]}"#,
            r#"in the filter: there is no function "drop table""#.to_owned(),
        ),
        (
            r#"{"op":"s_within","args":[{"property":"geometry"},{"type":"Circle","coordinates":[]}]}"#,
            "in /args/1: the geometry is no GeoJSON".to_owned(),
        ),
        (
            r#"{"op":"s_within","args":[{"property":"geometry"},{"bbox":[1,"2",3,4]}]}"#,
            "in /args/1/bbox: a list of numbers is expected, and another is there".to_owned(),
        ),
        (
            r#"{"op":"s_within","args":[{"property":"geometry"},{"bbox":1}]}"#,
            "in /args/1/bbox: a list is expected, and a number is there".to_owned(),
        ),
        (
            r#"{"op":"t_after","args":[{"property":"updated"},{"interval":["2020-01-01"]}]}"#,
            "in /args/1/interval: a begin and an end is expected, and another list is there"
                .to_owned(),
        ),
        (
            r#"{"op":"t_after","args":[{"property":"updated"},{"interval":["x",".."]}]}"#,
            r#"in /args/1/interval/0: "x" is no date of RFC 3339, as 2026-01-31"#.to_owned(),
        ),
        (
            r#"{"op":"=","args":[{"property":"updated"},{"date":"2020"}]}"#,
            r#"in /args/1/date: "2020" is no date of RFC 3339, as 2026-01-31"#.to_owned(),
        ),
        (
            r#"{"op":"=","args":[{"a/b~":1},1]}"#,
            format!("in /args/0/a~1b~0: {OPERAND} an object of another member is there"),
        ),
        (
            r#"{"property":"name","date":"x"}"#,
            format!("in the filter: {OPERAND} an object of other members is there"),
        ),
    ];
    for (filter, expected) in cases {
        let found = shown(of_json(filter));
        assert!(found.starts_with(&expected), "{filter}: {found}");
    }
}

/// Filters, the character of the fault, and the fault.
const TEXTS: [(&str, usize, &str); 74] = [
    (
        "name",
        1,
        r#"a condition is expected, and the column "name" is there"#,
    ),
    (
        "'name'",
        1,
        r#"a condition is expected, and the text "name" is there"#,
    ),
    ("1", 1, "a condition is expected, and the number 1 is there"),
    (
        "CASEI(name)",
        1,
        "a condition is expected, and CASEI is there",
    ),
    (
        "INTERVAL('2021-01-01','..')",
        1,
        "a condition is expected, and an interval is there",
    ),
    (
        "name = 'é' x",
        12,
        r#"AND, OR or the end is expected, and "x" is there"#,
    ),
    ("name = 'a", 8, "a quote is opened and not closed"),
    ("name = 'a\\'", 8, "a quote is opened and not closed"),
    ("\"name = 'a'", 1, "a quote is opened and not closed"),
    ("(name = 'a'", 12, ") is expected, and the end is there"),
    (
        "name = 'a'; DROP TABLE x",
        11,
        r#"a name, a value or an operator is expected, and ";" is there"#,
    ),
    (
        "name = 'a' -- ",
        12,
        "AND, OR or the end is expected, and - is there",
    ),
    (
        "name ~ 'a'",
        6,
        r#"a name, a value or an operator is expected, and "~" is there"#,
    ),
    (
        "nam = 'a'",
        1,
        r#"there is no column "nam"; "name" is there"#,
    ),
    (
        "Name = 'a'",
        1,
        r#"there is no column "Name"; "name" is there"#,
    ),
    ("password = 'a'", 1, r#"there is no column "password""#),
    ("_xmin > 1", 1, r#"there is no column "_xmin""#),
    (
        "floors > NaN",
        10,
        r#"there is no column "NaN"; a text stands in single quotes"#,
    ),
    (
        "name = \"Smith\"",
        8,
        r#"there is no column "Smith"; a text stands in single quotes"#,
    ),
    (
        "name IN ('Smith', floor)",
        19,
        r#"there is no column "floor"; "floors" is there; a text stands in single quotes"#,
    ),
    (
        "name LIKE Sm",
        11,
        r#"there is no column "Sm"; a text stands in single quotes"#,
    ),
    (
        "depth BETWEEN 1 AND many",
        21,
        r#"there is no column "many"; a text stands in single quotes"#,
    ),
    ("name == 'a'", 6, "= is expected, and == is there"),
    ("name != 'a'", 6, "<> is expected, and != is there"),
    (
        "name = 'a' && floors = 1",
        12,
        "AND is expected, and && is there",
    ),
    ("name = ‘a’", 8, "' is expected, and ‘ is there"),
    (
        "depth = 'deep'",
        9,
        r#"depth is number, and is compared with the text "deep""#,
    ),
    (
        "depth BETWEEN 1 AND 'x'",
        21,
        r#"depth is number, and is compared with the text "x""#,
    ),
    (
        "floors IN (1, 'x')",
        15,
        r#"floors is integer, and is compared with the text "x""#,
    ),
    (
        "notes = '{}'",
        1,
        "notes is json, and rows are not asked for by such a column",
    ),
    (
        "geometry = 'a'",
        12,
        r#"geometry is geometry, and is compared with the text "a""#,
    ),
    (
        "updated > '2020-01-01'",
        11,
        r#"updated is date-time, and is compared with the text "2020-01-01" and not with DATE('2020-01-01')"#,
    ),
    (
        "updated < '2020-01-01T00:00:00+01:00'",
        11,
        r#"updated is date-time, and is compared with the text "2020-01-01T00:00:00+01:00" and not with TIMESTAMP('2019-12-31T23:00:00Z')"#,
    ),
    (
        "floors IN (1, '2')",
        15,
        r#"floors is integer, and is compared with the text "2" and not with 2"#,
    ),
    (
        "notes IS NOT NULL",
        1,
        "notes is json, and rows are not asked for by such a column",
    ),
    (
        "'5' > 4",
        7,
        r#"the text "5" is compared with the number 4"#,
    ),
    (
        "CASEI(floors) = 1",
        17,
        "floors is integer, and CASEI and ACCENTI are for text",
    ),
    (
        "floors IN 1",
        11,
        "( is expected, and the number 1 is there",
    ),
    (
        "floors NOT 1",
        12,
        "LIKE, BETWEEN or IN is expected, and the number 1 is there",
    ),
    (
        "floors IS 1",
        11,
        "NULL is expected, and the number 1 is there",
    ),
    (
        "floors LIKE 'a'",
        1,
        "floors is integer, and LIKE is for text",
    ),
    (
        "1 LIKE 'a'",
        1,
        "a text is expected, and the number 1 is there",
    ),
    (
        "name LIKE floors",
        11,
        r#"a pattern in quotes is expected, and the column "floors" is there"#,
    ),
    ("floors + 1 > 2", 8, "arithmetic is not offered"),
    ("floors-1 > 2", 7, "arithmetic is not offered"),
    ("floors > (depth -1.5)", 17, "arithmetic is not offered"),
    ("floors > - depth", 10, "arithmetic is not offered"),
    ("1 = (floors div 2)", 13, "arithmetic is not offered"),
    (
        "floors > 2 3",
        12,
        "AND, OR or the end is expected, and the number 3 is there",
    ),
    ("floors > 9e999", 10, r#""9e999" is no number"#),
    ("floors > 0x10", 10, r#""0x10" is no number"#),
    ("floors > 1.2.3", 10, r#""1.2.3" is no number"#),
    ("pg_sleep(10) = 1", 1, r#"there is no function "pg_sleep""#),
    (
        "S_INTERSECT(geometry, POINT(0 0))",
        1,
        r#"there is no function "s_intersect"; "S_INTERSECTS" is there"#,
    ),
    (
        "A_CONTAINS(name, notes)",
        1,
        "an operator of arrays is not offered",
    ),
    (
        "floors = 1 OR a_overlaps(('a', TRUE), notes)",
        15,
        "an operator of arrays is not offered",
    ),
    (
        "S_INTERSECTS(geometry, CIRCULARSTRING(0 0, 1 1, 2 0))",
        24,
        "a geometry of curves or surfaces is not offered",
    ),
    (
        "CASEI(name, name) = 'a'",
        1,
        "CASEI has one operand, and not 2",
    ),
    (
        "CASEI(1) = 'a'",
        7,
        "a text is expected, and the number 1 is there",
    ),
    (
        "S_INTERSECTS(geometry)",
        1,
        "S_INTERSECTS has two operands, and not 1",
    ),
    (
        "S_INTERSECTS(geometry, 'POINT(0 0)')",
        24,
        r#"a geometry, or a column of them is expected, and the text "POINT(0 0)" is there"#,
    ),
    (
        "S_INTERSECTS(name, POINT(0 0))",
        14,
        "name is text, and relations are of geometries",
    ),
    (
        "S_INTERSECTS(geometry, geometry)",
        24,
        "a relation of two columns is not offered",
    ),
    (
        "S_INTERSECTS(geometry, BBOX(1,2,3))",
        24,
        "a bbox has four numbers, or six",
    ),
    (
        "S_INTERSECTS(geometry, BBOX(1,2,3,x))",
        35,
        r#"a number is expected, and "x" is there"#,
    ),
    (
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 0)))",
        24,
        "a ring has four positions or more, the last as the first",
    ),
    (
        "updated > DATE('2020-02-30')",
        16,
        r#""2020-02-30" is no date of RFC 3339, as 2026-01-31"#,
    ),
    (
        "updated > TIMESTAMP('2020-01-01')",
        21,
        r#""2020-01-01" is no time of RFC 3339, as 2026-01-31T09:30:00Z"#,
    ),
    (
        "updated > TIMESTAMP(floors)",
        21,
        r#"a text in quotes is expected, and "floors" is there"#,
    ),
    (
        "T_AFTER(floors, DATE('2020-01-01'))",
        9,
        "floors is integer, and operators of time are of dates and times",
    ),
    (
        "T_AFTER(updated, '2020-01-01')",
        18,
        r#"a date, a time, or a column of them is expected, and the text "2020-01-01" is there"#,
    ),
    (
        "T_AFTER(updated, INTERVAL('2021-01-01','2020-01-01'))",
        40,
        "the interval ends before it begins",
    ),
    (
        "updated = INTERVAL('2021-01-01','..')",
        11,
        "a value or a column is expected, and an interval is there",
    ),
    (
        "(name = 'a') = TRUE",
        7,
        "a value or a column is expected, and = is there",
    ),
];

#[test]
fn a_condition_is_known_where_a_value_is_expected() {
    for (op, name) in [("s_within", "S_WITHIN"), ("and", "AND"), ("=", "=")] {
        let filter = format!(r#"{{"op":"=","args":[1,{{"op":"{op}","args":[]}}]}}"#);
        let expected = format!("in /args/1: a value or a column is expected, and {name} is there");
        assert_eq!(shown(of_json(&filter)), expected);
    }
}
