//! `perild-provision`: its steps, each by itself, among files of the test.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
};

use tempfile::TempDir;

const PROVISION: &str = include_str!("../../deploy/provision");
const FILES: &str = include_str!("../../deploy/files.sh");
const INCLUDES: &str = include_str!("../../deploy/includes");

/// What the script reads and writes, below a folder of the test.
const PLACES: [&str; 7] = [
    "/usr/share/perild",
    "/var/lib/perild-provision",
    "/var/backups/perild",
    "/etc/nginx",
    "/etc/letsencrypt",
    "/etc/perild/",
    "/etc/perild-",
];

/// The script with the places of the test, and an nginx that says what the test has it say.
pub(crate) struct Machine(TempDir);

impl Machine {
    pub(crate) fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for folder in ["bin", "etc/nginx/perild.d", "usr/share/perild", "var/lib"] {
            fs::create_dir_all(machine.path(folder)).unwrap();
        }
        machine.script("usr/share/perild/files.sh", FILES);
        machine.script("usr/share/perild/includes", INCLUDES);
        machine.script("provision", PROVISION);
        machine.nginx("exit 0");
        machine.program("systemctl", "exit 0");
        machine
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// `text` with the places of the test.
    pub(crate) fn script(&self, name: &str, text: &str) {
        let here = self.0.path().to_str().unwrap();
        let moved = PLACES.iter().fold(text.to_owned(), |text, place| {
            text.replace(place, &format!("{here}{place}"))
        });
        fs::write(self.path(name), moved).unwrap();
    }

    pub(crate) fn program(&self, name: &str, body: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn nginx(&self, body: &str) {
        self.program("nginx", body);
    }

    pub(crate) fn bash(&self, script: &str, arguments: &[&str]) -> Output {
        let script = format!("PATH={}:$PATH\n{script}", self.path("bin").display());
        let mut bash = Command::new("bash");
        bash.arg("-c").arg(script).arg("provision");
        bash.args(arguments).output().unwrap()
    }

    /// Runs `steps` with the functions of the script: what stands before its arguments are read.
    pub(crate) fn steps(&self, balancers: &str, steps: &str) -> (bool, String) {
        let script = fs::read_to_string(self.path("provision")).unwrap();
        let (functions, rest) = script.split_once("\ndomain=''").unwrap();
        let (defaults, _) = rest.split_once("\nwrong_usage()").unwrap();
        let config = self.path("perild.toml");
        let output = self.bash(
            &format!(
                "{functions}\ndomain=''{defaults}\ndomain=data.example.org balancers=({balancers}) INSTANCE='' \
                 CONFIG={} available={}\n{steps}\n",
                config.display(),
                self.path("etc/nginx/sites-available").display(),
            ),
            &[],
        );
        let said =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), said)
    }

    pub(crate) fn part(&self, name: &str) -> Option<String> {
        let path = self.path("etc/nginx/perild.d").join(name);
        fs::read_to_string(path).ok()
    }
}
