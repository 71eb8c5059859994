//! Packages of npm, each installed once below the target directory.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
};

use super::process::{output, tool};

/// Runs `script` with `arguments` where `package` can be required; what it printed.
pub fn with(package: &str, script: &str, arguments: &[&str]) -> String {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("node-{package}"));
    fs::create_dir_all(&home).unwrap();
    let lock = File::create(home.join("lock")).unwrap();
    lock.lock().unwrap();
    if !home.join("complete").exists() {
        let mut npm = Command::new(tool("npm", "npm"));
        npm.args(["install", "--no-audit", "--no-fund", package, "--prefix"]);
        output(npm.arg(&home));
        File::create(home.join("complete")).unwrap();
    }
    drop(lock);
    let mut node = Command::new(tool("node", "nodejs"));
    node.current_dir(&home).args(["-e", script, "--"]);
    output(node.args(arguments))
}
