//! Relations of geometries, held against each geometry by itself.

use arrow_array::BinaryArray;
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::*;
use crate::geometry::{Bounds as Extent, wkb, wkt};

/// A number and a geometry in WKT, or none.
type Place = (Option<i64>, Option<String>);

fn batch(places: &[Place]) -> RecordBatch {
    let floors: Int64Array = places.iter().map(|(floors, _)| *floors).collect();
    let shapes = places.iter().map(|(_, shape)| shape.as_ref());
    let shapes: BinaryArray = shapes
        .map(|shape| shape.map(|shape| wkt::to_wkb(shape).unwrap()))
        .collect();
    let arrow = schema().arrow().project(&[FLOORS, SHAPE]).unwrap();
    RecordBatch::try_new(Arc::new(arrow), vec![Arc::new(floors), Arc::new(shapes)]).unwrap()
}

fn at(column: usize) -> Option<usize> {
    [FLOORS, SHAPE].iter().position(|known| *known == column)
}

fn holds(predicate: &Predicate, places: &[Place]) -> Vec<bool> {
    let found = predicate.holds(&batch(places), &at).unwrap();
    found.values().iter().collect()
}

fn relates(relation: Relation, shape: &str) -> Predicate {
    Predicate::Relates {
        column: SHAPE,
        relation,
        geometry: Prepared::of(&wkt::to_wkb(shape).unwrap()).unwrap(),
    }
}

/// The truth of a relation, unknown without a geometry.
fn truth(relation: Relation, shape: &str, other: Option<&String>) -> Option<bool> {
    let prepared = Prepared::of(&wkt::to_wkb(shape).unwrap()).unwrap();
    let other = wkt::to_wkb(other?).unwrap();
    Some(prepared.relates(relation, &other).unwrap())
}

/// The box of all geometries.
struct Boxed<'a>(&'a [Place]);

impl Bounds for Boxed<'_> {
    fn of(&self, column: usize) -> ColumnBounds {
        let are_there = |place: &Place| {
            if column == SHAPE {
                place.1.is_some()
            } else {
                place.0.is_some()
            }
        };
        let count = self.0.iter().filter(|place| are_there(place)).count();
        let nulls = match count {
            0 => Nulls::All,
            all if all == self.0.len() => Nulls::None,
            _ => Nulls::Some,
        };
        ColumnBounds {
            nulls,
            ..ColumnBounds::default()
        }
    }

    fn extent(&self, _: usize) -> Option<[f64; 4]> {
        let mut extent = Extent::default();
        for shape in self.0.iter().filter_map(|(_, shape)| shape.as_ref()) {
            wkb::read(&wkt::to_wkb(shape).unwrap(), &mut extent).unwrap();
        }
        extent.get()
    }
}

fn shape() -> impl Strategy<Value = String> {
    let side = || (-3_i8..4, 1_i8..3);
    prop_oneof![
        (-3_i8..4, -3_i8..4).prop_map(|(x, y)| format!("POINT({x} {y})")),
        (side(), side()).prop_map(|((x, width), (y, height))| {
            format!("LINESTRING({x} {y}, {} {})", x + width, y + height)
        }),
        (side(), side()).prop_map(|((x, width), (y, height))| {
            let (east, north) = (x + width, y + height);
            format!("POLYGON(({x} {y}, {east} {y}, {east} {north}, {x} {north}, {x} {y}))")
        }),
        Just("MULTIPOINT EMPTY".to_owned()),
    ]
}

fn places() -> impl Strategy<Value = Vec<Place>> {
    let place = (
        proptest::option::of(0_i64..3),
        proptest::option::of(shape()),
    );
    proptest::collection::vec(place, 1..8)
}

fn relation() -> impl Strategy<Value = Relation> {
    proptest::sample::select(Relation::iter().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Rows: CQL-5
    #[test]
    fn relations_hold_as_they_do_of_each_geometry_and_where_boxes_may(
        relation in relation(),
        shape in shape(),
        places in places(),
        is_opposite: bool,
    ) {
        let predicate = relates(relation, &shape);
        let predicate = if is_opposite { predicate.negated() } else { predicate };
        let expected: Vec<_> = places
            .iter()
            .map(|(_, other)| truth(relation, &shape, other.as_ref()) == Some(!is_opposite))
            .collect();
        prop_assert_eq!(holds(&predicate, &places), &*expected);
        prop_assert!(!expected.contains(&true) || predicate.may_hold(&Boxed(&places)));
    }

    #[test]
    fn a_geometry_that_does_not_count_changes_nothing(
        relation in relation(),
        shape in shape(),
        places in places(),
        is_opposite: bool,
    ) {
        let one = compare(FLOORS, Comparison::Equal, &Literal::Integer(1));
        let related = relates(relation, &shape);
        let related = if is_opposite { related.negated() } else { related };
        let expected: Vec<_> = holds(&one, &places)
            .into_iter()
            .zip(holds(&related, &places))
            .map(|(one, related)| one && related)
            .collect();
        for both in [[one.clone(), related.clone()], [related.clone(), one.clone()]] {
            let all = Predicate::all(both.clone());
            prop_assert_eq!(holds(&all, &places), &*expected);
            let either = Predicate::any(both.clone().map(Predicate::negated)).negated();
            prop_assert_eq!(holds(&either, &places), &*expected);
            let nested = Predicate::Any(vec![Predicate::all(both)]);
            prop_assert_eq!(holds(&nested, &places), &*expected);
        }
    }
}

#[test]
fn a_box_apart_holds_nothing_but_what_is_disjoint() {
    let near = [(None, Some("POINT(1 1)".to_owned()))];
    let far = [(None, Some("POINT(50 50)".to_owned()))];
    let area = "POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))";
    for relation in Relation::iter() {
        let predicate = relates(relation, area);
        let is_disjoint = relation == Relation::Disjoint;
        assert_eq!(predicate.may_hold(&Boxed(&far)), is_disjoint);
        assert!(predicate.may_hold(&Boxed(&near)));
        let opposite = predicate.negated();
        assert_eq!(opposite.may_hold(&Boxed(&far)), !is_disjoint);
        assert!(!opposite.may_hold(&Boxed(&[(None, None)])), "unknown");
    }
}

#[test]
fn octets_that_are_no_geometry_are_told_where_they_count_and_what_else_must_hold_is_looked_at_first()
 {
    let floors = Int64Array::from(vec![1, 2]);
    let point = wkb::point([0.0, 0.0]);
    let shapes = BinaryArray::from(vec![&*point, &b"none"[..]]);
    let arrow = schema().arrow().project(&[FLOORS, SHAPE]).unwrap();
    let batch =
        RecordBatch::try_new(Arc::new(arrow), vec![Arc::new(floors), Arc::new(shapes)]).unwrap();
    let related = relates(Relation::Intersects, "POINT(0 0)");
    let fault = related.holds(&batch, &at).unwrap_err();
    assert_eq!(fault.to_string(), "a geometry of column 9");
    let first = compare(FLOORS, Comparison::Equal, &Literal::Integer(1));
    let never = Predicate::Constant(false);
    for of_place in [
        related.clone(),
        related.clone().negated().negated(),
        Predicate::Any(vec![never.clone(), related.clone()]),
        Predicate::All(vec![related.clone()]),
        Predicate::Any(vec![related.negated(), never]).negated(),
    ] {
        assert!(of_place.holds(&batch, &at).is_err(), "{of_place:?}");
        let both = Predicate::All(vec![of_place, first.clone()]);
        let found = both.holds(&batch, &at).unwrap();
        assert_eq!(found.values().iter().collect::<Vec<_>>(), [true, false]);
    }
}
