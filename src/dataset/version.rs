//! Which version of a file is at hand, and what an answer says of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::Stat;

use super::EntityTag;
use crate::clock::Timestamp;

/// One version of one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    pub(super) version: Version,
    /// Another for every version of every file.
    pub entity_tag: EntityTag,
    /// Last change of the content.
    pub last_modified: SystemTime,
    /// Octets.
    pub length: u64,
}

/// What the system says of a file: two versions never say the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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

    /// All of it, for a digest.
    fn text(&self) -> String {
        let Self {
            device,
            inode,
            length,
            modified,
            changed,
        } = self;
        format!(
            "{device} {inode} {length} {}.{:09} {}.{:09}",
            modified.0, modified.1, changed.0, changed.1
        )
    }

    /// Whether the content is the same, though a name may have come or gone (a rename over the file).
    pub(super) fn is_same_content(&self, other: &Self) -> bool {
        (self.inode, self.length, self.modified) == (other.inode, other.length, other.modified)
    }

    /// Whether the file has been left alone long enough for another change to show in its times.
    pub(super) fn is_settled(&self, now: Timestamp) -> bool {
        self.changed.0.saturating_add(2) <= now.seconds()
    }

    /// Whether the time that the file claims for its content is `time` or before it.
    pub(super) fn is_of(&self, time: Timestamp) -> bool {
        self.modified.0 <= time.seconds()
    }
}

impl Identity {
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
            entity_tag: EntityTag::for_test(entity_tag),
            last_modified,
            length,
        }
    }

    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            entity_tag: EntityTag::of(version.text().as_bytes()),
            last_modified: version.modified(),
            length: version.length,
        }
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

    /// Rows: HTTP-7
    #[test]
    fn whatever_differs_between_two_versions_gives_another_entity_tag() {
        let tag = |version| Identity::new(version).entity_tag;
        let others = [
            Version {
                device: 9,
                ..VERSION
            },
            Version {
                inode: 9,
                ..VERSION
            },
            Version {
                length: 9,
                ..VERSION
            },
            Version {
                modified: (9, 5),
                ..VERSION
            },
            Version {
                modified: (4, 9),
                ..VERSION
            },
            Version {
                changed: (9, 7),
                ..VERSION
            },
            Version {
                changed: (6, 9),
                ..VERSION
            },
        ];
        assert_eq!(tag(VERSION), tag(VERSION));
        for other in others {
            assert_ne!(tag(VERSION), tag(other), "{other:?}");
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
