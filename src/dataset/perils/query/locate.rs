//! From a place to its values, and to how each of them was made.

use std::ops::Range;

use super::{
    Interpolation, Origin, OutputColumn, PlaceResult, Status, Subset, UsedCell,
    search::{CELLS_OF_A_PLACE, Nearby},
    sphere::{around, distance_km},
};
use crate::dataset::{
    grid::{CellIndex, GridShape, Value},
    perils::{Part, Values, places::Position},
};

/// Finds the answers of one request.
#[derive(Debug)]
pub struct Locator<'q> {
    subset: &'q Subset,
    grids: Vec<Lookup<'q>>,
    reading: Reading,
}

/// Neighbouring columns on one grid, and the numbers that are made of them.
#[derive(Clone, Debug)]
struct Lookup<'q> {
    /// The position among [`Values::parts`].
    at: usize,
    part: &'q Part,
    /// Columns of cells around the world; none for a part of it.
    around: Option<u32>,
    /// Positions among [`Subset::columns`].
    columns: Range<usize>,
    /// Positions among [`Subset::outputs`].
    outputs: Range<usize>,
    /// `true` when the answer's columns are those of the store, as they are and in their order.
    is_plain: bool,
}

/// Values of a cell on their way into an answer.
#[derive(Debug, Default)]
struct Reading {
    columns: Vec<Value>,
    corners: Vec<Value>,
}

impl<'q> Locator<'q> {
    /// A locator for `subset`, whose columns `values` hold.
    #[must_use]
    pub fn new(values: &'q Values, subset: &'q Subset) -> Self {
        let is_plain = subset.is_plain();
        let mut start = 0;
        let grids = values.parts().iter().enumerate().map(|(at, part)| {
            let columns = start..start + part.count();
            start = columns.end;
            Lookup {
                at,
                part,
                around: around(&part.shape().longitude),
                outputs: made_of(&subset.outputs, &columns),
                columns,
                is_plain,
            }
        });
        Self {
            grids: grids.collect(),
            subset,
            reading: Reading::default(),
        }
    }

    /// Asks memory for the values at `positions` together: [`Locator::answer`] then waits for none of them.
    pub fn fetch(&self, positions: &[Position]) {
        for grid in &self.grids {
            let positions = positions.iter().flatten();
            let cells = positions
                .filter_map(|(latitude, longitude)| grid.nearest(*latitude, turned(*longitude)));
            grid.part.fetch(cells);
        }
    }

    /// Answers for a place in degrees, into `answered`.
    pub fn answer(&mut self, position: Position, result: &mut PlaceResult) {
        result.clear();
        let (latitude, longitude) = match position {
            Ok(position) => position,
            Err(fault) => {
                result.status = Status::Invalid(fault);
                return;
            }
        };
        let place = (latitude, turned(longitude));
        result.status = Status::Ok;
        let mut is_within_any = false;
        for grid in &self.grids {
            is_within_any |= grid.answer(self.subset, place, &mut self.reading, result);
        }
        if !is_within_any {
            result.clear();
            result.status = Status::Outside;
        }
    }
}

/// The numbers that are made of `columns`: coverages keep their order, and each lies on one grid.
fn made_of(outputs: &[OutputColumn], columns: &Range<usize>) -> Range<usize> {
    let before = |end: usize| {
        outputs.partition_point(|one| usize::try_from(one.lower).is_ok_and(|lower| lower < end))
    };
    before(columns.start)..before(columns.end)
}

impl<'q> Lookup<'q> {
    /// Answers from this grid; whether the place is within it.
    fn answer(
        &self,
        subset: &Subset,
        place: (f64, f64),
        reading: &mut Reading,
        result: &mut PlaceResult,
    ) -> bool {
        let Some(nearest) = self.nearest(place.0, place.1) else {
            self.cover_nothing(result);
            return false;
        };
        let first_cell = result.cells.len();
        result.cells.push(self.used(nearest, place));
        let interpolation = match subset.interpolation {
            Interpolation::Nearest => {
                self.take(subset, nearest, reading, result);
                Interpolation::Nearest
            }
            Interpolation::Bilinear => self.interpolate(subset, nearest, place, reading, result),
        };
        let origin = Origin {
            cell: first_cell,
            interpolation,
        };
        if self.at == 0 {
            result.origin = origin;
        } else {
            result.overrides.push((self.outputs.clone(), origin));
        }
        if let Some(radius) = subset.radius_km {
            self.look_around(subset, radius, nearest, place, reading, result);
        }
        true
    }

    /// The grid ends before the place, which others have values for.
    fn cover_nothing(&self, result: &mut PlaceResult) {
        let values = self.outputs.end;
        result.values.resize(values, Value::NotCovered);
        let nowhere = Origin {
            cell: usize::MAX,
            interpolation: Interpolation::Nearest,
        };
        if self.at == 0 {
            result.origin = nowhere;
        } else {
            result.overrides.push((self.outputs.clone(), nowhere));
        }
    }

    fn shape(&self) -> &'q GridShape {
        self.part.shape()
    }

    fn nearest(&self, latitude: f64, longitude: f64) -> Option<CellIndex> {
        let axis = &self.shape().longitude;
        let found = axis
            .nearest(longitude)
            .or_else(|| axis.nearest(longitude + 360.0))
            .or_else(|| axis.nearest(longitude - 360.0))?;
        Some(CellIndex {
            latitude: self.shape().latitude.nearest(latitude)?,
            longitude: self.around.map_or(found, |around| found % around),
        })
    }

    fn used(&self, index: CellIndex, place: (f64, f64)) -> UsedCell {
        let cell = self.shape().coordinates(index);
        UsedCell {
            index,
            part: self.at,
            latitude: cell.0,
            longitude: cell.1,
            distance_km: distance_km(place, cell),
        }
    }

    fn outputs<'s>(&self, subset: &'s Subset) -> &'s [OutputColumn] {
        subset.outputs.get(self.outputs.clone()).unwrap_or_default()
    }

    /// Reads the columns of a cell to where they stand among all; one off the grid has nothing.
    fn read(&self, index: CellIndex, columns: &mut Vec<Value>) {
        columns.clear();
        columns.resize(self.columns.start, Value::NotCovered);
        match self.part.cell(index) {
            Some(cell) => cell.each(|value| columns.push(value)),
            None => columns.resize(self.columns.end, Value::NotCovered),
        }
    }

    fn take(
        &self,
        subset: &Subset,
        nearest: CellIndex,
        reading: &mut Reading,
        result: &mut PlaceResult,
    ) {
        if let (true, Some(cell)) = (self.is_plain, self.part.cell(nearest)) {
            result.values.reserve(self.outputs.len());
            cell.each(|value| result.values.push(value));
            return;
        }
        self.read(nearest, &mut reading.columns);
        let columns = &reading.columns;
        let values = self.outputs(subset).iter();
        result
            .values
            .extend(values.map(|output| output.value(columns)));
    }

    /// The four cells around, each by its nearness; a value that one of them lacks is missing.
    fn interpolate(
        &self,
        subset: &Subset,
        nearest: CellIndex,
        place: (f64, f64),
        reading: &mut Reading,
        result: &mut PlaceResult,
    ) -> Interpolation {
        let Some(corners) = self.corners(place.0, place.1) else {
            // Within half a cell of the grid's edge there is nothing beyond to lean on.
            self.take(subset, nearest, reading, result);
            return Interpolation::Nearest;
        };
        let outputs = self.outputs(subset);
        let mut sums = vec![Sum::default(); outputs.len()];
        for (index, weight) in corners.into_iter().filter(|(_, weight)| *weight > 0.0) {
            self.read(index, &mut reading.columns);
            if self.position(result, index).is_none() {
                result.cells.push(self.used(index, place));
            }
            reading.corners.clear();
            let columns = &reading.columns;
            let values = outputs.iter().map(|output| output.value(columns));
            reading.corners.extend(values);
            for (sum, value) in sums.iter_mut().zip(&reading.corners) {
                sum.add(*value, weight);
            }
        }
        result.values.extend(sums.into_iter().map(Sum::value));
        Interpolation::Bilinear
    }

    /// The position of a cell of this grid among those that values come from.
    fn position(&self, result: &PlaceResult, index: CellIndex) -> Option<usize> {
        let mut cells = result.cells.iter();
        cells.position(|cell| cell.index == index && cell.part == self.at)
    }

    fn corners(&self, latitude: f64, longitude: f64) -> Option<[(CellIndex, f64); 4]> {
        let (south, north_part) = self.shape().latitude.between(latitude)?;
        let axis = &self.shape().longitude;
        let inside = [longitude, longitude + 360.0, longitude - 360.0]
            .into_iter()
            .find_map(|longitude| axis.between(longitude));
        let (west, east_part) = match (inside, self.around) {
            (Some(found), _) => found,
            (None, Some(around)) => {
                let west = around.checked_sub(1)?;
                let beyond = (longitude - axis.coordinate(west)).rem_euclid(360.0);
                (west, beyond / axis.step())
            }
            (None, None) => return None,
        };
        let turn = |column: u32| self.around.map_or(column, |around| column % around);
        let corner = |latitude, longitude, weight| {
            let longitude = turn(longitude);
            (
                CellIndex {
                    latitude,
                    longitude,
                },
                weight,
            )
        };
        let (south_part, west_part) = (1.0 - north_part, 1.0 - east_part);
        Some([
            corner(south, west, south_part * west_part),
            corner(south, west + 1, south_part * east_part),
            corner(south + 1, west, north_part * west_part),
            corner(south + 1, west + 1, north_part * east_part),
        ])
    }

    /// For each coverage that lacks a value: the nearest cell within the radius that has them all.
    ///
    /// Only so many cells are looked through for a place and for all of a request; a place that would take more says
    /// so by its status.
    fn look_around(
        &self,
        subset: &Subset,
        radius: f64,
        nearest: CellIndex,
        place: (f64, f64),
        reading: &mut Reading,
        result: &mut PlaceResult,
    ) {
        let is_here = |group: &&Range<usize>| self.outputs.contains(&group.start);
        let lacks = |group: &&Range<usize>| {
            let values = result.values.get((*group).clone()).unwrap_or_default();
            values.iter().any(|value| value.known().is_none())
        };
        let groups = subset.groups.iter().filter(is_here).filter(lacks);
        let mut lacking: Vec<_> = groups.cloned().collect();
        if lacking.is_empty() {
            return;
        }
        let left = subset
            .reach
            .max_search_cells
            .saturating_sub(result.searched);
        let mut left = left.min(CELLS_OF_A_PLACE);
        for found in Nearby::new((self.at, self.part), self.around, place, nearest, radius) {
            if left == 0 {
                result.status = Status::OkSearchEnded;
                return;
            }
            left -= 1;
            result.searched += 1;
            self.read(found.index, &mut reading.columns);
            lacking
                .retain(|group| !self.take_over(subset, group, &found, &reading.columns, result));
            if lacking.is_empty() {
                return;
            }
        }
    }

    /// Takes the values of `group` from the cell that was read last, when it has them all.
    fn take_over(
        &self,
        subset: &Subset,
        group: &Range<usize>,
        found: &UsedCell,
        columns: &[Value],
        result: &mut PlaceResult,
    ) -> bool {
        let outputs = subset.outputs.get(group.clone()).unwrap_or_default();
        let is_known = |output: &OutputColumn| output.value(columns).known().is_some();
        if !outputs.iter().all(is_known) {
            return false;
        }
        let present = self.position(result, found.index);
        let cell = present.unwrap_or_else(|| {
            result.cells.push(*found);
            result.cells.len() - 1
        });
        let values = result.values.get_mut(group.clone());
        for (value, output) in values.unwrap_or_default().iter_mut().zip(outputs) {
            *value = output.value(columns);
        }
        let origin = Origin {
            cell,
            interpolation: Interpolation::Nearest,
        };
        // The origin of the group's grid, if it is listed, comes after.
        result.overrides.insert(0, (group.clone(), origin));
        true
    }
}

/// The same longitude from -180 up to 180.
fn turned(longitude: f64) -> f64 {
    if longitude >= 180.0 {
        longitude - 360.0
    } else {
        longitude
    }
}

/// The weighted mean of the corners, or why there is none.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    micro: f64,
    lacks: Option<Value>,
}

impl Sum {
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "stored numbers have at most 12 digits, which a double holds exactly"
    )]
    fn add(&mut self, value: Value, weight: f64) {
        match value {
            Value::Known(micro) => self.micro += micro as f64 * weight,
            Value::NotCovered => self.lacks = Some(Value::NotCovered),
            Value::NotApplicable => {
                self.lacks.get_or_insert(Value::NotApplicable);
            }
        }
    }

    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "a mean lies between numbers of at most 12 digits"
    )]
    fn value(self) -> Value {
        self.lacks
            .unwrap_or(Value::Known(self.micro.round() as i64))
    }
}

#[cfg(test)]
mod tests;
