//! Meetings of the edges of a polygon with each other.

use super::{Bounds, area::turn, boxes::Boxes, parts::is_same};

/// Ways in which the edges of a polygon meet where they should not, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Meeting {
    /// None do.
    None,
    /// A ring comes back to a place of its own, or runs along itself: its inside is told all the same.
    Touching,
    /// An edge, which begins there, goes through another.
    Crossing([f64; 2]),
    /// So many edges lie about each other that they were not all looked at.
    Tangled,
}

/// The worst meeting of all edges of some rings, of each of which the last position is the first.
pub(super) fn worst(rings: &[Vec<[f64; 2]>]) -> Meeting {
    let edges: Vec<_> = rings.iter().zip(0..).flat_map(edges).collect();
    let boxes = Boxes::new(edges.iter().map(Edge::bounds).collect());
    let mut worst = Meeting::None;
    let mut looks = edges.len().saturating_mul(LOOKS_OF_AN_EDGE) + LOOKS;
    for (at, one) in edges.iter().enumerate() {
        boxes.meeting(one.bounds(), |other| {
            looks -= 1;
            let found = match edges.get(other).filter(|_| other > at) {
                Some(other) => one.meets(other),
                None => Meeting::None,
            };
            let found = if looks == 0 { Meeting::Tangled } else { found };
            if found > worst {
                worst = found;
            }
            worst <= Meeting::Touching
        });
        if worst > Meeting::Touching {
            break;
        }
    }
    worst
}

fn edges((positions, ring): (&Vec<[f64; 2]>, usize)) -> impl Iterator<Item = Edge> {
    let pairs = positions.array_windows();
    let pairs = pairs.filter(|[from, to]| !is_same(*from, *to));
    pairs.map(move |&[from, to]| Edge { from, to, ring })
}

#[derive(Clone, Copy)]
struct Edge {
    from: [f64; 2],
    to: [f64; 2],
    ring: usize,
}

impl Edge {
    fn bounds(&self) -> [f64; 4] {
        let mut bounds = Bounds::default();
        bounds.add(self.from);
        bounds.add(self.to);
        bounds.sides
    }

    /// The meeting with an edge whose box meets its own.
    fn meets(&self, other: &Self) -> Meeting {
        let Self { from, to, ring } = *self;
        let ends = [turn(from, to, other.from), turn(from, to, other.to)];
        let own = [
            turn(other.from, other.to, from),
            turn(other.from, other.to, to),
        ];
        if are_on_one_side(ends) || are_on_one_side(own) {
            return Meeting::None;
        }
        if are_on_two_sides(ends) && are_on_two_sides(own) {
            return Meeting::Crossing(from);
        }
        if ring != other.ring {
            return Meeting::None;
        }
        let next = if is_same(to, other.from) {
            Some((self, other))
        } else if is_same(other.to, from) {
            Some((other, self))
        } else {
            None
        };
        match next {
            Some((first, second)) if !first.turns_back_at(second) => Meeting::None,
            _ => Meeting::Touching,
        }
    }

    /// `true` where the edge that follows goes back the way that it came.
    fn turns_back_at(&self, next: &Self) -> bool {
        let way = |edge: &Self| [edge.to[0] - edge.from[0], edge.to[1] - edge.from[1]];
        let ([x, y], [next_x, next_y]) = (way(self), way(next));
        let is_straight = turn(self.from, self.to, next.to).abs() <= 0.0;
        is_straight && x * next_x + y * next_y < 0.0
    }
}

fn are_on_one_side([one, other]: [f64; 2]) -> bool {
    (one > 0.0 && other > 0.0) || (one < 0.0 && other < 0.0)
}

fn are_on_two_sides([one, other]: [f64; 2]) -> bool {
    (one > 0.0 && other < 0.0) || (one < 0.0 && other > 0.0)
}

/// Pairs of edges that are looked at, for each edge and beside.
const LOOKS_OF_AN_EDGE: usize = 256;
const LOOKS: usize = 100_000;
