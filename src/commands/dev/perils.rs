//! The peril values of a development run: the files that were given, or a coarse synthetic world; imported
//! as a publisher does it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{DevError, dev_dir::DevDir};
use crate::{
    clock::Timestamp,
    dataset::grid::{ColumnIndex, Columns, CoverageMetadata, Grid, Profile, STORE_NAME, Value},
    import::{DatabaseFiles, ImportError, Progress, Request, Source, Tables, import},
    sample::{Extent, Sample},
};

/// Values that were imported, and those that the calls ask for.
pub(super) struct PerilValues {
    /// The source of the values, for people.
    pub(super) origin: String,
    /// A place with values, degrees north.
    pub(super) latitude: String,
    /// Degrees east.
    pub(super) longitude: String,
    /// A peril with values there.
    pub(super) peril: Box<str>,
    /// The peril that is asked for at the old service's address.
    pub(super) old: Box<str>,
    /// `true` when the answers must say that the values are made up.
    pub(super) is_synthetic: bool,
    /// `true` when they come from the files that were given.
    pub(super) is_given: bool,
}

impl PerilValues {
    /// Imports the peril files of `shared_data` when it has any, else a synthetic sample, into `state/`.
    pub(super) fn import(dev_dir: &DevDir, shared_data: Option<&Path>) -> Result<Self, DevError> {
        match shared_data.map(peril_files).transpose()? {
            Some(files) if !files.is_empty() => Self::of_files(dev_dir, files),
            _ => Self::of_sample(dev_dir),
        }
    }

    fn of_sample(dev_dir: &DevDir) -> Result<Self, DevError> {
        let files: PathBuf = dev_dir.directory("perils")?;
        let sample = Sample::new(STEP_MICRO, Extent::WORLD, SEED).ok_or(ImportError::NoGrid)?;
        sample.write(&files).map_err(|source| DevError::Write {
            path: files.clone(),
            source,
        })?;
        import_into(dev_dir, vec![files], true)?;
        Ok(Self {
            origin: "synthetic, made up for this run".to_owned(),
            latitude: "51.5".to_owned(),
            longitude: "-0.12".to_owned(),
            peril: "heat".into(),
            old: "fire".into(),
            is_synthetic: true,
            is_given: false,
        })
    }

    fn of_files(dev_dir: &DevDir, files: Vec<PathBuf>) -> Result<Self, DevError> {
        let origin = format!("imported from {}", listed(&files));
        let grid = import_into(dev_dir, files, false)?;
        let (latitude, longitude, peril) = place_with_values(&grid).ok_or(ImportError::NoGrid)?;
        Ok(Self {
            origin,
            latitude: latitude.to_string(),
            longitude: longitude.to_string(),
            old: peril.clone(),
            peril,
            is_synthetic: grid.metadata().is_synthetic(),
            is_given: true,
        })
    }
}

/// The peril files of the folder `perils` in `shared_data`, or those in `shared_data` itself that are named
/// as the old service names them, `etlfire.csv` and so on.
fn peril_files(shared_data: &Path) -> Result<Vec<PathBuf>, DevError> {
    let folder = shared_data.join("perils");
    if folder.is_dir() {
        return Ok(vec![folder]);
    }
    let unreadable = |source| DevError::SharedData {
        path: shared_data.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(shared_data).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let mut perils = Profile::perils().coverages.iter();
        if perils.any(|peril| name.contains(&format!("etl{}.csv", peril.id))) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn import_into(dev_dir: &DevDir, files: Vec<PathBuf>, synthetic: bool) -> Result<Grid, DevError> {
    let state = dev_dir.directory("state")?;
    let request = Request {
        sources: files.into_iter().map(Source::Path).collect(),
        state: state.clone(),
        source: None,
        licence: None,
        databases: DatabaseFiles::default(),
        synthetic,
        step: None,
        round: false,
        tables: Tables::perils(),
        now: Timestamp::now(),
    };
    import(&request, &Progress::default())?;
    Ok(Grid::open(&state.join(STORE_NAME)).map_err(ImportError::from)?)
}

/// The first cell that has every value of some peril in 2050; else any cell, and what is imported first.
fn place_with_values(grid: &Grid) -> Option<(f64, f64, Box<str>)> {
    let imported = &grid.metadata().coverages;
    let whole = grid.rows().find_map(|(cell, row)| {
        let is_whole = |coverage: &&CoverageMetadata| {
            let mut asked = asked(&coverage.columns);
            asked.all(|column| {
                let column = coverage.first_column + column;
                matches!(row.value(column), Value::Known(_))
            })
        };
        Some((cell, imported.iter().find(is_whole)?))
    });
    let any = || Some((grid.rows().next()?.0, imported.first()?));
    let (cell, coverage) = whole.or_else(any)?;
    let (latitude, longitude) = grid.shape().coordinates(cell);
    Some((latitude, longitude, coverage.id.clone()))
}

/// The positions of the columns of the question that a run asks: those of 2050.
fn asked(columns: &Columns) -> impl Iterator<Item = u32> {
    let year = columns.dimension_named("year");
    let is_asked = move |column: &ColumnIndex| {
        let along = year.and_then(|year| {
            let position = columns.position(*column, year)?;
            columns.dimensions().get(year)?.values.text(position)
        });
        along.as_deref() == Some("2050")
    };
    columns.all().filter(is_asked).map(ColumnIndex::number)
}

/// Number of values that a run asks for of the peril of that name.
pub(super) fn values_asked(peril: &str) -> usize {
    let peril = Profile::perils().coverage(peril);
    peril.map_or(0, |peril| asked(&peril.columns).count())
}

fn listed(files: &[PathBuf]) -> String {
    let names: Vec<_> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    names.join(", ")
}

/// Five degrees: 2,701 cells, read and written in a blink also by a debug build.
const STEP_MICRO: i64 = 5_000_000;
const SEED: u64 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peril_files_lie_in_a_folder_of_their_own_or_have_their_old_names() {
        let shared_data = tempfile::tempdir().unwrap();
        let path = |name: &str| shared_data.path().join(name);
        for name in [
            "etlwind.csv.gz",
            "synthetic-etlfire.csv",
            "etl.csv",
            "kWh.csv",
        ] {
            fs::write(path(name), "").unwrap();
        }
        let named = [path("etlwind.csv.gz"), path("synthetic-etlfire.csv")];
        assert_eq!(peril_files(shared_data.path()).unwrap(), named);
        fs::create_dir(path("perils")).unwrap();
        assert_eq!(peril_files(shared_data.path()).unwrap(), [path("perils")]);
        assert!(peril_files(&path("none")).is_err());
    }
}
