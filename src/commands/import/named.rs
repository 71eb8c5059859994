//! Imports that the paths of a command name: of tables, of coverages by their descriptions, and of perils.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::import::{
    DescribedCollection, DescribedTable, ImportError, KnownCoverage, NotDescribed, Source, Tables,
    format::{files, is_gridded},
    has_csv,
};

pub(super) fn described_table(path: &Path) -> Result<DescribedCollection, ImportError> {
    let found = DescribedCollection::beside(path)?;
    found.ok_or_else(|| NotDescribed::NoTable(path.to_owned()).into())
}

/// The tables that `paths` name or lie beside, each once, and the paths that are none.
pub(super) fn described_tables(
    paths: &[OsString],
) -> Result<(Vec<DescribedCollection>, Vec<OsString>), ImportError> {
    let (mut tables, mut rest) = (Vec::<DescribedCollection>::new(), Vec::new());
    for path in paths {
        let found = match Source::new(path) {
            Source::Path(path) => DescribedCollection::beside(&path)?,
            Source::Database(_) => None,
        };
        match found {
            Some(found) if tables.iter().any(|known| known.id == found.id) => {}
            Some(found) => tables.push(found),
            None => rest.push(path.clone()),
        }
    }
    Ok((tables, rest))
}

/// The imports that `paths` name: one of each coverage that a description tells of, and one of all that are perils.
/// Descriptions are read first, so that none that is wrong leaves half of it done.
pub(super) fn requests(paths: &[OsString]) -> Result<Vec<(Vec<Source>, Tables)>, ImportError> {
    let mut described: Vec<DescribedTable> = Vec::new();
    let mut perils = Vec::new();
    for path in paths {
        let source = Source::new(path);
        let found = match &source {
            Source::Path(path) => coverage(path)?,
            Source::Database(_) => None,
        };
        let Some(mut found) = found else {
            perils.push(source);
            continue;
        };
        let mut known = described.iter_mut();
        match known.find(|known| known.id == found.id) {
            Some(known) => known.files.append(&mut found.files),
            None => described.push(found),
        }
    }
    let described = described.into_iter().map(|found| {
        let files = found.files.into_iter().map(Source::Path);
        (files.collect(), found.tables)
    });
    let perils = (!perils.is_empty()).then(|| (perils, Tables::perils()));
    Ok(described.chain(perils).collect())
}

/// The one import of all `paths`, whose coverage is called `id`.
pub(super) fn of_id(id: &str, paths: &[OsString]) -> Result<(Vec<Source>, Tables), ImportError> {
    let mut sources = Vec::new();
    for path in paths {
        let path = PathBuf::from(path);
        let found = files(&path);
        let found = found.map_err(|source| ImportError::Unreadable { path, source })?;
        sources.extend(found.into_iter().map(Source::Path));
    }
    Ok((sources, Tables::gridded(KnownCoverage::named(id))))
}

/// The coverage that `path` holds by a description, or because it is gridded; none when it holds perils.
fn coverage(path: &Path) -> Result<Option<DescribedTable>, ImportError> {
    let gridded = gridded(path);
    let is_gridded = !gridded.is_empty();
    if !is_gridded && !path.is_file() {
        return Ok(None);
    }
    let described = DescribedTable::beside(path)?;
    if described.is_some() || !is_gridded {
        return Ok(described);
    }
    let known = KnownCoverage::undescribed(path)?;
    Ok(Some(DescribedTable::of_gridded(gridded, known)))
}

/// The gridded sources that `path` is or has in it; none of a folder that has CSV files too, for those are perils.
fn gridded(path: &Path) -> Vec<PathBuf> {
    let mut found = files(path).unwrap_or_default();
    found.retain(|path| is_gridded(path).unwrap_or(false));
    if found.iter().all(|found| found == path) || !has_csv(path) {
        found
    } else {
        Vec::new()
    }
}
