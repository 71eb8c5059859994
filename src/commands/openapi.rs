//! `perild openapi`: prints the description of the interface.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use crate::{
    app::Route,
    commands::serve::config_path,
    config::{Config, ConfigError},
    policy::{Policy, PolicyError},
    response::description::{Description, Version},
};

/// Arguments of `perild openapi`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Example:\n  perild openapi --config /etc/perild/perild.toml --version 3.0\n\n\
    The daemon gives the same at /openapi.json, and as a page at /docs.",
    disable_version_flag = true
)]
pub struct OpenapiArgs {
    /// The configuration [default: $`PERILD_CONFIG`, then /etc/perild/perild.toml, then every key's default]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The version of `OpenAPI`: 3.1, or 3.0 for readers that know no later one
    #[arg(long, value_name = "VERSION", default_value = "3.1", value_parser = version)]
    pub version: Version,
}

/// Why there is no description.
#[derive(Debug, thiserror::Error)]
pub enum OpenapiError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It cannot be printed.
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
    /// The rules of the configuration contradict each other.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl OpenapiError {
    /// 78 when the configuration is at fault, else 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Policy(_) => ExitCode::from(78),
            Self::Output(_) => ExitCode::FAILURE,
        }
    }
}

/// Prints it.
///
/// # Errors
/// [`OpenapiError`].
pub fn run(args: &OpenapiArgs) -> Result<(), OpenapiError> {
    let path = config_path(args.config.as_deref());
    let config = if args.config.is_some() || path.exists() {
        Some(Config::read(&path)?.0)
    } else {
        None
    };
    let (datasets, defaults, limits) = config.as_ref().map_or_else(Default::default, |config| {
        (
            config.datasets.clone(),
            config.defaults.clone(),
            config.perils.clone(),
        )
    });
    let policy = Policy::new(&datasets, &defaults)?;
    let description = Description {
        routes: &Route::described(),
        base_url: config.as_ref().and_then(|config| config.base_url.as_ref()),
        policy: &policy,
        limits: &limits,
        datasets: &datasets,
    };
    let document = description.document(args.version);
    writeln!(io::stdout().lock(), "{document:#}")?;
    Ok(())
}

fn version(text: &str) -> Result<Version, String> {
    let known = || Version::ALL.map(Version::name).join(", ");
    Version::named(text).ok_or_else(|| format!("known are {}", known()))
}
