//! Serial numbers as integers, and many of them in little memory.

use std::{cmp::Ordering, collections::BTreeMap, ops::Range};

use super::mapped_bytes::MappedBytes;

/// The content of an INTEGER in its shortest form, X.690 §8.3.2, so that equal numbers have equal bytes.
///
/// CAs write needless leading bytes in certificates, in lists or in both. `None` without any byte.
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
    bytes: MappedBytes,
    runs: Box<[Run]>,
}

/// The numbers of one length.
struct Run {
    width: usize,
    bytes: Range<usize>,
}

impl SerialNumbers {
    /// The set of `numbers`, each in its shortest form; they are gone through twice.
    pub(super) fn new<'d>(numbers: impl Iterator<Item = &'d [u8]> + Clone) -> Self {
        let mut lengths = BTreeMap::<usize, usize>::new();
        for number in numbers.clone() {
            *lengths.entry(number.len()).or_default() += number.len();
        }
        let mut bytes = MappedBytes::zeroed(lengths.values().sum());
        let mut end = 0;
        let mut next = BTreeMap::new();
        let runs = lengths.into_iter().map(|(width, length)| {
            let start = end;
            end += length;
            next.insert(width, start);
            Run {
                width,
                bytes: start..end,
            }
        });
        let runs: Box<[Run]> = runs.collect();
        for number in numbers {
            let Some(start) = next.get_mut(&number.len()) else {
                continue;
            };
            let place = *start..*start + number.len();
            *start = place.end;
            if let Some(place) = bytes.get_mut(place) {
                place.copy_from_slice(number);
            }
        }
        for run in &runs {
            if let Some(numbers) = bytes.get_mut(run.bytes.clone()) {
                sort(numbers, run.width);
            }
        }
        Self { bytes, runs }
    }

    /// `true` when the number is in the set; `serial` is in its shortest form.
    pub(super) fn contains(&self, serial: &[u8]) -> bool {
        let run = self
            .runs
            .binary_search_by_key(&serial.len(), |run| run.width);
        let Some(run) = run.ok().and_then(|at| self.runs.get(at)) else {
            return false;
        };
        let Some(numbers) = self.bytes.get(run.bytes.clone()) else {
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

    /// The number of entries, repeated ones counted each time.
    pub(super) fn len(&self) -> usize {
        let count = |run: &Run| run.bytes.len() / run.width.max(1);
        self.runs.iter().map(count).sum()
    }

    /// Bytes of memory that they take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len() + self.runs.len() * size_of::<Run>()
    }
}

/// Brings numbers of one length in order, where they stand if it is a usual one.
fn sort(numbers: &mut [u8], width: usize) {
    macro_rules! in_place {
        ($($width:literal)*) => {
            match width {
                $($width => numbers.as_chunks_mut::<$width>().0.sort_unstable(),)*
                _ => sort_long(numbers, width),
            }
        };
    }
    in_place!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21);
}

/// Of 22 bytes or more: RFC 5280 §4.1.2.2 allows 20.
fn sort_long(numbers: &mut [u8], width: usize) {
    let unsorted = numbers.to_vec();
    let mut sorted: Vec<&[u8]> = unsorted.chunks_exact(width).collect();
    sorted.sort_unstable();
    for (place, number) in numbers.chunks_exact_mut(width).zip(sorted) {
        place.copy_from_slice(number);
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
            numbers in prop::collection::vec(prop::collection::vec(0_u8..4, 1..30), 0..60),
            others in prop::collection::vec(prop::collection::vec(0_u8..4, 0..30), 0..60),
        ) {
            let shortest = |number: &Vec<u8>| shortest(number).unwrap_or_default().to_vec();
            let model: BTreeSet<Vec<u8>> = numbers.iter().map(shortest).collect();
            let twice = model.iter().chain(&model);
            let set = SerialNumbers::new(twice.map(Vec::as_slice));
            prop_assert_eq!(set.len(), 2 * model.len());
            for number in numbers.iter().chain(&others).map(shortest) {
                prop_assert_eq!(set.contains(&number), model.contains(&number));
            }
        }
    }
}
