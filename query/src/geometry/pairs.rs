//! Parts of two geometries, beside each other.
//!
//! The matrix of `geo` is of two geometries whose areas do not overlap themselves, so that a geometry of many areas, or a
//! collection, is taken apart, and what holds of the whole is put together of what holds of the pairs. Areas of a
//! valid geometry meet in single places at most: none lies in two of them together. Lines stay together, for an
//! end where two of them meet is none. Areas of a collection are looked at one by one: what lies in two of them
//! together, and in neither alone, is within neither.

use std::cell::OnceCell;

use geo::{
    CoordsIter, Geometry, MultiLineString, PreparedGeometry, Relate, coordinate_position::CoordPos,
    dimensions::Dimensions,
};

use super::{Bounds, Boxes, Relation};

/// Points, areas and all lines of a geometry.
pub(super) struct Parts {
    all: Vec<Geometry>,
    boxes: Boxes,
    dimensions: Dimensions,
}

/// Graphs of the parts of a geometry, each made when it is asked for first.
pub(super) struct Graphs<'p> {
    parts: &'p Parts,
    graphs: Vec<OnceCell<PreparedGeometry<'p, &'p Geometry>>>,
}

/// Facts of two geometries: one, and the other, whose graphs were made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    are_met: bool,
    /// Dimensions in which the insides meet.
    insides: Dimensions,
    is_covered: bool,
    covers: bool,
    /// Dimensions of the one and of the other.
    dimensions: [Dimensions; 2],
}

impl Parts {
    pub(super) fn of(geometry: Geometry) -> Self {
        let mut lines = Vec::new();
        let mut parts = Vec::new();
        take_apart(geometry, &mut parts, &mut lines);
        if !lines.is_empty() {
            parts.push(MultiLineString(lines).into());
        }
        let dimensions = parts.iter().map(dimensions);
        Self {
            dimensions: dimensions.max().unwrap_or(Dimensions::Empty),
            boxes: Boxes::new(parts.iter().map(bounds).collect()),
            all: parts,
        }
    }

    pub(super) fn graphs(&self) -> Graphs<'_> {
        let graphs = self.all.iter().map(|_| OnceCell::new()).collect();
        let parts = self;
        Graphs { parts, graphs }
    }
}

impl Graphs<'_> {
    /// The facts of a geometry to the one whose graphs these are. Where the relation is only about having a place in
    /// common, the first that is found is enough.
    pub(super) fn facts(&self, one: &Parts, relation: Relation) -> Facts {
        let is_enough = matches!(relation, Relation::Intersects | Relation::Disjoint);
        let mut facts = Facts {
            are_met: false,
            insides: Dimensions::Empty,
            is_covered: false,
            covers: false,
            dimensions: [one.dimensions, self.parts.dimensions],
        };
        let mut is_covered = vec![false; one.all.len()];
        let mut covers = vec![false; self.graphs.len()];
        for (part, is_covered) in one.all.iter().zip(&mut is_covered) {
            self.parts.boxes.meeting(bounds(part), |at| {
                let (Some(graph), Some(covers)) = (self.graph(at), covers.get_mut(at)) else {
                    return true;
                };
                let matrix = graph.relate(part);
                facts.are_met |= matrix.is_intersects();
                let insides = matrix.get(CoordPos::Inside, CoordPos::Inside);
                facts.insides = facts.insides.max(insides);
                *is_covered |= matrix.is_covers();
                *covers |= matrix.is_coveredby();
                !(is_enough && facts.are_met)
            });
            if is_enough && facts.are_met {
                break;
            }
        }
        let all = |each: &[bool]| !each.is_empty() && each.iter().all(|one| *one);
        (facts.is_covered, facts.covers) = (all(&is_covered), all(&covers));
        facts
    }

    fn graph(&self, at: usize) -> Option<&PreparedGeometry<'_, &Geometry>> {
        let (graph, part) = (self.graphs.get(at)?, self.parts.all.get(at)?);
        Some(graph.get_or_init(|| PreparedGeometry::from(part)))
    }
}

impl Facts {
    /// The answer of the relation of the one to the other.
    pub(super) fn holds(self, relation: Relation) -> bool {
        let [one, other] = self.dimensions;
        let are_insides_met = self.insides > Dimensions::Empty;
        match relation {
            Relation::Intersects => self.are_met,
            Relation::Disjoint => !self.are_met,
            Relation::Within => are_insides_met && self.is_covered,
            Relation::Contains => are_insides_met && self.covers,
            Relation::Equals => are_insides_met && self.is_covered && self.covers,
            Relation::Touches => self.are_met && !are_insides_met,
            Relation::Crosses if one < other => are_insides_met && !self.is_covered,
            Relation::Crosses if one > other => are_insides_met && !self.covers,
            Relation::Crosses => {
                one == Dimensions::OneDimensional && self.insides == Dimensions::ZeroDimensional
            }
            Relation::Overlaps => {
                one == other && self.insides == one && !self.is_covered && !self.covers
            }
        }
    }
}

/// Points and areas of a geometry, and its lines; those without a place are left.
fn take_apart(geometry: Geometry, parts: &mut Vec<Geometry>, lines: &mut Vec<geo::LineString>) {
    match geometry {
        Geometry::LineString(line) => lines.extend((line.0.len() > 1).then_some(line)),
        Geometry::MultiLineString(of) => {
            lines.extend(of.into_iter().filter(|line| line.0.len() > 1));
        }
        Geometry::Polygon(polygon) => {
            let has_a_place = !polygon.exterior().0.is_empty();
            parts.extend(has_a_place.then_some(polygon.into()));
        }
        Geometry::MultiPoint(points) => parts.extend(points.into_iter().map(Geometry::from)),
        Geometry::MultiPolygon(polygons) => {
            for polygon in polygons {
                take_apart(polygon.into(), parts, lines);
            }
        }
        Geometry::GeometryCollection(of) => {
            for part in of {
                take_apart(part, parts, lines);
            }
        }
        Geometry::Line(line) => lines.push(line.into()),
        Geometry::Point(_) | Geometry::Rect(_) | Geometry::Triangle(_) => parts.push(geometry),
    }
}

fn dimensions(part: &Geometry) -> Dimensions {
    match part {
        Geometry::Point(_) | Geometry::MultiPoint(_) => Dimensions::ZeroDimensional,
        Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => {
            Dimensions::OneDimensional
        }
        _ => Dimensions::TwoDimensional,
    }
}

fn bounds(part: &Geometry) -> [f64; 4] {
    let mut bounds = Bounds::default();
    for place in part.coords_iter() {
        bounds.add([place.x, place.y]);
    }
    bounds.sides
}
