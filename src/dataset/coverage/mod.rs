//! Coverages on regular grids of longitude and latitude: the cells that a query's geometry selects.
//!
//! Pure geometry of OGC API EDR 1.1 (19-086r6): it knows neither HTTP nor a store.

mod crs;
mod geometry;
mod wkt;

pub use crs::{Crs, UnknownCrs};
pub use geometry::{Geometry, Line, Position, Ring, Waypoint};
pub use wkt::{WktError, WktFault, WktLimits};
