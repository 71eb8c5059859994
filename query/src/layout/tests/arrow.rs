//! Arrow files beside parts: they come and go with the version, and a damaged one makes no wrong row.

use std::{fs, path::PathBuf};

use super::*;
use crate::layout::{Change, Manifest, Mode};

/// Publishes the version without the Arrow files of some parts, as one that was imported before there were any.
pub(crate) fn without(folder: &Path, is_without: impl Fn(usize) -> bool) {
    let lock = Folder::new(folder).lock().unwrap();
    let current = lock.folder().versions().unwrap().current;
    let Manifest {
        schema,
        mut parts,
        keys,
        about,
        modified_ms,
        ..
    } = lock.folder().manifest(&current).unwrap();
    for (at, part) in parts.iter_mut().enumerate() {
        part.arrow = part.arrow.take().filter(|_| !is_without(at));
    }
    let manifest = Manifest::new(schema, parts, keys, about, modified_ms).unwrap();
    lock.publish(&manifest).unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let parts = fs::read_dir(folder.join("parts")).unwrap();
    let mut files: Vec<PathBuf> = parts.map(|part| part.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "arrow"));
    files.sort();
    files
}

/// Puts a file in the place of another, which is never changed itself: mappings of it would change.
fn replace(folder: &Path, file: &Path, octets: &[u8]) {
    let aside = folder.join("changed");
    fs::write(&aside, octets).unwrap();
    fs::rename(&aside, file).unwrap();
}

#[test]
fn each_part_of_records_has_an_arrow_file_that_is_swept_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    import(path, &ROWS).unwrap();
    let first = files(path);
    assert_eq!(first.len(), 2);
    let table = opened(path);
    let on_the_disk: u64 = fs::read_dir(path.join("parts"))
        .unwrap()
        .map(|part| part.unwrap().metadata().unwrap().len())
        .sum();
    assert_eq!(table.bytes(), on_the_disk);
    import(path, &[("a", 100)]).unwrap();
    import(path, &[("a", 200)]).unwrap();
    assert!(first.iter().all(|file| !file.exists()));
    assert_eq!(files(path).len(), 2, "of the version and the one before");
    assert_eq!(
        stock(&table, "j"),
        Some(10),
        "a table that is held is whole"
    );
    Folder::new(path).rollback().unwrap();
    assert_eq!(stock(&opened(path), "a"), Some(100));
    // Without one of its files a version is not gone back to.
    let versions = Folder::new(path).versions().unwrap();
    let before = Folder::new(path).manifest(&versions.before.unwrap());
    let arrow = before.unwrap().parts.remove(0).arrow.unwrap();
    fs::remove_file(path.join(format!("parts/{}.arrow", arrow.digest))).unwrap();
    let rollback = Folder::new(path).rollback();
    assert!(matches!(rollback, Err(FolderError::Io(_))), "{rollback:?}");
    assert_eq!(
        Folder::new(path).versions().unwrap().current,
        versions.current
    );
}

#[test]
fn a_change_writes_arrow_files_of_parts_that_it_writes_and_shares_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    import(path, &ROWS).unwrap();
    let before = files(path);
    let version = opened(path).version().to_owned();
    let mut change = Change::begin(path, Mode::Upsert, options()).unwrap();
    change.push(&batch(&[("b", 20), ("bb", 21)])).unwrap();
    change.finish().unwrap();
    let after = files(path);
    let shared = before.iter().filter(|file| after.contains(file)).count();
    assert_eq!((shared, after.len()), (2, 3), "those of the version before");
    let table = opened(path);
    table.verify().unwrap();
    for (key, expected) in [
        ("b", Some(20)),
        ("bb", Some(21)),
        ("a", Some(1)),
        ("j", Some(10)),
    ] {
        assert_eq!(stock(&table, key), expected, "{key}");
    }
    let mut change = Change::begin(path, Mode::Delete, options()).unwrap();
    let keys = batch(&[("j", 0)]).project(&[0]).unwrap();
    change.push(&keys).unwrap();
    change.finish().unwrap();
    assert_eq!(stock(&opened(path), "j"), None);
    assert_ne!(opened(path).version(), version);
}

#[test]
fn a_table_of_before_is_served_as_it_is_until_it_is_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let version = import(path, &ROWS).unwrap();
    without(path, |_| true);
    let table = opened(path);
    assert_ne!(table.version(), version);
    for (key, expected) in ROWS {
        assert_eq!(stock(&table, key), Some(expected), "{key}");
    }
    assert_eq!(stock(&table, "bb"), None);
    table.verify().unwrap();
    // Parts that a change writes have one, beside those that are shared and have none.
    let mut change = Change::begin(path, Mode::Upsert, options()).unwrap();
    change.push(&batch(&[("j", 20)])).unwrap();
    change.finish().unwrap();
    let table = opened(path);
    for (key, expected) in ROWS {
        let expected = if key == "j" { 20 } else { expected };
        assert_eq!(stock(&table, key), Some(expected), "{key}");
    }
    assert_eq!(import(path, &ROWS).unwrap(), version);
}

#[test]
fn an_arrow_file_whose_octets_changed_is_an_error_or_the_right_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    import(path, &ROWS).unwrap();
    opened(path).verify().unwrap();
    let mut opens = 0;
    for file in files(path) {
        let whole = fs::read(&file).unwrap();
        // Each third octet: all places within words are among them.
        for at in (0..whole.len()).step_by(3) {
            let mut changed = whole.clone();
            changed[at] ^= 0x41;
            replace(path, &file, &changed);
            let Ok(table) = Table::open(path) else {
                continue;
            };
            opens += 1;
            assert!(table.verify().is_err(), "octet {at}");
            let table = Arc::new(table);
            // Of each batch but one the first or the last row.
            for (key, expected) in [("a", 1), ("d", 4), ("h", 8), ("j", 10)] {
                match table.item(&[Literal::Text(key.into())]) {
                    Err(QueryError::Damaged(_)) => (),
                    Ok(Some(row)) => {
                        let expected = batch(&[(key, expected)]);
                        assert_eq!(row.columns(), expected.columns(), "octet {at}");
                    }
                    other => panic!("octet {at}: {other:?}"),
                }
            }
            assert!(
                !matches!(table.item(&[Literal::Text("bb".into())]), Ok(Some(_))),
                "octet {at}"
            );
        }
        replace(path, &file, &whole);
    }
    assert!(opens > 0, "batches are looked at when they are needed");
}

#[test]
fn a_table_without_a_whole_arrow_file_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    import(path, &ROWS).unwrap();
    let [one, other] = &files(path)[..] else {
        panic!("two parts");
    };
    let (whole, another) = (fs::read(one).unwrap(), fs::read(other).unwrap());
    for length in [0, 3, 9, whole.len() / 2, whole.len() - 1] {
        replace(path, one, &whole[..length]);
        assert!(Table::open(path).is_err(), "{length} octets");
    }
    replace(path, one, &another);
    assert!(Table::open(path).is_err(), "the file of another part");
    replace(path, one, &vec![0x41; whole.len()]);
    assert!(Table::open(path).is_err(), "no Arrow file");
    fs::remove_file(one).unwrap();
    assert!(matches!(Table::open(path), Err(TableError::Io { .. })));
    replace(path, one, &whole);
    opened(path).verify().unwrap();
}

#[test]
fn a_manifest_with_a_strange_arrow_file_leads_nowhere() {
    type Strange = fn(&mut Value);
    let cases: [(&str, Strange, &str); 4] = [
        (
            "a path that leads out",
            |value| value["parts"][0]["arrow"]["digest"] = json!("../../../etc/passwd"),
            "64 hexadecimal digits",
        ),
        (
            "another length",
            |value| value["parts"][0]["arrow"]["bytes"] = json!(u64::MAX),
            "another length",
        ),
        (
            "other rows than the part",
            |value| value["parts"][0]["arrow"]["rows"] = json!(7),
            "contradicts itself: a part",
        ),
        (
            "the file of another part",
            |value| value["parts"][0]["arrow"] = value["parts"][1]["arrow"].clone(),
            "contradicts itself: a part",
        ),
    ];
    for (name, change, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        import(folder.path(), &ROWS).unwrap();
        let found = forged(folder.path(), change).unwrap_err().to_string();
        assert!(found.contains(expected), "{name}: {found}");
    }
}

#[test]
fn arrow_files_of_an_import_that_was_killed_are_swept_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let version = import(path, &ROWS).unwrap();
    let before = listed(path);
    // It was killed when its files lay there and its manifest did not.
    let other = tempfile::tempdir().unwrap();
    import(other.path(), &[("x", 1)]).unwrap();
    for part in fs::read_dir(other.path().join("parts")).unwrap() {
        let part = part.unwrap().path();
        fs::copy(&part, path.join("parts").join(part.file_name().unwrap())).unwrap();
    }
    assert_eq!(opened(path).version(), version);
    assert_eq!(stock(&opened(path), "x"), None);
    assert_eq!(import(path, &ROWS).unwrap(), version);
    import(path, &[("y", 1)]).unwrap();
    let left = listed(path);
    assert!(before.iter().all(|file| left.contains(file)));
    assert_eq!(left.len(), before.len() + 3, "a manifest and two files");
}
