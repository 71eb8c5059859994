//! Faults that may mend themselves, so that a start waits for that rather than gives up.
//!
//! | what | waits | a person's |
//! | --- | --- | --- |
//! | a file that the configuration names | it is not there yet; its disk or its server does not answer | it may not be read, or holds something else |
//! | `paths.shared_data` | the same, as of a mount that is late | it is no folder |
//! | the store of peril values | its disk or its server does not answer | it may not be read, or is damaged |
//! | our own certificate | by the clock it has ended: the clock may be wrong | |
//! | `server.proxy_uids` | none of the users is known, as before a name service answers | |
//! | everything else: keys, values, rules, `listen` | | always |
//!
//! The directory itself is asked by a daemon that runs, so its absence keeps none from starting.

use std::io;

use rustix::io::Errno;

use crate::config::Awaited;

/// Event that is waited for where reading a file failed with `error`.
pub(super) fn of_file(error: &io::Error) -> Option<Awaited> {
    passes(error).then_some(Awaited::File)
}

/// The same of a folder.
pub(super) fn of_folder(error: &io::Error) -> Option<Awaited> {
    passes(error).then_some(Awaited::Folder)
}

/// `true` when the same call may succeed later, though nobody has changed rights or names meanwhile.
fn passes(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    PASSING
        .iter()
        .any(|errno| code == Some(errno.raw_os_error()))
}

/// Not there yet, a disk or a server that does not answer, and a system that is short of something.
const PASSING: [Errno; 15] = [
    Errno::NOENT,
    Errno::AGAIN,
    Errno::CONNREFUSED,
    Errno::HOSTDOWN,
    Errno::HOSTUNREACH,
    Errno::INTR,
    Errno::IO,
    Errno::MFILE,
    Errno::NFILE,
    Errno::NODEV,
    Errno::NOMEM,
    Errno::NOTCONN,
    Errno::NXIO,
    Errno::STALE,
    Errno::TIMEDOUT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_yet_is_waited_for_and_what_may_not_be_read_is_not() {
        for (errno, expected) in [
            (Errno::NOENT, Some(Awaited::File)),
            (Errno::IO, Some(Awaited::File)),
            (Errno::STALE, Some(Awaited::File)),
            (Errno::ACCESS, None),
            (Errno::PERM, None),
            (Errno::ISDIR, None),
            (Errno::NOTDIR, None),
            (Errno::LOOP, None),
        ] {
            assert_eq!(of_file(&errno.into()), expected, "{errno:?}");
        }
        assert_eq!(of_folder(&Errno::NOENT.into()), Some(Awaited::Folder));
        assert_eq!(of_file(&io::Error::other("no system's error")), None);
    }
}
