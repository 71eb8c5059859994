//! The import itself, from sources to a published store.

use std::{
    collections::VecDeque,
    fs::File,
    io::BufWriter,
    num::NonZero,
    path::Path,
    sync::{Mutex, PoisonError, atomic::Ordering},
    thread,
};

use super::{
    Faulty, ImportError, Imported, Problem, Progress, Request, Source,
    about::about,
    along_time,
    database::{self, Table},
    gridded::{self, fault::GriddedFault, known::KnownCoverage},
    join::{Joined, join},
    merge::Merged,
    notice::{self, Notice},
    open_files,
    parse::parse,
    parsed::{ParseError, Parsed},
    publish::{PendingStore, StateDir},
    read_source::ReadSource,
    shape::shape,
    source::{self, SourceFile},
    stored::Stored,
};
use crate::dataset::{
    Perils,
    grid::{Grid, GridShape, WriteError},
};

/// Imports what `request` names; until the last moment what is served stays as it was.
///
/// # Errors
/// [`ImportError`]; nothing has changed then, but for [`ImportError::Unsettled`].
pub fn import(request: &Request, progress: &Progress) -> Result<Imported, ImportError> {
    let unusable = |source| ImportError::State {
        path: request.state.clone(),
        source,
    };
    let state_dir = StateDir::lock(&request.state)
        .map_err(unusable)?
        .ok_or_else(|| ImportError::Busy(request.state.clone()))?;
    open_files::allow_many();
    let files = open(request, progress)?;
    let served = Perils::readable(&request.state);
    let prepared = prepare(request, &files, &state_dir, &served, progress);
    // What seems wrong with a file that was half written is not what is wrong with it.
    if let Some(changed) = files.iter().find(|file| !file.is_unchanged()) {
        return Err(ImportError::Changed(changed.path.clone()));
    }
    let Prepared {
        pending,
        file,
        grid,
        notices,
    } = prepared?;
    let metadata = grid.metadata();
    let stored = Stored::of(&request.state);
    let ids: Vec<_> = metadata.coverages.iter().map(|one| &*one.id).collect();
    let name = stored.place(&request.state, &ids);
    let path = state_dir.at(&name);
    let published = pending.publish(&file, &name, metadata.version.id);
    let before = published.map_err(|source| ImportError::Write {
        path: request.state.clone(),
        source: WriteError::Io(source),
    })?;
    for superseded in stored.superseded().filter(|old| **old != *path) {
        // What stays is older than what is served, and harms nobody.
        let _ = std::fs::remove_file(superseded);
    }
    let settled = before.settle().and_then(|()| state_dir.settle(&path));
    settled.map_err(|source| ImportError::Unsettled {
        path: path.clone(),
        source,
    })?;
    Ok(Imported::new(metadata.clone(), notices, path, &served))
}

/// A store that is whole and not yet served.
struct Prepared<'w> {
    pending: PendingStore<'w>,
    file: File,
    grid: Grid,
    /// Notices of the sources.
    notices: Vec<Notice>,
}

/// The store, whole and read again, beside the one that is served.
fn prepare<'w>(
    request: &Request,
    files: &[SourceFile],
    state_dir: &'w StateDir,
    served: &Perils,
    progress: &Progress,
) -> Result<Prepared<'w>, ImportError> {
    let sources = read(request, files, state_dir, progress)?;
    let rounds = request.round || sources.iter().any(ReadSource::has_rough_places);
    let shape = shape(&sources, request, rounds).ok_or(ImportError::NoGrid)?;
    let perils = join_each(&shape, &sources, rounds)?;
    let merged = Merged::of(&shape, &perils);
    let notices = notice::sources::notices(&sources, &perils, &shape);
    let about = about(request, files, &perils, &merged, shape, served);

    let failed = |source| ImportError::Write {
        path: request.state.clone(),
        source,
    };
    let full = |source| failed(WriteError::Io(source));
    let (pending, file) = state_dir.pending().map_err(full)?;
    let sink = BufWriter::with_capacity(1 << 20, file);
    let sink = merged
        .write(about, &perils, sink, &progress.rows)
        .map_err(failed)?;
    let file = sink
        .into_inner()
        .map_err(|error| full(error.into_error()))?;
    let grid = check(&file)?;
    Ok(Prepared {
        pending,
        file,
        grid,
        notices,
    })
}

/// One source, read or not.
struct Part {
    name: String,
    is_synthetic: bool,
    parsed: Result<Parsed, ParseError>,
}

impl From<Table> for Part {
    fn from(table: Table) -> Self {
        Self {
            name: table.name,
            is_synthetic: false,
            parsed: table.parsed,
        }
    }
}

fn open(request: &Request, progress: &Progress) -> Result<Vec<SourceFile>, ImportError> {
    let sources = &request.sources;
    let is_gridded = request.tables.gridded.is_some();
    let mut files = Vec::new();
    for source in sources {
        let Source::Path(path) = source else { continue };
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| ImportError::Unreadable { path, source }
        };
        let paths = if is_gridded {
            vec![path.clone()]
        } else {
            source::files(path).map_err(unreadable(path))?
        };
        for path in paths {
            let file = if is_gridded {
                SourceFile::open_gridded(&path)
            } else {
                SourceFile::open(&path)
            };
            let file = file.map_err(unreadable(&path))?;
            if !files.iter().any(|other: &SourceFile| other.is_same(&file)) {
                files.push(file);
            }
        }
    }
    let has_database = sources
        .iter()
        .any(|source| matches!(source, Source::Database(_)));
    if files.is_empty() && !has_database {
        let folders = sources.iter().filter_map(|source| match source {
            Source::Path(path) => Some(source::others(path)),
            Source::Database(_) => None,
        });
        return Err(ImportError::NoSource(folders.flatten().collect()));
    }
    let total = files.iter().map(SourceFile::length).sum();
    progress.total.store(total, Ordering::Relaxed);
    Ok(files)
}

/// Reads every source to its end.
fn read(
    request: &Request,
    files: &[SourceFile],
    state_dir: &StateDir,
    progress: &Progress,
) -> Result<Vec<ReadSource>, ImportError> {
    let mut parts = read_files(files, request, state_dir.path(), progress)?;
    for source in &request.sources {
        if let Source::Database(address) = source {
            let tables = database::read(
                address,
                &request.databases,
                state_dir.path(),
                request.round,
                &progress.read,
            )?;
            parts.extend(tables.into_iter().map(Part::from));
        }
    }
    sound(parts, request.tables.gridded.as_deref())
}

/// The sources of each peril as one, if each line lies somewhere and no two contradict each other.
fn join_each<'s>(
    shape: &GridShape,
    sources: &'s [ReadSource],
    rounds: bool,
) -> Result<Vec<Joined<'s>>, ImportError> {
    let perils = sources.chunk_by(|one, next| one.rank() == next.rank());
    let joined = in_parallel(perils.collect(), |sources: &'s [ReadSource]| {
        join(shape, sources, rounds)
    });
    let mut perils = Vec::new();
    let mut astray = Vec::new();
    for joined in joined {
        match joined {
            Ok(joined) => perils.push(joined),
            Err(faulty) => astray.extend(faulty),
        }
    }
    if astray.is_empty() {
        Ok(perils)
    } else {
        Err(ImportError::Faulty(astray))
    }
}

fn read_files(
    files: &[SourceFile],
    request: &Request,
    folder: &Path,
    progress: &Progress,
) -> Result<Vec<Part>, ImportError> {
    let mut longest_first: Vec<_> = files.iter().collect();
    longest_first.sort_by_key(|file| std::cmp::Reverse(file.length()));
    let known = request.tables.gridded.as_deref();
    let known = known.map(|known| KnownCoverage {
        is_in_parts: files.len() > 1,
        ..known.clone()
    });
    let read = |file: &SourceFile| {
        let part = |parsed| Part {
            name: file.path.display().to_string(),
            is_synthetic: file.is_synthetic(),
            parsed,
        };
        if let Some(known) = &known {
            let parsed = gridded::read(&file.path, known, folder, request.round);
            progress.read.fetch_add(file.length(), Ordering::Relaxed);
            return Ok(part(parsed));
        }
        let text = file
            .text(&progress.read)
            .map_err(|source| ImportError::Unreadable {
                path: file.path.clone(),
                source,
            })?;
        Ok(part(parse(text, &request.tables, folder, request.round)))
    };
    in_parallel(longest_first, read).into_iter().collect()
}

/// The sources in record order, if all of them are without a fault and no peril is both in a file and in
/// a database.
fn sound(
    parts: Vec<Part>,
    gridded: Option<&KnownCoverage>,
) -> Result<Vec<ReadSource>, ImportError> {
    let mut sources: Vec<ReadSource> = Vec::new();
    let mut faulty = Vec::new();
    for part in parts {
        let name = part.name;
        match part.parsed {
            Err(error) => faulty.push(Faulty {
                name,
                problem: Problem::Parse(error),
            }),
            Ok(parsed) if !parsed.faults.is_empty() => faulty.push(Faulty {
                name,
                problem: Problem::Lines(parsed.faults),
            }),
            Ok(parsed) => sources.push(ReadSource {
                name,
                is_synthetic: part.is_synthetic,
                parsed,
            }),
        }
    }
    if !faulty.is_empty() {
        faulty.sort_by(|one, other| one.name.cmp(&other.name));
        return Err(ImportError::Faulty(faulty));
    }
    let mut sources = along_time::joined(sources).map_err(ImportError::Faulty)?;
    have_the_same_columns(&sources)?;
    if let Some(known) = gridded {
        has_all_times(&sources, known)?;
    }
    sources.sort_by(|one, other| (one.rank(), &one.name).cmp(&(other.rank(), &other.name)));
    for pair in sources.windows(2) {
        if let [first, second] = pair
            && first.rank() == second.rank()
            && database::is_address(&first.name) != database::is_address(&second.name)
        {
            return Err(ImportError::SamePeril {
                peril: first.parsed.table.id().into(),
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
    }
    Ok(sources)
}

/// The gridded sources of a coverage have the same variables and dimensions.
fn have_the_same_columns(sources: &[ReadSource]) -> Result<(), ImportError> {
    let mut gridded = sources
        .iter()
        .filter(|source| source.parsed.gridded.is_some());
    let Some(first) = gridded.next() else {
        return Ok(());
    };
    let columns = |source: &ReadSource| source.parsed.table.coverage.columns.clone();
    let expected = columns(first);
    let others = gridded.filter(|source| columns(source) != expected);
    let faulty: Vec<_> = others
        .map(|other| Faulty {
            name: other.name.clone(),
            problem: Problem::Parse(GriddedFault::OtherColumns(first.name.clone()).into()),
        })
        .collect();
    if faulty.is_empty() {
        Ok(())
    } else {
        Err(ImportError::Faulty(faulty))
    }
}

/// Sources that have some of the times each have all that the description has together.
fn has_all_times(sources: &[ReadSource], known: &KnownCoverage) -> Result<(), ImportError> {
    let Some(source) = sources.first() else {
        return Ok(());
    };
    let columns = &source.parsed.table.coverage.columns;
    match gridded::missing_value(columns, &known.dimensions) {
        None => Ok(()),
        Some(fault) => Err(ImportError::Faulty(vec![Faulty {
            name: source.name.clone(),
            problem: Problem::Parse(fault.into()),
        }])),
    }
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
