//! `zarr.json` of an array: Zarr core specification version 3.

use serde_json::{Map, Value};

use super::{
    super::{
        super::array::Array,
        chunks::{Chunked, Keys},
        element::Stored,
    },
    Node, ZarrFault,
    attributes::{attributes, fill},
    extents,
    packing::chain,
    sizes,
};
use crate::import::Shown;

pub(super) fn node(name: &str, file: &str, found: &Map<String, Value>) -> Result<Node, ZarrFault> {
    let wrong = |reason: &str| ZarrFault::metadata(file, reason);
    let shape = sizes(file, found, "shape")?;
    let grid =
        settings(found, "chunk_grid", "regular").ok_or_else(|| wrong("no regular chunk_grid"))?;
    let chunk = sizes(file, grid, "chunk_shape")?;
    let stored = element(found.get("data_type"))?;
    let codecs = found.get("codecs").and_then(Value::as_array);
    let codecs = codecs.ok_or_else(|| wrong("no codecs"))?;
    let chain = chain(file, codecs, &chunk, stored)?;
    if found
        .get("storage_transformers")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty())
    {
        return Err(wrong("storage_transformers are not read"));
    }
    let keys = keys(name, found).ok_or_else(|| wrong("the chunk_key_encoding is not known"))?;
    let unwritten = fill(found.get("fill_value"));
    let chunked = Chunked::new(
        file,
        shape.clone(),
        chain.layout,
        chain.shards,
        keys,
        unwritten,
    )?;
    let none = Map::new();
    let said = found
        .get("attributes")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let names = found
        .get("dimension_names")
        .filter(|names| !names.is_null());
    Ok(Node {
        array: Array {
            name: name.to_owned(),
            dimensions: extents(
                name,
                &shape,
                names.or_else(|| said.get("_ARRAY_DIMENSIONS")),
            ),
            element: stored.element(),
            attributes: attributes(said, Some(stored)),
            unwritten: None,
        },
        chunked,
    })
}

/// The settings of the extension under `key`, when it is the one of that name.
fn settings<'v>(
    found: &'v Map<String, Value>,
    key: &str,
    name: &str,
) -> Option<&'v Map<String, Value>> {
    let extension = found.get(key)?.as_object()?;
    let is_it = extension.get("name").and_then(Value::as_str) == Some(name);
    extension
        .get("configuration")
        .filter(|_| is_it)?
        .as_object()
}

fn element(found: Option<&Value>) -> Result<Stored, ZarrFault> {
    let name = found.and_then(|found| found.as_str().or_else(|| found.get("name")?.as_str()));
    let name = name.unwrap_or_default();
    let length = || {
        let settings = found?.get("configuration")?;
        settings
            .get("length_bytes")?
            .as_u64()
            .and_then(|length| usize::try_from(length).ok())
    };
    let stored = match name {
        "fixed_length_utf32" => {
            length().and_then(|length| Stored::of_version_2(&format!("<U{}", length / 4)))
        }
        "null_terminated_bytes" => {
            length().and_then(|length| Stored::of_version_2(&format!("|S{length}")))
        }
        plain => Stored::of_version_3(plain),
    };
    stored.ok_or_else(|| ZarrFault::Element(Shown::new(name.as_bytes())))
}

fn keys(name: &str, found: &Map<String, Value>) -> Option<Keys> {
    let encoding = found.get("chunk_key_encoding")?.as_object()?;
    let separator = encoding
        .get("configuration")
        .and_then(|settings| settings.get("separator"));
    let separator = separator.and_then(Value::as_str);
    match (encoding.get("name")?.as_str()?, separator) {
        ("default", None | Some("/")) => Some(Keys::of_version_3(name, true)),
        ("default", Some(".")) => Some(Keys::of_version_3(name, false)),
        ("v2", None | Some(".")) => Some(Keys::of_version_2(name, false)),
        ("v2", Some("/")) => Some(Keys::of_version_2(name, true)),
        _ => None,
    }
}
