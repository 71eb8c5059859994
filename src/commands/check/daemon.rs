//! The same look with the daemon's eyes: what root can read, the daemon's user perhaps cannot.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::User;

use super::{shared_data::CANNOT_READ, socket_unit::unit_of};
use crate::config::{Finding, SettingPlace, Severity};

/// Findings that the daemon's own user has and root has not, for the configuration that the unit serves.
///
/// Nothing when this is not root, there is no such user, or root has found errors already. Where systemd hands
/// over files that the user itself cannot read (`LoadCredential=`), only what it cannot read of what is published.
pub(super) fn findings(path: &Path, so_far: &[Finding]) -> Vec<Finding> {
    let has_error = so_far.iter().any(|fault| fault.severity == Severity::Error);
    let unit = unit_of(path).filter(|_| !has_error && rustix::process::geteuid().is_root());
    let Some(unit) = unit else {
        return Vec::new();
    };
    let Ok(Some(user)) = User::from_name(DAEMON) else {
        return Vec::new();
    };
    let mut seen = seen_by(&user, path);
    if has_credentials(&unit) {
        seen.retain(|fault| fault.severity != Severity::Error);
    }
    seen
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

fn seen_by(user: &User, path: &Path) -> Vec<Finding> {
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
    said.lines().filter_map(finding).collect()
}

/// Errors, and the publisher's files that cannot be read; other warnings root has had itself.
fn finding(line: &str) -> Option<Finding> {
    let error = line
        .strip_prefix("error")
        .map(|line| (Severity::Error, line));
    let warning = line
        .strip_prefix("warning")
        .map(|line| (Severity::Warning, line));
    let warning = warning.filter(|(_, line)| line.contains(CANNOT_READ));
    let (severity, line) = error.or(warning)?;
    Some(fault(severity, line.trim_start().to_owned()))
}

fn fault(severity: Severity, finding: String) -> Finding {
    let place = SettingPlace::Outside(format!("as the user {DAEMON}"));
    Finding::new(severity, place, finding, "")
}

/// `User=` of perild.service.
const DAEMON: &str = "perild";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_files_that_cannot_be_read_are_taken_over() {
        let taken = |line: &str| finding(line).map(|found| found.to_string());
        assert_eq!(
            taken("error   perild.toml:3: so").unwrap(),
            "error   as the user perild: perild.toml:3: so"
        );
        let closed = "warning perild.toml:3: paths.shared_data: perild cannot read /srv/a.csv: so";
        assert!(
            taken(closed)
                .unwrap()
                .starts_with("warning as the user perild: perild.toml:3")
        );
        assert_eq!(taken("warning nginx: nginx -T fails"), None);
        assert_eq!(taken("ok      all is well"), None);
    }
}
