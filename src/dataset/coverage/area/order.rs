//! Order by a number that each item has: keys are put in order, not the items, which are several times as long.

/// Puts items in order; memory is kept from one time to the next.
#[derive(Debug)]
pub(super) struct Sorter<T> {
    keys: Vec<(i64, usize)>,
    spare: Vec<T>,
}

impl<T: Copy> Sorter<T> {
    pub(super) fn new() -> Self {
        Self {
            keys: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// Puts `items` in the order of `number`; of equal ones the first stays the first.
    pub(super) fn sort(&mut self, items: &mut Vec<T>, number: impl Fn(&T) -> f64) {
        let keys = items.iter().map(|item| key(number(item))).zip(0..);
        self.keys.clear();
        self.keys.extend(keys);
        self.keys.sort_unstable();
        let sorted = self.keys.iter().filter_map(|(_, at)| items.get(*at));
        self.spare.clear();
        self.spare.extend(sorted.copied());
        std::mem::swap(items, &mut self.spare);
    }
}

/// A whole number in the order of IEEE 754 (§5.10), which processors compare faster.
fn key(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    let below_zero = (bits >> 63).cast_unsigned() >> 1;
    bits ^ below_zero.cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn items_come_in_the_order_of_their_numbers_and_equal_ones_stay(
            numbers in prop::collection::vec(prop_oneof![any::<f64>(), (-3..3_i32).prop_map(f64::from)], 0..50),
        ) {
            let mut items: Vec<(f64, usize)> = numbers.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by(|one, other| one.0.total_cmp(&other.0));
            Sorter::new().sort(&mut items, |item| item.0);
            let at = |items: &[(f64, usize)]| items.iter().map(|item| item.1).collect::<Vec<_>>();
            prop_assert_eq!(at(&items), at(&expected));
        }
    }
}
