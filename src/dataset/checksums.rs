//! SHA-256 of files, for those who compare what they have fetched with what was announced.

use std::{collections::HashMap, fmt, fs::File, io, path::Path};

use aws_lc_rs::digest::SHA256_OUTPUT_LEN;

use super::{
    catalog::Representation,
    content_digest::content_digest,
    regular_file::{directory, open_in},
    version::Version,
};

/// The SHA-256 of one file's content.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Checksum([u8; SHA256_OUTPUT_LEN]);

/// The checksums of files by their names, each for as long as the system says the same of its file.
#[derive(Clone, Debug, Default)]
pub struct Checksums {
    known: HashMap<Box<str>, (Version, Checksum)>,
}

impl Checksums {
    /// The checksum of the file of `representation`, if it is known.
    #[must_use]
    pub fn get(&self, representation: &Representation) -> Option<Checksum> {
        let (version, checksum) = self.known.get(&representation.name)?;
        // A file that has changed since the catalogue was made is told of by the next one.
        let is_same = version.length() == representation.length_bytes
            && version.modified() == representation.modified;
        is_same.then_some(*checksum)
    }

    /// Those of `files` in the folder `root`: as they are known, else read, up to `most_bytes` in all. What cannot be
    /// read, or changes meanwhile, has none.
    #[must_use]
    pub fn read<'f>(
        &self,
        root: &Path,
        files: impl Iterator<Item = &'f Representation>,
        most_bytes: u64,
    ) -> Self {
        let mut known = HashMap::new();
        let Ok(root) = directory(root) else {
            return Self { known };
        };
        let mut left = most_bytes;
        for Representation { name, .. } in files {
            let Ok((descriptor, version)) = open_in(&root, name) else {
                continue;
            };
            if let Some(before) = self.known.get(name).filter(|(of, _)| *of == version) {
                known.insert(name.clone(), *before);
            } else if version.length() <= left {
                left -= version.length();
                let checksum = Checksum::of(&File::from(descriptor), &version);
                known.extend(
                    checksum
                        .ok()
                        .flatten()
                        .map(|sum| (name.clone(), (version, sum))),
                );
            }
        }
        Self { known }
    }
}

impl Checksum {
    /// The checksum of `file` as it is in `version`; none when it does not stay so.
    fn of(file: &File, version: &Version) -> io::Result<Option<Self>> {
        let digest = content_digest(file, version)?;
        Ok(digest.and_then(|digest| digest.as_ref().try_into().ok().map(Self)))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::dataset::FileName;

    fn representation(root: &Path, name: &str) -> Representation {
        let found = fs::metadata(root.join(name)).unwrap();
        Representation {
            name: name.into(),
            media_type: FileName::of_entry(name).unwrap().media_type(),
            length_bytes: found.len(),
            modified: found.modified().unwrap(),
        }
    }

    #[test]
    fn a_checksum_is_that_of_the_content_and_holds_while_the_file_does() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), "abc").unwrap();
        let file = representation(folder.path(), "a.csv");
        let nothing = Checksums::default();
        let known = nothing.read(folder.path(), [&file].into_iter(), 3);
        let sum = known.get(&file).unwrap().to_string();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sum, expected);
        // Known ones cost nothing.
        let again = known.read(folder.path(), [&file].into_iter(), 0);
        assert_eq!(again.get(&file), known.get(&file));

        fs::write(folder.path().join("a.csv"), "abcd").unwrap();
        let later = representation(folder.path(), "a.csv");
        assert_eq!(known.get(&later), None);
        let read = known.read(folder.path(), [&later].into_iter(), 4);
        assert!(
            read.get(&later)
                .is_some_and(|sum| sum.to_string() != expected)
        );
    }

    #[test]
    fn what_is_beyond_the_bound_or_gone_has_none_and_keeps_nothing_else_from_its_own() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("a.csv", "long text"), ("b.csv", "b")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let files = ["a.csv", "b.csv"].map(|name| representation(folder.path(), name));
        let known = Checksums::default().read(folder.path(), files.iter(), 2);
        assert!(known.get(&files[0]).is_none() && known.get(&files[1]).is_some());
        fs::remove_file(folder.path().join("a.csv")).unwrap();
        let known = known.read(folder.path(), files.iter(), 100);
        assert!(known.get(&files[0]).is_none() && known.get(&files[1]).is_some());
        let nowhere = known.read(Path::new("/nonexistent"), files.iter(), 100);
        assert!(nowhere.get(&files[1]).is_none());
    }
}
