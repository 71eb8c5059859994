//! What may be reached in the folder, and what may not.

use std::{
    collections::HashSet,
    fs,
    os::unix::fs::{FileExt, MetadataExt, symlink},
    time::{Duration, UNIX_EPOCH},
};

use super::*;
use crate::{
    dataset::{catalog::Sources, regular_file::open_regular},
    policy::{Class, Defaults, Policy, Publish},
    token::Scope,
};

/// A folder with `tidy.csv`, and a file beside the folder that nobody may reach.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("shared");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("tidy.csv"), "a,b\n1,2\n").unwrap();
    fs::write(directory.path().join("secret.csv"), "secret").unwrap();
    (directory, root)
}

fn select(files: &Files, segment: &str) -> Result<Selection, Absent> {
    select_at(files, segment, Timestamp::from_seconds(i64::MAX))
}

fn select_at(files: &Files, segment: &str, now: Timestamp) -> Result<Selection, Absent> {
    let file = FileName::with_extension(segment).unwrap();
    let open = Defaults {
        publish: Publish::All,
        scope: Scope::default(),
        class: Class::Open,
    };
    let policy = Policy::new(&[], &open).unwrap();
    let permit = policy.open(&file.family()).unwrap();
    files.select(&permit, &file, now)
}

/// The folder `root`, of which every file is published.
fn files(root: PathBuf, memory_bytes: u64, proxy_sends: bool) -> Files {
    let catalog = Catalog::load(
        &Sources {
            folder: &root,
            publish_all: true,
            ruled: HashSet::new(),
            holdings: &[],
            now: Timestamp::now(),
        },
        None,
    );
    Files::new(root, Arc::new(catalog), memory_bytes, proxy_sends)
}

fn content(selection: Selection) -> Vec<u8> {
    match selection.content {
        FileContent::Memory(bytes) => bytes.to_vec(),
        FileContent::Disk(mut bytes) => bytes.read_whole().unwrap().to_vec(),
        FileContent::Proxy(name) => panic!("left to the proxy: {name}"),
    }
}

#[test]
fn a_file_is_read_from_memory_and_from_the_disk_alike() {
    let (_directory, root) = folder();
    for memory_bytes in [0, 1 << 20] {
        let files = files(root.clone(), memory_bytes, false);
        for _ in 0..3 {
            assert_eq!(content(select(&files, "tidy").unwrap()), b"a,b\n1,2\n");
        }
    }
}

#[test]
fn another_version_has_another_entity_tag_and_is_seen_at_once() {
    let (_directory, root) = folder();
    let files = files(root.clone(), 1 << 20, false);
    let first = select(&files, "tidy").unwrap();
    fs::write(root.join("new"), "a,b\n3,4\n").unwrap();
    fs::rename(root.join("new"), root.join("tidy.csv")).unwrap();
    let second = select(&files, "tidy").unwrap();
    assert_ne!(first.identity.entity_tag, second.identity.entity_tag);
    assert_eq!(content(second), b"a,b\n3,4\n");
    fs::write(root.join("tidy.csv"), "a,b\n5,6\n").unwrap();
    assert_eq!(content(select(&files, "tidy").unwrap()), b"a,b\n5,6\n");
    fs::remove_file(root.join("tidy.csv")).unwrap();
    assert!(matches!(select(&files, "tidy"), Err(Absent::NoSuchFile)));
}

/// Rows: HTTP-7
#[test]
fn a_rewrite_in_place_of_the_same_length_within_one_second_has_another_entity_tag() {
    let (_directory, root) = folder();
    let path = root.join("tidy.csv");
    let files = files(root, 1 << 20, false);
    let second = UNIX_EPOCH + Duration::from_secs(1_768_478_401);
    let rewritten = |content: &str, nanoseconds: u64| {
        let file = File::options().write(true).open(&path).unwrap();
        file.write_all_at(content.as_bytes(), 0).unwrap();
        file.set_modified(second + Duration::from_nanos(nanoseconds))
            .unwrap();
        let selection = select(&files, "tidy").unwrap();
        let tag = selection.identity.entity_tag.clone();
        assert_eq!(content.as_bytes(), self::content(selection));
        tag
    };
    let tags = [
        rewritten("a,b\n1,2\n", 0),
        rewritten("a,b\n3,4\n", 1),
        rewritten("a,b\n5,6\n", 999_999_999),
    ];
    assert!(
        tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2],
        "{tags:?}"
    );
}

#[test]
fn a_file_is_not_kept_in_memory_at_the_instant_of_its_change() {
    let (_directory, root) = folder();
    let changed = root.join("tidy.csv").metadata().unwrap().ctime();
    let files = files(root, 1 << 20, false);
    for (after, is_kept) in [(0, false), (1, false), (2, true)] {
        let now = Timestamp::from_seconds(changed + after);
        select_at(&files, "tidy", now).unwrap();
        assert_eq!(
            files.memory.recall("tidy.csv").is_some(),
            is_kept,
            "{after}"
        );
    }
}

#[test]
fn a_file_rewritten_after_it_was_opened_is_not_read_as_the_version_that_was_opened() {
    let (_directory, root) = folder();
    let path = root.join("tidy.csv");
    let old = UNIX_EPOCH + Duration::from_secs(1_768_478_401);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(old)
        .unwrap();
    let opened = || {
        let (descriptor, version) = open_regular(&root, "tidy.csv").unwrap();
        let reading = Reading::new(&path, &Arc::default());
        FileBytes::new(
            File::from(descriptor),
            &FileIdentity::new(version, None),
            reading,
        )
    };
    assert_eq!(opened().read_whole().unwrap(), "a,b\n1,2\n");
    let mut bytes = opened();
    fs::write(&path, "a,b\n3,4\n").unwrap();
    let error = bytes.read_whole().unwrap_err();
    assert!(error.get_ref().unwrap().is::<crate::dataset::FileChanged>());
    let mut bytes = opened();
    fs::write(&path, "a,b\n").unwrap();
    bytes.read_whole().unwrap_err();
}

#[test]
fn a_folder_replaced_by_another_is_seen_at_once() {
    let (directory, root) = folder();
    let files = files(root.clone(), 1 << 20, false);
    select(&files, "tidy").unwrap();
    fs::rename(&root, directory.path().join("old")).unwrap();
    fs::create_dir(&root).unwrap();
    assert!(matches!(select(&files, "tidy"), Err(Absent::NoSuchFile)));
}

/// Rows: HTTP-28
#[test]
fn http_28_a_link_is_followed_within_the_folder_and_not_out_of_it() {
    let (directory, root) = folder();
    symlink("tidy.csv", root.join("inside.csv")).unwrap();
    symlink("../secret.csv", root.join("relative.csv")).unwrap();
    symlink(
        directory.path().join("secret.csv"),
        root.join("absolute.csv"),
    )
    .unwrap();
    symlink("loop.csv", root.join("loop.csv")).unwrap();
    for proxy_sends in [false, true] {
        let files = files(root.clone(), 1 << 20, proxy_sends);
        assert_eq!(content(select(&files, "inside").unwrap()), b"a,b\n1,2\n");
        for link in ["relative", "absolute", "loop"] {
            assert!(
                matches!(select(&files, link), Err(Absent::NoSuchFile)),
                "{link}"
            );
        }
    }
}

/// Rows: HTTP-28
#[test]
fn http_28_only_a_regular_file_is_a_file() {
    let (_directory, root) = folder();
    fs::create_dir(root.join("folder.csv")).unwrap();
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        root.join("pipe.csv"),
        rustix::fs::Mode::RUSR,
    )
    .unwrap();
    let files = files(root, 1 << 20, false);
    for name in ["folder", "pipe"] {
        assert!(
            matches!(select(&files, name), Err(Absent::NoSuchFile)),
            "{name}"
        );
    }
}

#[test]
fn a_permit_for_one_file_does_not_open_another() {
    let (_directory, root) = folder();
    fs::write(root.join("other.csv"), "x").unwrap();
    let files = files(root, 1 << 20, false);
    let open = Defaults {
        publish: Publish::All,
        scope: Scope::default(),
        class: Class::Open,
    };
    let policy = Policy::new(&[], &open).unwrap();
    let tidy = FileName::csv("tidy").unwrap();
    let permit = policy.open(&tidy.family()).unwrap();
    let other = FileName::csv("other").unwrap();
    let now = Timestamp::from_seconds(0);
    assert!(files.select(&permit, &tidy, now).is_ok());
    assert!(matches!(
        files.select(&permit, &other, now),
        Err(Absent::NoSuchFile)
    ));
}

/// Rows: NGX-16
#[test]
fn ngx_16_with_an_internal_location_the_hop_is_told_the_name() {
    let (_directory, root) = folder();
    let files = files(root, 1 << 20, true);
    let selection = select(&files, "tidy").unwrap();
    assert!(matches!(selection.content, FileContent::Proxy(name) if name == "tidy.csv"));
}

#[test]
fn what_depends_on_the_version_is_sent_from_the_file_that_was_looked_at() {
    let (_directory, root) = folder();
    let files = files(root.clone(), 0, true);
    let (file, now) = (FileName::csv("tidy").unwrap(), Timestamp::now());
    let open = Defaults {
        publish: Publish::All,
        scope: Scope::default(),
        class: Class::Open,
    };
    let policy = Policy::new(&[], &open).unwrap();
    let permit = policy.open(&file.family()).unwrap();
    let selection = files.select_to_send(&permit, &file, now).unwrap();
    fs::write(root.join("new"), "x").unwrap();
    fs::rename(root.join("new"), root.join("tidy.csv")).unwrap();
    assert_eq!(content(selection), b"a,b\n1,2\n");
}

#[test]
fn a_file_changed_while_it_is_read_does_not_end_as_a_whole() {
    let (_directory, root) = folder();
    let files = files(root.clone(), 0, false);
    let FileContent::Disk(mut bytes) = select(&files, "tidy").unwrap().content else {
        panic!("not on the disk");
    };
    fs::write(root.join("tidy.csv"), "a,b\n").unwrap();
    let error = std::iter::repeat_with(|| bytes.next_waiting(64 * 1024))
        .find_map(Result::err)
        .unwrap();
    assert!(error.get_ref().unwrap().is::<crate::dataset::FileChanged>());
}

#[test]
fn a_file_renamed_over_while_it_is_read_stays_the_old_version() {
    let (_directory, root) = folder();
    let files = files(root.clone(), 0, false);
    let selection = select(&files, "tidy").unwrap();
    fs::write(root.join("new"), "x").unwrap();
    fs::rename(root.join("new"), root.join("tidy.csv")).unwrap();
    assert_eq!(content(selection), b"a,b\n1,2\n");
}
