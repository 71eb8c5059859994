//! Formats of files, told by what is in them and then by their names.

use super::{fault::What, files::Input, window::Window};

/// A format that is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Format {
    Csv,
    FlatGeobuf,
    GeoJson,
    Json,
    Parquet,
}

impl Format {
    /// The format of `input`, which `window` is the begin of.
    pub(super) fn of(input: &Input, window: &mut Window) -> Result<Self, What> {
        let head = window.head(HEAD_BYTES)?;
        if head.starts_with(b"PAR1") {
            return Ok(Self::Parquet);
        }
        if head.starts_with(b"fgb") {
            return Ok(Self::FlatGeobuf);
        }
        if let Some((_, found, remedy)) = FOREIGN.iter().find(|(mark, ..)| head.starts_with(mark)) {
            return Err(What::Foreign {
                found: (*found).into(),
                remedy,
            });
        }
        let ending = input.ending();
        match &*ending {
            "csv" | "tsv" | "tab" | "txt" => return Ok(Self::Csv),
            "geojson" | "geojsonl" | "geojsons" => return Ok(Self::GeoJson),
            "parquet" | "geoparquet" | "pq" => {
                return Err(What::Truncated(
                    "the marks that a Parquet file begins and ends with",
                ));
            }
            "fgb" => {
                return Err(What::Truncated(
                    "the mark that a FlatGeobuf file begins with",
                ));
            }
            _ => (),
        }
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let bare: Vec<u8> = head
            .iter()
            .copied()
            .filter(|octet| !octet.is_ascii_whitespace())
            .collect();
        let has = |word: &[u8]| memchr::memmem::find(&bare, word).is_some();
        match bare.first() {
            Some(b'{' | 0x1E) if has(br#""type":"Feature"#) => Ok(Self::GeoJson),
            Some(b'{' | b'[' | 0x1E) => Ok(Self::Json),
            _ if matches!(&*ending, "json" | "jsonl" | "ndjson") => Ok(Self::Json),
            _ if !ENDINGS_OF_TEXT.contains(&&*ending) => Err(What::Foreign {
                found: format!("a file that ends in .{}", ending.escape_debug()).into(),
                remedy: "take it out of the folder, or name it .csv where it is delimited text",
            }),
            _ => Ok(Self::Csv),
        }
    }
}

/// Marks of files that are not read, with what to do.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (
        b"PK\x03\x04",
        "a workbook or an archive (zip)",
        "save the sheet as CSV, or unpack it",
    ),
    (
        b"\xD0\xCF\x11\xE0",
        "an old workbook",
        "save the sheet as CSV",
    ),
    (b"PARE", "encrypted Parquet", "decrypt it first"),
    (
        b"SQLite format 3",
        "SQLite or GeoPackage",
        "export the table as CSV or GeoJSON",
    ),
    (b"ARROW1", "Arrow IPC", "save it as Parquet"),
    (b"%PDF", "PDF", "export the table as CSV"),
    (
        b"<",
        "XML or HTML",
        "export the data as CSV, JSON or GeoJSON",
    ),
    (b"\x1F\x8B", "packed twice", "unpack it once"),
    (b"\x28\xB5\x2F\xFD", "packed twice", "unpack it once"),
    (b"BZh", "bzip2", "pack it with gzip or zstd"),
    (b"\xFD7zXZ", "xz", "pack it with gzip or zstd"),
];

/// Endings of delimited text, beside those that say it; of a README or half a download the first line is no header.
const ENDINGS_OF_TEXT: [&str; 4] = ["", "asc", "dat", "psv"];

const HEAD_BYTES: usize = 64 * 1024;
