//! `perild import`: from peril CSV files, a `ClimateScore` database, gridded files or tables to the served store.

mod named;
mod progress;
mod taken_back;

use std::{
    ffi::OsString,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use perild_query::layout::Mode;

use self::{
    named::{described_table, described_tables, of_id, requests},
    progress::watched,
    taken_back::take_back,
};
use super::serve::{CONFIGURATION, config_path};
use crate::{
    clock::Timestamp,
    config::{Config, ConfigError},
    import::{
        DatabaseFiles, DescribedCollection, GridStep, ImportError, Origin, Request, Source,
        TableChange, TableLimits, TableRequest, Tables, import, import_table, origin_in_folder,
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
    let settings = Settings::of(args)?;
    if args.rollback {
        return take_back(&args.paths, &settings.state);
    }
    if let Some((mode, description)) = change(args) {
        let collection = described_table(description)?;
        let paths = args.paths.iter().map(PathBuf::from).collect();
        return import_described(&settings.change(collection, TableChange { mode, paths }));
    }
    let (tables, stores) = if let Some(id) = &args.id {
        (Vec::new(), vec![of_id(id, &args.paths)?])
    } else {
        let (tables, rest) = described_tables(&args.paths)?;
        (tables, requests(&rest)?)
    };
    for collection in tables {
        import_described(&settings.table(collection))?;
    }
    for (sources, tables) in stores {
        let request = settings.store(args, sources, tables);
        let imported = watched(|progress| import(&request, progress))?;
        writeln!(io::stdout().lock(), "{imported}")?;
    }
    Ok(())
}

/// The part of the configuration that imports go by.
struct Settings {
    state: PathBuf,
    /// The folder of the data, and octets of a table that the daemon imports from there by itself; none where the command
    /// names the state directory alone.
    served: Option<(PathBuf, u64)>,
    databases: DatabaseFiles,
}

impl Settings {
    fn of(args: &ImportArgs) -> Result<Self, ConfigError> {
        if let Some(state) = &args.state {
            return Ok(Self {
                state: state.clone(),
                served: None,
                databases: DatabaseFiles::default(),
            });
        }
        let config = Config::read(&config_path(args.config.as_deref()))?.0;
        Ok(Self {
            state: config.paths.state,
            served: Some((config.paths.shared_data, config.import.unattended_bytes)),
            databases: DatabaseFiles {
                trust_anchors: config.import.database_trust_anchors,
                passfile: config.import.database_passfile,
            },
        })
    }

    fn change(&self, collection: DescribedCollection, change: TableChange) -> TableRequest {
        TableRequest {
            collection,
            state: self.state.clone(),
            now: Timestamp::now(),
            change: Some(change),
            origin: Origin::Operator,
            limits: TableLimits::default(),
            databases: self.databases.clone(),
        }
    }

    fn table(&self, collection: DescribedCollection) -> TableRequest {
        TableRequest {
            origin: self.origin(&collection),
            collection,
            state: self.state.clone(),
            now: Timestamp::now(),
            change: None,
            limits: TableLimits::default(),
            databases: self.databases.clone(),
        }
    }

    fn store(&self, args: &ImportArgs, sources: Vec<Source>, tables: Tables) -> Request {
        Request {
            sources,
            state: self.state.clone(),
            source: args.source.clone(),
            licence: args.licence.clone(),
            databases: self.databases.clone(),
            synthetic: args.synthetic,
            step: args.step,
            round: args.round,
            tables,
            now: Timestamp::now(),
        }
    }

    /// The folder of the data where the description lies in it: newer files of it, up to so many octets, are imported by
    /// the daemon itself. What comes from another place stays as it is.
    fn origin(&self, collection: &DescribedCollection) -> Origin {
        let folder = collection.folder.canonicalize().ok();
        match &self.served {
            Some((shared_data, most_bytes))
                if folder.is_some() && folder == shared_data.canonicalize().ok() =>
            {
                origin_in_folder(collection, *most_bytes)
            }
            _ => Origin::Operator,
        }
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

fn coverage_id(text: &str) -> Result<Box<str>, &'static str> {
    if CollectionId::parse(text).is_err() || is_reserved(text) {
        return Err("no coverage can be called so");
    }
    Ok(text.into())
}
