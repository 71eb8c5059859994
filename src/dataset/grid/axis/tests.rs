use proptest::prelude::*;

use super::*;

fn quarter() -> Axis {
    Axis::new(-90 * MICRO, 250_000, 1, 721).unwrap()
}

fn rounded(axis: Axis, degrees: f64) -> Option<f64> {
    axis.nearest(degrees).map(|index| axis.coordinate(index))
}

#[test]
fn a_place_rounds_to_the_nearest_point_and_a_tie_to_the_even_one() {
    for (place, point) in [
        (0.125, Some(0.0)),
        (0.375, Some(0.5)),
        (-0.125, Some(0.0)),
        (-0.375, Some(-0.5)),
        (-0.1, Some(0.0)),
        (37.774_9, Some(37.75)),
        (-90.125, Some(-90.0)),
        (-90.13, None),
        (90.125, Some(90.0)),
        (90.126, None),
        (1e30, None),
        (f64::NAN, None),
        (f64::INFINITY, None),
    ] {
        assert_eq!(rounded(quarter(), place), point, "{place}");
    }
    assert!(rounded(quarter(), -0.1).unwrap().is_sign_positive());
}

#[test]
fn a_grid_that_does_not_pass_through_zero_rounds_to_its_own_points() {
    let centres = Axis::new(-89_875_000, 250_000, 1, 720).unwrap();
    for (place, point) in [
        (0.0, 0.125),
        (-0.13, -0.125),
        (51.5, 51.375),
        (89.9, 89.875),
    ] {
        assert!((rounded(centres, place).unwrap() - point).abs() <= 0.25);
    }
    assert_eq!(rounded(centres, 0.1), Some(0.125));
    assert_eq!(rounded(centres, 90.5), None);
}

#[test]
fn thirds_of_a_degree_are_found_by_their_six_decimals() {
    let thirds = Axis::new(0, MICRO, 3, 1081).unwrap();
    for (index, micro) in [
        (0, 0),
        (1, 333_333),
        (2, 666_667),
        (3, MICRO),
        (1079, 359_666_667),
    ] {
        assert_eq!(thirds.micro(index), micro);
        assert_eq!(thirds.index_of(micro), Some(index));
    }
    assert_eq!(thirds.index_of(333_330), None);
    assert_eq!(thirds.index_of(361 * MICRO), None);
    assert_eq!(thirds.index_of(-333_333), None);
}

#[test]
fn a_place_lies_between_two_points_even_at_the_ends() {
    assert_eq!(quarter().between(0.0625), Some((360, 0.25)));
    assert_eq!(quarter().between(90.0), Some((719, 1.0)));
    assert_eq!(quarter().between(-90.0), Some((0, 0.0)));
    for outside in [90.01, -90.01, f64::NAN] {
        assert_eq!(quarter().between(outside), None);
    }
}

#[test]
fn a_place_on_a_line_is_on_it_whatever_the_step() {
    let tenths = Axis::new(49_050_000, 100_000, 1, 122).unwrap();
    let thirds = Axis::new(0, MICRO, 3, 122).unwrap();
    for axis in [tenths, thirds] {
        for index in 0..121 {
            let found = axis.between(axis.coordinate(index));
            assert_eq!(found, Some((index, 0.0)), "{index}");
        }
        assert_eq!(axis.between(axis.coordinate(121)), Some((120, 1.0)));
    }
    let (index, part) = tenths.between(49.050_001).unwrap();
    assert!(index == 0 && part > 0.0);
}

#[test]
fn numbers_that_make_no_axis_are_refused() {
    for (first, total, parts, count) in [
        (0, 0, 1, 1),
        (0, 1, 0, 1),
        (0, 1, 1, 0),
        (0, 180 * MICRO, 1, 4),
        (i64::MIN, 1, 1, 1),
        (0, i64::MAX, 1, 2),
    ] {
        assert_eq!(Axis::new(first, total, parts, count), None);
    }
}

#[test]
fn keys_have_two_decimals_and_no_separator() {
    for (latitude, longitude, key) in [
        (37.75, -122.5, "37.75-122.50"),
        (64.0, 116.0, "64.00116.00"),
        (0.0, 0.0, "0.000.00"),
        (-90.0, -180.0, "-90.00-180.00"),
    ] {
        assert_eq!(Key::new(latitude, longitude).to_string(), key);
    }
}

proptest! {
    #[test]
    fn the_nearest_point_is_nowhere_further_than_half_a_step(
        place in -90.0..90.0_f64,
        step in prop::sample::select(vec![(250_000, 1), (50_000, 1), (1_000_000, 3), (1_000_000, 12), (7_500_000, 1)]),
    ) {
        let (total, parts) = step;
        let count = 180 * 1_000_000 * i64::from(parts) / total + 1;
        let axis = Axis::new(-90 * MICRO, total, parts, u32::try_from(count).unwrap()).unwrap();
        let index = axis.nearest(place).unwrap();
        prop_assert!((axis.coordinate(index) - place).abs() <= axis.step() / 2.0 + 1e-6);
        prop_assert_eq!(axis.index_of(axis.micro(index)), Some(index));
    }
}
