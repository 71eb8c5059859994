//! The same look with the daemon's eyes: what root can read, the daemon's user perhaps cannot.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::User;

use super::socket_unit::unit_of;
use crate::config::{Fault, Place, Severity};

/// What the daemon's own user finds wrong and root does not, for the configuration that the unit serves.
///
/// Nothing when this is not root, there is no such user, root has found errors already, or systemd hands
/// over files that the user itself cannot read (`LoadCredential=`).
pub(super) fn findings(path: &Path, so_far: &[Fault]) -> Vec<Fault> {
    let has_error = so_far.iter().any(|fault| fault.severity == Severity::Error);
    let unit = unit_of(path).filter(|_| !has_error && rustix::process::geteuid().is_root());
    let Some(unit) = unit else {
        return Vec::new();
    };
    match User::from_name(DAEMON) {
        Ok(Some(user)) if !has_credentials(&unit) => errors_of(&user, path),
        _ => Vec::new(),
    }
}

fn has_credentials(unit: &str) -> bool {
    let asked = Command::new("systemctl")
        .args(["cat", &format!("{unit}.service")])
        .stdin(Stdio::null())
        .output();
    asked.is_ok_and(|done| {
        let unit = String::from_utf8_lossy(&done.stdout).into_owned();
        unit.lines()
            .any(|line| line.trim_start().starts_with("LoadCredential"))
    })
}

fn errors_of(user: &User, path: &Path) -> Vec<Fault> {
    let looked = Command::new("/proc/self/exe")
        .args(["check", "--offline", "--config"])
        .arg(path)
        .env_clear()
        .uid(user.uid.as_raw())
        .gid(user.gid.as_raw())
        .stdin(Stdio::null())
        .output();
    let said = match looked {
        Ok(done) => String::from_utf8_lossy(&done.stdout).into_owned(),
        Err(error) => {
            let finding = format!("cannot look as the user {DAEMON}: {error}");
            return vec![fault(Severity::Warning, finding)];
        }
    };
    let errors = said.lines().filter_map(|line| line.strip_prefix("error"));
    errors
        .map(|line| fault(Severity::Error, line.trim_start().to_owned()))
        .collect()
}

fn fault(severity: Severity, finding: String) -> Fault {
    let place = Place::Outside(format!("as the user {DAEMON}"));
    Fault::new(severity, place, finding, "")
}

/// `User=` of perild.service.
const DAEMON: &str = "perild";
