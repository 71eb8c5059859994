//! Zarr stores in a folder: version 2 and version 3, as xarray and zarr-python write them.

mod blosc;
mod chunks;
mod codec;
mod element;
mod fault;
mod folder;
mod metadata;
mod unpacked;

use std::{ops::Range, path::Path};

pub use fault::ZarrFault;

use self::{chunks::Chunked, folder::Folder, metadata::Node};
use super::{
    FormatError,
    array::{Array, Arrays, Attributes},
    refused::shown,
};

/// An open store.
#[derive(Debug)]
pub(super) struct Zarr {
    folder: Folder,
    octets: u64,
    attributes: Attributes,
    arrays: Vec<Array>,
    /// One for each array.
    chunked: Vec<Chunked>,
}

/// `true` when the folder `path` is a Zarr store.
pub(super) fn is_zarr(path: &Path) -> bool {
    ROOTS.iter().any(|name| path.join(name).is_file())
}

impl Zarr {
    /// Reads what the store at `path` says of itself: the arrays of its root, and no chunk.
    pub(super) fn open(path: &Path) -> Result<Self, FormatError> {
        let folder = Folder::open(path)?;
        let (names, octets) = folder.survey()?;
        let attributes = metadata::root(&folder)?;
        let mut nodes = Vec::new();
        for name in names {
            let node = metadata::node(&folder, &name);
            let node = node.map_err(|fault| FormatError::Zarr {
                array: shown(&name),
                fault,
            })?;
            nodes.extend(node);
        }
        let (arrays, chunked) = nodes
            .into_iter()
            .map(|Node { array, chunked }| (array, chunked))
            .unzip();
        Ok(Self {
            folder,
            octets,
            attributes,
            arrays,
            chunked,
        })
    }

    fn chunked(&self, array: &Array) -> Result<&Chunked, FormatError> {
        let mut both = self.arrays.iter().zip(&self.chunked);
        let found = both.find(|(other, _)| other.name == array.name);
        found
            .map(|(_, chunked)| chunked)
            .ok_or(FormatError::NoVariable("an array is gone"))
    }
}

impl Arrays for Zarr {
    fn arrays(&self) -> &[Array] {
        &self.arrays
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn octets(&self) -> u64 {
        self.octets
    }

    fn numbers(&self, array: &Array, window: &[Range<u64>]) -> Result<Vec<f64>, FormatError> {
        let numbers = self.chunked(array)?.numbers(&self.folder, window);
        numbers.map_err(|fault| FormatError::Zarr {
            array: shown(&array.name),
            fault,
        })
    }

    fn texts(&self, array: &Array) -> Result<Vec<String>, FormatError> {
        let texts = self.chunked(array)?.texts(&self.folder);
        texts.map_err(|fault| FormatError::Zarr {
            array: shown(&array.name),
            fault,
        })
    }
}

/// One of these is in the folder of a store.
const ROOTS: [&str; 4] = ["zarr.json", ".zgroup", ".zarray", ".zmetadata"];
