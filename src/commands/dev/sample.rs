//! Files that a development run shares: its own small synthetic ones, or those of a directory given.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::{DevError, dev_dir::DevDir};

/// Directory that is shared, and two of its datasets that the calls are made for.
pub(super) struct SharedFiles {
    /// The directory.
    pub(super) shared_data: PathBuf,
    /// Open to any active token, unless it is also the restricted one.
    pub(super) plain: Dataset,
    /// Open to tokens with [`RESTRICTED_SCOPE`].
    pub(super) restricted: Dataset,
}

/// A CSV file by its dataset name.
#[derive(Clone)]
pub(super) struct Dataset {
    /// The file's name without `.csv`.
    pub(super) name: String,
    /// The file.
    pub(super) path: PathBuf,
}

/// The scope that the restricted dataset asks for.
pub(super) const RESTRICTED_SCOPE: &str = "dev:restricted";

impl SharedFiles {
    /// Three small files under `dev_dir`, each said to be synthetic.
    pub(super) fn synthetic(dev_dir: &DevDir) -> Result<Self, DevError> {
        let shared_data = dev_dir.directory("shared_data")?;
        for (seed, (name, column)) in (1..).zip(SYNTHETIC) {
            dev_dir.write(
                &format!("shared_data/{name}.csv"),
                &half_hours(column, seed),
            )?;
        }
        Self::of(&shared_data, &[])
    }

    /// The first CSV file of `shared_data` by name, and the last as the restricted one: of those in which no coverage
    /// came, if there are others.
    pub(super) fn of(shared_data: &Path, coverages: &[PathBuf]) -> Result<Self, DevError> {
        let unreadable = |source| DevError::SharedData {
            path: shared_data.to_owned(),
            source,
        };
        let shared_data = fs::canonicalize(shared_data).map_err(unreadable)?;
        let mut datasets: Vec<Dataset> = fs::read_dir(&shared_data)
            .map_err(unreadable)?
            .filter_map(|entry| Dataset::of(&entry.ok()?))
            .collect();
        let is_other = |dataset: &Dataset| !coverages.contains(&dataset.path);
        if datasets.iter().any(is_other) {
            datasets.retain(is_other);
        }
        datasets.sort_by(|a, b| a.name.cmp(&b.name));
        match (datasets.first(), datasets.last()) {
            (Some(plain), Some(restricted)) => Ok(Self {
                plain: plain.clone(),
                restricted: restricted.clone(),
                shared_data,
            }),
            _ => Err(DevError::NoCsv(shared_data)),
        }
    }
}

impl Dataset {
    /// A regular file whose name can stand in a URL and on a command line as it is.
    fn of(entry: &fs::DirEntry) -> Option<Self> {
        let path = entry.path();
        let name = path.file_name()?.to_str()?.strip_suffix(".csv")?.to_owned();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = entry.file_type().ok()?.is_file()
            && !name.is_empty()
            && !name.starts_with('-')
            && name.bytes().all(is_plain);
        fits.then_some(Self { name, path })
    }
}

/// One day in half hours: a time and a value that varies with `seed`.
fn half_hours(column: &str, seed: u32) -> String {
    let mut csv = format!("time,synthetic_{column}\n");
    for half_hour in 0..48_u32 {
        let (hour, minute) = (half_hour / 2, half_hour % 2 * 30);
        let thousandths = (half_hour * 37 * seed + 411) % 1000;
        let _ = writeln!(
            csv,
            "2026-01-15T{hour:02}:{minute:02}:00Z,0.{thousandths:03}"
        );
    }
    csv
}

const SYNTHETIC: [(&str, &str); 3] = [
    ("tidy_DYTS01_CO2", "kgCO2"),
    ("tidy_DYTS01_kWh", "kWh"),
    ("tidy_DYTS02_kWh", "kWh"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_csv_file_are_chosen_and_nothing_else_counts() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            SharedFiles::of(dir.path(), &[]),
            Err(DevError::NoCsv(_))
        ));
        for name in ["b.csv", ".csv", "-x.csv", "a b.csv", "z.txt"] {
            fs::write(dir.path().join(name), "x\n").unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("zz.csv")).unwrap();
        let files = SharedFiles::of(dir.path(), &[]).unwrap();
        assert_eq!(
            (files.plain.name.as_str(), files.restricted.name.as_str()),
            ("b", "b")
        );

        fs::write(dir.path().join("c.csv"), "x\n").unwrap();
        assert_eq!(
            SharedFiles::of(dir.path(), &[]).unwrap().restricted.name,
            "c"
        );
        let coverage = [fs::canonicalize(dir.path().join("c.csv")).unwrap()];
        assert_eq!(
            SharedFiles::of(dir.path(), &coverage)
                .unwrap()
                .restricted
                .name,
            "b"
        );
        assert!(matches!(
            SharedFiles::of(&dir.path().join("none"), &[]),
            Err(DevError::SharedData { .. })
        ));
    }

    #[test]
    fn synthetic_data_says_so_and_does_not_change() {
        let csv = half_hours("kWh", 2);
        assert!(csv.starts_with("time,synthetic_kWh\n2026-01-15T00:00:00Z,0.411\n"));
        assert_eq!(csv.lines().count(), 49);
    }
}
