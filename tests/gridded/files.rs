//! The files, written once by the programs that publishers use.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The folder with `good/`, `wrong/` and `bombs/`.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let lock = File::create(target.join("gridded.lock")).unwrap();
        lock.lock().unwrap();
        let folder = target.join("gridded");
        let script = fs::read("tests/gridded/write.py").unwrap();
        // What was written by the same script is as good as new.
        if fs::read(folder.join("complete")).ok().as_ref() != Some(&script) {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir(&folder).unwrap();
            let written = Command::new(python(target))
                .arg("tests/gridded/write.py")
                .arg(&folder)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&written.stderr);
            assert!(written.status.success(), "{said}");
            fs::write(folder.join("complete"), script).unwrap();
        }
        folder
    })
}

/// The files of one folder, by their names without the extension.
pub(crate) fn named(kind: &str, name: &str) -> PathBuf {
    let folder = folder().join(kind);
    let entries = fs::read_dir(&folder).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths
        .find(|path| path.file_stem().is_some_and(|stem| stem == name))
        .unwrap_or_else(|| panic!("no {name} in {}", folder.display()))
}

fn python(target: &Path) -> PathBuf {
    let environment = target.join(format!("gridded-{ENVIRONMENT}"));
    let python = environment.join("bin/python");
    if !environment.join("complete").exists() {
        let made = Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment)
            .status();
        assert!(made.unwrap().success(), "apt-get install python3-venv");
        let installed = Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(REQUIREMENTS)
            .status();
        assert!(installed.unwrap().success());
        File::create(environment.join("complete")).unwrap();
    }
    python
}

const ENVIRONMENT: &str = "xarray-2026.9.0";
const REQUIREMENTS: [&str; 7] = [
    "cftime==1.6.6.1",
    "netCDF4==1.7.5.1.post1",
    "numpy==2.4.6",
    "pandas==3.1.1",
    "pyarrow==26.0.1",
    "xarray==2026.9.0",
    "zarr==3.1.6",
];
