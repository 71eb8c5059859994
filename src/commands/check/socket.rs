//! The socket as it stands on the disk.

use std::{
    io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt},
        net::UnixStream,
    },
    path::Path,
};

use crate::{
    config::{Config, Fault, Places, Severity},
    edge::Listen,
};

/// Its mode, and whether anyone answers on it; nothing when the daemon listens on TCP.
pub(super) fn finding(config: &Config, places: &Places) -> Option<Fault> {
    let Listen::Unix(path) = &config.listen else {
        return None;
    };
    let (severity, finding, remedy) = judge(path);
    let place = places.of("listen");
    Some(Fault::new(severity, place, finding, remedy))
}

fn judge(path: &Path) -> (Severity, String, &'static str) {
    let shown = path.display();
    let Ok(found) = path.symlink_metadata() else {
        return (Severity::Fine, format!("{shown} is not there yet"), "");
    };
    if !found.file_type().is_socket() {
        let finding = format!("{shown} is no socket");
        return (
            Severity::Error,
            finding,
            "move it away, perild does not remove it",
        );
    }
    let mode = found.mode() & 0o777;
    if mode & 0o006 != 0 {
        // CERT-14
        let finding =
            format!("every user of this machine can connect to {shown} (mode {mode:04o})");
        return (
            Severity::Warning,
            finding,
            "set SocketMode=0660 in perild.socket",
        );
    }
    match UnixStream::connect(path) {
        Ok(_) => (Severity::Fine, format!("{shown} takes connections"), ""),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let finding = format!("{shown} is closed to this user, as it should be");
            (Severity::Fine, finding, "")
        }
        Err(error) => {
            let finding = format!("{shown}: {error}");
            (Severity::Warning, finding, "systemctl start perild.socket")
        }
    }
}
