//! From files of records, features and series to the tables that are served.
//!
//! A table is written aside, sorted, and takes the place of the one before when it is whole; that one is kept once.

mod database;
mod fault;
mod origin;
mod report;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use arrow_array::RecordBatch;
use perild_query::{
    TableSchema,
    layout::{Change, Changed, Folder, Manifest, Mode, Options, WriteError, Writer},
    source::{self, Fault, Input, Reader},
};

use database::Copy;
pub use fault::TableFault;
pub use origin::{Origin, RefusedSource};
pub use report::ImportedTable;

use super::{
    DatabaseFiles, DescribedCollection, Progress, open_files,
    publish::{give, owner},
};
use crate::{clock::Timestamp, dataset::Kind, disk};

/// The folder of tables within the state directory.
pub const TABLES: &str = "tables";

/// A table on its way into the state directory.
#[derive(Clone, Debug)]
pub struct TableRequest {
    /// The description.
    pub collection: DescribedCollection,
    /// `paths.state`: the folder from which tables are served.
    pub state: PathBuf,
    /// The time of the import.
    pub now: Timestamp,
    /// The change that the rows are; none: all rows of the table, in place of those before.
    pub change: Option<TableChange>,
    /// The origin that is noted once the rows are served.
    pub origin: Origin,
    /// The memory and the room that it may take.
    pub limits: TableLimits,
    /// Files that the way to a database may need.
    pub databases: DatabaseFiles,
}

/// The memory and the room that one import of a table may take.
#[derive(Clone, Copy, Debug)]
pub struct TableLimits {
    /// Octets of rows in memory while they are sorted.
    pub memory_bytes: usize,
    /// Octets of all rows, as they are in memory.
    pub rows_bytes: u64,
}

impl Default for TableLimits {
    /// Those of a command, which somebody watches: as many rows as the disk takes.
    fn default() -> Self {
        Self {
            memory_bytes: Options::default().memory_bytes,
            rows_bytes: u64::MAX,
        }
    }
}

/// A change to a table, by rows that stand in files of their own.
#[derive(Clone, Debug)]
pub struct TableChange {
    /// The kind of the change.
    pub mode: Mode,
    /// The files of the rows, and of rows that go away of their keys.
    pub paths: Vec<PathBuf>,
}

/// Imports the data of one collection in place of those before, or nothing.
///
/// # Errors
/// [`TableFault`]; what is served has not changed then.
pub fn import_table(
    request: &TableRequest,
    progress: &Progress,
) -> Result<ImportedTable, TableFault> {
    let collection = &request.collection;
    open_files::allow_many();
    let change = request.change.as_ref();
    let paths = change.map_or(&collection.paths, |change| &change.paths);
    let folder = place(&request.state, &collection.id)?;
    let mut hints = collection.layout.hints.clone();
    let mut inputs = source::files(paths).map_err(TableFault::of_one)?;
    // Held until all is read; it goes with this value.
    let copy = match &collection.database {
        Some(address) if change.is_none() => {
            let place = folder.with_file_name(format!(".{}.csv.zst", collection.id));
            let copy = Copy::make(address, &request.databases, &place, &mut hints)?;
            inputs.push(copy.input());
            Some(copy)
        }
        _ => None,
    };
    if inputs.is_empty() {
        return Err(TableFault::NoFiles(collection.id.clone()));
    }
    let octets: u64 = inputs.iter().map(length).sum();
    progress
        .total
        .store(octets.saturating_mul(2), Ordering::Relaxed);
    let options = Options {
        about: request.collection.about.clone(),
        modified_ms: request.now.seconds().saturating_mul(1_000),
        memory_bytes: request.limits.memory_bytes,
        ..Options::default()
    };
    let (sink, schema) = match change {
        None => (None, None),
        Some(change) => {
            let change = Change::begin(&folder, change.mode, options.clone())?;
            let schema = change.schema();
            (Some(Sink::Change(Box::new(change))), Some(schema))
        }
    };
    hints.table = schema;
    let mut reader = source::open(inputs, hints, &progress.read).map_err(TableFault::of)?;
    check_kind(collection, reader.schema())?;
    let sink = if let Some(sink) = sink {
        sink
    } else {
        let writer = Writer::begin(&folder, reader.schema().clone(), options)?;
        Sink::Whole(Box::new(writer))
    };
    // Before the first row as well: what a killed import leaves is swept by whoever owns it.
    hand_over(&request.state, &folder)?;
    let (manifest, changed) = write(&mut reader, sink, request, progress)?;
    hand_over(&request.state, &folder)?;
    note(&request.origin, &request.state, &collection.id)?;
    drop(copy);
    let id = collection.id.clone();
    Ok(ImportedTable::new(id, folder, manifest, changed, &reader))
}

/// Refuses rows with geometries that nobody could ask for by place.
fn check_kind(collection: &DescribedCollection, schema: &TableSchema) -> Result<(), TableFault> {
    let column = schema.geometry.as_ref();
    match column.filter(|_| schema.kind != perild_query::Kind::Features) {
        None => Ok(()),
        Some(column) => Err(TableFault::Geometries {
            id: collection.id.clone(),
            column: column.clone(),
            kind: Kind::from(schema.kind).name(),
        }),
    }
}

/// The version before of a table is served again.
///
/// # Errors
/// [`TableFault::Rollback`], when there is none.
pub fn rollback_table(state: &Path, id: &str) -> Result<Manifest, TableFault> {
    let folder = state.join(TABLES).join(id);
    let rolled = Folder::new(&folder).rollback();
    let manifest = rolled.map_err(|source| TableFault::Rollback {
        id: id.into(),
        source,
    })?;
    hand_over(state, &folder)?;
    note(&Origin::Operator, state, id)?;
    Ok(manifest)
}

fn note(origin: &Origin, state: &Path, id: &str) -> Result<(), TableFault> {
    let noted = origin.write(state, id);
    noted.map_err(|source| TableFault::State {
        path: state.join(TABLES),
        source,
    })
}

/// The rows of a table on their way to the disk.
enum Sink {
    Change(Box<Change>),
    Whole(Box<Writer>),
}

impl Sink {
    fn push(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        match self {
            Self::Change(change) => change.push(batch),
            Self::Whole(writer) => writer.push(batch),
        }
    }

    fn finish(self) -> Result<(Manifest, Option<Changed>), WriteError> {
        match self {
            Self::Change(change) => change
                .finish()
                .map(|(manifest, changed)| (manifest, Some(changed))),
            Self::Whole(writer) => writer.finish().map(|manifest| (manifest, None)),
        }
    }
}

fn write(
    reader: &mut Reader,
    mut sink: Sink,
    request: &TableRequest,
    progress: &Progress,
) -> Result<(Manifest, Option<Changed>), TableFault> {
    let mut faults = Faults::default();
    let most = request.limits.rows_bytes;
    let mut octets = 0_u64;
    while let Some(batch) = reader.next() {
        if progress.is_stopped.load(Ordering::Relaxed) {
            return Err(TableFault::Stopped);
        }
        match batch {
            Ok(batch) if faults.count == 0 => {
                let more = u64::try_from(batch.get_array_memory_size()).unwrap_or(u64::MAX);
                octets = octets.saturating_add(more);
                if octets > most {
                    return Err(TableFault::TooMuch { most });
                }
                if let Err(error) = sink.push(&batch) {
                    return Err(TableFault::of_write(error, reader));
                }
                progress.rows.store(reader.rows(), Ordering::Relaxed);
            }
            Ok(_) => (),
            Err(fault) => faults.add(fault),
        }
    }
    if faults.count > 0 {
        return Err(TableFault::Rows {
            faults: faults.kept,
            count: faults.count,
        });
    }
    sink.finish()
        .map_err(|error| TableFault::of_write(error, reader))
}

/// Faults that are told of, and how many there are.
#[derive(Default)]
struct Faults {
    kept: Vec<Fault>,
    count: u64,
}

impl Faults {
    fn add(&mut self, fault: Fault) {
        self.count += 1;
        if self.kept.len() < MOST_FAULTS {
            self.kept.push(fault);
        }
    }
}

/// Faults of one import that are told of.
const MOST_FAULTS: usize = 20;

fn length(input: &Input) -> u64 {
    fs::metadata(&input.path).map_or(0, |metadata| metadata.len())
}

/// The folder of the table `id`; the one that it lies in is made when it is not there.
fn place(state: &Path, id: &str) -> Result<PathBuf, TableFault> {
    let tables = state.join(TABLES);
    let made = disk::make_folder(&tables, 0o777);
    made.map_err(|source| TableFault::State {
        path: tables.clone(),
        source,
    })?;
    Ok(tables.join(id))
}

/// Gives all that was written to who owns the state directory: the daemon has to read what root imports.
fn hand_over(state: &Path, folder: &Path) -> Result<(), TableFault> {
    let owner = owner(state).map_err(|source| TableFault::State {
        path: state.to_owned(),
        source,
    })?;
    let Some(owner) = owner else {
        return Ok(());
    };
    let tables = folder.parent().into_iter().map(Path::to_owned);
    let mut ahead: Vec<PathBuf> = tables.chain([folder.to_owned()]).collect();
    while let Some(path) = ahead.pop() {
        let given = give_all(&path, folder, owner, &mut ahead);
        given.map_err(|source| TableFault::State { path, source })?;
    }
    Ok(())
}

/// Gives `path` to who owns the state directory.
fn hand_over_file(state: &Path, path: &Path) -> io::Result<()> {
    give(&fs::File::open(path)?, owner(state)?)
}

/// Gives `path`, and adds what lies in it to those that are ahead when it belongs to the table.
fn give_all(
    path: &Path,
    folder: &Path,
    owner: (u32, u32),
    ahead: &mut Vec<PathBuf>,
) -> io::Result<()> {
    let file = fs::File::open(path)?;
    give(&file, Some(owner))?;
    if file.metadata()?.is_dir() && path.starts_with(folder) {
        for entry in fs::read_dir(path)? {
            ahead.push(entry?.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
