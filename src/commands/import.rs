//! `perild import`: from peril CSV files, a `ClimateScore` database, gridded files or tables to the served store.

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use perild_query::layout::Mode;

use super::serve::{CONFIGURATION, config_path};
use crate::{
    clock::Timestamp,
    config::{Config, ConfigError},
    import::{
        DatabaseFiles, DescribedCollection, DescribedTable, GridStep, ImportError, KnownCoverage,
        NotDescribed, Origin, Progress, Request, RolledBack, Source, TableChange, TableLimits,
        TableRequest, Tables,
        format::{files, is_gridded},
        has_csv, import, import_table, origin_in_folder, rollback, rollback_table,
    },
    policy::{CollectionId, is_reserved},
};

/// Arguments of `perild import`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  perild import /srv/perild/shared_data/perils\n  \
    perild import etlfire.csv.gz etlwind.csv.zst --licence 'CC-BY-4.0'\n  \
    perild import tiles/ --step 0.25 --round\n  \
    perild import /srv/perild/shared_data/solar.toml\n  \
    perild import shared_data/solar.nc\n  \
    perild import shared_data/readings.toml\n  \
    perild import --append shared_data/readings.toml new/readings-2026-02.csv\n  \
    perild import --id t2m era5/t2m_20*.nc\n  \
    PGPASSWORD=... perild import postgres://user@localhost/climatescore\n\n\
    All or nothing: the store in service stays until the new one is whole. Then: systemctl reload perild"
)]
pub struct ImportArgs {
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to build the store, instead of the configuration's paths.state
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub state: Option<PathBuf>,
    /// Where the values come from, in a sentence that is published with them
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Under which terms they may be used, for example CC-BY-4.0
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
    /// The values are made up: say so in every answer
    #[arg(long)]
    pub synthetic: bool,
    /// The step of the grid in degrees: 0.25, 1/12, or 0.5,0.625 for latitudes and longitudes [default: what the places
    /// say]
    #[arg(long, value_name = "DEGREES")]
    pub step: Option<GridStep>,
    /// Round numbers to six decimals, and places to the nearest point of the grid within 0.0001 degrees:
    /// for the tails of 32-bit numbers, such as 51.12500190734863
    #[arg(long)]
    pub round: bool,
    /// The id of the coverage that these files make together, where no description says it: .nc files or Zarr
    /// stores, one a month or a year
    #[arg(long, value_name = "ID", value_parser = coverage_id, conflicts_with = "rollback")]
    pub id: Option<Box<str>>,
    /// Take the last import back: the store before it is kept once. With the descriptions of tables (meters.toml), the
    /// last import of each of these
    #[arg(long, conflicts_with_all = ["source", "licence", "synthetic", "step", "round"])]
    pub rollback: bool,
    /// The files hold new rows of the table that this description tells of, none of which may be there
    #[arg(long, value_name = "DESCRIPTION", group = "change", conflicts_with_all = ["rollback", "id"])]
    pub append: Option<PathBuf>,
    /// The files hold rows of the table that this description tells of: new ones, and ones in the place of those with
    /// their keys
    #[arg(long, value_name = "DESCRIPTION", group = "change", conflicts_with_all = ["rollback", "id"])]
    pub upsert: Option<PathBuf>,
    /// The files hold keys of rows, and of series, that go away from the table that this description tells of
    #[arg(long, value_name = "DESCRIPTION", group = "change", conflicts_with_all = ["rollback", "id"])]
    pub delete: Option<PathBuf>,
    /// Peril CSV files (plain, gzip or zstd), folders of them, or postgres://...; a peril may come in several files.
    /// Of another coverage the description (solar.toml), a file that lies beside it (solar.csv, solar.parquet), or a
    /// .nc file or a Zarr store, which needs none (solar.nc). A folder of such
    /// files is one coverage: they follow each other in time. Of records, features and series the description
    /// (readings.toml), or a file that lies beside it
    #[arg(required_unless_present = "rollback", value_name = "PATH")]
    pub paths: Vec<OsString>,
}

/// Reason why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailed {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The import itself.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The findings cannot be printed.
    #[error("imported, and cannot say so: {0}")]
    Output(#[from] io::Error),
}

impl ImportFailed {
    /// 78 when the configuration is at fault, else 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(CONFIGURATION),
            Self::Import(_) | Self::Output(_) => ExitCode::FAILURE,
        }
    }
}

/// Imports, shows how far it is, and says what was found.
///
/// # Errors
/// [`ImportFailed`]; the store in service has not changed then.
pub fn run(args: &ImportArgs) -> Result<(), ImportFailed> {
    let (state, served, databases) = if let Some(state) = &args.state {
        (state.clone(), None, DatabaseFiles::default())
    } else {
        let config = Config::read(&config_path(args.config.as_deref()))?.0;
        let databases = DatabaseFiles {
            trust_anchors: config.import.database_trust_anchors,
            passfile: config.import.database_passfile,
        };
        let served = (config.paths.shared_data, config.import.unattended_bytes);
        (config.paths.state, Some(served), databases)
    };
    if args.rollback {
        return take_back(&args.paths, &state);
    }
    if let Some((mode, description)) = change(args) {
        let request = TableRequest {
            collection: described_table(description)?,
            state,
            now: Timestamp::now(),
            change: Some(TableChange {
                mode,
                paths: args.paths.iter().map(PathBuf::from).collect(),
            }),
            origin: Origin::Operator,
            limits: TableLimits::default(),
            databases,
        };
        return import_described(&request);
    }
    let (tables, requests) = if let Some(id) = &args.id {
        (Vec::new(), vec![of_id(id, &args.paths)?])
    } else {
        let (tables, rest) = described_tables(&args.paths)?;
        (tables, requests(&rest)?)
    };
    for collection in tables {
        let request = TableRequest {
            origin: origin(&collection, served.as_ref()),
            collection,
            state: state.clone(),
            now: Timestamp::now(),
            change: None,
            limits: TableLimits::default(),
            databases: databases.clone(),
        };
        import_described(&request)?;
    }
    for (sources, tables) in requests {
        let request = Request {
            sources,
            state: state.clone(),
            source: args.source.clone(),
            licence: args.licence.clone(),
            databases: databases.clone(),
            synthetic: args.synthetic,
            step: args.step,
            round: args.round,
            tables,
            now: Timestamp::now(),
        };
        let imported = watched(|progress| import(&request, progress))?;
        writeln!(io::stdout().lock(), "{imported}")?;
    }
    Ok(())
}

/// The folder of the data where the description lies in it: newer files of it, up to so many octets, are imported by the
/// daemon itself. What comes from another place stays as it is.
fn origin(collection: &DescribedCollection, served: Option<&(PathBuf, u64)>) -> Origin {
    let folder = collection.folder.canonicalize().ok();
    match served {
        Some((shared_data, most_bytes))
            if folder.is_some() && folder == shared_data.canonicalize().ok() =>
        {
            origin_in_folder(collection, *most_bytes)
        }
        _ => Origin::Operator,
    }
}

/// Imports a table, and says what was found.
fn import_described(request: &TableRequest) -> Result<(), ImportFailed> {
    let imported = watched(|progress| Ok(import_table(request, progress)?))?;
    Ok(writeln!(io::stdout().lock(), "{imported}")?)
}

/// The change that the files are, and the description of the table that is changed.
fn change(args: &ImportArgs) -> Option<(Mode, &Path)> {
    let modes = [
        (Mode::Append, &args.append),
        (Mode::Upsert, &args.upsert),
        (Mode::Delete, &args.delete),
    ];
    let mut named = modes
        .into_iter()
        .filter_map(|(mode, description)| Some((mode, description.as_deref()?)));
    named.next()
}

fn described_table(path: &Path) -> Result<DescribedCollection, ImportError> {
    let found = DescribedCollection::beside(path)?;
    found.ok_or_else(|| NotDescribed::NoTable(path.to_owned()).into())
}

/// Takes back the last import of coverages, or of each table that `paths` name.
fn take_back(paths: &[OsString], state: &Path) -> Result<(), ImportFailed> {
    if paths.is_empty() {
        return say(&rollback(state)?);
    }
    for path in paths {
        let id = described_table(Path::new(path))?.id;
        let manifest = rollback_table(state, &id).map_err(ImportError::from)?;
        let modified = Timestamp::from_seconds(manifest.modified_ms.div_euclid(1_000));
        writeln!(
            io::stdout().lock(),
            "took back the last import of {id}: version {} of {modified} is there again",
            manifest.version
        )?;
    }
    Ok(writeln!(
        io::stdout().lock(),
        "then: systemctl reload perild"
    )?)
}

/// The tables that `paths` name or lie beside, each once, and the paths that are none.
fn described_tables(
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
fn requests(paths: &[OsString]) -> Result<Vec<(Vec<Source>, Tables)>, ImportError> {
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
fn of_id(id: &str, paths: &[OsString]) -> Result<(Vec<Source>, Tables), ImportError> {
    let mut sources = Vec::new();
    for path in paths {
        let path = PathBuf::from(path);
        let found = files(&path);
        let found = found.map_err(|source| ImportError::Unreadable { path, source })?;
        sources.extend(found.into_iter().map(Source::Path));
    }
    Ok((sources, Tables::gridded(KnownCoverage::named(id))))
}

fn coverage_id(text: &str) -> Result<Box<str>, &'static str> {
    if CollectionId::parse(text).is_err() || is_reserved(text) {
        return Err("no coverage can be called so");
    }
    Ok(text.into())
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

/// Says what was taken back.
fn say(back: &RolledBack) -> Result<(), ImportFailed> {
    let mut out = io::stdout().lock();
    let (path, version) = (back.path.display(), back.version);
    match back.again {
        Some(again) => {
            let imported_at = Timestamp::from_seconds(again.imported_at);
            writeln!(
                out,
                "took back {path}, version {version}: version {} of {imported_at} is there again",
                again.id
            )?;
        }
        None => writeln!(
            out,
            "took back {path}, version {version}: there was none before it"
        )?,
    }
    Ok(writeln!(out, "then: systemctl reload perild")?)
}

/// Imports on this thread while another shows how far it is.
fn watched<T>(import: impl FnOnce(&Progress) -> Result<T, ImportError>) -> Result<T, ImportError> {
    let progress = Progress::default();
    let (done, end) = channel::<()>();
    thread::scope(|scope| {
        let progress = &progress;
        scope.spawn(move || {
            if io::stderr().is_terminal() {
                draw(progress, &end);
            } else {
                tell(progress, &end);
            }
        });
        let imported = import(progress);
        drop(done);
        imported
    })
}

/// A bar that fills with what is read, then the rows that are written.
fn draw(progress: &Progress, end: &Receiver<()>) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(
        "{msg} [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}, {elapsed}",
    ) {
        bar.set_style(style);
    }
    bar.set_message("reading");
    while !is_over(end, Duration::from_millis(100)) {
        bar.set_length(progress.total.load(Ordering::Relaxed));
        bar.set_position(progress.read.load(Ordering::Relaxed));
        let rows = progress.rows.load(Ordering::Relaxed);
        if rows > 0 {
            bar.set_message(format!("writing row {rows}"));
        }
    }
    bar.finish_and_clear();
}

/// A line now and then, for logs.
fn tell(progress: &Progress, end: &Receiver<()>) {
    while !is_over(end, Duration::from_secs(5)) {
        let megabytes = |bytes: u64| bytes / 1_000_000;
        let read = megabytes(progress.read.load(Ordering::Relaxed));
        let total = megabytes(progress.total.load(Ordering::Relaxed));
        let rows = progress.rows.load(Ordering::Relaxed);
        let _ = writeln!(
            io::stderr(),
            "read {read} MB of {total} MB, wrote {rows} rows"
        );
    }
}

fn is_over(end: &Receiver<()>, wait: Duration) -> bool {
    end.recv_timeout(wait) != Err(RecvTimeoutError::Timeout)
}
