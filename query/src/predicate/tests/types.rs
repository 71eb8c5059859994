//! Types that are compared, and those that are not.

use super::*;

fn compared(column: usize, comparison: Comparison, literal: &Literal) -> Result<String, String> {
    let column = (column, Folding::default());
    let predicate = Predicate::comparing(&schema(), column, comparison, literal);
    predicate
        .map(|predicate| predicate.text(&schema()))
        .map_err(|fault| fault.to_string())
}

#[test]
fn literals_of_another_type_are_placed_among_values_of_the_column() {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let number = Literal::Number;
    let whole = Literal::Integer;
    let large = (1 << 53) + 1;
    for (column, comparison, literal, expected) in [
        (FLOORS, Less, number(2.0), r#""floors" < 2"#),
        (FLOORS, Less, number(2.5), r#""floors" <= 2"#),
        (FLOORS, GreaterOrEqual, number(2.5), r#""floors" >= 3"#),
        (FLOORS, Equal, number(-0.0), r#""floors" = 0"#),
        (
            FLOORS,
            NotEqual,
            number(2.5),
            r#""floors" <= 2 OR "floors" >= 3"#,
        ),
        (
            FLOORS,
            Equal,
            number(2.5),
            r#""floors" < -9223372036854775808"#,
        ),
        (
            FLOORS,
            Greater,
            number(1e30),
            r#""floors" < -9223372036854775808"#,
        ),
        (
            FLOORS,
            Less,
            number(1e30),
            r#""floors" <= 9223372036854775807"#,
        ),
        (
            FLOORS,
            Greater,
            number(-1e30),
            r#""floors" >= -9223372036854775808"#,
        ),
        (HEIGHT, LessOrEqual, whole(2), r#""height" <= 2"#),
        (
            HEIGHT,
            Less,
            whole(large),
            r#""height" <= 9.007199254740992E15"#,
        ),
        (
            HEIGHT,
            Greater,
            whole(large),
            r#""height" >= 9.007199254740994E15"#,
        ),
        (
            HEIGHT,
            Less,
            whole(large + 2),
            r#""height" <= 9.007199254740994E15"#,
        ),
        (
            HEIGHT,
            Greater,
            whole(large + 2),
            r#""height" >= 9.007199254740996E15"#,
        ),
        (
            HEIGHT,
            Equal,
            whole(large),
            r#""height" < -1.7976931348623157E308"#,
        ),
        (
            BUILT,
            Less,
            Literal::DateTime(1),
            r#""built" < DATE('1970-01-01')"#,
        ),
        (
            SEEN,
            Less,
            Literal::Date(0),
            r#""seen" < TIMESTAMP('1970-01-01T00:00:00Z')"#,
        ),
        (
            SEEN,
            LessOrEqual,
            Literal::Date(0),
            r#""seen" <= TIMESTAMP('1970-01-01T23:59:59.999Z')"#,
        ),
        (
            SEEN,
            NotEqual,
            Literal::Date(0),
            r#""seen" < TIMESTAMP('1970-01-01T00:00:00Z') OR "seen" > TIMESTAMP('1970-01-01T23:59:59.999Z')"#,
        ),
    ] {
        assert_eq!(
            compared(column, comparison, &literal).as_deref(),
            Ok(expected)
        );
    }
}

/// Rows: CQL-1
#[test]
fn a_predicate_is_written_with_the_brackets_that_it_needs() {
    let floors = |floors| compare(FLOORS, Comparison::Equal, &Literal::Integer(floors));
    let (one, two) = (floors(1), floors(2));
    let list = [3, 1, 2].map(Literal::Integer);
    let listed = Predicate::one_of(&schema(), (FLOORS, Folding::default()), list).unwrap();
    let point = Prepared::of(&crate::geometry::wkt::to_wkb("POINT(1 2)").unwrap()).unwrap();
    let related = Predicate::Relates {
        column: SHAPE,
        relation: Relation::Intersects,
        geometry: point,
    };
    for (predicate, expected) in [
        (Predicate::All(vec![]), "TRUE"),
        (Predicate::Any(vec![]), "FALSE"),
        (Predicate::All(vec![one.clone()]), r#""floors" = 1"#),
        (
            Predicate::All(vec![one.clone(), two.clone()]),
            r#""floors" = 1 AND "floors" = 2"#,
        ),
        (
            Predicate::Any(vec![one.clone(), Predicate::All(vec![two, one.clone()])]),
            r#""floors" = 1 OR ("floors" = 2 AND "floors" = 1)"#,
        ),
        (one.negated(), r#"NOT ("floors" = 1)"#),
        (listed, r#""floors" IN (1, 2, 3)"#),
        (related, r#"S_INTERSECTS("shape", POINT(1 2))"#),
    ] {
        assert_eq!(predicate.text(&schema()), expected);
    }
}

#[test]
fn types_that_do_not_fit_are_told_with_the_column() {
    use Comparison::{Equal, Less};
    let long = "x".repeat(100);
    for (column, comparison, literal, expected) in [
        (
            HEIGHT,
            Equal,
            text("tall"),
            r#"height is number, and is compared with the text "tall""#,
        ),
        (
            NAME,
            Equal,
            Literal::Integer(5),
            "name is text, and is compared with the number 5",
        ),
        (
            SEEN,
            Less,
            text(&long),
            &format!(
                "seen is date-time, and is compared with the text \"{}...\"",
                &long[..40]
            ),
        ),
        (
            BUILT,
            Less,
            Literal::Boolean(true),
            "built is date, and is compared with TRUE",
        ),
        (
            LISTED,
            Less,
            Literal::Boolean(true),
            "listed is boolean, and is equal to a value or not, and neither less nor greater",
        ),
        (
            SHAPE,
            Equal,
            text("POINT(0 0)"),
            r#"shape is geometry, and is compared with the text "POINT(0 0)""#,
        ),
        (
            SHAPE + 1,
            Equal,
            text("{}"),
            r#"notes is json, and is compared with the text "{}""#,
        ),
        (
            HEIGHT,
            Equal,
            Literal::Number(f64::NAN),
            "height is number, and is compared with the number NaN",
        ),
        (
            FLOORS,
            Equal,
            Literal::Number(f64::NAN),
            "floors is integer, and is compared with the number NaN",
        ),
    ] {
        assert_eq!(
            compared(column, comparison, &literal),
            Err(expected.to_owned())
        );
    }
    let case = Folding {
        ignores_case: true,
        ignores_accents: false,
    };
    let folded = Predicate::comparing(&schema(), (FLOORS, case), Equal, &Literal::Integer(1));
    assert_eq!(
        folded.unwrap_err().to_string(),
        "floors is integer, and CASEI and ACCENTI are for text"
    );
    let like = Predicate::like(
        &schema(),
        (SEEN, Folding::default()),
        Pattern::beginning("a"),
    );
    assert_eq!(
        like.unwrap_err().to_string(),
        "seen is date-time, and LIKE is for text"
    );
    let columns = |left, right| {
        let with = |column| (column, Folding::default());
        Predicate::comparing_columns(&schema(), with(left), Less, with(right))
    };
    assert_eq!(
        columns(NAME, FLOORS).unwrap_err().to_string(),
        "name is text, and is compared with floors, which is integer"
    );
    assert!(columns(NAME, TOWN).is_ok());
    assert!(columns(FLOORS, WIDTH).is_ok());
    assert!(columns(BUILT, SEEN).is_ok());
    assert!(columns(LISTED, LISTED).is_err());
    assert!(columns(SHAPE, SHAPE).is_err());
    assert!(columns(SHAPE + 1, NAME).is_err());
    assert!(columns(BUILT, ROOMS).is_err());
}

#[test]
fn a_value_in_quotes_is_told_as_it_is_to_be_written() {
    for (column, given, meant) in [
        (SEEN, "2020-01-01", Some("DATE('2020-01-01')")),
        (FLOORS, "5", Some("5")),
        (LISTED, "true", Some("TRUE")),
        (SEEN, "now", None),
        (FLOORS, "five", None),
    ] {
        let (name, column_type) = COLUMNS[column];
        let is = format!("{name} is {}, and is compared", column_type.name());
        let meant = meant.map_or(String::new(), |meant| format!(" and not with {meant}"));
        assert_eq!(
            compared(column, Comparison::Equal, &text(given)),
            Err(format!("{is} with the text \"{given}\"{meant}"))
        );
    }
}

#[test]
fn literals_beside_each_other_are_true_or_false() {
    use Comparison::{Equal, Less, NotEqual};
    let number = Literal::Number;
    for (left, comparison, right, expected) in [
        (Literal::Integer(1), Equal, number(1.0), Some(true)),
        (number(1.5), Less, Literal::Integer(1), Some(false)),
        (Literal::Integer(1), Less, number(1.5), Some(true)),
        (Literal::Date(0), Equal, Literal::DateTime(1), Some(true)),
        (Literal::DateTime(1), NotEqual, Literal::Date(1), Some(true)),
        (text("a"), Less, text("b"), Some(true)),
        (text("1"), Equal, Literal::Integer(1), None),
    ] {
        let found = Predicate::comparing_literals(&left, comparison, &right);
        assert_eq!(found.ok(), expected.map(Predicate::Constant));
    }
}
