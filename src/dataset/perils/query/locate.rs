//! From a place to its values, and to how each of them was made.

use super::{
    Interpolation, Subset,
    sphere::{KM_A_DEGREE, around, distance_km, indexes},
};
use crate::dataset::{
    grid::{CellIndex, GridShape, Value},
    perils::{Values, places::PlaceFault},
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

/// What came of a place.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Status {
    /// The place was not understood.
    Invalid(PlaceFault),
    /// It has values, or reasons why there are none.
    #[default]
    Ok,
    /// It lies outside the grid.
    Outside,
}

/// The answer for one place.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// What came of it.
    pub status: Status,
    /// Degrees north and east: as sent, longitude from -180 up to 180.
    pub position: Option<(f64, f64)>,
    /// The cells that values come from.
    pub cells: Vec<UsedCell>,
    /// One for each of [`Subset::wanted`]; empty unless the status is `Ok`.
    pub made: Vec<Made>,
}

/// A cell that values come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsedCell {
    /// Which one.
    pub index: CellIndex,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Great-circle distance from the place, in kilometres.
    pub distance_km: f64,
}

/// One value, and how it was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Made {
    /// The value.
    pub value: Value,
    /// Position in [`Answered::cells`]: the cell, or the nearest of those it was interpolated between.
    pub cell: usize,
    /// How it came from there.
    pub interpolation: Interpolation,
}

impl Status {
    /// As answers name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Ok => "ok",
            Self::Outside => "outside",
        }
    }

    /// Why there are no values.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Invalid(fault) => Some(fault.name()),
            Self::Ok => None,
            Self::Outside => Some("outside_extent"),
        }
    }
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

    /// Answers for a place in degrees, into `answered`.
    pub fn answer(&mut self, position: Result<(f64, f64), PlaceFault>, answered: &mut Answered) {
        answered.cells.clear();
        answered.made.clear();
        answered.position = None;
        let (latitude, longitude) = match position {
            Ok(position) => position,
            Err(fault) => {
                answered.status = Status::Invalid(fault);
                return;
            }
        };
        let longitude = if longitude >= 180.0 {
            longitude - 360.0
        } else {
            longitude
        };
        answered.position = Some((latitude, longitude));
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
            self.look_around(radius, latitude, longitude, answered);
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
            answered.made.reserve(self.subset.columns.len());
            cell.each(|value| {
                answered.made.push(Made {
                    value,
                    cell: 0,
                    interpolation: Interpolation::Nearest,
                });
            });
            return;
        }
        self.read(nearest);
        let made = self.subset.wanted.iter().map(|wanted| Made {
            value: wanted.value(&self.columns),
            cell: 0,
            interpolation: Interpolation::Nearest,
        });
        answered.made.extend(made);
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
        answered.made.extend(sums.into_iter().map(|sum| Made {
            value: sum.value(),
            cell: 0,
            interpolation: Interpolation::Bilinear,
        }));
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
    fn look_around(&mut self, radius: f64, latitude: f64, longitude: f64, answered: &mut Answered) {
        let subset = self.subset;
        let lacking: Vec<_> = subset
            .groups()
            .filter(|(_, group)| {
                let made = answered.made.get(group.clone()).unwrap_or_default();
                made.iter().any(|made| made.value.known().is_none())
            })
            .collect();
        if lacking.is_empty() {
            return;
        }
        let nearby = self.nearby(radius, latitude, longitude);
        for (_, group) in lacking {
            let wanted = subset.wanted.get(group.clone()).unwrap_or_default();
            let found = nearby.iter().find(|cell| {
                self.read(cell.index);
                let columns = &self.columns;
                wanted
                    .iter()
                    .all(|wanted| wanted.value(columns).known().is_some())
            });
            let Some(found) = found else { continue };
            let present = answered
                .cells
                .iter()
                .position(|cell| cell.index == found.index);
            let cell = present.unwrap_or_else(|| {
                answered.cells.push(*found);
                answered.cells.len() - 1
            });
            let made = answered.made.get_mut(group).unwrap_or_default();
            for (made, wanted) in made.iter_mut().zip(wanted) {
                *made = Made {
                    value: wanted.value(&self.columns),
                    cell,
                    interpolation: Interpolation::Nearest,
                };
            }
        }
    }

    /// The cells within `radius` kilometres, nearest first.
    fn nearby(&self, radius: f64, latitude: f64, longitude: f64) -> Vec<UsedCell> {
        let shape = self.shape();
        let half_height = radius / KM_A_DEGREE;
        let mut cells = Vec::new();
        for row in indexes(&shape.latitude, latitude, half_height) {
            let widest = shape
                .latitude
                .coordinate(row)
                .abs()
                .max(latitude.abs())
                .min(90.0);
            let narrowing = widest.to_radians().cos();
            let half_width = (half_height / narrowing.max(1e-6) * 1.01).min(180.0);
            let mut columns = Vec::new();
            for turned in [longitude, longitude + 360.0, longitude - 360.0] {
                columns.extend(indexes(&shape.longitude, turned, half_width));
            }
            for column in &mut columns {
                *column = self.around.map_or(*column, |around| *column % around);
            }
            columns.sort_unstable();
            columns.dedup();
            for column in columns {
                let index = CellIndex {
                    latitude: row,
                    longitude: column,
                };
                let cell = self.used(index, latitude, longitude);
                if cell.distance_km <= radius {
                    cells.push(cell);
                }
            }
        }
        cells.sort_by(|a, b| a.distance_km.total_cmp(&b.distance_km));
        cells
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
