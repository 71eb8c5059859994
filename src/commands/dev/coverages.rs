//! Coverages and tables that the shared folder describes, imported as a publisher does it.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use super::DevError;
use crate::{
    clock::Timestamp,
    config::ImportSettings,
    import::{
        DatabaseFiles, DescribedCollection, DescribedTable, ImportError, NotDescribed, Progress,
        Request, Source, TableLimits, TableRequest, import, import_table, origin_in_folder,
    },
};

/// The id of a collection that was imported, and the files of its data.
type Imported = (Box<str>, Vec<PathBuf>);

/// The coverages that were imported, and the files that they came from.
#[derive(Default)]
pub(super) struct DescribedCoverages {
    /// Their names.
    pub(super) ids: Vec<Box<str>>,
    /// The files of their data.
    pub(super) sources: Vec<PathBuf>,
}

impl DescribedCoverages {
    /// Imports each coverage and table that a description in `shared_data` tells of into `state`. One that cannot be imported
    /// is told on standard error, and is not there: the others are.
    pub(super) fn import(shared_data: Option<&Path>, state: &Path) -> Result<Self, DevError> {
        let mut found = Self::default();
        let Some(shared_data) = shared_data else {
            return Ok(found);
        };
        for path in descriptions(shared_data)? {
            match import_described(&path, state) {
                Ok(Some((id, sources))) => {
                    found.ids.push(id);
                    found.sources.extend(sources);
                }
                Ok(None) => {}
                Err(fault) => {
                    let line = format!("not imported: {fault}\n");
                    // Nobody may be there to read it.
                    let _ = io::stderr().lock().write_all(line.as_bytes());
                }
            }
        }
        Ok(found)
    }
}

/// The files of `shared_data` that may be descriptions, by name.
fn descriptions(shared_data: &Path) -> Result<Vec<PathBuf>, DevError> {
    let unreadable = |source| DevError::SharedData {
        path: shared_data.to_owned(),
        source,
    };
    let shared_data = fs::canonicalize(shared_data).map_err(unreadable)?;
    let entries = fs::read_dir(&shared_data).map_err(unreadable)?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    found.sort();
    Ok(found)
}

/// Imports the coverage or the table that the description at `path` tells of, and answers with its id and the files of
/// its data; none when it tells of files.
fn import_described(path: &Path, state: &Path) -> Result<Option<Imported>, ImportError> {
    match DescribedCollection::beside(path) {
        Ok(Some(collection)) => {
            let request = TableRequest {
                origin: origin_in_folder(&collection, ImportSettings::default().unattended_bytes),
                collection,
                state: state.to_owned(),
                now: Timestamp::now(),
                change: None,
                limits: TableLimits::default(),
                databases: DatabaseFiles::default(),
            };
            let id = import_table(&request, &Progress::default())?.id;
            return Ok(Some((id, request.collection.paths)));
        }
        Ok(None) | Err(NotDescribed::Profile(_)) => {}
        Err(fault) => return Err(fault.into()),
    }
    let described = match DescribedTable::beside(path) {
        Ok(Some(described)) => described,
        Ok(None) | Err(NotDescribed::Kind(_) | NotDescribed::Profile(_)) => return Ok(None),
        Err(fault) => return Err(fault.into()),
    };
    let request = Request {
        sources: described.files.iter().cloned().map(Source::Path).collect(),
        state: state.to_owned(),
        source: None,
        licence: None,
        databases: DatabaseFiles::default(),
        synthetic: false,
        step: None,
        round: false,
        tables: described.tables.clone(),
        now: Timestamp::now(),
    };
    import(&request, &Progress::default())?;
    Ok(Some((described.id, described.files)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_descriptions_tell_of_is_imported_and_a_broken_one_keeps_no_other_out() {
        let (shared_data, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = |name: &str, text: &str| fs::write(shared_data.path().join(name), text).unwrap();
        let described =
            |rest: &str| format!("[collection]\ntitle = \"T\"\nlicence = \"CC0-1.0\"\n{rest}");
        let grid = "latitude,longitude,ghi\n50,0,1.5\n50,1,2.5\n51,0,3.5\n51,1,4.5\n";
        file("solar.csv", grid);
        file(
            "solar.toml",
            &described("kind = \"coverage\"\n[[field]]\nname = \"ghi\"\n"),
        );
        file("twice.csv", &format!("{grid}50,0,9\n"));
        file(
            "twice.toml",
            &described("kind = \"coverage\"\n[[field]]\nname = \"ghi\"\n"),
        );
        file("watches.ndjson", "{\"sku\":\"a\"}\n");
        file("watches.toml", &described("key = \"sku\"\n"));
        file("meters.csv", "meter,kWh\n1,2\n");
        file("meters.toml", &described(""));
        file("broken.toml", "[collection]\ntitel = 1\n");
        file("ours.toml", "[profile]\nlicence = \"CC0-1.0\"\n");

        let found = DescribedCoverages::import(Some(shared_data.path()), state.path()).unwrap();
        let source = |name| fs::canonicalize(shared_data.path().join(name)).unwrap();
        assert_eq!(found.ids, ["solar".into(), "watches".into()]);
        assert_eq!(found.sources, ["solar.csv", "watches.ndjson"].map(source));
        assert!(state.path().join("tables/watches/current").is_file());
        assert!(state.path().join("collections/solar.arrow").is_file());
        assert!(!state.path().join("collections/twice.arrow").exists());
    }
}
