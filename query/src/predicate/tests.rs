use std::sync::Arc;

use super::*;
use crate::schema::{Column, ColumnType, Kind, TableSchema};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};

mod model;
mod places;
mod types;

/// A column of each type that is compared, and two of some.
fn schema() -> TableSchema {
    let column = |(name, column_type): &(&str, ColumnType)| Column::new(name, *column_type);
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

/// Rows: CQL-1
#[test]
fn a_value_is_less_than_a_literal_or_equal_to_it_or_greater() {
    let cases = [
        (NAME, ["a", "b", "c"].map(text)),
        (FLOORS, [1, 2, 3].map(Literal::Integer)),
        (HEIGHT, [1.0, 1.5, 2.0].map(Literal::Number)),
        (BUILT, [1, 2, 3].map(Literal::Date)),
        (SEEN, [1, 2, 3].map(Literal::DateTime)),
    ];
    let signs = [
        ("<", [true, false, false]),
        ("<=", [true, true, false]),
        ("=", [false, true, false]),
        (">=", [false, true, true]),
        (">", [false, false, true]),
        ("<>", [true, false, true]),
    ];
    for (column, values) in cases {
        let middle = values[1].clone();
        let rows = values.clone().map(|value| row(column, value));
        for (sign, expected) in signs {
            let comparison = Comparison::of_sign(sign).unwrap();
            let found = holds(&compare(column, comparison, &middle), &rows);
            assert_eq!(found, expected, "{sign} {middle}");
        }
        for listed in [
            &values[..1],
            &values[1..],
            &[values[2].clone(), values[0].clone()],
        ] {
            let is_one = values.clone().map(|value| listed.contains(&value));
            let column = (column, Folding::default());
            let one_of = Predicate::one_of(&schema(), column, listed.to_vec()).unwrap();
            assert_eq!(holds(&one_of, &rows), is_one, "{listed:?}");
        }
    }
    assert_eq!(Comparison::of_sign("=<"), None);
}

/// Rows: CQL-3
#[test]
fn case_counts_neither_in_the_column_nor_in_the_literal_where_it_does_not() {
    let rows = ["ABC", "abc", "abd"].map(|name| row(NAME, text(name)));
    let caseless = Folding {
        ignores_case: true,
        ignores_accents: false,
    };
    for (folding, expected) in [
        (caseless, [true, true, false]),
        (Folding::default(), [true, false, false]),
    ] {
        let column = (NAME, folding);
        let equal = Predicate::comparing(&schema(), column, Comparison::Equal, &text("ABC"));
        assert_eq!(holds(&equal.unwrap(), &rows), expected);
        let listed = Predicate::one_of(&schema(), column, [text("x"), text("ABC")]);
        assert_eq!(holds(&listed.unwrap(), &rows), expected);
    }
}

/// Rows: CQL-1
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
    assert_eq!(Predicate::any([one.clone()]), one);
    assert_eq!(Predicate::all([]), Predicate::Constant(true));
    assert_eq!(Predicate::any([]), Predicate::Constant(false));
}
