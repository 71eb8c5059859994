//! From a place to its values, and to how each of them was made.

use std::ops::Range;

use super::{
    Answered, Interpolation, Origin, Status, Subset, UsedCell, Wanted,
    search::{CELLS_OF_A_PLACE, Nearby},
    sphere::{around, distance_km},
};
use crate::dataset::{
    grid::{CellIndex, GridShape, Value},
    perils::{Values, places::Position},
};

/// Finds the answers of one request.
#[derive(Debug)]
pub struct Locator<'q> {
    values: &'q Values,
    subset: &'q Subset,
    /// How many columns of cells there are around the world; none for a part of it.
    around: Option<u32>,
    /// Whether what is wanted are the columns, as they are and in their order.
    is_plain: bool,
    columns: Vec<Value>,
    corners: Vec<Value>,
}

impl<'q> Locator<'q> {
    /// A locator for `subset`, whose columns `values` hold.
    #[must_use]
    pub fn new(values: &'q Values, subset: &'q Subset) -> Self {
        Self {
            values,
            subset,
            around: around(&values.grid().shape().longitude),
            is_plain: subset.is_plain() && values.columns() == subset.columns,
            columns: Vec::new(),
            corners: Vec::new(),
        }
    }

    /// Asks memory for the values at `positions` together: [`Locator::answer`] then waits for none of them.
    pub fn fetch(&self, positions: &[Position]) {
        let positions = positions.iter().flatten();
        let cells = positions
            .filter_map(|(latitude, longitude)| self.nearest(*latitude, turned(*longitude)));
        self.values.fetch(cells);
    }

    /// Answers for a place in degrees, into `answered`.
    pub fn answer(&mut self, position: Position, answered: &mut Answered) {
        answered.clear();
        let (latitude, longitude) = match position {
            Ok(position) => position,
            Err(fault) => {
                answered.status = Status::Invalid(fault);
                return;
            }
        };
        let longitude = turned(longitude);
        let Some(nearest) = self.nearest(latitude, longitude) else {
            answered.status = Status::Outside;
            return;
        };
        answered.status = Status::Ok;
        answered.cells.push(self.used(nearest, latitude, longitude));
        match self.subset.interpolation {
            Interpolation::Nearest => self.take(nearest, answered),
            Interpolation::Bilinear => self.interpolate(nearest, latitude, longitude, answered),
        }
        if let Some(radius) = self.subset.radius_km {
            self.look_around(radius, nearest, (latitude, longitude), answered);
        }
    }

    fn shape(&self) -> &'q GridShape {
        self.values.grid().shape()
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

    fn used(&self, index: CellIndex, latitude: f64, longitude: f64) -> UsedCell {
        let (cell_latitude, cell_longitude) = self.shape().coordinates(index);
        UsedCell {
            index,
            latitude: cell_latitude,
            longitude: cell_longitude,
            distance_km: distance_km((latitude, longitude), (cell_latitude, cell_longitude)),
        }
    }

    /// Reads the columns of a cell; one off the grid has nothing.
    fn read(&mut self, index: CellIndex) {
        self.columns.clear();
        match self.values.cell(index) {
            Some(cell) => self.columns.extend(cell.iter()),
            None => self
                .columns
                .resize(self.subset.columns.len(), Value::NotCovered),
        }
    }

    fn take(&mut self, nearest: CellIndex, answered: &mut Answered) {
        if let (true, Some(cell)) = (self.is_plain, self.values.cell(nearest)) {
            answered.values.reserve(self.subset.columns.len());
            cell.each(|value| answered.values.push(value));
            return;
        }
        self.read(nearest);
        let columns = &self.columns;
        let values = self
            .subset
            .wanted
            .iter()
            .map(|wanted| wanted.value(columns));
        answered.values.extend(values);
    }

    /// The four cells around, each by its nearness; a value that one of them lacks is missing.
    fn interpolate(
        &mut self,
        nearest: CellIndex,
        latitude: f64,
        longitude: f64,
        answered: &mut Answered,
    ) {
        let corners = self.corners(latitude, longitude);
        let Some(corners) = corners else {
            // Within half a cell of the grid's edge there is nothing beyond to lean on.
            self.take(nearest, answered);
            return;
        };
        let mut sums = vec![Sum::default(); self.subset.wanted.len()];
        for (index, weight) in corners.into_iter().filter(|(_, weight)| *weight > 0.0) {
            self.read(index);
            if answered.cells.iter().all(|cell| cell.index != index) {
                answered.cells.push(self.used(index, latitude, longitude));
            }
            self.corners.clear();
            let columns = &self.columns;
            let wanted = self
                .subset
                .wanted
                .iter()
                .map(|wanted| wanted.value(columns));
            self.corners.extend(wanted);
            for (sum, value) in sums.iter_mut().zip(&self.corners) {
                sum.add(*value, weight);
            }
        }
        answered.values.extend(sums.into_iter().map(Sum::value));
        answered.origin.interpolation = Interpolation::Bilinear;
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

    /// For each peril that lacks a value: the nearest cell within the radius that has them all.
    ///
    /// Only so many cells are looked through for a place and for all of a request; a place that would take more says
    /// so by its status.
    fn look_around(
        &mut self,
        radius: f64,
        nearest: CellIndex,
        place: (f64, f64),
        answered: &mut Answered,
    ) {
        let subset = self.subset;
        let lacks = |(_, group): &(_, Range<usize>)| {
            let values = answered.values.get(group.clone()).unwrap_or_default();
            values.iter().any(|value| value.known().is_none())
        };
        let mut lacking: Vec<_> = subset
            .groups()
            .filter(lacks)
            .map(|(_, group)| group)
            .collect();
        if lacking.is_empty() {
            return;
        }
        let left = subset
            .reach
            .max_search_cells
            .saturating_sub(answered.searched);
        let mut left = left.min(CELLS_OF_A_PLACE);
        for found in Nearby::new(self.values, self.around, place, nearest, radius) {
            if left == 0 {
                answered.status = Status::OkSearchEnded;
                return;
            }
            left -= 1;
            answered.searched += 1;
            self.read(found.index);
            lacking.retain(|group| !self.take_over(group, &found, answered));
            if lacking.is_empty() {
                return;
            }
        }
    }

    /// Takes the values of `group` from the cell that was read last, when it has them all.
    fn take_over(&self, group: &Range<usize>, found: &UsedCell, answered: &mut Answered) -> bool {
        let wanted = self.subset.wanted.get(group.clone()).unwrap_or_default();
        let is_known = |wanted: &Wanted| wanted.value(&self.columns).known().is_some();
        if !wanted.iter().all(is_known) {
            return false;
        }
        let present = answered
            .cells
            .iter()
            .position(|cell| cell.index == found.index);
        let cell = present.unwrap_or_else(|| {
            answered.cells.push(*found);
            answered.cells.len() - 1
        });
        let values = answered.values.get_mut(group.clone());
        for (value, wanted) in values.unwrap_or_default().iter_mut().zip(wanted) {
            *value = wanted.value(&self.columns);
        }
        let origin = Origin {
            cell,
            interpolation: Interpolation::Nearest,
        };
        answered.elsewhere.push((group.clone(), origin));
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
