//! The version of a file that is at hand, and what an answer says of it.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::fs::Stat;

use super::EntityTag;
use crate::clock::Timestamp;

/// One version of one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileIdentity {
    pub(super) version: Version,
    /// The tag of the content, the same on every machine; none while it is not known.
    pub entity_tag: Option<EntityTag>,
    /// Last change of the content.
    pub last_modified: SystemTime,
    /// Octets.
    pub length: u64,
}

/// The file status: two versions never have the same.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Version {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, u64),
    changed: (i64, u64),
}

impl Version {
    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            length: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            changed: (stat.st_ctime, stat.st_ctime_nsec),
        }
    }

    /// The version that its text says.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let time = |word: &str| {
            let (seconds, nanoseconds) = word.split_once('.')?;
            Some((seconds.parse().ok()?, nanoseconds.parse().ok()?))
        };
        let version = Self {
            device: words.next()?.parse().ok()?,
            inode: words.next()?.parse().ok()?,
            length: words.next()?.parse().ok()?,
            modified: time(words.next()?)?,
            changed: time(words.next()?)?,
        };
        words.next().is_none().then_some(version)
    }

    /// Bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The time that the file claims for its content.
    pub(super) fn modified(&self) -> SystemTime {
        let (seconds, nanoseconds) = self.modified;
        let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        UNIX_EPOCH + since + Duration::from_nanos(nanoseconds)
    }

    /// `true` when the content is the same, though a name may have come or gone (a rename over the file).
    pub(super) fn is_same_content(&self, other: &Self) -> bool {
        (self.inode, self.length, self.modified) == (other.inode, other.length, other.modified)
    }

    /// `true` when the file has been left alone long enough for another change to show in its times.
    pub(super) fn is_settled(&self, now: Timestamp) -> bool {
        self.changed.0.saturating_add(2) <= now.seconds()
    }

    /// `true` when the time that the file claims for its content is `time` or before it.
    pub(super) fn is_of(&self, time: Timestamp) -> bool {
        self.modified.0 <= time.seconds()
    }
}

impl FileIdentity {
    #[cfg(test)]
    pub(crate) fn for_test(entity_tag: &str, last_modified: SystemTime, length: u64) -> Self {
        let version = Version {
            device: 0,
            inode: 0,
            length,
            modified: (0, 0),
            changed: (0, 0),
        };
        Self {
            version,
            entity_tag: Some(EntityTag::for_test(entity_tag)),
            last_modified,
            length,
        }
    }

    pub(super) fn new(version: Version, entity_tag: Option<EntityTag>) -> Self {
        Self {
            version,
            entity_tag,
            last_modified: version.modified(),
            length: version.length,
        }
    }
}

/// All of it, in one line.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            device,
            inode,
            length,
            modified,
            changed,
        } = self;
        let [modified, changed] =
            [modified, changed].map(|(seconds, nanoseconds)| format!("{seconds}.{nanoseconds:09}"));
        write!(f, "{device} {inode} {length} {modified} {changed}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: Version = Version {
        device: 1,
        inode: 2,
        length: 3,
        modified: (4, 5),
        changed: (6, 7),
    };

    #[test]
    fn a_version_is_read_as_it_was_written_and_differs_in_whatever_differs() {
        let others = [
            "9 2 3 4.000000005 6.000000007",
            "1 9 3 4.000000005 6.000000007",
            "1 2 9 4.000000005 6.000000007",
            "1 2 3 9.000000005 6.000000007",
            "1 2 3 4.000000009 6.000000007",
            "1 2 3 4.000000005 9.000000007",
            "1 2 3 4.000000005 6.000000009",
        ];
        assert_eq!(VERSION.to_string(), "1 2 3 4.000000005 6.000000007");
        assert_eq!(Version::parse(&VERSION.to_string()), Some(VERSION));
        for other in others {
            let version = Version::parse(other).unwrap();
            assert_eq!(version.to_string(), other);
            assert_ne!(version, VERSION, "{other}");
        }
        for none in [
            "",
            "1 2 3 4.5",
            "1 2 3 4 6",
            "1 2 3 4.5 6.7 8",
            "a 2 3 4.5 6.7",
        ] {
            assert_eq!(Version::parse(none), None, "{none}");
        }
    }

    #[test]
    fn what_has_just_changed_is_not_settled() {
        let (second, _) = VERSION.changed;
        for (now, is_settled) in [(-1, false), (0, false), (1, false), (2, true), (3, true)] {
            let now = Timestamp::from_seconds(second + now);
            assert_eq!(VERSION.is_settled(now), is_settled, "{now:?}");
        }
        let never = Version {
            changed: (i64::MAX, 0),
            ..VERSION
        };
        assert!(!never.is_settled(Timestamp::from_seconds(i64::MAX - 1)));
    }
}
