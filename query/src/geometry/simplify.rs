//! Geometries with fewer positions, for maps that would not show the difference.

use super::{
    GeometryFault, Part, Position, Sink,
    crossings::{self, Meeting},
    parts::is_same,
    wkb,
};

/// Largest distance in degrees that changes nothing on a map of so many zooms, on which the world has 256 pixels at
/// zoom 0 and twice as many at each that follows: the width of a pixel.
#[must_use]
pub fn pixel_at(zoom: u8) -> f64 {
    360.0 / (256.0 * libm::exp2(f64::from(zoom)))
}

/// The geometry with no position further from it than `offset`, in degrees, with as few positions as that takes.
///
/// Lines keep their ends, rings four positions at least; a hole that would be less is left out. Edges of a polygon that
/// would cross where those of the whole do not are given less of the offset, or none. Heights go with their positions.
///
/// # Errors
/// [`GeometryFault`] of octets that are no geometry.
pub fn simplify(wkb: &[u8], offset: f64) -> Result<Vec<u8>, GeometryFault> {
    let mut simplifying = Simplifying {
        offset,
        ..Simplifying::default()
    };
    wkb::read(wkb, &mut simplifying)?;
    Ok(simplifying.writer.finish())
}

#[derive(Default)]
struct Simplifying {
    offset: f64,
    writer: wkb::Writer,
    has_z: bool,
    open: Vec<Part>,
    /// Positions of the line or ring that is open.
    line: Vec<Position>,
    rings: Vec<Vec<Position>>,
}

impl Sink for Simplifying {
    fn open(&mut self, part: Part, has_z: bool) {
        self.has_z = has_z;
        self.open.push(part);
        if part != Part::Ring {
            self.writer.open(part, has_z);
        }
    }

    fn position(&mut self, position: Position) {
        match self.open.last() {
            Some(Part::Ring | Part::LineString) => self.line.push(position),
            _ => self.writer.position(position),
        }
    }

    fn close(&mut self, part: Part) {
        self.open.pop();
        match part {
            Part::Ring => return self.rings.push(std::mem::take(&mut self.line)),
            Part::LineString => {
                let line = std::mem::take(&mut self.line);
                for position in fewer(&line, self.offset) {
                    self.writer.position(position);
                }
            }
            Part::Polygon => {
                let rings = std::mem::take(&mut self.rings);
                for ring in polygon(rings, self.offset) {
                    self.writer.open(Part::Ring, self.has_z);
                    for position in ring {
                        self.writer.position(position);
                    }
                    self.writer.close(Part::Ring);
                }
            }
            _ => (),
        }
        self.writer.close(part);
    }
}

/// Rings with fewer positions, whose edges cross no more than those of the whole do.
fn polygon(rings: Vec<Vec<Position>>, offset: f64) -> Vec<Vec<Position>> {
    let mut offset = offset;
    for _ in 0..TRIES {
        let mut fewer = Vec::with_capacity(rings.len());
        for (at, whole) in rings.iter().enumerate() {
            match ring(whole, offset) {
                Some(ring) => fewer.push(ring),
                // The ring around a polygon stays, however small it is.
                None if at == 0 => fewer.push(corners(whole)),
                None => (),
            }
        }
        let places = fewer
            .iter()
            .map(|ring: &Vec<Position>| ring.iter().map(|at| at.xy).collect());
        let places: Vec<Vec<_>> = places.collect();
        if crossings::worst(&places) <= Meeting::None {
            return fewer;
        }
        offset /= 4.0;
    }
    rings
}

/// A ring with fewer positions; none when less than a triangle is left.
fn ring(whole: &[Position], offset: f64) -> Option<Vec<Position>> {
    let far = farthest(whole)?;
    let (begin, end) = (whole.get(..=far)?, whole.get(far..)?);
    let mut ring = fewer(begin, offset);
    ring.pop();
    ring.extend(fewer(end, offset));
    (ring.len() >= LEAST_OF_A_RING).then_some(ring)
}

/// A triangle of a ring: its begin, the position farthest from there, and that farthest from the line between them.
fn corners(whole: &[Position]) -> Vec<Position> {
    let (Some(first), Some(far)) = (whole.first(), farthest(whole)) else {
        return whole.to_vec();
    };
    let Some(second) = whole.get(far) else {
        return whole.to_vec();
    };
    let places = whole.iter().enumerate();
    let third = places.max_by(|(_, one), (_, other)| {
        let distance = |at: &Position| distance_squared(at.xy, first.xy, second.xy);
        distance(one).total_cmp(&distance(other))
    });
    match third {
        Some((at, third)) if at < far => vec![*first, *third, *second, *first],
        Some((_, third)) => vec![*first, *second, *third, *first],
        None => whole.to_vec(),
    }
}

/// The position of a ring that is farthest from its begin.
fn farthest(whole: &[Position]) -> Option<usize> {
    let first = whole.first()?.xy;
    let distances = whole.iter().map(|at| distance_squared(at.xy, first, first));
    let far = distances
        .enumerate()
        .max_by(|one, other| one.1.total_cmp(&other.1));
    far.map(|(at, _)| at).filter(|at| *at > 0)
}

/// A line with fewer positions (Douglas and Peucker 1973): its ends, and of each stretch the position that is farthest
/// from the line between its ends, where that is further than the offset.
fn fewer(line: &[Position], offset: f64) -> Vec<Position> {
    let Some(last) = line.len().checked_sub(1) else {
        return Vec::new();
    };
    let mut is_kept = vec![false; line.len()];
    let mut stretches = vec![(0, last)];
    while let Some((from, to)) = stretches.pop() {
        for end in [from, to] {
            if let Some(is_kept) = is_kept.get_mut(end) {
                *is_kept = true;
            }
        }
        if let Some(far) = farthest_between(line, from, to, offset) {
            stretches.extend([(from, far), (far, to)]);
        }
    }
    let kept = line.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept);
    kept.map(|(position, _)| *position).collect()
}

fn farthest_between(line: &[Position], from: usize, to: usize, offset: f64) -> Option<usize> {
    let (begin, end) = (line.get(from)?.xy, line.get(to)?.xy);
    let between = line.get(from + 1..to)?.iter().zip(from + 1..);
    let distances = between.map(|(position, at)| (distance_squared(position.xy, begin, end), at));
    let (distance, at) = distances.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (distance > offset * offset).then_some(at)
}

/// The squared distance of a position from the stretch between two.
fn distance_squared([x, y]: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let ([from_x, from_y], [to_x, to_y]) = (from, to);
    let (way_x, way_y) = (to_x - from_x, to_y - from_y);
    let length = way_x * way_x + way_y * way_y;
    let share = if is_same(from, to) {
        0.0
    } else {
        (((x - from_x) * way_x + (y - from_y) * way_y) / length).clamp(0.0, 1.0)
    };
    let (off_x, off_y) = (x - from_x - share * way_x, y - from_y - share * way_y);
    off_x * off_x + off_y * off_y
}

const LEAST_OF_A_RING: usize = 4;
/// Offsets that are tried for a polygon, each a quarter of the one before.
const TRIES: usize = 6;

#[cfg(test)]
mod tests;
