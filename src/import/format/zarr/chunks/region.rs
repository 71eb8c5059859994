//! Boxes of an array, and where two of them meet.

use std::ops::Range;

/// A box of an array: a range of each dimension.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Region(Vec<Range<u64>>);

impl Region {
    pub(super) fn new(ranges: &[Range<u64>]) -> Self {
        Self(ranges.to_vec())
    }

    /// The chunk at `at` on the grid of chunks of that shape.
    pub(super) fn chunk(at: &[u64], shape: &[u64]) -> Self {
        let ranges = at.iter().zip(shape).map(|(at, size)| {
            let start = at.saturating_mul(*size);
            start..start.saturating_add(*size)
        });
        Self(ranges.collect())
    }

    pub(super) fn count(&self) -> usize {
        let sizes = self
            .0
            .iter()
            .map(|range| usize::try_from(range.end - range.start).unwrap_or(usize::MAX));
        sizes.product()
    }

    /// The part that is in `other` too.
    pub(super) fn within(&self, other: &Self) -> Self {
        let ranges = self.0.iter().zip(&other.0).map(|(one, other)| {
            let start = one.start.max(other.start);
            start..one.end.min(other.end).max(start)
        });
        Self(ranges.collect())
    }

    /// Calls `copy` for every element that this and `chunk` have: with its place in the chunk, whose dimensions
    /// are stored in `order`, and its place here.
    pub(super) fn meet(&self, chunk: &Self, order: &[usize], copy: &mut dyn FnMut(usize, usize)) {
        let both = self.within(chunk);
        if both.count() == 0 && !both.0.is_empty() {
            return;
        }
        let standard: Vec<usize> = (0..self.0.len()).collect();
        let (from, to) = (chunk.strides(order), self.strides(&standard));
        let place = |of: &Self, strides: &[usize]| -> usize {
            let starts = both
                .0
                .iter()
                .zip(&of.0)
                .map(|(both, of)| both.start - of.start);
            let parts = starts.zip(strides);
            parts
                .map(|(start, stride)| usize::try_from(start).unwrap_or(usize::MAX) * stride)
                .sum()
        };
        let (mut from_at, mut to_at) = (place(chunk, &from), place(self, &to));
        let sizes = both
            .0
            .iter()
            .map(|range| usize::try_from(range.end - range.start).unwrap_or(0));
        let mut wheels: Vec<(usize, usize, usize, usize)> = sizes
            .zip(from.iter().zip(&to))
            .map(|(size, (from, to))| (0, size, *from, *to))
            .collect();
        loop {
            copy(from_at, to_at);
            let mut wheels = wheels.iter_mut().rev();
            loop {
                let Some((at, size, from, to)) = wheels.next() else {
                    return;
                };
                *at += 1;
                from_at += *from;
                to_at += *to;
                if at < size {
                    break;
                }
                from_at -= *from * *size;
                to_at -= *to * *size;
                *at = 0;
            }
        }
    }

    /// Distances of neighbours along each dimension when the dimensions are stored in `order`.
    fn strides(&self, order: &[usize]) -> Vec<usize> {
        let mut strides = vec![0; self.0.len()];
        let mut apart = 1_usize;
        for dimension in order.iter().rev() {
            if let (Some(stride), Some(range)) =
                (strides.get_mut(*dimension), self.0.get(*dimension))
            {
                *stride = apart;
                apart *= usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            }
        }
        strides
    }
}

/// The places, on the grid of chunks of that shape, of all chunks that `wanted` meets.
pub(super) fn chunks_of(wanted: &Region, shape: &[u64]) -> impl Iterator<Item = Vec<u64>> {
    let ranges = wanted.0.iter().zip(shape).map(|(range, size)| {
        if range.is_empty() {
            0..0
        } else {
            range.start / size..range.end.div_ceil(*size)
        }
    });
    let ranges: Vec<Range<u64>> = ranges.collect();
    let is_empty = ranges.iter().any(Range::is_empty);
    let mut next: Option<Vec<u64>> =
        (!is_empty).then(|| ranges.iter().map(|range| range.start).collect());
    std::iter::from_fn(move || {
        let found = next.clone()?;
        let mut after = found.clone();
        next = None;
        for (at, range) in after.iter_mut().zip(&ranges).rev() {
            *at += 1;
            if *at < range.end {
                next = Some(after);
                break;
            }
            *at = range.start;
        }
        Some(found)
    })
}

/// The product of sizes; none beyond all measure.
pub(super) fn product(sizes: &[u64]) -> Option<u64> {
    sizes
        .iter()
        .try_fold(1_u64, |product, size| product.checked_mul(*size))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_chunks_that_a_window_meets_are_told_in_order() {
        let chunks = |window: &[(u64, u64)], shape: &[u64]| {
            let ranges: Vec<_> = window.iter().map(|(start, end)| *start..*end).collect();
            chunks_of(&Region::new(&ranges), shape).collect::<Vec<_>>()
        };
        assert_eq!(chunks(&[(3, 9)], &[4]), [[0], [1], [2]]);
        assert_eq!(chunks(&[(4, 8), (0, 1)], &[4, 2]), [[1, 0]]);
        assert_eq!(
            chunks(&[(0, 5), (2, 4)], &[4, 3]),
            [[0, 0], [0, 1], [1, 0], [1, 1]]
        );
        assert_eq!(chunks(&[(0, 0), (0, 9)], &[1, 1]), Vec::<Vec<u64>>::new());
        assert_eq!(chunks(&[], &[]), [Vec::<u64>::new()]);
    }

    proptest! {
        #[test]
        fn every_element_is_copied_once_from_its_chunk_to_its_place(
            shape in prop::collection::vec(1..6_u64, 1..4),
            chunk in prop::collection::vec(1..4_u64, 3),
            is_turned in any::<bool>(),
        ) {
            let chunk = &chunk[..shape.len()];
            let window: Vec<_> = shape.iter().map(|size| size / 3..*size).collect();
            let wanted = Region::new(&window);
            let mut order: Vec<usize> = (0..shape.len()).collect();
            if is_turned {
                order.reverse();
            }
            let number = |at: &[u64]| at.iter().zip(&shape).fold(0, |sum, (at, size)| sum * size + at);
            let mut found = vec![u64::MAX; wanted.count()];
            for at in chunks_of(&wanted, chunk) {
                let region = Region::chunk(&at, chunk);
                let mut elements = vec![u64::MAX; region.count()];
                let strides = region.strides(&order);
                for index in chunks_of(&region, &vec![1; chunk.len()]) {
                    let place: usize = index.iter().zip(&region.0).zip(&strides)
                        .map(|((at, range), stride)| usize::try_from(at - range.start).unwrap() * stride).sum();
                    elements[place] = number(&index);
                }
                wanted.meet(&region, &order, &mut |from, to| {
                    assert_eq!(found[to], u64::MAX);
                    found[to] = elements[from];
                });
            }
            let expected: Vec<u64> =
                chunks_of(&wanted, &vec![1; shape.len()]).map(|index| number(&index)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
