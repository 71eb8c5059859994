//! The kind of a file that is not CSV, by its first octets, and the remedy.

mod marks;

use std::fmt;

use memchr::memmem;

use marks::{HDF5, HDF5_NAME, HTML, JSON, MARKS, TEXTS, XML};

/// A file of another kind than CSV.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kind {
    name: &'static str,
    remedy: Remedy,
}

/// The way from a file of another kind to a peril's CSV file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Remedy {
    /// A document or a page that stands where the data should.
    Ask,
    /// Damaged or not text at all.
    CopyAgain,
    /// Encrypted.
    Decrypt,
    /// A table or a grid in a format that other programs read.
    Export,
    /// A grid in a format that is imported as a coverage.
    Import,
    /// A pointer of a version control system.
    Pull(&'static str),
    /// Text in another encoding.
    Reencode(&'static str),
    /// A dump of a database.
    Restore,
    /// A workbook.
    SaveAs,
    /// An archive, or packed in a way that is not read here.
    Unpack,
}

impl Kind {
    /// A folder of chunks.
    pub(super) const ZARR: Self = Self::new("a Zarr store", Remedy::Import);

    /// Octets from the start that [`Self::of`] wants to see.
    pub(super) const HEAD: usize = 4096;

    /// The kind of a file that begins with `head`; `None` when it may be CSV.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let head = head.get(..Self::HEAD).unwrap_or(head);
        archive(head)
            .or_else(|| by_mark(head))
            .or_else(|| by_text(head))
            .or_else(|| by_zeros(head))
    }

    const fn new(name: &'static str, remedy: Remedy) -> Self {
        Self { name, remedy }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this is {}, where CSV in UTF-8 is read: {}",
            self.name, self.remedy
        )
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask => f.write_str("the data is elsewhere; download or export the table itself"),
            Self::CopyAgain => f.write_str("copy it again from where it was made"),
            Self::Decrypt => f.write_str("decrypt it first"),
            Self::Export => f.write_str(
                "write it as CSV, a line for each place, with to_csv of pandas, ogr2ogr or the program it comes from",
            ),
            Self::Import => f.write_str(
                "import it unpacked and by its own name, as in `perild import solar.nc`, with a description beside it \
                 where it does not say enough itself",
            ),
            Self::Pull(command) => write!(f, "fetch what it points to with `{command}`"),
            Self::Reencode(encoding) => write!(
                f,
                "save it as UTF-8, for example with `iconv -f {encoding} -t UTF-8`"
            ),
            Self::Restore => f.write_str(
                "restore it into PostgreSQL and import from there (perild import postgres://...)",
            ),
            Self::SaveAs => f.write_str("save the sheet as CSV (comma separated, UTF-8)"),
            Self::Unpack => f.write_str("unpack it; plain, gzip and zstd files are read"),
        }
    }
}

/// An archive: a zip is what its first member says.
fn archive(head: &[u8]) -> Option<Kind> {
    let holds = |text: &[u8]| memmem::find(head, text).is_some();
    if head.starts_with(b"PK\x03\x04") {
        let (name, remedy) = if holds(b"opendocument") {
            ("an OpenDocument file (.ods)", Remedy::SaveAs)
        } else if holds(b"[Content_Types].xml") || holds(b"xl/") || holds(b"docProps/") {
            ("an Excel workbook (.xlsx)", Remedy::SaveAs)
        } else if holds(b".npy") {
            ("a NumPy archive (.npz)", Remedy::Export)
        } else if holds(b".zarray") || holds(b".zgroup") || holds(b"zarr.json") {
            ("a Zarr archive", Remedy::Unpack)
        } else {
            ("a zip archive", Remedy::Unpack)
        };
        return Some(Kind::new(name, remedy));
    }
    let is_tar = head.get(257..262) == Some(b"ustar");
    is_tar.then_some(Kind::new("a tar archive", Remedy::Unpack))
}

/// By the octets that formats put at their start.
fn by_mark(head: &[u8]) -> Option<Kind> {
    let is_there = |at: usize, mark: &[u8]| {
        head.get(at..)
            .is_some_and(|rest| !mark.is_empty() && rest.starts_with(mark))
    };
    if is_there(0, b"SQLite format 3\0") && is_there(68, b"GPKG") {
        return Some(Kind::new("a GeoPackage (.gpkg)", Remedy::Export));
    }
    // The mark of HDF5 may stand behind a block of the user's.
    if [512, 1024, 2048].iter().any(|at| is_there(*at, HDF5)) {
        return Some(Kind::new(HDF5_NAME, Remedy::Import));
    }
    let marks = MARKS
        .iter()
        .flat_map(|(remedy, marks)| marks.iter().map(move |mark| (mark, remedy)));
    marks
        .filter(|((at, mark, _), _)| is_there(*at, mark))
        .map(|((.., name), remedy)| Kind::new(name, *remedy))
        .next()
}

/// By what text begins with that no header of CSV does.
fn by_text(head: &[u8]) -> Option<Kind> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = text.trim_ascii_start();
    let begins = |word: &&[u8]| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let holds = |word: &[u8]| memmem::find(&text.to_ascii_lowercase(), word).is_some();
    let found = TEXTS
        .iter()
        .find(|(words, ..)| words.iter().any(begins))
        .map(|(_, name, remedy)| Kind::new(name, *remedy))?;
    Some(match found.name {
        XML if holds(b"<html") => Kind::new(HTML, Remedy::Ask),
        JSON if holds(b"\"featurecollection\"") || holds(b"\"feature\"") => {
            Kind::new("GeoJSON", Remedy::Export)
        }
        _ => found,
    })
}

/// By octets that no text in UTF-8 has.
fn by_zeros(head: &[u8]) -> Option<Kind> {
    let is_control = |octet: &u8| matches!(octet, 0..=8 | 14..=31 | 127);
    if !head.iter().any(is_control) {
        return None;
    }
    let zeros = |odd: bool| {
        let every_second = head.iter().skip(usize::from(odd)).step_by(2);
        every_second.filter(|octet| **octet == 0).count()
    };
    let (even, odd) = (zeros(false), zeros(true));
    let most = head.len() / 2 * 3 / 4;
    Some(if head.iter().all(|octet| *octet == 0) {
        Kind::new("nothing but zeros", Remedy::CopyAgain)
    } else if odd > most && even < most / 4 {
        Kind::new("text in UTF-16", Remedy::Reencode("UTF-16LE"))
    } else if even > most && odd < most / 4 {
        Kind::new("text in UTF-16", Remedy::Reencode("UTF-16BE"))
    } else {
        Kind::new("binary data", Remedy::Export)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(head: &[u8]) -> String {
        Kind::of(head).map_or_else(|| "CSV".to_owned(), |kind| kind.to_string())
    }

    #[test]
    fn the_kind_is_named_with_what_to_do() {
        let mut tar = vec![b'a'; 600];
        tar[257..262].copy_from_slice(b"ustar");
        let mut gpkg = b"SQLite format 3\0".to_vec();
        gpkg.resize(68, 1);
        gpkg.extend(b"GPKG");
        let mut hdf_later = vec![0; 512];
        hdf_later.extend(HDF5);
        let utf16 = |big: bool| -> Vec<u8> {
            "key,latitude,longitude\n"
                .encode_utf16()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        for (head, name, remedy) in [
            (
                &b"version https://git-lfs.github.com/spec/v1\noid"[..],
                "Git LFS",
                "git lfs pull",
            ),
            (
                b"/annex/objects/SHA256E-s1--0.csv\n",
                "git-annex",
                "git annex get",
            ),
            (
                b"PK\x03\x04..[Content_Types].xml",
                "(.xlsx)",
                "save the sheet as CSV",
            ),
            (
                b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
                ".ods",
                "save the sheet",
            ),
            (b"PK\x03\x04....etlfire.csv", "zip archive", "unpack it"),
            (
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
                "(.xls)",
                "save the sheet",
            ),
            (b"PAR1\x15\x04", "Parquet", "by its own name"),
            (b"CDF\x01\0", "NetCDF", "by its own name"),
            (b"\x89HDF\r\n\x1A\n", "NetCDF 4", "by its own name"),
            (&hdf_later, "HDF5", "by its own name"),
            (b"GRIB\0\0", "GRIB", "write it as CSV"),
            (b"II*\0", "GeoTIFF", "write it as CSV"),
            (b"SQLite format 3\0", "SQLite", "write it as CSV"),
            (&gpkg, "GeoPackage", "write it as CSV"),
            (b"ARROW1\0\0", "Arrow", "write it as CSV"),
            (b"\xFF\xFEk\0", "UTF-16", "iconv -f UTF-16 "),
            (&utf16(false), "UTF-16", "iconv -f UTF-16LE "),
            (&utf16(true), "UTF-16", "iconv -f UTF-16BE "),
            (b"\n <!DOCTYPE html><html>", "HTML", "the data is elsewhere"),
            (
                b"<?xml version='1.0'?><html xmlns=",
                "HTML",
                "the data is elsewhere",
            ),
            (
                b"<?xml version='1.0'?><Error><Code>AccessDenied",
                "XML",
                "the data is elsewhere",
            ),
            (
                b"{\"type\": \"FeatureCollection\"",
                "GeoJSON",
                "write it as CSV",
            ),
            (b"\xEF\xBB\xBF[{\"key\": 1}]", "JSON", "write it as CSV"),
            (
                b"--\n-- PostgreSQL database dump\n--\n",
                "dump of PostgreSQL",
                "postgres://",
            ),
            (b"PGDMP\x01\x0e", "dump of PostgreSQL", "postgres://"),
            (b"CREATE TABLE osdbfire (", "SQL", "postgres://"),
            (b"%PDF-1.7", "PDF", "the data is elsewhere"),
            (b"BZh91AY&SY", "bzip2", "unpack it"),
            (b"\xFD7zXZ\0", "xz", "unpack it"),
            (b"7z\xBC\xAF\x27\x1C", "7z", "unpack it"),
            (b"\x1F\x8B\x08", "gzip", "unpack it"),
            (&tar, "tar archive", "unpack it"),
            (&[0; 100], "zeros", "copy it again"),
            (b"\x01\x02\x03abc", "binary data", "write it as CSV"),
        ] {
            let said = said(head);
            assert!(
                said.contains(name) && said.contains(remedy),
                "{name}: {said}"
            );
        }
    }

    #[test]
    fn what_may_be_csv_is_left_to_its_header() {
        for head in [
            &b""[..],
            b"key,latitude,longitude,firessp1262020metric_mean\n",
            b"\xEF\xBB\xBFlatitude,longitude\r\n51.5,0\r\n",
            b"\"key\";\"latitude\"\n",
            b"latitude\tlongitude\n",
            b"gribkey,orc,par1\n",
            b"settings,used\n",
            b"\xE9t\xE9,latitude\n",
        ] {
            assert_eq!(said(head), "CSV");
        }
    }
}
