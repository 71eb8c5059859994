//! Boxes packed level upon level, so that those that meet one are found among a million.

use super::{Bounds, boxes_meet};

/// Boxes with boxes around each sixteen of them, and so on up to one.
///
/// They stand in the order in which they were given: the nearer those beside each other lie, the fewer are looked at.
/// Edges of a ring lie near by themselves, areas when they are sorted along a curve.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boxes {
    boxes: Vec<[f64; 4]>,
    /// The first box of each level, the boxes that were given first.
    starts: Vec<usize>,
}

impl Boxes {
    pub(crate) fn new(mut boxes: Vec<[f64; 4]>) -> Self {
        let mut starts = vec![0];
        let mut start = 0;
        while boxes.len() - start > TOGETHER {
            let level = boxes.get(start..).unwrap_or_default();
            let around: Vec<_> = level.chunks(TOGETHER).map(around).collect();
            start = boxes.len();
            starts.push(start);
            boxes.extend(around);
        }
        Self { boxes, starts }
    }

    /// Bytes that they take in memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.boxes)
    }

    /// Tells of each box that meets `sides`, by its number; until `found` says that it has enough.
    pub(crate) fn meeting(&self, sides: [f64; 4], mut found: impl FnMut(usize) -> bool) {
        let top = self.starts.len().saturating_sub(1);
        self.descend(top, 0, sides, &mut found);
    }

    /// Sixteen boxes of a level, and those below them; `false` when there was enough. It goes down at most eight levels.
    fn descend(
        &self,
        level: usize,
        first: usize,
        sides: [f64; 4],
        found: &mut impl FnMut(usize) -> bool,
    ) -> bool {
        let start = self.starts.get(level).copied().unwrap_or_default();
        let next = self.starts.get(level + 1).copied();
        let end = next
            .unwrap_or(self.boxes.len())
            .min(start + first + TOGETHER);
        let together = self.boxes.get(start + first..end).unwrap_or_default();
        for (at, one) in (first..).zip(together) {
            if !boxes_meet(*one, sides) {
                continue;
            }
            let goes_on = match level.checked_sub(1) {
                None => found(at),
                Some(below) => self.descend(below, at * TOGETHER, sides, found),
            };
            if !goes_on {
                return false;
            }
        }
        true
    }
}

fn around(boxes: &[[f64; 4]]) -> [f64; 4] {
    let mut bounds = Bounds::default();
    for [west, south, east, north] in boxes {
        bounds.add([*west, *south]);
        bounds.add([*east, *north]);
    }
    bounds.sides
}

/// Boxes in one box of the next level.
const TOGETHER: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sides() -> impl Strategy<Value = [f64; 4]> {
        (0..100_u32, 0..100_u32, 0..20_u32, 0..20_u32)
            .prop_map(|(x, y, width, height)| [x, y, x + width, y + height].map(f64::from))
    }

    proptest! {
        #[test]
        fn those_that_meet_a_box_are_found_in_their_order_and_no_others(
            boxes in prop::collection::vec(sides(), 0..600), asked in sides(), enough in 1..9_usize,
        ) {
            let expected: Vec<_> = boxes
                .iter()
                .enumerate()
                .filter(|(_, one)| boxes_meet(**one, asked))
                .map(|(at, _)| at)
                .collect();
            let packed = Boxes::new(boxes);
            let mut found = Vec::new();
            packed.meeting(asked, |at| { found.push(at); true });
            prop_assert_eq!(&found, &expected);
            let mut first = Vec::new();
            packed.meeting(asked, |at| { first.push(at); first.len() < enough });
            prop_assert_eq!(&first, &expected[..enough.min(expected.len())]);
        }
    }
}
