//! `perild catalog`: prints the catalogue as harvesters find it, or says what is wrong with it.

mod columns;
mod findings;
mod lines;
mod places;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::serve::{CONFIGURATION, config_path};
use crate::{
    app::{Holdings, examine},
    clock::Timestamp,
    config::{Config, ConfigError, SettingPlaces},
    dataset::Checksums,
    harvest::{
        Format, Profile, Source,
        check::{Entries, Requirements, RequirementsFault, Unreadable, against},
    },
    printable::printable,
    response::media::Formats,
};
use places::Places;

/// Arguments of `perild catalog`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  perild catalog --format jsonld\n  perild catalog --check --against catalog.ttl\n\n\
    The daemon gives the same at /catalog.ttl, /catalog.jsonld and /catalog.rdf. With --check, --against or --requirements \
    nothing of it is printed but what is wrong, worst first, with file and line. Exit code 0 when a directory would take \
    all of it, 1 when it would not, 78 when the configuration is at fault."
)]
pub struct CatalogArgs {
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The form: ttl, jsonld, rdf, or open-energy for the metadata file of 2021
    #[arg(long, value_name = "FORM", default_value = "ttl", value_parser = form)]
    pub format: Form,
    /// The profile: ib1 or dcat-ap
    #[arg(long, value_name = "PROFILE", default_value = "ib1", value_parser = profile)]
    pub profile: Profile,
    /// Say what is wrong, the assurance level of each collection, and what is missing for the next
    #[arg(long)]
    pub check: bool,
    /// The member's address as the directory has it, which the publisher must be octet for octet
    #[arg(long, value_name = "URL")]
    pub member: Option<String>,
    /// A catalogue that the directory took before (.ttl, .jsonld or .rdf): what must not change
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// Requirements of a scheme, as its registry has them (.ttl, .jsonld or .rdf)
    #[arg(long, value_name = "FILE")]
    pub requirements: Vec<PathBuf>,
}

/// A form of the catalogue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// The metadata file of 2021, as JSON.
    OpenEnergy,
    /// RDF.
    Rdf(Format),
}

/// Reason why there is nothing to print, or what was found is bad.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A file that is to be compared with cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Compared {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something was found, and has been said.
    #[error("the catalogue is not as it should be: {errors} errors")]
    Found {
        /// The number of them.
        errors: usize,
    },
    /// Nobody has said at which address the catalogue is.
    #[error("base_url is not set: without it nothing in a catalogue has an address")]
    NoAddress,
    /// It cannot be printed.
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
    /// The rules of the configuration, or its folders, keep everything from being published.
    #[error("nothing is published: {0}")]
    NothingPublished(String),
    /// A file of requirements is none.
    #[error("{}: {}", .path.display(), quoted(.fault))]
    Requirements {
        /// The file.
        path: PathBuf,
        /// The matter.
        fault: RequirementsFault,
    },
    /// A file that is to be compared with is no RDF.
    #[error("{}: {fault}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The matter.
        fault: Unreadable,
    },
}

/// `fault`, which names terms of a file of others, fit for a terminal.
fn quoted(fault: &RequirementsFault) -> String {
    printable(&fault.to_string()).into_owned()
}

impl CatalogError {
    /// 78 when the configuration is at fault, else 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::NoAddress | Self::NothingPublished(_) => {
                ExitCode::from(CONFIGURATION)
            }
            _ => ExitCode::FAILURE,
        }
    }
}

/// Prints it, or what is wrong with it.
///
/// # Errors
/// [`CatalogError`].
pub fn run(args: &CatalogArgs) -> Result<(), CatalogError> {
    let path = config_path(args.config.as_deref());
    let (config, places) = Config::read(&path)?;
    let holdings = holdings(&config, &places)?;
    let files = holdings.catalog().listed_after(None).iter();
    let files = files.flat_map(|collection| collection.representations());
    // Whoever types this waits for it.
    let checksums = Checksums::default().read(&config.paths.shared_data, files, u64::MAX);
    let base_url = config.base_url.as_ref().ok_or(CatalogError::NoAddress)?;
    let source = Source {
        base_url: base_url.as_str().trim_end_matches('/'),
        catalog: holdings.catalog(),
        policy: holdings.policy(),
        settings: &config.catalog,
        issuer: &config.directory.issuer,
        checksums: &checksums,
        now: Timestamp::now(),
    };
    let is_checked = args.check || args.member.is_some();
    if !is_checked && args.against.is_none() && args.requirements.is_empty() {
        return print(source, args);
    }
    let folder = &config.paths.shared_data;
    let mut found = findings::Found::default();
    let mut places = Places::new(source, folder, &places);
    if is_checked {
        found.check(source, folder, &mut places, args.member.as_deref());
    }
    let entries = Entries::of(&source.triples(Profile::Ib1));
    if let Some(path) = &args.against {
        found.object(path, against(&entries_of(path)?, &entries), &mut places);
    }
    for path in &args.requirements {
        let requirements = Requirements::of(&entries_of(path)?);
        let requirements = requirements.map_err(|fault| CatalogError::Requirements {
            path: path.clone(),
            fault,
        })?;
        found.object(path, requirements.check(&entries), &mut places);
    }
    found.print(&mut io::stdout().lock())?;
    match found.errors() {
        0 => Ok(()),
        errors => Err(CatalogError::Found { errors }),
    }
}

fn holdings(config: &Config, places: &SettingPlaces) -> Result<Holdings, CatalogError> {
    let examined = examine(config, places, None, Timestamp::now());
    examined.holdings.ok_or_else(|| {
        let mut findings = examined.findings.iter();
        let worst = findings.next().map(ToString::to_string);
        CatalogError::NothingPublished(worst.unwrap_or_default())
    })
}

fn print(source: Source<'_>, args: &CatalogArgs) -> Result<(), CatalogError> {
    let mut output = io::stdout().lock();
    match args.format {
        Form::OpenEnergy => source.write_open_energy(&mut output)?,
        Form::Rdf(format) => {
            for text in source.write(args.profile, &[format], Vec::new)? {
                output.write_all(text.trim_ascii_end())?;
                output.write_all(b"\n")?;
            }
        }
    }
    Ok(())
}

fn entries_of(path: &Path) -> Result<Entries, CatalogError> {
    let text = fs::read(path).map_err(|source| CatalogError::Compared {
        path: path.into(),
        source,
    })?;
    Entries::read(path, &text).map_err(|fault| CatalogError::Unreadable {
        path: path.into(),
        fault,
    })
}

fn form(text: &str) -> Result<Form, String> {
    if text == OPEN_ENERGY {
        return Ok(Form::OpenEnergy);
    }
    let found = Format::choose(Some(text), None, None).ok().flatten();
    found
        .map(Form::Rdf)
        .ok_or_else(|| format!("known are {}, {OPEN_ENERGY}", Format::known().join(", ")))
}

fn profile(text: &str) -> Result<Profile, String> {
    let known = || Profile::ALL.map(Profile::name).join(", ");
    Profile::named(text).ok_or_else(|| format!("known are {}", known()))
}

const OPEN_ENERGY: &str = "open-energy";
