//! Suburbs side by side, whose borders are the same points on both sides.

use super::Chance;

/// A place in hundred-thousandths of a degree, longitude first: about a metre.
pub(super) type Place = [i32; 2];

/// A made-up city by the sea of a southern land.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suburbs {
    count: u32,
    columns: u32,
    chance: Chance,
}

impl Suburbs {
    /// `count` suburbs, about as many from west to east as from south to north.
    pub(super) fn new(count: u32, chance: Chance) -> Self {
        let columns = count.isqrt().max(1);
        Self {
            count,
            columns,
            chance: chance.of(SUBURBS),
        }
    }

    /// `Suburb 0017`.
    pub(super) fn name(suburb: u32) -> String {
        format!("Suburb {suburb:04}")
    }

    /// The border of a suburb, from its south-western corner around it to the left, and there again.
    pub(super) fn border(self, suburb: u32) -> Vec<Place> {
        let (column, row) = (suburb % self.columns, suburb / self.columns);
        let corners = [
            [column, row],
            [column + 1, row],
            [column + 1, row + 1],
            [column, row + 1],
        ];
        let [south_west, south_east, north_east, north_west] = corners;
        let mut border = self.side(south_west, south_east);
        border.extend(self.side(south_east, north_east));
        // A side is made from its lower corner on, whoever asks for it.
        for (lower, upper) in [(north_west, north_east), (south_west, north_west)] {
            let mut back = self.side(lower, upper);
            back.push(self.corner(upper));
            back.remove(0);
            back.reverse();
            border.extend(back);
        }
        border.push(self.corner(south_west));
        border
    }

    /// A place in the city, or a little beside it.
    pub(super) fn place(self, number: u32) -> Place {
        let chance = self.chance.of(PLACES).of(number);
        let rows = self.count.div_ceil(self.columns);
        let along = |chance: Chance, count: u32| {
            let length = (count + 2).saturating_mul(CELL.unsigned_abs());
            chance.below(length).cast_signed() - CELL
        };
        [
            WEST + along(chance.of(0), self.columns),
            SOUTH + along(chance.of(1), rows),
        ]
    }

    /// The points from one corner to the one behind it, the last one left out.
    fn side(self, from: [u32; 2], to: [u32; 2]) -> Vec<Place> {
        let (start, end) = (self.corner(from), self.corner(to));
        let is_upward = u32::from(from[0] == to[0]);
        let chance = self.chance.of(SIDES).of(from[0]).of(from[1]).of(is_upward);
        let between = (1..PARTS).map(|part| {
            let chance = chance.of(part.unsigned_abs());
            let at = |axis: u32, start: i32, end: i32| {
                start + (end - start) * part / PARTS + chance.of(axis).about(CELL / 25)
            };
            [at(0, start[0], end[0]), at(1, start[1], end[1])]
        });
        std::iter::once(start).chain(between).collect()
    }

    fn corner(self, [column, row]: [u32; 2]) -> Place {
        let chance = self.chance.of(CORNERS).of(column).of(row);
        let at = |axis: u32, first: i32, number: u32| {
            first + number.cast_signed() * CELL + chance.of(axis).about(CELL / 5)
        };
        [at(0, WEST, column), at(1, SOUTH, row)]
    }
}

/// Degrees with five decimals.
pub(super) fn degrees(part: i32) -> String {
    let sign = if part < 0 { "-" } else { "" };
    let part = part.unsigned_abs();
    format!("{sign}{}.{:05}", part / 100_000, part % 100_000)
}

const WEST: i32 = 1_830_000;
const SOUTH: i32 = -3_420_000;
/// The width of a suburb.
const CELL: i32 = 2_000;
/// Parts of a side between two corners.
const PARTS: i32 = 6;

const SUBURBS: u32 = 1;
const CORNERS: u32 = 2;
const SIDES: u32 = 3;
const PLACES: u32 = 4;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn borders_are_closed_and_each_side_within_the_city_belongs_to_two() {
        let suburbs = Suburbs::new(9, Chance::new(3));
        let mut sides = BTreeMap::<[Place; 2], u32>::new();
        for suburb in 0..9 {
            let border = suburbs.border(suburb);
            assert_eq!(border.first(), border.last());
            assert_eq!(border.len(), 25);
            for pair in border.windows(2) {
                let mut side = [pair[0], pair[1]];
                side.sort_unstable();
                *sides.entry(side).or_default() += 1;
            }
        }
        let shared = sides.values().filter(|count| **count == 2).count();
        // Twelve sides between suburbs of three rows of three, of six parts each, and as many around them.
        assert_eq!((shared, sides.len()), (72, 144));
    }

    #[test]
    fn borders_go_around_to_the_left() {
        let suburbs = Suburbs::new(100, Chance::new(5));
        for suburb in 0..100 {
            let border = suburbs.border(suburb);
            let doubled: i64 = border
                .windows(2)
                .map(|pair| {
                    let [[x1, y1], [x2, y2]] = [pair[0], pair[1]].map(|place| place.map(i64::from));
                    x1 * y2 - x2 * y1
                })
                .sum();
            assert!(doubled > 0, "{suburb}");
        }
    }

    #[test]
    fn degrees_have_five_decimals() {
        for (part, expected) in [
            (1_830_000, "18.30000"),
            (-3_420_001, "-34.20001"),
            (-5, "-0.00005"),
        ] {
            assert_eq!(degrees(part), expected);
        }
    }
}
