//! Beginnings of files of other kinds.

use super::Remedy;

/// At which octet something stands, what that is, and what has it there.
type Mark = (usize, &'static [u8], &'static str);

/// The octets that formats put at their start, by what to do with such a file.
pub(super) const MARKS: &[(Remedy, &[Mark])] = &[
    (Remedy::Reencode("UTF-32"), REENCODE_UTF32),
    (Remedy::Reencode("UTF-16"), REENCODE_UTF16),
    (Remedy::Export, EXPORT),
    (Remedy::Import, IMPORT),
    (Remedy::SaveAs, SAVEAS),
    (Remedy::Restore, RESTORE),
    (Remedy::Unpack, UNPACK),
    (Remedy::Ask, ASK),
];

const REENCODE_UTF32: &[Mark] = &[
    (0, b"\xFF\xFE\0\0", "text in UTF-32"),
    (0, b"\0\0\xFE\xFF", "text in UTF-32"),
];

const REENCODE_UTF16: &[Mark] = &[
    (0, b"\xFF\xFE", "text in UTF-16"),
    (0, b"\xFE\xFF", "text in UTF-16"),
];

const EXPORT: &[Mark] = &[
    (0, b"\xFF\xFF\xFF\xFF", "an Arrow stream"),
    (0, b"ARROW1", "an Arrow file (.arrow, .feather)"),
    (0, b"FEA1", "a Feather file (.feather)"),
    (0, b"PARE", "Parquet that is encrypted"),
    (0, b"ORC", "an ORC file"),
    (0, b"Obj\x01", "an Avro file"),
    (0, b"\x0E\x03\x13\x01", "HDF4 (.hdf)"),
    (0, b"GRIB", "GRIB (.grib, .grb2)"),
    (0, b"BUFR", "BUFR"),
    (0, b"II*\0", TIFF),
    (0, b"MM\0*", TIFF),
    (0, b"II+\0", TIFF),
    (0, b"MM\0+", TIFF),
    (0, b"\0\0\x27\x0A", "a shapefile (.shp)"),
    (0, b"fgb\x03", "FlatGeobuf (.fgb)"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (8, b"DUCK", "a DuckDB database"),
    (4, b"Standard Jet DB", ACCESS),
    (4, b"Standard ACE DB", ACCESS),
    (0, b"\x93NUMPY", "a NumPy array (.npy)"),
    (0, b"\x80\x02", "a Python pickle"),
    (0, b"\x80\x03", "a Python pickle"),
    (0, b"\x80\x04", "a Python pickle"),
    (0, b"\x80\x05", "a Python pickle"),
    (0, b"RDX", "R data (.rda)"),
    (0, b"X\n\0\0\0", "R data (.rds)"),
    (0, b"MATLAB ", "a MATLAB file (.mat)"),
    (0, b"<stata_dta>", "a Stata file (.dta)"),
    (0, b"$FL2", "an SPSS file (.sav)"),
];

const IMPORT: &[Mark] = &[
    (0, b"PAR1", "Parquet"),
    (0, b"CDF\x01", NETCDF),
    (0, b"CDF\x02", NETCDF),
    (0, b"CDF\x05", NETCDF),
    (0, HDF5, HDF5_NAME),
];

const SAVEAS: &[Mark] = &[(
    0,
    b"\xD0\xCF\x11\xE0",
    "an Excel workbook of the old kind (.xls) or one with a password",
)];

const RESTORE: &[Mark] = &[
    (0, b"PGDMP", POSTGRES),
    (0, b"PGCOPY\n", "a binary copy of a table of PostgreSQL"),
];

const UNPACK: &[Mark] = &[
    (0, b"\x1F\x8B", "packed once more, with gzip"),
    (0, b"\x28\xB5\x2F\xFD", "packed once more, with zstd"),
    (0, b"\x1F\x9D", "packed with compress (.Z)"),
    (0, b"BZh", "packed with bzip2"),
    (0, b"\xFD7zXZ\0", "packed with xz"),
    (0, b"\x5D\0\0", "packed with lzma"),
    (0, b"LZIP", "packed with lzip"),
    (0, b"\x04\x22\x4D\x18", "packed with lz4"),
    (0, b"\xFF\x06\0\0sNaPpY", "packed with snappy"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (0, b"PK\x05\x06", "an empty zip archive"),
];

const ASK: &[Mark] = &[
    (0, b"%PDF-", "a PDF document"),
    (0, b"\x89PNG", "a picture (.png)"),
    (0, b"\xFF\xD8\xFF", "a picture (.jpg)"),
    (0, b"GIF8", "a picture (.gif)"),
    (0, b"\x7FELF", "a program"),
];

/// Beginnings of texts, in any case; their kind, and the remedy.
pub(super) const TEXTS: &[(&[&[u8]], &str, Remedy)] = &[
    (
        &[b"version https://git-lfs", b"version https://hawser"],
        "a pointer of Git LFS",
        Remedy::Pull("git lfs pull"),
    ),
    (
        &[
            b"/annex/objects/",
            b"../.git/annex/objects/",
            b".git/annex/objects/",
        ],
        "a pointer of git-annex",
        Remedy::Pull("git annex get"),
    ),
    (
        &[b"outs:\n", b"outs:\r\n", b"md5: "],
        "a pointer of DVC",
        Remedy::Pull("dvc pull"),
    ),
    (&[b"{\\rtf"], "a text document (.rtf)", Remedy::Ask),
    (
        &[b"<!doctype html", b"<html", b"<head", b"<body"],
        HTML,
        Remedy::Ask,
    ),
    (&[b"<"], XML, Remedy::Ask),
    (&[b"{", b"["], JSON, Remedy::Export),
    (&[b"%yaml", b"---\n", b"---\r\n"], "YAML", Remedy::Export),
    (
        &[b"-----begin pgp", b"age-encryption.org/"],
        "encrypted",
        Remedy::Decrypt,
    ),
    (
        &[
            b"--\n-- postgresql",
            b"--\r\n-- postgresql",
            b"-- postgresql",
            b"\\restrict ",
        ],
        POSTGRES,
        Remedy::Restore,
    ),
    (
        &[
            b"--",
            b"/*",
            b"create ",
            b"insert ",
            b"copy ",
            b"begin;",
            b"begin transaction",
            b"set ",
            b"drop ",
            b"pragma ",
            b"select ",
            b"use ",
            b"lock ",
            b"delete ",
            b"truncate ",
            b"alter ",
        ],
        SQL,
        Remedy::Restore,
    ),
    (&[b"!<arch>"], "a program's library", Remedy::Ask),
];

pub(super) const HDF5: &[u8] = b"\x89HDF\r\n\x1A\n";
pub(super) const HDF5_NAME: &str = "HDF5 or NetCDF 4 (.h5, .nc)";
pub(super) const HTML: &str = "an HTML page";
pub(super) const XML: &str = "XML";
pub(super) const JSON: &str = "JSON";
const NETCDF: &str = "NetCDF (.nc)";
const TIFF: &str = "a TIFF or GeoTIFF image (.tif)";
const POSTGRES: &str = "a dump of PostgreSQL";
const ACCESS: &str = "an Access database (.mdb, .accdb)";
const SQL: &str = "SQL, as a dump of a database has it";
