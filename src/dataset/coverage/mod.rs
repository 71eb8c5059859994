//! Coverages on regular grids of longitude and latitude: the cells that a query's geometry selects.
//!
//! Pure geometry of OGC API EDR 1.1 (19-086r6): it knows neither HTTP nor a store. [`Geometry`] and [`BoundingBox`] are
//! read from the text of a request, a [`Lattice`] is made from a grid's axes, and what comes out are cells: one for a
//! position, [`CellRun`]s for an area, a box or a radius, [`Passage`]s for a trajectory. [`Statistics`] sums up the
//! values that stand there.

mod area;
mod axis;
mod bbox;
mod crs;
mod geometry;
mod lattice;
mod length;
mod radius;
mod sphere;
mod statistics;
mod trajectory;
mod wkt;

pub use area::{AreaFault, AreaLimits, covered};
pub use axis::RegularAxis;
pub use bbox::{BoundingBox, BoxCells, BoxFault};
pub use crs::{Crs, UnknownCrs};
pub use geometry::{Geometry, Line, Position, Ring, Waypoint};
pub use lattice::{CellIndex, CellRun, Lattice};
pub use length::{LengthFault, LengthUnit};
pub use radius::within;
pub use sphere::{EARTH_M, FARTHEST_M, distance_m};
pub use statistics::{Statistics, Threshold, quantiles};
pub use trajectory::{Along, Passage, passages, waypoint};
pub use wkt::{WktError, WktFault, WktLimits};

/// A geometry that selects more cells than one request may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the geometry passes more than {limit} cells")]
pub struct TooManyCells {
    /// The number of cells that it may pass.
    pub limit: usize,
}
