//! `.zarray`: Zarr storage specification version 2.

use serde_json::{Map, Value};

use super::{
    super::{
        super::array::Array,
        chunks::{Chunked, Keys, Layout},
        codec::Codec,
        element::Stored,
    },
    Node, ZarrFault,
    attributes::{attributes, fill},
    extents,
    packing::codec,
    sizes,
};
use crate::import::Shown;

pub(super) fn node(
    name: &str,
    file: &str,
    found: &Map<String, Value>,
    said: &Map<String, Value>,
) -> Result<Node, ZarrFault> {
    let shape = sizes(file, found, "shape")?;
    let chunk = sizes(file, found, "chunks")?;
    let stored = found
        .get("dtype")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let stored = Stored::of_version_2(stored)
        .ok_or_else(|| ZarrFault::Element(Shown::new(stored.as_bytes())))?;
    let mut layout = Layout::new(&chunk, stored);
    if found.get("order").and_then(Value::as_str) == Some("F") {
        layout.order.reverse();
    }
    layout.codecs = codecs(found, stored)?;
    let separator = found.get("dimension_separator").and_then(Value::as_str);
    let keys = Keys::of_version_2(name, separator == Some("/"));
    let unwritten = fill(found.get("fill_value"));
    let chunked = Chunked::new(file, shape.clone(), layout, None, keys, unwritten)?;
    Ok(Node {
        array: Array {
            name: name.to_owned(),
            dimensions: extents(name, &shape, said.get("_ARRAY_DIMENSIONS")),
            element: stored.element(),
            attributes: attributes(said, Some(stored)),
            // In version 2 xarray writes its mark of missing values here, and zarr-python 0 when nobody said
            // anything: that is a value.
            unwritten: unwritten.filter(|number| *number != 0.0),
        },
        chunked,
    })
}

/// The compressor, and before it the filters, the last of them first.
fn codecs(found: &Map<String, Value>, stored: Stored) -> Result<Vec<Codec>, ZarrFault> {
    let filters = found.get("filters").and_then(Value::as_array);
    let compressor = found
        .get("compressor")
        .filter(|compressor| !compressor.is_null());
    let chain = compressor
        .into_iter()
        .chain(filters.into_iter().flatten().rev());
    let mut codecs = Vec::new();
    let mut is_text = false;
    for found in chain {
        let settings = found.as_object();
        let name = settings
            .and_then(|settings| settings.get("id"))
            .and_then(Value::as_str);
        match (name, settings) {
            (Some("vlen-utf8"), _) if stored == Stored::AnyText && !is_text => is_text = true,
            // Nothing but what packs octets may come between.
            (Some(name), Some(settings)) if !is_text => codecs.push(codec(name, settings, stored)?),
            (name, _) => {
                return Err(ZarrFault::Codec(Shown::new(name.unwrap_or("?").as_bytes())));
            }
        }
    }
    if stored == Stored::AnyText && !is_text {
        return Err(ZarrFault::Element(Shown::new(b"|O without vlen-utf8")));
    }
    Ok(codecs)
}
