//! Data of any served form, looked through from beginning to end.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use super::{
    DescribeError,
    column::{self, Column, LATITUDES, LONGITUDES},
    findings::{Findings, FoundField},
    json, parquet, table,
    tabular::FoundTable,
};
use crate::dataset::metadata::Interval;

/// Everything that the file at `path` says of itself.
pub(super) fn survey(path: &Path) -> Result<Findings, DescribeError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    let file = open(path).map_err(|source| DescribeError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let (inner, packed) = match name.rsplit_once('.') {
        Some((inner, packed @ ("gz" | "zst"))) => (inner, packed),
        _ => (&*name, ""),
    };
    if inner.ends_with(".parquet") && packed.is_empty() {
        return parquet::survey(file).map_err(|reason| malformed(path, "Parquet", &reason));
    }
    let reader = unpacked(file, packed).map_err(|error| malformed(path, "zstd", &error))?;
    let reader = BufReader::with_capacity(BUFFER_BYTES, reader);
    match inner.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv") => table::survey(reader).map_err(|error| malformed(path, "CSV", &error)),
        Some("json" | "geojson") => {
            json::survey(reader).map_err(|error| malformed(path, "JSON", &error))
        }
        _ => Ok(Findings::default()),
    }
}

fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a file",
        ))
    }
}

fn unpacked(file: File, packed: &str) -> io::Result<Box<dyn Read>> {
    Ok(match packed {
        "gz" => Box::new(MultiGzDecoder::new(file)),
        "zst" => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(file),
    })
}

fn malformed(path: &Path, format: &'static str, reason: &impl ToString) -> DescribeError {
    DescribeError::Malformed {
        path: path.to_owned(),
        format,
        reason: reason.to_string(),
    }
}

impl Findings {
    /// Findings of `columns` together: fields, and where and when they lie.
    pub(super) fn of(columns: &[Column], rows: u64) -> Self {
        let mut findings = Self {
            rows: Some(rows),
            fields: columns.iter().map(FoundField::of).collect(),
            ..Self::default()
        };
        let reach = |names: &[&str]| {
            let column = column::named(columns, names)?;
            Some(column.range()?.into_inner())
        };
        let places = reach(LONGITUDES).zip(reach(LATITUDES));
        findings.bbox = places.map(|((west, east), (south, north))| [west, south, east, north]);
        findings.table = FoundTable::of(columns, rows, false);
        let spans = columns.iter().filter_map(Column::span);
        let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        findings.interval = span.and_then(|(from, until)| Interval::new(Some(from), Some(until)));
        findings
    }
}

const BUFFER_BYTES: usize = 256 * 1024;
