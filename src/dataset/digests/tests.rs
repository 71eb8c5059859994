//! Tags of what is in large files: the same wherever the bytes are, and never of other bytes.

use std::{fs, os::unix::fs::MetadataExt};

use rustix::fs::fstat;

use super::{super::content_digest::PIECE_BYTES, *};

const PATIENCE: Duration = Duration::from_mins(1);

/// A file of a folder of its own, changed long ago as far as times can be set.
fn file(content: &[u8]) -> (tempfile::TempDir, File) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    fs::write(&path, content).unwrap();
    (folder, File::open(path).unwrap())
}

fn version(file: &File) -> Version {
    Version::of(&fstat(file).unwrap())
}

/// The version that a file changed when the epoch began would have.
fn settled(version: &Version) -> Version {
    let text = version.to_string();
    let (rest, _) = text.rsplit_once(' ').unwrap();
    Version::parse(&format!("{rest} 1.000000000")).unwrap()
}

async fn tag(digests: &Digests, file: &File) -> Option<EntityTag> {
    let pending = digests.begin(file, version(file))?;
    pending.within(PATIENCE).await
}

/// Rows: HTTP-7
#[tokio::test]
async fn the_same_bytes_have_the_same_tag_wherever_they_lie_and_other_bytes_another() {
    let content = vec![7; 3 * PIECE_BYTES + 1];
    let (_one, one) = file(&content);
    let (_two, two) = file(&content);
    let (_other, other) = file(&[&content[1..], &[8]].concat());
    let [here, there] = [(); 2].map(|()| Digests::start(None).unwrap());
    let first = tag(&here, &one).await;
    assert_eq!(first, Some(EntityTag::of(&content)));
    assert_eq!(first, tag(&there, &two).await);
    assert_ne!(first, tag(&here, &other).await);
}

#[tokio::test]
async fn many_who_ask_at_once_wait_for_one_digest() {
    let (_folder, file) = file(&vec![1; PIECE_BYTES]);
    let digests = Digests::start(None).unwrap();
    let version = version(&file);
    let all: Vec<_> = (0..2 * MOST_WAITING)
        .map(|_| digests.begin(&file, version).unwrap())
        .collect();
    for pending in all {
        assert!(pending.within(PATIENCE).await.is_some());
    }
    assert!(digests.making.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_is_not_or_does_not_stay_of_its_version_has_no_tag() {
    let (folder, file) = file(b"content");
    let digests = Digests::start(None).unwrap();
    let before = version(&file);
    fs::write(folder.path().join("large.csv"), b"changed content").unwrap();
    let pending = digests.begin(&file, before).unwrap();
    assert_eq!(pending.within(PATIENCE).await, None);
    assert_eq!(digests.get(&before), None);
}

#[tokio::test]
async fn what_changed_a_moment_ago_is_digested_anew_for_each_who_asks() {
    let (folder, file) = file(b"content");
    let changed = folder.path().join("large.csv").metadata().unwrap().ctime();
    let digests = Digests::start(None).unwrap();
    let found = tag(&digests, &file).await;
    assert_eq!(found, Some(EntityTag::of(b"content")));
    let now = Timestamp::now().seconds();
    // On a machine that took two seconds for this it may be known.
    assert!(digests.get(&version(&file)).is_none() || now >= changed + 2);
}

#[test]
fn a_restart_knows_what_was_known_and_passes_over_what_says_nothing() {
    let (folder, file) = file(b"content");
    let (version, tag) = (settled(&version(&file)), EntityTag::of(b"content"));
    let (mut kept, _) = Kept::open(folder.path());
    kept.add(&version, &EntityTag::of(b"before"));
    kept.add(&version, &tag);
    let path = folder.path().join("digests");
    let lines = fs::read_to_string(&path).unwrap();
    let torn = lines
        .get(..lines.len() - 5)
        .unwrap()
        .lines()
        .last()
        .unwrap();
    fs::write(&path, format!("no line of ours\n{torn}\n\n{lines}{torn}")).unwrap();
    let digests = Digests::start(Some(folder.path())).unwrap();
    assert_eq!(digests.get(&version), Some(tag));
    assert_eq!(digests.known.iter().count(), 1);
}

#[test]
fn the_file_of_digests_does_not_grow_without_end() {
    let (folder, file) = file(b"content");
    let (version, tag) = (settled(&version(&file)), EntityTag::of(b"content"));
    let line = format!("{version} {}\n", tag.as_str());
    let path = folder.path().join("digests");
    fs::write(&path, line.repeat(kept::MOST + 1)).unwrap();
    let (_, known) = Kept::open(folder.path());
    assert_eq!(known.get(&version), Some(&tag));
    let length = path.metadata().unwrap().len();
    assert!(length <= u64::try_from(line.len() * (kept::MOST / 2 + 2)).unwrap());
}
