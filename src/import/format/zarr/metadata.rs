//! Metadata of arrays in a store: `zarr.json` of version 3, `.zarray` and `.zattrs` of version 2.

mod attributes;
mod packing;
mod version_2;
mod version_3;

use serde_json::{Map, Value};

use super::{
    super::array::{Array, Attributes, Extent},
    ZarrFault,
    chunks::Chunked,
    folder::Folder,
};
use attributes::attributes;

/// One array: what it is, and how its chunks are stored.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) array: Array,
    pub(super) chunked: Chunked,
}

/// The attributes of the whole store.
pub(super) fn root(folder: &Folder) -> Result<Attributes, ZarrFault> {
    let of_version_3 = json(folder, "zarr.json")?;
    let found = match of_version_3 {
        Some(mut found) => match found.remove("attributes") {
            Some(Value::Object(attributes)) => attributes,
            _ => Map::new(),
        },
        None => json(folder, ".zattrs")?.unwrap_or_default(),
    };
    Ok(attributes(&found, None))
}

/// The array `name`; none when that is a group, or nothing of Zarr's.
pub(super) fn node(folder: &Folder, name: &str) -> Result<Option<Node>, ZarrFault> {
    let file = format!("{name}/zarr.json");
    if let Some(found) = json(folder, &file)? {
        let is_array = found.get("node_type").and_then(Value::as_str) == Some("array");
        return if is_array {
            version_3::node(name, &file, &found).map(Some)
        } else {
            Ok(None)
        };
    }
    let file = format!("{name}/.zarray");
    let Some(found) = json(folder, &file)? else {
        return Ok(None);
    };
    let said = json(folder, &format!("{name}/.zattrs"))?.unwrap_or_default();
    version_2::node(name, &file, &found, &said).map(Some)
}

fn json(folder: &Folder, file: &str) -> Result<Option<Map<String, Value>>, ZarrFault> {
    let Some(content) = folder.read(file, MAX_METADATA)? else {
        return Ok(None);
    };
    let found = serde_json::from_slice(&content);
    found
        .map(Some)
        .map_err(|error| ZarrFault::metadata(file, error))
}

/// The sizes under `key`.
fn sizes(file: &str, found: &Map<String, Value>, key: &str) -> Result<Vec<u64>, ZarrFault> {
    let list = found.get(key).and_then(Value::as_array);
    let sizes = list.and_then(|list| list.iter().map(Value::as_u64).collect::<Option<Vec<_>>>());
    let sizes = sizes.filter(|sizes| sizes.len() <= MAX_DIMENSIONS);
    sizes.ok_or_else(|| {
        ZarrFault::metadata(
            file,
            format!("{key} is no list of at most {MAX_DIMENSIONS} sizes"),
        )
    })
}

/// The dimensions by their names; one without a name has one that no other array has.
fn extents(name: &str, shape: &[u64], names: Option<&Value>) -> Vec<Extent> {
    let names = names.and_then(Value::as_array);
    let extents = shape.iter().enumerate().map(|(at, size)| {
        let said = names
            .and_then(|names| names.get(at))
            .and_then(Value::as_str);
        Extent {
            name: said.map_or_else(|| format!("{name}[{at}]"), str::to_owned),
            size: *size,
        }
    });
    extents.collect()
}

const MAX_METADATA: u64 = 8 << 20;
const MAX_DIMENSIONS: usize = 16;
