//! `perild serve`: the daemon, from its configuration to its end.
//!
//! | what keeps it from serving | exit code | what happens |
//! | --- | --- | --- |
//! | the configuration, or what it names, is wrong: [`ServeError::Config`], [`ServeError::Start`] | 78 | it ends, and a person mends it |
//! | what it names is not there yet, or has ended by the clock | | it is up, answers 503, and looks again by itself |
//! | a socket that cannot be used, whoever tries: [`ServeError::Listen`] | 78 | it ends, and a person mends it |
//! | an audit file that another process has, or that cannot be opened now | 1 | systemd starts it again |
//! | a socket that another process has, or that cannot be bound now | 1 | systemd starts it again |
//! | the system fails: [`ServeError::Io`] and the rest | 1 | systemd starts it again |
//! | the directory is away, its name unknown, its certificate not accepted | | it is up, not ready, and asks again by itself |
//!
//! Which of what it names may mend itself: `src/app/examine/awaited.rs`.

mod daemon;
mod drain;
mod metrics;
mod reading;
mod reload;
mod server;
mod waiting;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use tracing::Level;

use crate::{
    app::AssemblyError,
    audit::OpenError,
    config::{ConfigError, DEFAULT_PATH},
    edge::ListenError,
    log::{self, LogFormat},
    service::Bound,
    token::StartError,
};

/// Arguments of `perild serve`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Example:\n  perild serve --config /etc/perild/perild.toml\n\n\
    SIGHUP takes a changed configuration, keys, anchors and revocation lists; SIGTERM finishes running requests and ends."
)]
pub struct ServeArgs {
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How records look; auto writes to the journal when stderr is the journal
    #[arg(long, value_enum, default_value = "auto")]
    pub log_format: LogFormat,
    /// The least severe records that are written: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub log_level: Level,
}

/// Reason why the daemon did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The audit file cannot be written.
    #[error("audit.file: {0}")]
    Audit(OpenError),
    /// The configuration is wrong; nothing was started.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something that should not happen.
    #[error("a fault of perild's own; its place is in the log, please report it")]
    Fault,
    /// The server failed.
    #[error("perild ended: {0}")]
    Io(#[from] std::io::Error),
    /// The metrics have no place.
    #[error("metrics cannot be counted: {0}")]
    Metrics(#[from] prometheus::Error),
    /// There is nothing to listen on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The client toward the directory cannot be built.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl ServeError {
    /// 78 when the configuration is at fault, so that systemd does not try again (SYSD-11), else 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Listen(ListenError::Bind { .. } | ListenError::InUse(_))
            | Self::Audit(OpenError::InUse(_) | OpenError::Io { .. })
            | Self::Fault
            | Self::Io(_)
            | Self::Metrics(_)
            | Self::Start(StartError::NoRandomness) => ExitCode::FAILURE,
            Self::Audit(_) | Self::Config(_) | Self::Listen(_) | Self::Start(_) => {
                ExitCode::from(CONFIGURATION)
            }
        }
    }
}

impl From<AssemblyError> for ServeError {
    fn from(error: AssemblyError) -> Self {
        match error {
            AssemblyError::Audit(error) => Self::Audit(error),
            AssemblyError::Tokens(error) => Self::Start(error),
        }
    }
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// [`ServeError`]; with [`ServeError::Config`] nothing was started.
pub fn run(args: &ServeArgs) -> Result<(), ServeError> {
    let path = config_path(args.config.as_deref());
    // First of all, so that what is found in the configuration is written.
    let log = log::start(args.log_format, args.log_level)?;
    let _last_records = log.last_records();
    let control = Bound::bind()?;
    let (config, examined) = reading::examined(&path, None)?;
    log.on_overflow(config.log.on_overflow);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("perild-main")
        .enable_all()
        .build()?;
    let served = runtime.block_on(daemon::serve(path, config, examined, control, log));
    runtime.shutdown_background();
    served
}

/// The configuration to use: `given`, else `PERILD_CONFIG`, else the system's.
#[must_use]
pub fn config_path(given: Option<&Path>) -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "PERILD_CONFIG names the configuration"
    )]
    let variable = std::env::var_os("PERILD_CONFIG");
    given
        .map(Path::to_path_buf)
        .or(variable.map(PathBuf::from))
        .unwrap_or_else(|| DEFAULT_PATH.into())
}

/// `EX_CONFIG` of sysexits.h.
pub(crate) const CONFIGURATION: u8 = 78;
