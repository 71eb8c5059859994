//! The import itself, from sources to a published store.

use std::{
    collections::VecDeque,
    ffi::OsStr,
    fs::File,
    io::BufWriter,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use super::{
    Faulty, ImportError, Imported, Problem,
    database::{self, Table},
    merge::{self, Merged, Positions},
    publish::Workshop,
    scan::{ScanError, Scanned, scan},
    source::{self, SourceFile},
};
use crate::{
    clock::Timestamp,
    dataset::grid::{About, Column, Grid, GridShape, Provenance, StoreVersion, WriteError},
};

/// What to import.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where from.
    pub sources: Vec<Source>,
    /// `paths.state`: where the store is served from.
    pub state: PathBuf,
    /// Where the values come from; none: what the sources' packages say.
    pub source: Option<String>,
    /// Under which terms they may be used; none: what the sources' packages say.
    pub licence: Option<String>,
    /// The values are made up, whatever the sources say.
    pub synthetic: bool,
    /// The time of the import.
    pub now: Timestamp,
}

/// Where values come from.
#[derive(Clone, Eq, PartialEq)]
pub enum Source {
    /// The address of a database; it may hold a password.
    Database(String),
    /// A CSV file, or a folder with such files.
    Path(PathBuf),
}

/// How far an import is; read by who shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Octets of all files; 0 while that is not known, and for a database.
    pub total: AtomicU64,
    /// Octets that have been read.
    pub read: AtomicU64,
    /// Rows that have been written.
    pub rows: AtomicU64,
}

/// Imports what `request` names; until the last moment what is served stays as it was.
///
/// # Errors
/// [`ImportError`]; nothing has changed then.
pub fn import(request: &Request, progress: &Progress) -> Result<Imported, ImportError> {
    let unusable = |source| ImportError::State {
        path: request.state.clone(),
        source,
    };
    let workshop = Workshop::enter(&request.state)
        .map_err(unusable)?
        .ok_or_else(|| ImportError::Busy(request.state.clone()))?;
    let files = open(&request.sources, progress)?;
    let sources = read(request, &files, &workshop, progress)?;
    let shape = merge::shape(sources.iter().map(|source| &source.scanned));
    let shape = shape.ok_or(ImportError::NoGrid)?;
    let positions = locate(&shape, &sources)?;
    let merged = Merged::of(&shape, &positions);
    let about = about(request, &files, &sources, &merged, shape, &workshop);
    let scanned: Vec<_> = sources.iter().map(|source| &source.scanned).collect();

    let failed = |source| ImportError::Write {
        path: request.state.clone(),
        source,
    };
    let full = |source| failed(WriteError::Io(source));
    let (draft, file) = workshop.draft().map_err(full)?;
    let sink = BufWriter::with_capacity(1 << 20, file);
    let sink = merged
        .write(about, &scanned, &positions, sink, &progress.rows)
        .map_err(failed)?;
    let file = sink
        .into_inner()
        .map_err(|error| full(error.into_error()))?;
    let grid = check(&file)?;
    if let Some(changed) = files.iter().find(|file| !file.is_unchanged()) {
        return Err(ImportError::Changed(changed.path.clone()));
    }
    draft.publish(&file).map_err(full)?;
    Ok(Imported::new(grid.about().clone(), workshop.store()))
}

impl Source {
    /// A database when `text` is the address of one, else a path.
    #[must_use]
    pub fn new(text: &OsStr) -> Self {
        match text.to_str() {
            Some(address) if database::is_address(address) => Self::Database(address.to_owned()),
            _ => Self::Path(text.into()),
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(_) => f.write_str("Database(..)"),
            Self::Path(path) => f.debug_tuple("Path").field(path).finish(),
        }
    }
}

/// One source, read or not.
struct Part {
    name: String,
    is_synthetic: bool,
    scanned: Result<Scanned, ScanError>,
}

/// One source that was read without a fault.
struct Sourced {
    name: String,
    is_synthetic: bool,
    scanned: Scanned,
}

impl From<Table> for Part {
    fn from(table: Table) -> Self {
        Self {
            name: table.name,
            is_synthetic: false,
            scanned: table.scanned,
        }
    }
}

fn open(sources: &[Source], progress: &Progress) -> Result<Vec<SourceFile>, ImportError> {
    let mut files = Vec::new();
    for source in sources {
        let Source::Path(path) = source else { continue };
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| ImportError::Unreadable { path, source }
        };
        for path in source::files(path).map_err(unreadable(path))? {
            files.push(SourceFile::open(&path).map_err(unreadable(&path))?);
        }
    }
    let has_database = sources
        .iter()
        .any(|source| matches!(source, Source::Database(_)));
    if files.is_empty() && !has_database {
        return Err(ImportError::NoSource);
    }
    let total = files.iter().map(SourceFile::length).sum();
    progress.total.store(total, Ordering::Relaxed);
    Ok(files)
}

/// Reads every source to its end.
fn read(
    request: &Request,
    files: &[SourceFile],
    workshop: &Workshop,
    progress: &Progress,
) -> Result<Vec<Sourced>, ImportError> {
    let mut parts = read_files(files, workshop.path(), progress)?;
    for source in &request.sources {
        if let Source::Database(address) = source {
            let tables = database::read(address, workshop.path(), &progress.read)?;
            parts.extend(tables.into_iter().map(Part::from));
        }
    }
    sound(parts)
}

/// Where the lines of each source lie, if each lies somewhere and no two in one place.
fn locate(shape: &GridShape, sources: &[Sourced]) -> Result<Vec<Positions>, ImportError> {
    let found = in_parallel(sources.iter().collect(), |source: &Sourced| {
        merge::locate(shape, &source.scanned)
    });
    let (positions, faults): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let mut astray = Vec::new();
    for (source, faults) in sources.iter().zip(faults) {
        if !faults.is_empty() {
            astray.push(Faulty {
                name: source.name.clone(),
                problem: Problem::Lines(faults),
            });
        }
    }
    if astray.is_empty() {
        Ok(positions)
    } else {
        Err(ImportError::Faulty(astray))
    }
}

fn read_files(
    files: &[SourceFile],
    folder: &Path,
    progress: &Progress,
) -> Result<Vec<Part>, ImportError> {
    let mut longest_first: Vec<_> = files.iter().collect();
    longest_first.sort_by_key(|file| std::cmp::Reverse(file.length()));
    let read = |file: &SourceFile| {
        let text = file
            .text(&progress.read)
            .map_err(|source| ImportError::Unreadable {
                path: file.path.clone(),
                source,
            })?;
        Ok(Part {
            name: file.path.display().to_string(),
            is_synthetic: file.is_synthetic(),
            scanned: scan(text, folder),
        })
    };
    in_parallel(longest_first, read).into_iter().collect()
}

/// The sources in record order, if all of them are without a fault and none is of another's peril.
fn sound(parts: Vec<Part>) -> Result<Vec<Sourced>, ImportError> {
    let mut sources: Vec<Sourced> = Vec::new();
    let mut faulty = Vec::new();
    for part in parts {
        let name = part.name;
        match part.scanned {
            Err(error) => faulty.push(Faulty {
                name,
                problem: Problem::Scan(error),
            }),
            Ok(scanned) if !scanned.faults.is_empty() => faulty.push(Faulty {
                name,
                problem: Problem::Lines(scanned.faults),
            }),
            Ok(scanned) => sources.push(Sourced {
                name,
                is_synthetic: part.is_synthetic,
                scanned,
            }),
        }
    }
    if !faulty.is_empty() {
        faulty.sort_by(|one, other| one.name.cmp(&other.name));
        return Err(ImportError::Faulty(faulty));
    }
    sources.sort_by_key(|source| source.scanned.peril);
    for pair in sources.windows(2) {
        if let [first, second] = pair
            && first.scanned.peril == second.scanned.peril
        {
            return Err(ImportError::SamePeril {
                peril: first.scanned.peril,
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
    }
    Ok(sources)
}

fn about(
    request: &Request,
    files: &[SourceFile],
    sources: &[Sourced],
    merged: &Merged,
    grid: GridShape,
    workshop: &Workshop,
) -> About {
    let packages = || files.iter().filter_map(|file| file.package.as_ref());
    let perils = sources.iter().map(|source| Provenance {
        peril: source.scanned.peril.name().to_owned(),
        source: base_name(&source.name),
        synthetic: source.is_synthetic || request.synthetic,
        rows: source.scanned.rows,
        cells_with_data: source.scanned.cells_with_data,
    });
    let perils: Vec<_> = perils.collect();
    let statistics = Column::all().map(|column| {
        let source = sources
            .iter()
            .find(|source| source.scanned.peril == column.peril());
        let at = column.index() - column.peril().columns().next().map_or(0, Column::index);
        let tally = source.and_then(|source| source.scanned.tallies.get(at));
        tally
            .unwrap_or(&super::statistics::Tally::NONE)
            .statistics(column)
    });
    About {
        version: version(request.now, &workshop.store()),
        source: request
            .source
            .clone()
            .unwrap_or_else(|| said(packages().map(|package| package.title.clone()))),
        licence: request
            .licence
            .clone()
            .unwrap_or_else(|| said(packages().map(source::Package::licence))),
        synthetic: perils.iter().any(|peril| peril.synthetic),
        grid,
        cells_on_grid: merged.cells_on_grid,
        rows: merged.rows,
        perils,
        statistics: statistics.collect(),
    }
}

/// Higher than the version in service, and than any before it that is not known any more.
fn version(now: Timestamp, store: &Path) -> StoreVersion {
    let before = Grid::open(store).map_or(0, |grid| grid.about().version.id);
    let by_time = u64::try_from(now.seconds()).unwrap_or(0);
    StoreVersion {
        id: by_time.max(before.saturating_add(1)),
        imported_at: now.seconds(),
    }
}

/// Each thing said once.
fn said(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
    texts.sort();
    texts.dedup();
    texts.join("; ")
}

fn base_name(name: &str) -> String {
    if database::is_address(name) {
        return name.to_owned();
    }
    let base = Path::new(name).file_name().unwrap_or_default();
    base.to_string_lossy().into_owned()
}

/// Reads back what was written: the structure and the checksum.
fn check(file: &File) -> Result<Grid, ImportError> {
    let grid = Grid::map(file)?;
    grid.verify()?;
    Ok(grid)
}

/// Does `work` on every item, on as many threads as there are processors; results in the items' order.
fn in_parallel<I: Send, R: Send>(items: Vec<I>, work: impl Fn(I) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(items.len());
    let mut results: Vec<Option<R>> = Vec::new();
    results.resize_with(items.len(), || None);
    let queue: Mutex<VecDeque<(I, &mut Option<R>)>> =
        Mutex::new(items.into_iter().zip(&mut results).collect());
    let next = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((item, result)) = next() {
                    *result = Some(work(item));
                }
            });
        }
    });
    drop(queue);
    results.into_iter().flatten().collect()
}
