//! The metadata of `GeoParquet`: the columns of geometries, and their coordinate reference systems.

use std::collections::HashMap;

use parquet::file::metadata::KeyValue;
use serde::Deserialize;
use serde_json::Value;

use super::super::fault::{Shown, What};
use crate::geometry::Crs;

/// The columns of geometries of one file.
#[derive(Debug)]
pub(super) struct Geo {
    columns: HashMap<String, Crs>,
    /// Columns of boxes, which the layout makes anew.
    coverings: Vec<String>,
    /// Lines between positions are the shortest on a sphere.
    pub(super) has_arcs: bool,
}

#[derive(Deserialize)]
struct Metadata {
    columns: HashMap<String, ColumnMetadata>,
}

#[derive(Deserialize)]
struct ColumnMetadata {
    encoding: String,
    /// None: longitude and latitude of WGS 84; null: nobody knows.
    #[serde(default, with = "serde_known")]
    crs: Option<Value>,
    covering: Option<Value>,
    edges: Option<String>,
}

/// A member that is null, told from one that is not there.
mod serde_known {
    use serde::{Deserialize, Deserializer};
    use serde_json::Value;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        reader: D,
    ) -> Result<Option<Value>, D::Error> {
        Value::deserialize(reader).map(Some)
    }
}

impl Geo {
    /// The geometries that `metadata` tells of; none of a file without geometries.
    pub(super) fn of(metadata: &[KeyValue]) -> Result<Option<Self>, What> {
        let text = metadata.iter().find(|pair| pair.key == "geo");
        let Some(text) = text.and_then(|pair| pair.value.as_deref()) else {
            return Ok(None);
        };
        let metadata: Metadata = serde_json::from_str(text).map_err(|error| {
            What::Refused(format!("its metadata `geo` cannot be read: {error}").into())
        })?;
        let (mut columns, mut coverings) = (HashMap::new(), Vec::new());
        let mut has_arcs = false;
        for (name, column) in metadata.columns {
            if column.encoding != "WKB" {
                let found = format!(
                    "GeoParquet with the encoding {}",
                    Shown::new(&column.encoding)
                )
                .into();
                let remedy = "write geometries as WKB";
                return Err(What::Foreign { found, remedy });
            }
            has_arcs |= column.edges.is_some_and(|edges| edges != "planar");
            let bbox = column
                .covering
                .as_ref()
                .and_then(|covering| covering.pointer("/bbox/xmin/0"));
            coverings.extend(bbox.and_then(Value::as_str).map(str::to_owned));
            columns.insert(name, crs(column.crs.as_ref())?);
        }
        Ok(Some(Self {
            columns,
            coverings,
            has_arcs,
        }))
    }

    pub(super) fn is_covering(&self, name: &str) -> bool {
        self.coverings.iter().any(|covering| covering == name)
    }

    pub(super) fn crs(&self, name: &str) -> Option<Crs> {
        self.columns.get(name).copied()
    }
}

/// The system of PROJJSON `crs`. Coordinates of `GeoParquet` are easting or longitude first, whatever it says.
fn crs(crs: Option<&Value>) -> Result<Crs, What> {
    let Some(crs) = crs else {
        return Ok(Crs::Crs84);
    };
    let part = |name: &str| {
        let id = crs.get("id").and_then(|id| id.get(name));
        id.map(|part| {
            part.as_str()
                .map_or_else(|| part.to_string(), str::to_owned)
        })
    };
    match (part("authority").as_deref(), part("code").as_deref()) {
        (Some("OGC"), Some("CRS84")) | (Some("EPSG"), Some("4326")) => Ok(Crs::Crs84),
        (Some("EPSG"), Some("3857")) => Ok(Crs::Epsg3857),
        (authority, code) => {
            let named = authority
                .zip(code)
                .map(|(authority, code)| format!("{authority}:{code}"));
            let named = named.unwrap_or_else(|| "no system that is known by a number".to_owned());
            Err(What::Foreign {
                found: format!("GeoParquet in {}", Shown::new(&named)).into(),
                remedy: "save it in EPSG:4326 or EPSG:3857",
            })
        }
    }
}
