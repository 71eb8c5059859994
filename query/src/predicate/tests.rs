use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use proptest::prelude::*;

use super::*;
use crate::schema::{Column, ColumnType, Kind, TableSchema};

/// A column of each type that is compared, and two of some.
fn schema() -> TableSchema {
    let column = |(name, column_type): &(&str, ColumnType)| Column {
        name: (*name).into(),
        column_type: *column_type,
        is_nullable: true,
        unit: None,
        definition: None,
    };
    TableSchema {
        kind: Kind::Records,
        columns: COLUMNS.iter().map(column).collect(),
        key: vec!["name".into()],
        time: None,
        geometry: None,
        step_ms: None,
    }
}

const COLUMNS: [(&str, ColumnType); 11] = [
    ("name", ColumnType::Text),
    ("town", ColumnType::Text),
    ("floors", ColumnType::Integer),
    ("rooms", ColumnType::Integer),
    ("height", ColumnType::Number),
    ("width", ColumnType::Number),
    ("listed", ColumnType::Boolean),
    ("built", ColumnType::Date),
    ("seen", ColumnType::DateTime),
    ("shape", ColumnType::Geometry),
    ("notes", ColumnType::Json),
];

const NAME: usize = 0;
const TOWN: usize = 1;
const FLOORS: usize = 2;
const ROOMS: usize = 3;
const HEIGHT: usize = 4;
const WIDTH: usize = 5;
const LISTED: usize = 6;
const BUILT: usize = 7;
const SEEN: usize = 8;
const SHAPE: usize = 9;

/// A row, with a value or none in each column.
type Row = [Option<Literal>; 9];

/// The rows as a batch, without geometries and JSON.
fn batch(rows: &[Row]) -> RecordBatch {
    let column = |column: usize| rows.iter().map(move |row| row[column].clone());
    macro_rules! of {
        ($array:ty, $literal:ident, $column:expr) => {
            Arc::new(
                column($column)
                    .map(|value| match value {
                        Some(Literal::$literal(value)) => Some(value),
                        _ => None,
                    })
                    .collect::<$array>(),
            )
        };
    }
    let seen = of!(TimestampMillisecondArray, DateTime, SEEN);
    let arrays: Vec<ArrayRef> = vec![
        of!(StringArray, Text, NAME),
        of!(StringArray, Text, TOWN),
        of!(Int64Array, Integer, FLOORS),
        of!(Int64Array, Integer, ROOMS),
        of!(Float64Array, Number, HEIGHT),
        of!(Float64Array, Number, WIDTH),
        of!(BooleanArray, Boolean, LISTED),
        of!(Date32Array, Date, BUILT),
        Arc::new((*seen).clone().with_timezone("UTC")),
    ];
    let arrow = schema().arrow().project(&[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    RecordBatch::try_new(Arc::new(arrow.unwrap()), arrays).unwrap()
}

fn holds(predicate: &Predicate, rows: &[Row]) -> Vec<bool> {
    let found = predicate.holds(&batch(rows), &Some).unwrap();
    assert_eq!(found.null_count(), 0);
    found.values().iter().collect()
}

fn row(column: usize, value: Literal) -> Row {
    let mut row = Row::default();
    row[column] = Some(value);
    row
}

fn compare(column: usize, comparison: Comparison, literal: &Literal) -> Predicate {
    let column = (column, Folding::default());
    Predicate::comparing(&schema(), column, comparison, literal).unwrap()
}

fn text(text: &str) -> Literal {
    Literal::Text(text.into())
}

const COMPARISONS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

/// The truth of the predicate of a row, said plainly: none when it is unknown.
fn model(predicate: &Predicate, row: &Row) -> Option<bool> {
    let value = |(column, folding): (usize, Folding)| match row[column].clone()? {
        Literal::Text(text) => Some(Literal::Text(folding.apply(&text).into())),
        other => Some(other),
    };
    match predicate {
        Predicate::Constant(is_true) => Some(*is_true),
        Predicate::All(parts) => {
            let truths: Vec<_> = parts.iter().map(|part| model(part, row)).collect();
            if truths.contains(&Some(false)) {
                return Some(false);
            }
            truths.iter().all(Option::is_some).then_some(true)
        }
        Predicate::Any(parts) => {
            let truths: Vec<_> = parts.iter().map(|part| model(part, row)).collect();
            if truths.contains(&Some(true)) {
                return Some(true);
            }
            truths.iter().all(Option::is_some).then_some(false)
        }
        Predicate::Not(part) => model(part, row).map(|is_true| !is_true),
        Predicate::Compare {
            column,
            folding,
            comparison,
            literal,
        } => {
            let value = value((*column, *folding))?;
            Some(comparison.is_true(value.compare(literal)?))
        }
        Predicate::CompareColumns {
            left,
            comparison,
            right,
        } => {
            let literals = (value(*left)?, value(*right)?);
            let constant =
                Predicate::comparing_literals(&literals.0, *comparison, &literals.1).unwrap();
            Some(constant == Predicate::Constant(true))
        }
        Predicate::In {
            column,
            folding,
            literals,
        } => {
            let value = value((*column, *folding))?;
            let is_it = |literal: &Literal| value.compare(literal) == Some(Ordering::Equal);
            Some(literals.iter().any(is_it))
        }
        Predicate::IsNull { column } => Some(row[*column].is_none()),
        Predicate::Like {
            column,
            folding,
            pattern,
        } => match value((*column, *folding))? {
            Literal::Text(text) => Some(pattern.is_match(&text)),
            _ => None,
        },
    }
}

/// Bounds of all rows, exact.
struct Exact<'a>(&'a [Row]);

impl Bounds for Exact<'_> {
    fn of(&self, column: usize) -> ColumnBounds {
        let values = || self.0.iter().filter_map(|row| row[column].as_ref());
        let order = |one: &&Literal, other: &&Literal| one.compare(other).unwrap();
        ColumnBounds {
            min: values().min_by(order).cloned(),
            max: values().max_by(order).cloned(),
            nulls: match values().count() {
                0 => Nulls::All,
                some if some == self.0.len() => Nulls::None,
                _ => Nulls::Some,
            },
        }
    }
}

/// Bounds of which nothing is known, and of which one side is missing.
struct Without<'a>(Exact<'a>, bool, bool);

impl Bounds for Without<'_> {
    fn of(&self, column: usize) -> ColumnBounds {
        let known = self.0.of(column);
        ColumnBounds {
            min: known.min.filter(|_| self.1),
            max: known.max.filter(|_| self.2),
            nulls: Nulls::Some,
        }
    }
}

fn literal(column_type: ColumnType) -> BoxedStrategy<Literal> {
    match column_type {
        ColumnType::Integer => prop_oneof![
            (-3_i64..4).prop_map(Literal::Integer),
            any::<i64>().prop_map(Literal::Integer)
        ]
        .boxed(),
        ColumnType::Number => prop_oneof![
            (-3_i8..4).prop_map(|value| Literal::Number(f64::from(value) / 2.0)),
            Just(Literal::Number(-0.0)),
            (-1e30..1e30).prop_map(Literal::Number),
        ]
        .boxed(),
        ColumnType::Boolean => any::<bool>().prop_map(Literal::Boolean).boxed(),
        ColumnType::Date => (-2_i32..3).prop_map(Literal::Date).boxed(),
        ColumnType::DateTime => (-4_i64..5)
            .prop_map(|half| Literal::DateTime(half * 43_200_000))
            .boxed(),
        _ => "[abAé%_]{0,3}"
            .prop_map(|text: String| Literal::Text(text.into()))
            .boxed(),
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let value = |column: usize| proptest::option::of(literal(COLUMNS[column].1));
    let row = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(value);
    proptest::collection::vec(row, 1..12)
}

fn folding() -> impl Strategy<Value = Folding> {
    (any::<bool>(), any::<bool>()).prop_map(|(ignores_case, ignores_accents)| Folding {
        ignores_case,
        ignores_accents,
    })
}

/// A literal that may stand beside the column: of its type, or of one that is compared with it.
fn beside(column: usize) -> BoxedStrategy<Literal> {
    let own = literal(COLUMNS[column].1);
    match COLUMNS[column].1 {
        ColumnType::Integer => prop_oneof![own, literal(ColumnType::Number)].boxed(),
        ColumnType::Number => prop_oneof![own, literal(ColumnType::Integer)].boxed(),
        ColumnType::Date => prop_oneof![own, literal(ColumnType::DateTime)].boxed(),
        ColumnType::DateTime => prop_oneof![own, literal(ColumnType::Date)].boxed(),
        _ => own,
    }
}

fn leaf() -> BoxedStrategy<Predicate> {
    let fold = |column: usize, folding: Folding| {
        if COLUMNS[column].1 == ColumnType::Text {
            folding
        } else {
            Folding::default()
        }
    };
    let comparison = proptest::sample::select(&COMPARISONS[..]);
    let literals = (0..9_usize).prop_flat_map(move |column| (Just(column), beside(column)));
    let compared = (literals, folding(), comparison.clone()).prop_filter_map(
        "types that are compared",
        move |((column, literal), folding, comparison)| {
            let column = (column, fold(column, folding));
            Predicate::comparing(&schema(), column, comparison, &literal).ok()
        },
    );
    let columns = (0..9_usize, 0..9_usize, folding(), folding(), comparison).prop_filter_map(
        "types that are compared",
        move |(left, right, one, other, comparison)| {
            let (left, right) = ((left, fold(left, one)), (right, fold(right, other)));
            Predicate::comparing_columns(&schema(), left, comparison, right).ok()
        },
    );
    let lists = (0..9_usize).prop_flat_map(|column| {
        (
            Just(column),
            proptest::collection::vec(beside(column), 1..5),
        )
    });
    let listed = (lists, folding()).prop_map(move |((column, list), folding)| {
        Predicate::one_of(&schema(), (column, fold(column, folding)), list).unwrap()
    });
    let nulls = (0..9_usize).prop_map(|column| Predicate::IsNull { column });
    let like = (0..2_usize, folding(), "[abé%_]{0,4}").prop_map(|(column, folding, pattern)| {
        let pattern = Pattern::new(&folding.apply(&pattern)).unwrap();
        Predicate::like(&schema(), (column, folding), pattern).unwrap()
    });
    prop_oneof![
        4 => compared,
        2 => columns,
        2 => listed,
        1 => nulls,
        2 => like,
        1 => any::<bool>().prop_map(Predicate::Constant),
    ]
    .boxed()
}

pub(crate) fn predicate() -> impl Strategy<Value = Predicate> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Predicate::all),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Predicate::any),
            inner.prop_map(Predicate::negated),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_is_computed_as_its_rows_are(predicate in predicate(), rows in rows()) {
        let expected: Vec<_> =
            rows.iter().map(|row| model(&predicate, row) == Some(true)).collect();
        prop_assert_eq!(holds(&predicate, &rows), expected);
    }

    #[test]
    fn no_row_holds_where_bounds_say_so(
        predicate in predicate(),
        rows in rows(),
        (has_min, has_max) in (any::<bool>(), any::<bool>()),
    ) {
        let is_any = rows.iter().any(|row| model(&predicate, row) == Some(true));
        prop_assert!(!is_any || predicate.may_hold(&Exact(&rows)));
        prop_assert!(!is_any || predicate.may_hold(&Without(Exact(&rows), has_min, has_max)));
    }

    #[test]
    fn bounds_of_one_row_leave_nothing_open(predicate in leaf(), row in rows()) {
        let row = &row[..1];
        let folds = predicate.text(&schema()).contains("I(");
        let is_like = matches!(predicate, Predicate::Like { .. });
        let is_mixed = match &predicate {
            Predicate::CompareColumns { left, right, .. } => COLUMNS[left.0].1 != COLUMNS[right.0].1,
            _ => false,
        };
        prop_assume!(!folds && !is_like && !is_mixed);
        let is_true = model(&predicate, &row[0]) == Some(true);
        prop_assert_eq!(predicate.may_hold(&Exact(row)), is_true);
    }
}

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

#[test]
fn zeros_are_one_number() {
    let zeros = [
        row(HEIGHT, Literal::Number(0.0)),
        row(HEIGHT, Literal::Number(-0.0)),
    ];
    for zero in [0.0, -0.0] {
        let zero = Literal::Number(zero);
        assert_eq!(
            holds(&compare(HEIGHT, Comparison::Equal, &zero), &zeros),
            [true; 2]
        );
        assert_eq!(
            holds(&compare(HEIGHT, Comparison::Less, &zero), &zeros),
            [false; 2]
        );
        let column = (HEIGHT, Folding::default());
        let listed = Predicate::one_of(&schema(), column, [zero.clone(), Literal::Number(1.0)]);
        assert_eq!(holds(&listed.unwrap(), &zeros), [true; 2]);
    }
}

#[test]
fn what_is_unknown_does_not_hold_and_neither_does_its_opposite() {
    let rows = [row(FLOORS, Literal::Integer(1)), Row::default()];
    let equal = compare(FLOORS, Comparison::Equal, &Literal::Integer(1));
    assert_eq!(holds(&equal, &rows), [true, false]);
    assert_eq!(holds(&equal.clone().negated(), &rows), [false, false]);
    let never = compare(FLOORS, Comparison::Equal, &Literal::Number(2.5));
    assert_eq!(holds(&never, &rows), [false, false]);
    assert_eq!(holds(&never.negated(), &rows), [true, false]);
    let null = Predicate::IsNull { column: FLOORS };
    assert_eq!(holds(&null, &rows), [false, true]);
    assert_eq!(holds(&null.negated(), &rows), [true, false]);
}

#[test]
fn a_batch_may_have_some_of_the_columns_and_lacks_none_that_are_read() {
    let rows = [row(FLOORS, Literal::Integer(1))];
    let equal = compare(FLOORS, Comparison::Equal, &Literal::Integer(1));
    let part = batch(&rows).project(&[HEIGHT, FLOORS]).unwrap();
    let at = |column| [HEIGHT, FLOORS].iter().position(|known| *known == column);
    assert!(equal.holds(&part, &at).unwrap().value(0));
    let fault = equal.holds(&part, &|_| None).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "the batch has no column 2, which the predicate reads"
    );
    let fault = equal.holds(&part, &|_| Some(0)).unwrap_err();
    assert_eq!(fault.to_string(), "column 2 of the batch is Float64");
}

#[test]
fn columns_that_are_read_are_told_and_conjuncts_are_taken_apart() {
    let one = compare(FLOORS, Comparison::Equal, &Literal::Integer(1));
    let other = Predicate::comparing_columns(
        &schema(),
        (NAME, Folding::default()),
        Comparison::Less,
        (TOWN, Folding::default()),
    );
    let either = Predicate::any([one.clone(), other.unwrap()]);
    let all = Predicate::all([Predicate::all([one.clone(), either]), one.clone().negated()]);
    assert_eq!(all.columns(), BTreeSet::from([NAME, TOWN, FLOORS]));
    assert_eq!(all.conjuncts().len(), 3);
    assert_eq!(one.conjuncts(), std::slice::from_ref(&one));
    assert_eq!(Predicate::all([one.clone()]), one);
}
