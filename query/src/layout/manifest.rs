//! Manifests: the parts that a version of a table is made of.

use std::{cmp::Ordering, collections::BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema::{ColumnType, SchemaFault, TableSchema};

use super::{digest::Digest, scalar::Scalar};

/// A version of a table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The layout: a program reads those that it knows.
    pub layout: Box<str>,
    /// The version, which is the digest of all that follows but the time.
    pub version: Digest,
    /// The time of its import, in milliseconds since 1970.
    pub modified_ms: i64,
    /// The columns.
    pub schema: TableSchema,
    /// The rows of all parts.
    pub rows: u64,
    /// The parts, in the order of their rows.
    pub parts: Vec<Part>,
    /// Of features, the keys in their order, each with the place of its row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<File>,
    /// The publisher's words on the table, which this crate does not read.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub about: Value,
}

/// Forms of files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// Rows as they are in memory.
    Arrow,
    /// Rows that questions are put to.
    Parquet,
}

/// A file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The digest of its octets, which is its name.
    pub digest: Digest,
    /// Its octets.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
}

/// Rows of one file, all before those of the next.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The file.
    pub file: File,
    /// Of records the same rows as an Arrow file, where they are not large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrow: Option<File>,
    /// The first row's key, of series with its time.
    pub first: Vec<Scalar>,
    /// The last row's.
    pub last: Vec<Scalar>,
    /// Statistics of the columns, in the order of the schema.
    pub columns: Vec<ColumnStatistics>,
    /// Of features west, south, east and north of all boxes; none when no row has a box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 4]>,
}

/// Values of a column.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnStatistics {
    /// Rows without a value; of geometries and JSON they are not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<u64>,
    /// No value is less; long text is cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Scalar>,
    /// No value is greater; long text is cut, and its end raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Scalar>,
    /// All values, sorted, where they are few texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<Vec<Box<str>>>,
}

/// Faults of a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestFault {
    /// It is no manifest.
    #[error("the manifest cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Another program's layout.
    #[error("the table has the layout {found}, and {LAYOUT} is what can be read: import it again")]
    Layout {
        /// As it stands there.
        found: Box<str>,
    },
    /// It is too long.
    #[error("the manifest has more than {MOST_BYTES} octets")]
    Long,
    /// The rows or columns of parts do not fit the table.
    #[error("the manifest contradicts itself: {0}")]
    Parts(&'static str),
    /// Its columns make no table.
    #[error("the manifest's columns make no table: {0}")]
    Schema(#[from] SchemaFault),
    /// It is not what its version says.
    #[error("the manifest is not the one of version {0}")]
    Version(Digest),
}

impl ColumnStatistics {
    /// Statistics of the rows of both.
    pub(crate) fn with(self, other: &Self, column_type: ColumnType) -> Self {
        let nulls = self.nulls.zip(other.nulls);
        let distinct = self.distinct.zip(other.distinct.as_ref());
        let distinct = distinct.map(|(one, other)| {
            let all: BTreeSet<Box<str>> = one.into_iter().chain(other.iter().cloned()).collect();
            all.into_iter().collect::<Vec<_>>()
        });
        Self {
            nulls: nulls.map(|(one, other)| one.saturating_add(other)),
            min: outer(self.min, other.min.as_ref(), column_type, Ordering::Less),
            max: outer(self.max, other.max.as_ref(), column_type, Ordering::Greater),
            distinct: distinct.filter(|distinct| distinct.len() <= MOST_DISTINCT),
        }
    }
}

/// That of two bounds which lies further out; a part without values has none.
fn outer(
    one: Option<Scalar>,
    other: Option<&Scalar>,
    column_type: ColumnType,
    outwards: Ordering,
) -> Option<Scalar> {
    let (Some(first), Some(second)) = (&one, other) else {
        return one.or_else(|| other.cloned());
    };
    let order = second
        .literal(column_type)?
        .compare(&first.literal(column_type)?)?;
    if order == outwards {
        other.cloned()
    } else {
        one
    }
}

impl Form {
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }
}

impl Manifest {
    /// The manifest of a version, which is named by what it says.
    pub(super) fn new(
        schema: TableSchema,
        parts: Vec<Part>,
        keys: Option<File>,
        about: Value,
        modified_ms: i64,
    ) -> Result<Self, ManifestFault> {
        let rows = total(&parts).ok_or(ManifestFault::Parts("rows"))?;
        Ok(Self {
            layout: LAYOUT.into(),
            version: version(&schema, &parts, keys.as_ref(), &about)?,
            modified_ms,
            schema,
            rows,
            parts,
            keys,
            about,
        })
    }

    /// The manifest of `version`, from its octets.
    pub(super) fn read(octets: &[u8], expected: &Digest) -> Result<Self, ManifestFault> {
        let layout: LayoutOnly = serde_json::from_slice(octets)?;
        if &*layout.layout != LAYOUT {
            let found = layout.layout.chars().take(40).flat_map(char::escape_debug);
            let found = found.collect::<String>().into();
            return Err(ManifestFault::Layout { found });
        }
        let manifest: Self = serde_json::from_slice(octets)?;
        let found = version(
            &manifest.schema,
            &manifest.parts,
            manifest.keys.as_ref(),
            &manifest.about,
        )?;
        if found != *expected || manifest.version != *expected {
            return Err(ManifestFault::Version(expected.clone()));
        }
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), ManifestFault> {
        self.schema.check()?;
        if total(&self.parts) != Some(self.rows) {
            return Err(ManifestFault::Parts("rows"));
        }
        let is_whole = |part: &Part| {
            part.columns.len() == self.schema.columns.len()
                && part.file.rows > 0
                && part.file.rows <= MOST_PART_ROWS
                && part
                    .arrow
                    .as_ref()
                    .is_none_or(|arrow| arrow.rows == part.file.rows)
        };
        if !self.parts.iter().all(is_whole) {
            return Err(ManifestFault::Parts("a part"));
        }
        let is_features = self.schema.kind == crate::Kind::Features;
        let keys = self.keys.as_ref().map(|keys| keys.rows);
        if keys != is_features.then_some(self.rows) {
            return Err(ManifestFault::Parts("keys"));
        }
        Ok(())
    }

    /// All files of the version.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&File, Form)> {
        let parquet = self.parts.iter().map(|part| &part.file);
        let parquet = parquet.chain(&self.keys).map(|file| (file, Form::Parquet));
        let arrow = self.parts.iter().filter_map(|part| part.arrow.as_ref());
        parquet.chain(arrow.map(|file| (file, Form::Arrow)))
    }
}

#[derive(Deserialize)]
struct LayoutOnly {
    layout: Box<str>,
}

fn total(parts: &[Part]) -> Option<u64> {
    let mut rows = parts.iter().map(|part| part.file.rows);
    rows.try_fold(0_u64, u64::checked_add)
}

fn version(
    schema: &TableSchema,
    parts: &[Part],
    keys: Option<&File>,
    about: &Value,
) -> Result<Digest, serde_json::Error> {
    let content = serde_json::to_vec(&(LAYOUT, schema, parts, keys, about))?;
    Ok(Digest::of(&content))
}

/// Distinct texts of a column that are told.
pub(super) const MOST_DISTINCT: usize = 64;
/// The layout that this program writes and reads.
const LAYOUT: &str = "perild tables 1";
/// Octets of a manifest, at most.
pub(super) const MOST_BYTES: u64 = 64 << 20;
/// Rows of a part, at most: far more than any is written with.
const MOST_PART_ROWS: u64 = 1 << 31;
