use proptest::prelude::*;

use super::*;

const CELL: u64 = 7_700_000_000_000;

#[test]
fn values_count_by_the_area_of_their_cells() {
    let mut found = Statistics::new(Some(Threshold::Above(20)));
    for (value, cm2) in [
        (Some(10), 3 * CELL),
        (Some(30), CELL),
        (None, 4 * CELL),
        (Some(20), 4 * CELL),
    ] {
        found.add(value, cm2);
    }
    assert_eq!((found.known(), found.missing()), (3, 1));
    assert_eq!((found.least(), found.greatest()), (Some(10), Some(30)));
    assert_eq!(found.mean(), Some(17.5));
    assert_eq!(found.beyond(), Some(0.125));
    assert_eq!(found.coverage(), Some(8.0 / 12.0));
    assert!((found.known_km2() - 6160.0).abs() < 1e-9);
}

#[test]
fn what_equals_a_threshold_does_not_pass_it() {
    for (threshold, beyond) in [
        (Threshold::Above(9), 1.0),
        (Threshold::Above(10), 0.0),
        (Threshold::Below(10), 0.0),
        (Threshold::Below(11), 1.0),
    ] {
        let mut found = Statistics::new(Some(threshold));
        found.add(Some(10), CELL);
        assert_eq!(found.beyond(), Some(beyond), "{threshold:?}");
    }
    let mut none = Statistics::new(None);
    none.add(Some(10), CELL);
    assert_eq!(none.beyond(), None);
}

#[test]
fn of_nothing_nothing_is_said() {
    let empty = Statistics::new(Some(Threshold::Above(0)));
    let mut missing = empty;
    missing.add_run(CELL, [None, None]);
    let mut without_area = empty;
    without_area.add(Some(5), 0);
    for found in [empty, missing, without_area] {
        assert_eq!((found.mean(), found.beyond()), (None, None), "{found:?}");
    }
    assert_eq!((missing.missing(), missing.coverage()), (2, Some(0.0)));
    assert_eq!((missing.least(), empty.coverage()), (None, None));
    assert_eq!(quantiles(&mut [], &[0.5]), [None]);
}

#[test]
fn sums_are_exact_where_doubles_would_lose_the_small() {
    let mut found = Statistics::new(None);
    let huge = 999_999_999_999_999_999;
    found.add(Some(huge), CELL);
    found.add_run(CELL, std::iter::repeat_n(Some(1), 1000));
    found.add(Some(-huge), CELL);
    assert_eq!(found.mean(), Some(1000.0 / 1002.0));
    let mut whole = Statistics::new(None);
    whole.add(Some(i64::MAX), 5_100_000_000_000_000_000);
    assert!(whole.mean().is_some_and(|mean| mean > 9.2e18));
    whole = Statistics::new(None);
    whole.add(Some(i64::MIN), 5_100_000_000_000_000_000);
    assert!(whole.mean().is_some_and(|mean| mean < -9.2e18));
}

proptest! {
    #[test]
    fn neither_order_nor_runs_nor_threads_say_anything(
        mut values in prop::collection::vec((prop::option::of(-1000..1000_i64), 0..5_u64), 0..60),
        threshold in -1000..1000_i64,
        cut in 0..60_usize,
    ) {
        let threshold = Some(Threshold::Below(threshold));
        let mut one_by_one = Statistics::new(threshold);
        for (value, cm2) in &values {
            one_by_one.add(*value, *cm2);
        }
        values.sort_by_key(|(_, cm2)| *cm2);
        let mut threads = [Statistics::new(threshold); 2];
        for run in values.chunk_by(|one, other| one.1 == other.1) {
            let (first, second) = run.split_at(cut.min(run.len()));
            threads[0].add_run(run[0].1, first.iter().map(|(value, _)| *value));
            threads[1].add_run(run[0].1, second.iter().map(|(value, _)| *value));
        }
        let [mut merged, other] = threads;
        merged.merge(&other);
        prop_assert_eq!(merged, one_by_one);
    }

    #[test]
    fn a_quantile_has_its_part_of_the_area_below_it(
        values in prop::collection::vec((-50..50_i64, 1..9_u64), 1..40),
        part in 0.0..=1.0_f64,
    ) {
        let mut sorted = values.clone();
        let found = quantiles(&mut sorted, &[0.0, part, 1.0]);
        let quantile = found[1].unwrap();
        let cm2 = |is: &dyn Fn(i64) -> bool| {
            let some = values.iter().filter(|(value, _)| is(*value)).map(|(_, cm2)| *cm2);
            rounded(u128::from(some.sum::<u64>()))
        };
        let all = cm2(&|_| true);
        prop_assert!(cm2(&|value| value <= quantile) >= part * all);
        prop_assert!(quantile == found[0].unwrap() || cm2(&|value| value < quantile) < part * all);
        prop_assert_eq!(found[0], values.iter().map(|(value, _)| *value).min());
        prop_assert_eq!(found[2], values.iter().map(|(value, _)| *value).max());
    }
}
