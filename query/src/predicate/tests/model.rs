//! Batches and bounds held against a plain reading of each row.

use proptest::prelude::*;

use super::*;

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
        Predicate::Relates { .. } => None,
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

    fn extent(&self, _: usize) -> Option<[f64; 4]> {
        None
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

    fn extent(&self, _: usize) -> Option<[f64; 4]> {
        None
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

    /// Rows: CQL-1, CQL-2, CQL-7
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

/// Bounds of the column of names.
struct Names(&'static str, &'static str);

impl Bounds for Names {
    fn of(&self, _: usize) -> ColumnBounds {
        ColumnBounds {
            min: Some(text(self.0)),
            max: Some(text(self.1)),
            nulls: Nulls::None,
        }
    }

    fn extent(&self, _: usize) -> Option<[f64; 4]> {
        None
    }
}

#[test]
fn a_part_without_the_prefix_or_the_values_is_not_read() {
    let like = |pattern: &str, ignores_case: bool| Predicate::Like {
        column: NAME,
        folding: Folding {
            ignores_case,
            ignores_accents: false,
        },
        pattern: Pattern::new(pattern).unwrap(),
    };
    let listed = |values: &[&str]| {
        let values = values.iter().map(|value| text(value));
        Predicate::one_of(&schema(), (NAME, Folding::default()), values).unwrap()
    };
    for (predicate, bounds, expected) in [
        (like("AB%", false), Names("AA", "AC"), true),
        (like("AB%", false), Names("ABC", "AC"), true),
        (like("AB%", false), Names("AA", "ABA"), true),
        (like("AB%", false), Names("AA", "AB"), true),
        (like("AB%", false), Names("AC", "AD"), false),
        (like("AB%", false), Names("A", "AA"), false),
        (like("ab%", true), Names("AC", "AD"), true),
        (like("%B", false), Names("C", "D"), true),
        (like("AB%", false).negated(), Names("AC", "AD"), true),
        (listed(&["A", "C"]), Names("B", "D"), true),
        (listed(&["A", "E"]), Names("B", "D"), false),
        (listed(&["A", "B"]), Names("C", "D"), false),
        (listed(&["E"]), Names("C", "D"), false),
        (listed(&["C"]).negated(), Names("C", "C"), false),
        (listed(&["C"]).negated(), Names("C", "D"), true),
        (listed(&["A"]).negated(), Names("C", "C"), true),
    ] {
        let shown = predicate.text(&schema());
        assert_eq!(
            predicate.may_hold(&bounds),
            expected,
            "{shown} in {} to {}",
            bounds.0,
            bounds.1
        );
    }
}
