//! Serial numbers as integers, and many of them in little memory.

use std::{cmp::Ordering, ops::Range};

/// The content of an INTEGER in its shortest form, X.690 §8.3.2, so that equal numbers have equal octets.
///
/// CAs write needless leading octets in certificates, in lists or in both. `None` without any octet.
pub(super) fn shortest(mut integer: &[u8]) -> Option<&[u8]> {
    while let [first, rest @ ..] = integer
        && let [second, ..] = rest
    {
        let is_needless = match first {
            0 => second & 0x80 == 0,
            0xff => second & 0x80 != 0,
            _ => false,
        };
        if !is_needless {
            break;
        }
        integer = rest;
    }
    (!integer.is_empty()).then_some(integer)
}

/// A set of serial numbers: those of one length stand one after the other in order.
pub(super) struct SerialNumbers {
    octets: Box<[u8]>,
    runs: Box<[Run]>,
}

/// The numbers of one length.
struct Run {
    width: usize,
    octets: Range<usize>,
}

/// A number with its first octets beside it, which decide nearly every comparison.
pub(super) struct Entry<'d> {
    first: u64,
    serial: &'d [u8],
}

impl<'d> Entry<'d> {
    /// The entry of a number in its shortest form.
    pub(super) fn of(serial: &'d [u8]) -> Self {
        let mut first = [0; 8];
        for (octet, own) in first.iter_mut().zip(serial) {
            *octet = *own;
        }
        Self {
            first: u64::from_be_bytes(first),
            serial,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let lengths = self.serial.len().cmp(&other.serial.len());
        lengths
            .then_with(|| self.first.cmp(&other.first))
            .then_with(|| self.serial.cmp(other.serial))
    }
}

impl SerialNumbers {
    pub(super) fn new(mut entries: Vec<Entry<'_>>) -> Self {
        entries.sort_unstable_by(Entry::order);
        entries.dedup_by(|one, other| one.serial == other.serial);
        let length = entries.iter().map(|entry| entry.serial.len()).sum();
        let mut octets = Vec::with_capacity(length);
        let mut runs: Vec<Run> = Vec::new();
        for Entry { serial, .. } in entries {
            let (start, width) = (octets.len(), serial.len());
            octets.extend_from_slice(serial);
            match runs.last_mut() {
                Some(run) if run.width == width => run.octets.end = octets.len(),
                _ => runs.push(Run {
                    width,
                    octets: start..octets.len(),
                }),
            }
        }
        Self {
            octets: octets.into(),
            runs: runs.into(),
        }
    }

    /// Whether the number is in the set; `serial` is in its shortest form.
    pub(super) fn contains(&self, serial: &[u8]) -> bool {
        let run = self
            .runs
            .binary_search_by_key(&serial.len(), |run| run.width);
        let Some(run) = run.ok().and_then(|at| self.runs.get(at)) else {
            return false;
        };
        let Some(numbers) = self.octets.get(run.octets.clone()) else {
            return false;
        };
        let (mut from, mut to) = (0, numbers.len() / run.width);
        while from < to {
            let middle = from.midpoint(to);
            let start = middle * run.width;
            let Some(number) = numbers.get(start..start + run.width) else {
                return false;
            };
            match number.cmp(serial) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return true,
                Ordering::Greater => to = middle,
            }
        }
        false
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        let count = |run: &Run| run.octets.len() / run.width.max(1);
        self.runs.iter().map(count).sum()
    }

    /// How much memory they take.
    pub(super) fn bytes(&self) -> usize {
        self.octets.len() + self.runs.len() * size_of::<Run>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn x690_8_3_2_equal_integers_have_one_shortest_form() {
        let cases: [(&[u8], &[u8]); 10] = [
            (&[5], &[5]),
            (&[0, 5], &[5]),
            (&[0, 0, 0, 5], &[5]),
            (&[0, 0x80], &[0, 0x80]),
            (&[0, 0, 0x80], &[0, 0x80]),
            (&[0x80], &[0x80]),
            (&[0xff, 0x80], &[0x80]),
            (&[0xff, 0xff, 0x7f], &[0xff, 0x7f]),
            (&[0, 0], &[0]),
            (&[0xff, 0xff], &[0xff]),
        ];
        for (written, expected) in cases {
            assert_eq!(shortest(written), Some(expected), "{written:x?}");
        }
        assert_eq!(shortest(&[]), None);
    }

    proptest! {
        #[test]
        fn a_number_is_in_the_set_exactly_when_it_was_put_in(
            numbers in prop::collection::vec(prop::collection::vec(0_u8..4, 1..12), 0..60),
            others in prop::collection::vec(prop::collection::vec(0_u8..4, 0..12), 0..60),
        ) {
            let shortest = |number: &Vec<u8>| shortest(number).unwrap_or_default().to_vec();
            let model: BTreeSet<Vec<u8>> = numbers.iter().map(shortest).collect();
            let set = SerialNumbers::new(model.iter().chain(&model).map(|number| Entry::of(number)).collect());
            prop_assert_eq!(set.len(), model.len());
            for number in numbers.iter().chain(&others).map(shortest) {
                prop_assert_eq!(set.contains(&number), model.contains(&number));
            }
        }
    }
}
