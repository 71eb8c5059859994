//! The socket as it stands on the disk.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    os::unix::{
        fs::{FileTypeExt, MetadataExt},
        net::UnixStream,
    },
    path::Path,
};

use rustix::fs::Access;

use super::socket_unit::SocketUnit;
use crate::{
    config::{Config, Finding, SettingPlace, SettingPlaces, Severity},
    edge::{Listen, ListenError, guard_path},
};

/// Findings on whether there will be something to listen on, and how the socket stands on the disk.
///
/// Where systemd hands the socket over, its unit is looked at; else `listen`, which the daemon binds.
pub(super) fn findings(path: &Path, config: &Config, places: &SettingPlaces) -> Vec<Finding> {
    let place = || places.of("listen");
    if let Some((name, unit)) = SocketUnit::of(path) {
        let faults = unit.faults(&config.server.trusted_peers).into_iter();
        let place = || SettingPlace::Outside(name.clone());
        let mut findings: Vec<_> = faults
            .map(|(finding, remedy)| Finding::new(Severity::Error, place(), finding, remedy))
            .collect();
        findings.extend(standing(config, places));
        return findings;
    }
    let refused = match &config.listen {
        Listen::Tcp(address) => taken(*address),
        Listen::Unix(path) => guard_path(path).err().or_else(|| closed(path)),
    };
    match refused {
        Some(error) => vec![Finding::new(
            Severity::Error,
            place(),
            error.to_string(),
            "",
        )],
        None => standing(config, places).into_iter().collect(),
    }
}

/// Finding on why `address` cannot be listened on, but that someone, perhaps perild itself, does so already.
fn taken(address: SocketAddr) -> Option<ListenError> {
    let source = TcpListener::bind(address).err()?;
    (source.kind() != io::ErrorKind::AddrInUse).then_some(ListenError::Bind {
        listen: Listen::Tcp(address),
        source,
    })
}

/// That nothing stands at `path` yet, and this user may put nothing there.
fn closed(path: &Path) -> Option<ListenError> {
    let folder = path.parent()?;
    let refused = rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).err()?;
    path.symlink_metadata().is_err().then(|| ListenError::Bind {
        listen: Listen::Unix(path.into()),
        source: refused.into(),
    })
}

/// The socket's mode, and whether anyone answers on it; nothing when the daemon listens on TCP.
fn standing(config: &Config, places: &SettingPlaces) -> Option<Finding> {
    let Listen::Unix(path) = &config.listen else {
        return None;
    };
    let (severity, finding, remedy) = judge(path);
    let place = places.of("listen");
    Some(Finding::new(severity, place, finding, remedy))
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
