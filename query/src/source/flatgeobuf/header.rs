//! The header of a file: its columns, its geometries and their coordinate reference system.

use super::{
    super::fault::{Shown, What},
    damaged,
    flatbuffer::{Table, Tables},
};
use crate::{geometry::Crs, schema::ColumnType};

/// Columns, geometries and their system, which all features of a file have in common.
#[derive(Debug)]
pub(super) struct Header {
    /// Names and types of columns, by the numbers that features have for them.
    pub(super) columns: Vec<(Box<str>, Type)>,
    /// The number of the one type that all geometries have, 0 where each has its own.
    pub(super) geometry: u8,
    pub(super) has_z: bool,
    pub(super) has_m: bool,
    pub(super) crs: Crs,
    /// The number of features; none where the writer did not know it.
    pub(super) features: Option<u64>,
    /// Octets of the index that stands before the features.
    pub(super) index_bytes: u64,
}

/// Types of columns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Type {
    Byte,
    UByte,
    Bool,
    Short,
    UShort,
    Int,
    UInt,
    Long,
    ULong,
    Float,
    Double,
    Text,
    Json,
    /// A day, or a time in ISO 8601.
    DateTime,
}

impl Header {
    /// The header that `octets` are.
    pub(super) fn read(octets: &[u8]) -> Result<Self, What> {
        let header = Table::root(octets).map_err(damaged)?;
        let is_timed =
            header.flag(HAS_T).map_err(damaged)? || header.flag(HAS_TM).map_err(damaged)?;
        if is_timed {
            return Err(What::Foreign {
                found: "FlatGeobuf with a time for each position".into(),
                remedy: "write it without them",
            });
        }
        let features = header.long(FEATURES_COUNT).map_err(damaged)?;
        let node_size = header.short(INDEX_NODE_SIZE).map_err(damaged)?;
        Ok(Self {
            columns: match header.tables(COLUMNS).map_err(damaged)? {
                Some(columns) => self::columns(columns)?,
                None => Vec::new(),
            },
            geometry: header.octet(GEOMETRY_TYPE).map_err(damaged)?,
            has_z: header.flag(HAS_Z).map_err(damaged)?,
            has_m: header.flag(HAS_M).map_err(damaged)?,
            crs: crs(header.table(CRS).map_err(damaged)?)?,
            features: Some(features).filter(|features| *features > 0),
            index_bytes: index_bytes(features, node_size.unwrap_or(NODE_SIZE))?,
        })
    }
}

fn columns(columns: Tables<'_>) -> Result<Vec<(Box<str>, Type)>, What> {
    let mut named: Vec<(Box<str>, Type)> = Vec::new();
    for column in columns.iter() {
        if named.len() == MOST_COLUMNS {
            return Err(What::TooManyColumns(MOST_COLUMNS));
        }
        let column = column.map_err(damaged)?;
        let name = column.text(COLUMN_NAME).map_err(damaged)?;
        let name = name.ok_or_else(|| What::Header("has a column without a name".into()))?;
        let column_type = Type::of(column.octet(COLUMN_TYPE).map_err(damaged)?);
        let column_type = column_type
            .map_err(|what| What::Refused(format!("{}: {what}", name.escape_debug()).into()))?;
        if named.iter().any(|(other, _)| **other == *name) {
            return Err(What::Twice(Shown::new(name)));
        }
        named.push((name.into(), column_type));
    }
    Ok(named)
}

/// Octets of the index over so many features, whose nodes have so many each (a packed Hilbert R-tree).
fn index_bytes(features: u64, node_size: u16) -> Result<u64, What> {
    let node_size = u64::from(node_size);
    if features == 0 || node_size == 0 {
        return Ok(0);
    }
    let wrong = || {
        let said = format!(
            "has an index of {features} features with {node_size} in a node, which is none"
        );
        What::Header(said.into())
    };
    if node_size == 1 {
        return Err(wrong());
    }
    let (mut level, mut nodes) = (features, features);
    while level > 1 {
        level = level.div_ceil(node_size);
        nodes = nodes.checked_add(level).ok_or_else(wrong)?;
    }
    // One feature has a root above it.
    let nodes = if features == 1 { 2 } else { nodes };
    nodes.checked_mul(NODE_BYTES).ok_or_else(wrong)
}

/// The system of positions, easting or longitude first whatever it says of its axes.
fn crs(crs: Option<Table<'_>>) -> Result<Crs, What> {
    let Some(crs) = crs else {
        return Err(unknown());
    };
    let authority = crs.text(CRS_AUTHORITY).map_err(damaged)?.unwrap_or("EPSG");
    let (text, number) = (
        crs.text(CRS_TEXT).map_err(damaged)?,
        crs.int(CRS_CODE).map_err(damaged)?,
    );
    let code = match (text, number) {
        (Some(text), 0) => text.to_owned(),
        // GDAL says the code of a text in the definition alone.
        (_, 0) => match crs.text(CRS_DEFINITION).map_err(damaged)? {
            Some(definition) if definition.ends_with(DEFINED_AS_CRS84) => "CRS84".to_owned(),
            _ => return Err(unknown()),
        },
        (_, number) => number.to_string(),
    };
    match (&*authority.to_ascii_uppercase(), &*code) {
        ("EPSG", "4326") | ("OGC", "CRS84") => Ok(Crs::Crs84),
        ("EPSG", "3857") => Ok(Crs::Epsg3857),
        _ => Err(What::Foreign {
            found: format!(
                "FlatGeobuf in {}",
                Shown::new(&format!("{authority}:{code}"))
            )
            .into(),
            remedy: "save it in EPSG:4326 or EPSG:3857",
        }),
    }
}

fn unknown() -> What {
    What::Foreign {
        found: "FlatGeobuf in no system that is known by a number".into(),
        remedy: "save it in EPSG:4326 or EPSG:3857, and let it say so",
    }
}

impl Type {
    fn of(number: u8) -> Result<Self, What> {
        Ok(match number {
            0 => Self::Byte,
            1 => Self::UByte,
            2 => Self::Bool,
            3 => Self::Short,
            4 => Self::UShort,
            5 => Self::Int,
            6 => Self::UInt,
            7 => Self::Long,
            8 => Self::ULong,
            9 => Self::Float,
            10 => Self::Double,
            11 => Self::Text,
            12 => Self::Json,
            13 => Self::DateTime,
            14 => {
                return Err(What::Foreign {
                    found: "of the type Binary".into(),
                    remedy: "leave it out, or write it as text",
                });
            }
            _ => {
                return Err(What::Foreign {
                    found: format!("of the type {number}").into(),
                    remedy: "leave it out: FlatGeobuf 3 has types from 0 to 14",
                });
            }
        })
    }

    /// The type that a table has; none of days and times, which their values tell apart.
    pub(super) fn column_type(self) -> Option<ColumnType> {
        Some(match self {
            Self::Byte
            | Self::UByte
            | Self::Short
            | Self::UShort
            | Self::Int
            | Self::UInt
            | Self::Long
            | Self::ULong => ColumnType::Integer,
            Self::Bool => ColumnType::Boolean,
            Self::Float | Self::Double => ColumnType::Number,
            Self::Text => ColumnType::Text,
            Self::Json => ColumnType::Json,
            Self::DateTime => return None,
        })
    }
}

// Fields by their numbers in the schema (header.fbs).
const GEOMETRY_TYPE: usize = 2;
const HAS_Z: usize = 3;
const HAS_M: usize = 4;
const HAS_T: usize = 5;
const HAS_TM: usize = 6;
const COLUMNS: usize = 7;
const FEATURES_COUNT: usize = 8;
const INDEX_NODE_SIZE: usize = 9;
const CRS: usize = 10;
const COLUMN_NAME: usize = 0;
const COLUMN_TYPE: usize = 1;
const CRS_AUTHORITY: usize = 0;
const CRS_CODE: usize = 1;
const CRS_DEFINITION: usize = 4;
const CRS_TEXT: usize = 5;

/// The end of a definition in well-known text, which says its identifier.
const DEFINED_AS_CRS84: &str = "ID[\"OGC\",\"CRS84\"]]";

/// Features of a node where the header does not say it.
const NODE_SIZE: u16 = 16;
/// Octets of a node: four doubles of a box, and an offset.
const NODE_BYTES: u64 = 40;
/// Columns, as many as tables have at most.
const MOST_COLUMNS: usize = 4_096;
