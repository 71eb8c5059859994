//! `NetCDF` files: classic (CDF-1, CDF-2, CDF-5) and `NetCDF`-4, which is HDF5.

use std::{fs::File, ops::Range, sync::Arc};

use netcdf_reader::{
    FileStorage, NcAttrValue, NcAttribute, NcFile, NcFormat, NcOpenOptions, NcSliceInfo,
    NcSliceInfoElem, NcType, NcVariable, Storage,
};

use super::{
    FormatError,
    array::{Array, Arrays, Attribute, Attributes, Element, Extent},
    cf::WINDOW_OCTETS,
};

/// An open file.
pub(super) struct NetCdf {
    file: NcFile,
    octets: u64,
    arrays: Vec<Array>,
    attributes: Attributes,
}

impl NetCdf {
    /// Reads what `file` says of itself. The file is read by position, never mapped: one that is cut while it
    /// is read is an error, not a signal.
    pub(super) fn from_file(file: File) -> Result<Self, FormatError> {
        let storage = FileStorage::from_file(file).map_err(unreadable)?;
        Self::from_storage(Arc::new(storage))
    }

    pub(super) fn from_storage(storage: Arc<dyn Storage>) -> Result<Self, FormatError> {
        let octets = storage.len();
        let options = NcOpenOptions {
            chunk_cache_bytes: CACHE_OCTETS,
            max_chunk_bytes: MAX_CHUNK_OCTETS,
            max_read_bytes: WINDOW_OCTETS * 2,
            ..NcOpenOptions::default()
        };
        let file = NcFile::from_storage_with_options(storage, options).map_err(unreadable)?;
        let is_classic = matches!(
            file.format(),
            NcFormat::Classic | NcFormat::Offset64 | NcFormat::Cdf5
        );
        let root = file.root_group().map_err(unreadable)?;
        let arrays = root.variables.iter().map(|found| array(found, is_classic));
        Ok(Self {
            octets,
            arrays: arrays.collect(),
            attributes: attributes(&root.attributes),
            file,
        })
    }
}

impl Arrays for NetCdf {
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
        let slices = window.iter().map(|range| NcSliceInfoElem::Slice {
            start: range.start,
            end: range.end,
            step: 1,
        });
        let selection = NcSliceInfo {
            selections: slices.collect(),
        };
        let numbers = if window.is_empty() {
            self.file.read_variable_as_f64(&array.name)
        } else {
            self.file
                .read_variable_slice_as_f64(&array.name, &selection)
        };
        let numbers = numbers.map_err(unreadable)?;
        // What comes back is in the standard order, and then this copies nothing.
        Ok(numbers
            .as_standard_layout()
            .into_owned()
            .into_raw_vec_and_offset()
            .0)
    }

    fn texts(&self, array: &Array) -> Result<Vec<String>, FormatError> {
        let texts = self.file.read_variable_as_strings(&array.name);
        texts.map_err(unreadable)
    }
}

impl std::fmt::Debug for NetCdf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetCdf")
            .field("arrays", &self.arrays)
            .finish_non_exhaustive()
    }
}

fn array(found: &NcVariable, is_classic: bool) -> Array {
    let extents = found.dimensions.iter().map(|dimension| Extent {
        name: dimension.name.clone(),
        size: dimension.size,
    });
    let mut dimensions: Vec<_> = extents.collect();
    // The characters of a text are its last dimension.
    if found.dtype == NcType::Char {
        dimensions.pop();
    }
    Array {
        name: found.name.clone(),
        dimensions,
        element: element(&found.dtype),
        attributes: attributes(&found.attributes),
        unwritten: unwritten(&found.dtype, is_classic),
    }
}

fn element(found: &NcType) -> Element {
    let integer = |bits, is_signed| Element::Integer { bits, is_signed };
    match found {
        NcType::Byte => integer(8, true),
        NcType::UByte => integer(8, false),
        NcType::Short => integer(16, true),
        NcType::UShort => integer(16, false),
        NcType::Int => integer(32, true),
        NcType::UInt => integer(32, false),
        NcType::Int64 => integer(64, true),
        NcType::UInt64 => integer(64, false),
        NcType::Float => Element::Float(32),
        NcType::Double => Element::Float(64),
        NcType::Char | NcType::String => Element::Text,
        NcType::Enum { .. }
        | NcType::Compound { .. }
        | NcType::Opaque { .. }
        | NcType::Array { .. }
        | NcType::VLen { .. } => Element::Other,
    }
}

/// The number that the library of `NetCDF` writes where nothing else is written; octets have none, for all
/// of theirs may be meant.
fn unwritten(found: &NcType, is_classic: bool) -> Option<f64> {
    Some(match found {
        NcType::Short => -32_767.0,
        NcType::Int => -2_147_483_647.0,
        NcType::Float => f64::from(9.969_21e36_f32),
        NcType::Double => 9.969_209_968_386_869e36,
        NcType::UShort if !is_classic => 65_535.0,
        NcType::UInt if !is_classic => 4_294_967_295.0,
        _ => return None,
    })
}

fn attributes(found: &[NcAttribute]) -> Attributes {
    let known = found
        .iter()
        .filter_map(|found| Some((found.name.clone(), attribute(&found.value)?)));
    known.collect()
}

fn attribute(found: &NcAttrValue) -> Option<Attribute> {
    if let Some(text) = found.as_string() {
        return Some(Attribute::Text(text.trim_end_matches('\0').to_owned()));
    }
    let is_whole = !matches!(found, NcAttrValue::Floats(_) | NcAttrValue::Doubles(_));
    found
        .as_f64_vec()
        .map(|numbers| Attribute::Numbers { is_whole, numbers })
}

/// The reader's error, which may quote the file: escaped and kept short.
fn unreadable(error: impl std::fmt::Display) -> FormatError {
    let said: String = error.to_string().chars().take(MAX_SAID).collect();
    FormatError::NetCdf(said.escape_debug().to_string())
}

/// Unpacked chunks that are held.
const CACHE_OCTETS: usize = 64 << 20;
/// One chunk, unpacked.
const MAX_CHUNK_OCTETS: usize = 256 << 20;
const MAX_SAID: usize = 400;
