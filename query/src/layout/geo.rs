//! Metadata of `GeoParquet` 1.1.

use serde_json::json;

/// Metadata of a column of geometries. They are in OGC:CRS84, which is meant where no other is named; kinds of geometries
/// are not told, which the empty list says.
pub(super) fn metadata(geometry: &str) -> String {
    let columns = json!({ geometry: { "encoding": "WKB", "geometry_types": [] } });
    json!({ "version": "1.1.0", "primary_column": geometry, "columns": columns }).to_string()
}

/// The name of the metadata, in the file and in its Arrow schema: readers by Arrow look in the latter alone.
pub(super) const GEO: &str = "geo";
