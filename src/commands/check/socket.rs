//! The socket as it stands on the disk.

use std::{
    io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt},
        net::UnixStream,
    },
};

use crate::{
    config::{Config, Fault, Places, Severity},
    edge::Listen,
};

/// Its mode, and whether anyone answers on it.
pub(super) fn findings(config: &Config, places: &Places) -> Vec<Fault> {
    let Listen::Unix(path) = &config.listen else {
        return Vec::new();
    };
    let find = |severity, finding, remedy: &str| {
        vec![Fault {
            severity,
            place: places.of("listen"),
            finding,
            remedy: remedy.to_owned(),
            ends: None,
        }]
    };
    let Ok(found) = path.symlink_metadata() else {
        return find(
            Severity::Fine,
            format!("{} is not there yet", path.display()),
            "",
        );
    };
    let mode = found.mode() & 0o777;
    if !found.file_type().is_socket() {
        let finding = format!("{} is no socket", path.display());
        return find(
            Severity::Error,
            finding,
            "move it away, perild does not remove it",
        );
    }
    if mode & 0o006 != 0 {
        let finding = format!(
            "every user of this machine can connect to {} (mode {mode:04o})",
            path.display()
        );
        return find(
            Severity::Warning,
            finding,
            "set SocketMode=0660 in perild.socket (CERT-14)",
        );
    }
    match UnixStream::connect(path) {
        Ok(_) => find(
            Severity::Fine,
            format!("{} takes connections", path.display()),
            "",
        ),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => find(
            Severity::Fine,
            format!("{} is closed to this user, as it should be", path.display()),
            "",
        ),
        Err(error) => find(
            Severity::Warning,
            format!("{}: {error}", path.display()),
            "systemctl start perild.socket",
        ),
    }
}
