//! The limit of files that this process may hold open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process open as many files as the system allows it: a coverage may come in one a day. Where that is not
/// allowed the limit stays, and a file too many is an error with its name.
pub(super) fn allow_many() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let _ = setrlimit(Resource::Nofile, wanted);
}
