//! Zarr stores with one file changed, and Parquet files that are cut or changed.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use perild::import::format::Naming;
use tempfile::TempDir;

use crate::{files, read};

/// A copy of a store.
fn copy(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("store.zarr");
    copy_folder(&files::named("zarr", name), &to);
    (folder, to)
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn refusal(path: &Path) -> String {
    match read(path, &Naming::default()) {
        Ok(_) => panic!("{} was taken", path.display()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn metadata_that_cannot_be_are_refused() {
    let table = [
        ("{", "cannot be read as Zarr: zarr.json: EOF"),
        ("[]", "zarr.json: invalid type"),
    ];
    for (text, said) in table {
        let (_folder, store) = copy("v3");
        fs::write(store.join("zarr.json"), text).unwrap();
        let refusal = refusal(&store);
        assert!(refusal.contains(said), "{text}: {refusal}");
    }
    for (from, to, said) in [
        (
            "\"float64\"",
            "\"complex128\"",
            "has elements of the type \"complex128\"",
        ),
        ("\"zstd\"", "\"pcodec\"", "is packed with \"pcodec\""),
        ("\"regular\"", "\"rectangular\"", "no regular chunk_grid"),
        ("\"default\"", "\"own\"", "chunk_key_encoding is not known"),
        (
            "\"shape\": [",
            "\"shape\": [1.5, ",
            "shape is no list of at most 16 sizes",
        ),
        (
            "\"shape\": [",
            "\"shape\": [7, ",
            "chunks do not have the dimensions of the array",
        ),
        (
            "\"chunk_shape\": [",
            "\"chunk_shape\": [0, ",
            "do not have the dimensions",
        ),
        (
            "\"name\": \"bytes\"",
            "\"name\": \"zstd\"",
            "is packed with \"zstd\"",
        ),
    ] {
        let (_folder, store) = copy("v3");
        let path = store.join("tas/zarr.json");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let refusal = refusal(&store);
        assert!(refusal.contains(said), "{to}: {refusal}");
    }
}

#[test]
fn sizes_that_only_metadata_have_are_refused() {
    for (key, size, said) in [
        ("shape", 4_000_000_000_u64, "octets that claim to hold"),
        ("shape", u64::MAX, "a shape without measure"),
        ("chunks", 1 << 40, "its chunks have"),
        ("chunks", u64::MAX, "chunks without measure"),
    ] {
        let (_folder, store) = copy("v2");
        for name in ["tas", "pr"] {
            let path = store.join(name).join(".zarray");
            let mut found: serde_json::Value =
                serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            found[key][1] = size.into();
            if key == "shape" {
                found["chunks"][1] = size.min(1_000_000).into();
            }
            fs::write(&path, found.to_string()).unwrap();
        }
        let refusal = refusal(&store);
        assert!(refusal.contains(said), "{key} {size}: {refusal}");
    }
}

#[test]
fn a_chunk_that_is_cut_or_changed_is_refused_by_its_name() {
    for (name, chunk) in [
        ("v2", "tas/0.0.0.0"),
        ("v2-zlib", "tas/0.0.0.0"),
        ("v2-gzip", "tas/0.0.0.0"),
        ("v2-zstd", "tas/0.0.0.0"),
        ("v2-lz4", "tas/0.0.0.0"),
        ("v2-plain", "tas/0.0.0.0"),
        ("v2-blosc-blosclz-bits", "tas/0.0.0.0"),
        ("v3-zstd-checked", "tas/c/0/0/0/0"),
        ("v3-sharded", "tas/c/0/0/0/0"),
    ] {
        let (_folder, store) = copy(name);
        let path = store.join(chunk);
        let whole = fs::read(&path).unwrap();
        for length in (0..whole.len()).step_by(whole.len() / 20 + 1) {
            fs::write(&path, &whole[..length]).unwrap();
            let refusal = refusal(&store);
            let said = format!("\"tas\" the chunk {chunk} is damaged: ");
            assert!(refusal.starts_with(&said), "{name} {length}: {refusal}");
        }
        // Changed octets may still be numbers; they are never more than fits.
        for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            for octet in [0, 0xFF, whole[at] ^ 0x80] {
                let mut octets = whole.clone();
                octets[at] = octet;
                fs::write(&path, &octets).unwrap();
                let _ = read(&store, &Naming::default());
            }
        }
    }
}

#[test]
fn a_chunk_is_never_read_through_a_link() {
    for link in ["tas/c/0/0/0/0", "tas/c/0", "tas/c", "tas/zarr.json"] {
        let (folder, store) = copy("v3");
        let path = store.join(link);
        let moved = folder.path().join("elsewhere");
        fs::rename(&path, &moved).unwrap();
        symlink(&moved, &path).unwrap();
        let refusal = refusal(&store);
        assert!(
            refusal.contains("is a link or no file"),
            "{link}: {refusal}"
        );
    }
}

#[test]
fn a_chunk_that_was_never_written_holds_what_the_metadata_say() {
    let (_folder, store) = copy("v3");
    let whole = read(&store, &Naming::default()).unwrap();
    fs::remove_file(store.join("tas/c/0/0/0/0")).unwrap();
    let found = read(&store, &Naming::default()).unwrap();
    let place = (49_000_000, -3_000_000);
    let missing = perild::dataset::grid::WIDE_NOT_COVERED;
    // Of six values of pr and six of tas, the chunk holds the first two of tas.
    assert_ne!(whole.cells[&place][6], missing);
    assert_eq!(found.cells[&place][6..8], [missing; 2]);
    assert_eq!(found.cells[&place][8..], whole.cells[&place][8..]);
    assert_eq!(found.cells[&place][..6], whole.cells[&place][..6]);
}

#[test]
fn a_table_of_parquet_that_is_cut_or_changed_is_no_more_than_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let naming = Naming {
        dimensions: vec!["scenario".to_owned(), "year".to_owned()],
        variable: Some("metric".to_owned()),
        value: Some("value".to_owned()),
        ..Naming::default()
    };
    for name in ["long-snappy", "long-zstd", "long-gzip"] {
        let whole = fs::read(files::named("tables", name)).unwrap();
        let path = folder.path().join("table.parquet");
        for length in (8..whole.len()).step_by(whole.len() / 20) {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(read(&path, &naming).is_err(), "{name} {length}");
        }
        for at in (4..whole.len()).step_by(whole.len() / 60) {
            for octet in [0, 0xFF, whole[at] ^ 0x80] {
                let mut octets = whole.clone();
                octets[at] = octet;
                fs::write(&path, &octets).unwrap();
                let _ = read(&path, &naming);
            }
        }
    }
}
