//! Gridded values in the formats that other programs write: `NetCDF`, Zarr, and tables of one value a row.
//!
//! Each format becomes one neutral value, a [`Gridded`] source: its [`Coverage`] says which variables,
//! dimensions and axes it has, and its cells come one after another within bounded memory. What a file says
//! of itself is not believed: sizes are checked against the octets that stand behind them before anything is
//! allocated, and a file that is wrong is refused by the name of what is wrong in it.

mod array;
mod cf;
mod gridded;
mod naming;
mod netcdf;
mod quantity;
mod refused;
mod zarr;

use std::path::Path;

use array::Arrays;
pub use cf::{Calendar, CfFault};
pub use gridded::{Coverage, Dimension, Gridded, Labels, Skipped, Take, Variable};
pub use naming::Naming;
pub use quantity::QuantityFault;
pub use refused::FormatError;
pub use zarr::ZarrFault;

/// The gridded source at `path`, in whichever format it is.
///
/// # Errors
/// [`FormatError`].
pub fn open(path: &Path, naming: &Naming) -> Result<Box<dyn Gridded>, FormatError> {
    let arrays: Box<dyn Arrays> = if zarr::is_zarr(path) {
        Box::new(zarr::Zarr::open(path)?)
    } else {
        Box::new(netcdf::NetCdf::open(path)?)
    };
    Ok(Box::new(cf::CfSource::open(arrays, naming)?))
}
