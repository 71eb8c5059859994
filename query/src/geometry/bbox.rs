//! Boxes that a query asks for, and the geometries that meet them.

use super::{
    Bounds, Crs, GeometryFault, Part, Position, Side, Sink, area::Ray, area::turn, boxes_meet, wkb,
};

/// A box in degrees of WGS 84. Its western side is east of the eastern one where it goes over the date line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bbox {
    /// Western side, from -180 to 180.
    pub west: f64,
    /// Southern side.
    pub south: f64,
    /// Eastern side, from -180 to 180.
    pub east: f64,
    /// Northern side.
    pub north: f64,
    /// Lowest and highest third coordinate; geometries without one are met at any.
    pub vertical: Option<[f64; 2]>,
}

/// Faults of a text or of numbers that are no box.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BboxFault {
    /// A latitude beyond a pole.
    #[error("a latitude of a bbox lies within -90 and 90")]
    LatitudeOutOfRange,
    /// A longitude more than a turn from Greenwich.
    #[error("a longitude of a bbox lies within -360 and 360")]
    LongitudeOutOfRange,
    /// A number that is none, or not finite.
    #[error("number {place} of the bbox is not a number")]
    NotANumber {
        /// Its place, from 1.
        place: usize,
    },
    /// The southern side is north of the northern.
    #[error("the bbox begins in the north: the lower latitude comes first")]
    SouthAboveNorth,
    /// The lowest third coordinate is above the highest.
    #[error("the third coordinates of the bbox are in the wrong order")]
    UpsideDown,
    /// Neither four numbers nor six.
    #[error("a bbox has four numbers, or six")]
    WrongCount,
}

impl Bbox {
    /// Reads four numbers or six with commas between, in the order of `crs` (OGC 17-069r4 §7.15.3).
    ///
    /// # Errors
    /// [`BboxFault`], the first.
    pub fn read(text: &str, crs: Crs) -> Result<Self, BboxFault> {
        let mut numbers = Vec::new();
        for (at, part) in text.split(',').enumerate() {
            if at == MOST_NUMBERS {
                return Err(BboxFault::WrongCount);
            }
            let number = part.trim().parse().ok();
            numbers.push(number.ok_or(BboxFault::NotANumber { place: at + 1 })?);
        }
        Self::of(&numbers, crs)
    }

    /// The box of four numbers or six, in the order of `crs`.
    ///
    /// # Errors
    /// [`BboxFault`], the first.
    pub fn of(numbers: &[f64], crs: Crs) -> Result<Self, BboxFault> {
        if let Some(at) = numbers.iter().position(|number| !number.is_finite()) {
            return Err(BboxFault::NotANumber { place: at + 1 });
        }
        let (lower, upper, vertical) = match *numbers {
            [a, b, c, d] => ([a, b], [c, d], None),
            [a, b, low, c, d, high] => ([a, b], [c, d], Some([low, high])),
            _ => return Err(BboxFault::WrongCount),
        };
        let [west, south] = crs.to_degrees(lower);
        let [east, north] = crs.to_degrees(upper);
        if !(-90.0..=90.0).contains(&south) || !(-90.0..=90.0).contains(&north) {
            return Err(BboxFault::LatitudeOutOfRange);
        }
        if !(-360.0..=360.0).contains(&west) || !(-360.0..=360.0).contains(&east) {
            return Err(BboxFault::LongitudeOutOfRange);
        }
        if south > north {
            return Err(BboxFault::SouthAboveNorth);
        }
        if vertical.is_some_and(|[low, high]| low > high) {
            return Err(BboxFault::UpsideDown);
        }
        let is_whole_turn = east - west >= 360.0;
        let (west, east) = if is_whole_turn {
            (-180.0, 180.0)
        } else {
            (within_a_turn(west), within_a_turn(east))
        };
        Ok(Self {
            west,
            south,
            east,
            north,
            vertical,
        })
    }

    /// The boxes that do not go over the date line, of which it consists: one, or two.
    pub fn halves(self) -> impl Iterator<Item = [f64; 4]> {
        let Self {
            west,
            south,
            east,
            north,
            ..
        } = self;
        let (first, second) = if west <= east {
            ([west, south, east, north], None)
        } else {
            let rest = [-180.0, south, east, north];
            ([west, south, 180.0, north], Some(rest))
        };
        std::iter::once(first).chain(second)
    }

    /// `true` where it has a place in common with the box of a geometry, so that the geometry may meet it.
    #[must_use]
    pub fn meets_box(self, bounds: [f64; 4]) -> bool {
        self.halves().any(|half| boxes_meet(half, bounds))
    }

    /// `true` where a geometry in well-known binary has a place in it, sides and corners among them.
    ///
    /// # Errors
    /// [`GeometryFault`] of octets that are no geometry.
    pub fn meets(self, wkb: &[u8]) -> Result<bool, GeometryFault> {
        for half in self.halves() {
            let mut meeting = (Meeting::new(half), Heights::default());
            wkb::read(wkb, &mut meeting)?;
            let (Meeting { is_met, .. }, heights) = meeting;
            if is_met && heights.meet(self.vertical) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A box that waits for a geometry to meet it: an edge that goes through it, or an area around it.
#[derive(Debug)]
pub(super) struct Meeting {
    sides: [f64; 4],
    pub(super) is_met: bool,
    part: Part,
    last: Option<[f64; 2]>,
    /// From the lower left corner: the edges of a polygon that no edge brought into the box.
    ray: Ray,
}

impl Meeting {
    pub(super) fn new(sides: [f64; 4]) -> Self {
        let [west, south, ..] = sides;
        Self {
            sides,
            is_met: false,
            part: Part::Point,
            last: None,
            ray: Ray::new([west, south]),
        }
    }
}

impl Sink for Meeting {
    fn open(&mut self, part: Part, _: bool) {
        (self.part, self.last) = (part, None);
        if part == Part::Polygon {
            let [west, south, ..] = self.sides;
            self.ray = Ray::new([west, south]);
        }
    }

    fn position(&mut self, Position { xy, .. }: Position) {
        let from = self.last.replace(xy).unwrap_or(xy);
        self.is_met = self.is_met || edge_meets(self.sides, from, xy);
        if self.part == Part::Ring {
            self.ray.cross([from, xy]);
        }
    }

    fn close(&mut self, part: Part) {
        self.is_met |= part == Part::Polygon && self.ray.side() != Side::Outside;
    }
}

/// `true` where an edge has a place in a box: its own box meets it, and the corners are not all on one side of it.
fn edge_meets(sides: [f64; 4], from: [f64; 2], to: [f64; 2]) -> bool {
    let [west, south, east, north] = sides;
    let ([x, y], [to_x, to_y]) = (from, to);
    let edge = [x.min(to_x), y.min(to_y), x.max(to_x), y.max(to_y)];
    if !boxes_meet(sides, edge) {
        return false;
    }
    let corners = [[west, south], [east, south], [east, north], [west, north]];
    let turns = corners.map(|corner| turn(from, to, corner));
    !turns.iter().all(|turn| *turn > 0.0) && !turns.iter().all(|turn| *turn < 0.0)
}

/// The lowest and the highest third coordinate.
#[derive(Debug, Default)]
struct Heights {
    bounds: Bounds,
}

impl Heights {
    fn meet(&self, vertical: Option<[f64; 2]>) -> bool {
        let (Some([low, high]), Some([lowest, _, highest, _])) = (vertical, self.bounds.get())
        else {
            return true;
        };
        low <= highest && lowest <= high
    }
}

impl Sink for Heights {
    fn position(&mut self, position: Position) {
        if let Some(z) = position.z {
            self.bounds.add([z, z]);
        }
    }
}

/// A longitude from -180 to 180 of one within a turn from Greenwich.
fn within_a_turn(longitude: f64) -> f64 {
    if longitude > 180.0 {
        longitude - 360.0
    } else if longitude < -180.0 {
        longitude + 360.0
    } else {
        longitude
    }
}

const MOST_NUMBERS: usize = 6;

#[cfg(test)]
mod tests;
