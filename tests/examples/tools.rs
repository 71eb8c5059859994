//! What runs notebooks and collections, installed once under the target directory.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use crate::development::output;

/// A Python that runs notebooks.
pub(crate) fn python() -> PathBuf {
    let requirements = [
        "nbclient==0.11.0",
        "ipykernel==7.4.0",
        "pandas==2.3.3",
        "matplotlib==3.11.2",
    ];
    python_with("examples-python-1", &requirements)
}

/// A Python that opens `NetCDF`.
pub(crate) fn xarray() -> PathBuf {
    python_with("examples-xarray-1", &["xarray==2026.9.0", "scipy==1.17.1"])
}

fn python_with(name: &str, requirements: &[&str]) -> PathBuf {
    let home = installed(name, |home| {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(home);
        output(venv);
        let mut pip = Command::new(home.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet"]);
        pip.args(requirements);
        output(pip);
    });
    home.join("bin/python")
}

/// Postman's runner of collections.
pub(crate) fn newman() -> PathBuf {
    let home = installed("examples-newman-1", |home| npm(home, "newman@6.2.2"));
    home.join("node_modules/.bin/newman")
}

/// Installs `package` in `home`.
pub(crate) fn npm(home: &Path, package: &str) {
    fs::create_dir_all(home).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", package, "--prefix"]);
    npm.arg(home);
    output(npm);
}

/// The directory `name`, filled by `install` unless an earlier run has done so to its end.
pub(crate) fn installed(name: &str, install: impl FnOnce(&Path)) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(target.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let home = target.join(name);
    if !home.join("complete").exists() {
        install(&home);
        File::create(home.join("complete")).unwrap();
    }
    home
}
