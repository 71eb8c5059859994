//! `perild openapi`: prints the description of the interface.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use crate::{
    app::Route,
    commands::serve::config_path,
    config::{Config, ConfigError, DEFAULT_PATH},
    description::{Description, JsonFirst, Version},
    policy::{Policy, PolicyError},
};

/// Arguments of `perild openapi`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Example:\n  perild openapi --config /etc/perild/perild.toml --version 3.0\n\n\
    The daemon gives the same at /openapi.json, and as a page at /docs.",
    disable_version_flag = true
)]
pub struct OpenapiArgs {
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml, then that as it is shipped]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The version of OpenAPI: 3.1, or 3.0 for readers that know no later one
    #[arg(long, value_name = "VERSION", default_value = "3.1", value_parser = version)]
    pub version: Version,
}

/// Reason why there is no description.
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
    let is_default = args.config.is_none() && path == Path::new(DEFAULT_PATH);
    let config = read(&path, is_default)?;
    let policy = Policy::new(&config.datasets, &config.defaults)?;
    let description = Description {
        routes: &Route::described(),
        base_url: config.base_url.as_ref(),
        policy: &policy,
        limits: &config.perils,
        collections: &[],
        signs_records: config.provenance.certificate.is_some(),
    };
    let document = description.document(args.version);
    writeln!(io::stdout().lock(), "{:#}", JsonFirst(&document))?;
    Ok(())
}

/// The configuration at `path`; without that file, where none `is_default`, the one that is shipped.
fn read(path: &Path, is_default: bool) -> Result<Config, ConfigError> {
    if !is_default || Config::is_there(path) {
        return Config::read(path).map(|(config, _)| config);
    }
    // A note that nobody can hear is no fault.
    let _ = writeln!(
        io::stderr(),
        "perild: there is no {}: described is the configuration as it is shipped",
        path.display()
    );
    Config::shipped().map(|(config, _)| config)
}

fn version(text: &str) -> Result<Version, String> {
    let known = || Version::ALL.map(Version::name).join(", ");
    Version::named(text).ok_or_else(|| format!("known are {}", known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_that_nobody_named_may_be_missing() {
        let missing = Path::new("/nonexistent/perild.toml");
        let shipped = read(missing, true).unwrap();
        assert_eq!(shipped.perils, crate::config::PerilLimits::default());
        let named = read(missing, false).unwrap_err();
        assert!(named.to_string().contains("/nonexistent/perild.toml"));
        assert_eq!(OpenapiError::Config(named).exit_code(), ExitCode::from(78));
    }
}
