//! The cells of a regular grid: each reaches half a step around its grid point, and none beyond a pole.

use std::ops::Range;

use super::{
    Position, RegularAxis,
    axis::whole,
    sphere::{EDGE_OF_THE_WORLD, area_cm2, sine},
};

/// A regular grid of longitudes and latitudes (CRS84, EPSG:4326), whose cells are areas on the sphere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lattice {
    latitude: RegularAxis,
    longitude: RegularAxis,
    /// Columns, each place of the earth once: an axis from -180 to 180 has its first again as its last.
    columns: u32,
    /// `true` when the columns go around the earth.
    is_cyclic: bool,
}

/// A cell by its places on both axes, counted from 0 in the axes' own directions.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CellIndex {
    /// On the latitude axis.
    pub row: u32,
    /// On the longitude axis.
    pub column: u32,
}

/// Neighbouring cells of one row, each covered by the same share.
#[derive(Clone, Debug, PartialEq)]
pub struct CellRun {
    /// On the latitude axis.
    pub row: u32,
    /// On the longitude axis, in its direction.
    pub columns: Range<u32>,
    /// Share of each cell's area on the sphere, above 0 and at most 1.
    pub share: f64,
}

impl Lattice {
    /// The grid of these axes; `None` when a latitude lies beyond a pole.
    #[must_use]
    pub fn new(latitude: RegularAxis, longitude: RegularAxis) -> Option<Self> {
        let (south, north) = latitude.extent();
        let around = longitude.around().filter(|around| *around > 0);
        let lattice = Self {
            latitude,
            longitude,
            columns: around.unwrap_or(longitude.count()),
            is_cyclic: around.is_some(),
        };
        (south >= -90.0 && north <= 90.0).then_some(lattice)
    }

    /// All of the earth in cells of a degree.
    #[must_use]
    pub fn earth() -> Option<Self> {
        let latitude = RegularAxis::new(-89_500_000, 1_000_000, 1, 180)?;
        Self::new(latitude, RegularAxis::new(-179_500_000, 1_000_000, 1, 360)?)
    }

    /// `true` when every place of the earth lies in a cell.
    #[must_use]
    pub fn is_whole_earth(&self) -> bool {
        let (south, north) = self.latitude.extent();
        let half = self.latitude.step() / 2.0 + EDGE_OF_THE_WORLD;
        self.is_cyclic && south - half <= -90.0 && north + half >= 90.0
    }

    /// The latitude axis.
    #[must_use]
    pub fn latitude(&self) -> &RegularAxis {
        &self.latitude
    }

    /// The longitude axis.
    #[must_use]
    pub fn longitude(&self) -> &RegularAxis {
        &self.longitude
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.latitude.count()
    }

    /// Number of columns, each place of the earth once.
    #[must_use]
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// `true` when the columns go around the earth.
    #[must_use]
    pub fn is_cyclic(&self) -> bool {
        self.is_cyclic
    }

    /// The grid point of a cell.
    #[must_use]
    pub fn position(&self, cell: CellIndex) -> Position {
        Position {
            longitude: self.longitude.coordinate(cell.column),
            latitude: self.latitude.coordinate(cell.row),
        }
    }

    /// The cell whose grid point is nearest on each axis; ties go to the even multiple of the step.
    ///
    /// `None` off the grid.
    #[must_use]
    pub fn nearest(&self, position: Position) -> Option<CellIndex> {
        Some(CellIndex {
            row: self.latitude.nearest(position.latitude)?,
            column: self.nearest_column(position.longitude)?,
        })
    }

    /// The column nearest to a longitude, written on whichever turn around the earth.
    pub(super) fn nearest_column(&self, longitude: f64) -> Option<u32> {
        let turned = if longitude >= 180.0 {
            longitude - 360.0
        } else {
            longitude
        };
        let found = [turned, turned + 360.0, turned - 360.0, longitude]
            .into_iter()
            .find_map(|longitude| self.longitude.nearest(longitude))?;
        Some(if self.is_cyclic {
            found % self.columns
        } else {
            found
        })
    }

    /// Area of a cell of `row` in square centimetres: a whole number, so that sums do not depend on their order.
    ///
    /// All cells of the finest grid together have fewer than 2^63.
    #[must_use]
    pub fn cell_area_cm2(&self, row: u32) -> u64 {
        self.share_cm2(row, 1.0)
    }

    /// Area in square centimetres of a share of a cell of `row`.
    #[must_use]
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the earth has 5.1e18 square centimetres, and a share of it is not negative"
    )]
    pub fn share_cm2(&self, row: u32, share: f64) -> u64 {
        let upward = self.latitude.upward(row);
        let cell = area_cm2(self.longitude.step(), self.sines(upward));
        (cell * share).round() as u64
    }

    /// Columns of a whole turn around the earth.
    pub(super) fn turn(&self) -> f64 {
        if self.is_cyclic {
            f64::from(self.columns)
        } else {
            360.0 / self.longitude.step()
        }
    }

    /// Columns by which places may be off, and shares of cells: what doubles of their size do not tell apart.
    pub(super) fn blur(&self) -> f64 {
        1e-12 + self.turn() * 1e-15
    }

    /// Columns from the western side of the western column to a longitude.
    pub(super) fn across(&self, longitude: f64) -> f64 {
        self.longitude.along(longitude)
    }

    /// Rows from the southern side of the southern row to a latitude.
    pub(super) fn up(&self, latitude: f64) -> f64 {
        self.latitude.along(latitude)
    }

    /// Sine of the latitude `up` rows from the southern side, not beyond a pole.
    pub(super) fn sine(&self, up: f64) -> f64 {
        sine(self.latitude.degrees_at(up).clamp(-90.0, 90.0))
    }

    /// Difference of the sines of the latitudes of a row's sides, the row counted from the south.
    pub(super) fn sines(&self, upward: u32) -> f64 {
        let south = f64::from(upward);
        self.sine(south + 1.0) - self.sine(south)
    }

    /// A run of columns that are counted from the west, and a row that is counted from the south.
    pub(super) fn run(&self, upward: u32, eastward: Range<u32>, share: f64) -> CellRun {
        let columns = if self.longitude.is_descending() {
            let mirrored = |column: u32| self.columns.saturating_sub(column);
            mirrored(eastward.end)..mirrored(eastward.start)
        } else {
            eastward
        };
        CellRun {
            row: self.latitude.upward(upward),
            columns,
            share,
        }
    }

    /// The row and column of a place that lies so many columns and rows from the south-western corner, counted from
    /// there; `None` off the grid.
    pub(super) fn cell_at(&self, across: f64, up: f64) -> Option<(u32, u32)> {
        let (row, column) = (up.floor(), across.floor());
        let is_inside = (0.0..f64::from(self.rows())).contains(&row)
            && (0.0..f64::from(self.columns)).contains(&column);
        is_inside.then(|| (whole(row), whole(column)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice(latitude: (i64, i64, u32), longitude: (i64, i64, u32)) -> Option<Lattice> {
        let axis = |(first, step, count)| RegularAxis::new(first, step, 1, count);
        Lattice::new(axis(latitude)?, axis(longitude)?)
    }

    fn quarter() -> Lattice {
        lattice((-90_000_000, 250_000, 721), (-180_000_000, 250_000, 1440)).unwrap()
    }

    #[test]
    fn the_cells_of_the_world_are_together_the_sphere_whatever_the_step() {
        let earth =
            4.0 * std::f64::consts::PI * (crate::dataset::coverage::EARTH_M * 100.0).powi(2);
        for grid in [
            quarter(),
            lattice((89_875_000, -250_000, 720), (359_875_000, -250_000, 1440)).unwrap(),
            lattice(
                (-90_000_000, 10_000_000, 19),
                (-180_000_000, 10_000_000, 37),
            )
            .unwrap(),
            lattice((-45_000_000, 90_000_000, 2), (0, 90_000_000, 4)).unwrap(),
        ] {
            let rows = (0..grid.rows()).map(|row| u128::from(grid.cell_area_cm2(row)));
            let all = rows.sum::<u128>() * u128::from(grid.columns());
            let all: f64 = all.to_string().parse().unwrap();
            assert!((all / earth - 1.0).abs() < 1e-12, "{all} and {earth}");
        }
    }

    #[test]
    fn a_grid_is_the_whole_earth_when_its_cells_leave_nothing_out() {
        for (latitude, longitude, is_whole) in [
            (
                (-90_000_000, 250_000, 721),
                (-180_000_000, 250_000, 1440),
                true,
            ),
            ((89_875_000, -250_000, 720), (125_000, 250_000, 1440), true),
            (
                (-89_500_000, 1_000_000, 179),
                (-180_000_000, 1_000_000, 360),
                false,
            ),
            (
                (-89_500_000, 1_000_000, 180),
                (-180_000_000, 1_000_000, 359),
                false,
            ),
        ] {
            let grid = lattice(latitude, longitude).unwrap();
            assert_eq!(grid.is_whole_earth(), is_whole, "{latitude:?}");
        }
        assert!(Lattice::earth().unwrap().is_whole_earth());
    }

    #[test]
    fn a_place_has_the_same_cell_on_each_turn_around_the_earth() {
        for (longitude, column) in [
            (-180.0, 0),
            (180.0, 0),
            (179.9, 0),
            (-180.1, 0),
            (359.9, 720),
            (-359.9, 720),
            (0.0, 720),
            (360.0, 720),
            (-360.0, 720),
            (90.0, 1080),
            (-270.0, 1080),
        ] {
            let found = quarter().nearest(Position {
                longitude,
                latitude: 90.0,
            });
            assert_eq!(found, Some(CellIndex { row: 720, column }), "{longitude}");
        }
        let part = lattice((50_000_000, 1_000_000, 5), (350_000_000, 1_000_000, 11)).unwrap();
        for (longitude, column) in [
            (-5.0, Some(5)),
            (355.0, Some(5)),
            (0.0, Some(10)),
            (5.0, None),
        ] {
            let found = part.nearest(Position {
                longitude,
                latitude: 50.0,
            });
            assert_eq!(found.map(|cell| cell.column), column, "{longitude}");
        }
    }

    #[test]
    fn no_grid_point_lies_beyond_a_pole() {
        assert!(lattice((-90_000_000, 1_000_000, 182), (0, 1_000_000, 4)).is_none());
        assert!(lattice((91_000_000, -1_000_000, 4), (0, 1_000_000, 4)).is_none());
        assert!(lattice((90_000_000, -1_000_000, 181), (0, 1_000_000, 4)).is_some());
    }
}
