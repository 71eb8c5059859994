//! A grid read window by window, so that memory is bounded whatever its size.

use std::ops::Range;

use super::{
    super::{
        FormatError, Take,
        array::{Array, Arrays},
        quantity::Quantity,
        refused::shown,
    },
    axis::Axis,
    dimension::Ordered,
    packing::Packing,
};
use crate::{
    dataset::grid::WIDE_NOT_COVERED,
    import::{Place, Record},
};

/// One variable on its way into the cells.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) array: Array,
    pub(super) packing: Packing,
    pub(super) quantity: Quantity,
    pub(super) first_column: usize,
    pub(super) latitude: String,
    pub(super) longitude: String,
}

/// The windows of a grid: as many whole rows as fit, or parts of one row.
#[derive(Debug)]
pub(super) struct Windows {
    rows: usize,
    columns: usize,
    row_count: usize,
    column_count: usize,
    next: (usize, usize),
}

/// A part of the grid by the places of its coordinates on the axes.
#[derive(Clone, Debug)]
pub(super) struct Window {
    rows: Range<usize>,
    columns: Range<usize>,
}

/// The values of a window, cell after cell.
#[derive(Debug)]
pub(super) struct Cells {
    window: Window,
    latitudes: Vec<i32>,
    longitudes: Vec<i32>,
    width: usize,
    values: Vec<i64>,
}

impl Windows {
    /// Windows of cells with `width` values.
    pub(super) fn new(latitude: &Axis, longitude: &Axis, width: usize) -> Self {
        let (row_count, column_count) = (latitude.coordinates.len(), longitude.coordinates.len());
        let cells = (WINDOW_OCTETS / size_of::<i64>() / width.max(1)).max(1);
        Self {
            rows: (cells / column_count.max(1)).clamp(1, row_count.max(1)),
            columns: cells.min(column_count).max(1),
            row_count,
            column_count,
            next: (0, 0),
        }
    }
}

impl Iterator for Windows {
    type Item = Window;

    fn next(&mut self) -> Option<Window> {
        let (row, column) = self.next;
        if row >= self.row_count || column >= self.column_count {
            return None;
        }
        let window = Window {
            rows: row..(row + self.rows).min(self.row_count),
            columns: column..(column + self.columns).min(self.column_count),
        };
        self.next = if window.columns.end < self.column_count {
            (row, window.columns.end)
        } else {
            (window.rows.end, 0)
        };
        Some(window)
    }
}

impl Window {
    /// Its cells, nothing known of them yet.
    pub(super) fn cells(self, latitude: &Axis, longitude: &Axis, width: usize) -> Cells {
        let part = |axis: &Axis, range: &Range<usize>| {
            axis.coordinates
                .get(range.clone())
                .unwrap_or_default()
                .to_vec()
        };
        Cells {
            latitudes: part(latitude, &self.rows),
            longitudes: part(longitude, &self.columns),
            width,
            values: vec![WIDE_NOT_COVERED; self.rows.len() * self.columns.len() * width],
            window: self,
        }
    }
}

impl Cells {
    /// Puts the values of `field` into their columns.
    pub(super) fn fill(
        &mut self,
        arrays: &dyn Arrays,
        field: &Field,
        dimensions: &[Ordered],
    ) -> Result<(), FormatError> {
        let (window, walk) = self.walk(field, dimensions);
        let numbers = arrays.numbers(&field.array, &window)?;
        let mut at = Odometer::new(walk);
        for raw in numbers {
            let value = field.packing.value(raw);
            let position = at.position();
            let stored = field.quantity.stored(value).map_err(|fault| {
                let (latitude, longitude) = self.place(position);
                FormatError::Value {
                    variable: shown(&field.array.name),
                    latitude,
                    longitude,
                    fault,
                }
            })?;
            if let Some(place) = self.values.get_mut(field.first_column + position) {
                *place = stored;
            }
            at.advance();
        }
        Ok(())
    }

    /// Hands over every cell.
    pub(super) fn hand_over(&self, take: &mut Take<'_>) -> Result<(), FormatError> {
        let mut cells = self.values.chunks_exact(self.width.max(1));
        for latitude in &self.latitudes {
            for (longitude, values) in self.longitudes.iter().zip(cells.by_ref()) {
                take(record(*latitude, *longitude), values)?;
            }
        }
        Ok(())
    }

    /// The window to read of a field's array, and for each of its dimensions the places of its values.
    fn walk(&self, field: &Field, dimensions: &[Ordered]) -> (Vec<Range<u64>>, Vec<Vec<usize>>) {
        let evenly = |count: usize, apart: usize| (0..count).map(|at| at * apart).collect();
        let row = self.width * self.window.columns.len();
        let parts = field.array.dimensions.iter().map(|extent| {
            let (range, offsets) = if extent.name == field.latitude {
                (
                    self.window.rows.clone(),
                    evenly(self.window.rows.len(), row),
                )
            } else if extent.name == field.longitude {
                let columns = self.window.columns.clone();
                let offsets = evenly(columns.len(), self.width);
                (columns, offsets)
            } else {
                let offsets = offsets(&extent.name, dimensions);
                (0..offsets.len(), offsets)
            };
            let place = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
            (place(range.start)..place(range.end), offsets)
        });
        parts.unzip()
    }

    /// Degrees of the cell that the value at `position` is in.
    fn place(&self, position: usize) -> (f64, f64) {
        let cell = position / self.width.max(1);
        let columns = self.longitudes.len().max(1);
        let degrees = |coordinates: &[i32], at: usize| {
            coordinates
                .get(at)
                .map_or(f64::NAN, |micro| f64::from(*micro) / 1e6)
        };
        (
            degrees(&self.latitudes, cell / columns),
            degrees(&self.longitudes, cell % columns),
        )
    }
}

/// Distances from the first column of a variable to the values along a dimension. A dimension that has one
/// value and no label adds nothing.
fn offsets(name: &str, dimensions: &[Ordered]) -> Vec<usize> {
    let Some(at) = dimensions
        .iter()
        .position(|known| known.dimension.name == name)
    else {
        return vec![0];
    };
    let after = dimensions.get(at + 1..).unwrap_or_default();
    let apart: usize = after.iter().map(|known| known.ranks.len()).product();
    let ranks = dimensions.get(at).map(|known| &known.ranks);
    ranks
        .into_iter()
        .flatten()
        .map(|rank| rank * apart)
        .collect()
}

/// Goes through an array in its order, and keeps where each value belongs.
struct Odometer {
    /// Of each dimension where its values belong, and which of them is next.
    wheels: Vec<(Vec<usize>, usize)>,
    position: usize,
}

impl Odometer {
    fn new(offsets: Vec<Vec<usize>>) -> Self {
        let position = offsets.iter().filter_map(|wheel| wheel.first()).sum();
        Self {
            wheels: offsets.into_iter().map(|wheel| (wheel, 0)).collect(),
            position,
        }
    }

    #[inline]
    fn position(&self) -> usize {
        self.position
    }

    #[inline]
    fn advance(&mut self) {
        for (offsets, at) in self.wheels.iter_mut().rev() {
            let here = offsets.get(*at).copied().unwrap_or(0);
            *at += 1;
            if let Some(next) = offsets.get(*at) {
                self.position = self.position + next - here;
                return;
            }
            *at = 0;
            self.position = self.position + offsets.first().copied().unwrap_or(0) - here;
        }
    }
}

/// The record of a cell: longitudes beyond 180 are those west of Greenwich.
fn record(latitude: i32, longitude: i32) -> Record {
    let west = if longitude > HALF_TURN {
        longitude - 2 * HALF_TURN
    } else {
        longitude
    };
    Record {
        place: Place {
            latitude,
            longitude: west,
        },
        written_longitude: longitude,
        rounded: 0,
    }
}

/// Octets of the values that are held at once.
pub(in super::super) const WINDOW_OCTETS: usize = 64 << 20;
const HALF_TURN: i32 = 180_000_000;
