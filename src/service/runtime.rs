//! The daemon's own folder for sockets, which only its user may enter.

use std::{
    io,
    os::unix::net::UnixListener,
    path::{Path, PathBuf},
};

use rustix::{fs::Mode, process::umask};

/// Path of the daemon's socket `name`: in `RUNTIME_DIRECTORY`, which systemd and the container image
/// set for the daemon and for the commands that speak to it, else in `/run/perild/daemon`.
pub(super) fn socket(name: &str) -> PathBuf {
    directory()
        .unwrap_or_else(|| "/run/perild/daemon".into())
        .join(name)
}

/// Binds the socket `name`, mode 0600, when the daemon has been given a folder.
pub(super) fn bind(name: &str) -> io::Result<Option<UnixListener>> {
    let Some(directory) = directory() else {
        return Ok(None);
    };
    let path = directory.join(name);
    let bound = bind_at(&path).map_err(|error| {
        let path = path.display();
        let remedy = "RUNTIME_DIRECTORY has to be a folder that the daemon's user may write to";
        io::Error::new(error.kind(), format!("{path}: {error}; {remedy}"))
    });
    bound.map(Some)
}

/// A socket that an earlier daemon has left is replaced: the directory is this daemon's own.
fn bind_at(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let previous = umask(Mode::RWXO | Mode::RWXG | Mode::XUSR);
    let bound = UnixListener::bind(path);
    umask(previous);
    let bound = bound?;
    bound.set_nonblocking(true)?;
    Ok(bound)
}

fn directory() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "systemd names the unit's runtime directory in the environment"
    )]
    let directory = std::env::var_os("RUNTIME_DIRECTORY");
    directory.map(PathBuf::from)
}
