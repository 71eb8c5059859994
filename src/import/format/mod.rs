//! Gridded values in the formats that other programs write: `NetCDF`, Zarr, and tables of one value a row.
//!
//! Each format becomes one neutral value, a [`Gridded`] source: its [`Coverage`] says which variables,
//! dimensions and axes it has, and its cells come one after another within bounded memory. What a file says
//! of itself is not believed: sizes are checked against the octets that stand behind them before anything is
//! allocated, and a file that is wrong is refused by the name of what is wrong in it.

mod array;
mod cf;
mod gridded;
mod labels;
mod naming;
mod netcdf;
mod quantity;
mod refused;
mod table;
mod zarr;

use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::atomic::AtomicU64,
};

use self::{array::Arrays, table::Table};
use super::source::SourceFile;
pub use cf::{Calendar, CfFault};
pub use gridded::{Coverage, Dimension, Gridded, Skipped, Take, Variable};
pub use labels::Labels;
pub use naming::{Naming, WideColumns};
pub use quantity::QuantityFault;
pub use refused::FormatError;
pub use table::{RowFault, RowFaults, TableFault};
pub use zarr::ZarrFault;

/// The gridded source at `path`, in whichever format it is; a table is sorted in the directory `folder`.
///
/// # Errors
/// [`FormatError`].
pub fn open(path: &Path, naming: &Naming, folder: &Path) -> Result<Box<dyn Gridded>, FormatError> {
    if zarr::is_zarr(path) {
        return cf(Box::new(zarr::Zarr::open(path)?), naming);
    }
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("neither a file nor a Zarr store").into());
    }
    match Format::of(&mut file)? {
        Format::NetCdf => cf(Box::new(netcdf::NetCdf::from_file(file)?), naming),
        Format::Parquet => match &naming.wide {
            Some(columns) => Table::wide(file, naming, columns),
            None => Ok(Box::new(Table::parquet(file, naming, folder)?)),
        },
        Format::Text => {
            // Compressed text is unpacked as it is read, never held.
            let source = SourceFile::open(path)?;
            let read = AtomicU64::new(0);
            Ok(Box::new(Table::csv(source.text(&read)?, naming, folder)?))
        }
    }
}

/// `true` when the source at `path` says itself what its variables, dimensions and axes are, or is Parquet.
///
/// # Errors
/// A file that cannot be read.
pub fn is_gridded(path: &Path) -> io::Result<bool> {
    if zarr::is_zarr(path) {
        return Ok(true);
    }
    // A pipe would wait for somebody who writes.
    if !path.metadata()?.is_file() {
        return Ok(false);
    }
    let format = Format::of(&mut File::open(path)?)?;
    Ok(match format {
        Format::NetCdf | Format::Parquet => true,
        Format::Text => false,
    })
}

/// The names of the columns of the Parquet file at `path`; none when it is in another format.
///
/// # Errors
/// [`FormatError`].
pub fn parquet_columns(path: &Path) -> Result<Option<Vec<String>>, FormatError> {
    if path.is_dir() {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    match Format::of(&mut file)? {
        Format::Parquet => table::names(file).map(Some),
        Format::NetCdf | Format::Text => Ok(None),
    }
}

/// The sources that a path names: itself, or the gridded ones that lie in it when it is a folder that has any.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() || zarr::is_zarr(path) {
        return Ok(vec![path.into()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !is_hidden && is_gridded(&entry.path())? {
            found.push(entry.path());
        }
    }
    found.sort();
    if found.is_empty() {
        found.push(path.into());
    }
    Ok(found)
}

fn cf(arrays: Box<dyn Arrays>, naming: &Naming) -> Result<Box<dyn Gridded>, FormatError> {
    Ok(Box::new(cf::CfSource::open(arrays, naming)?))
}

/// The format of a file by its first octets.
enum Format {
    NetCdf,
    Parquet,
    /// CSV, plain or compressed, or nothing that is read here.
    Text,
}

impl Format {
    fn of(file: &mut File) -> io::Result<Self> {
        let mut begin = Vec::with_capacity(8);
        file.by_ref().take(8).read_to_end(&mut begin)?;
        file.rewind()?;
        Ok(match begin.as_slice() {
            [b'C', b'D', b'F', ..] | [0x89, b'H', b'D', b'F', ..] => Self::NetCdf,
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            _ => Self::Text,
        })
    }
}
