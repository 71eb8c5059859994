//! `perild check`: everything that can be wrong, before a start or a reload.

mod clock;
mod collections;
mod daemon;
mod directory;
mod disk;
mod json;
mod names;
mod nginx;
mod reminder;
mod served;
mod server_certificate;
mod shared_data;
mod shown;
mod socket;
mod socket_unit;
mod store;
mod tables;
mod tls_versions;
mod unattended;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

pub(super) use self::collections::Collections;
use super::serve::{CONFIGURATION, config_path};
use crate::{
    app::{Examined, Holdings, examine},
    clock::Timestamp,
    config::{Config, ConfigError, Finding, SettingPlace, SettingPlaces, Severity},
};

/// Arguments of `perild check`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Example:\n  perild check --config /etc/perild/perild.toml && systemctl reload perild\n\n\
    One line a finding, worst first, then one for each collection with the rule that holds for it and who that lets in.\n\
    Exit code 0 when all is served as it is written, 78 when perild would not serve or a collection is not served."
)]
pub struct CheckArgs {
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Do not ask the directory
    #[arg(long)]
    pub offline: bool,
    /// As one JSON object, for machines
    #[arg(long, conflicts_with = "remind")]
    pub json: bool,
    /// For a daily run: only what is wrong, and what ends in 30, 14, 7, 3 or 1 days
    #[arg(long)]
    pub remind: bool,
}

/// Prints the findings; the exit code says whether perild would serve.
///
/// # Errors
/// When the findings cannot be printed.
pub fn run(args: &CheckArgs) -> io::Result<ExitCode> {
    let path = config_path(args.config.as_deref());
    let read = Config::read(&path);
    let (mut findings, holdings) = match &read {
        Ok((config, places)) => findings(&path, config, places, args.offline),
        Err(ConfigError::Syntax(fault)) => (vec![Finding::clone(fault)], None),
        Err(ConfigError::Faults(faults)) => (faults.clone(), None),
        Err(error @ ConfigError::Unreadable { .. }) => {
            writeln!(io::stderr(), "perild: {error}")?;
            return Ok(ExitCode::from(CONFIGURATION));
        }
    };
    findings.extend(daemon::findings(&path, &findings));
    findings.sort_by_key(|finding| finding.severity);
    let collections = holdings.as_ref().zip(read.as_ref().ok());
    let collections =
        collections.map(|(holdings, (config, places))| Collections::new(holdings, config, places));
    if args.remind {
        reminder::print(&findings, Timestamp::now())?;
    } else if args.json {
        let collections = collections.as_ref().map(Collections::json);
        json::print(&findings, collections.as_deref())?;
    } else {
        print(&findings, collections.as_ref())?;
    }
    let has_error = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    Ok(if has_error {
        ExitCode::from(CONFIGURATION)
    } else {
        ExitCode::SUCCESS
    })
}

fn findings(
    path: &Path,
    config: &Config,
    places: &SettingPlaces,
    offline: bool,
) -> (Vec<Finding>, Option<Holdings>) {
    let Examined {
        parts,
        holdings,
        mut findings,
    } = examine(config, places, None, Timestamp::now());
    findings.extend_from_slice(places.notes());
    findings.extend(socket::findings(path, config, places));
    findings.extend(shared_data::findings(config, places));
    findings.extend(store::findings(config, places));
    findings.extend(tables::findings(config, places));
    findings.extend(unattended::findings(config, places, holdings.as_ref()));
    findings.extend(nginx::findings(config, !offline));
    findings.extend(disk::findings(config, places));
    findings.extend(clock::findings(config, places, Timestamp::now()));
    if let (Some(parts), false) = (parts, offline) {
        findings.extend(directory::findings(parts, places));
    }
    (findings, holdings)
}

/// A warning about nginx.
fn of_nginx(finding: impl Into<String>, remedy: &str) -> Finding {
    let place = SettingPlace::Outside("nginx".to_owned());
    Finding::new(Severity::Warning, place, finding, remedy)
}

fn print(findings: &[Finding], collections: Option<&Collections<'_>>) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for finding in findings {
        writeln!(output, "{finding}")?;
    }
    collections.map_or(Ok(()), |collections| collections.print(&mut output))
}
