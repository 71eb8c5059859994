//! Records: to the journal natively when stderr is the journal, else one line a record on stderr.
//!
//! Only perild's own records are written below `warn`: a library's debug output could quote what
//! it carries. No record holds a token, a private key or a whole certificate.

mod access;
mod line;
mod recorded;
mod spool;

use std::{
    io::Stderr,
    os::{fd::AsFd, unix::fs::MetadataExt},
};

use clap::ValueEnum;
use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::Targets, layer::SubscriberExt, registry, util::SubscriberInitExt,
};

pub use access::Access;
use line::Lines;
pub use recorded::Recorded;
use spool::Spool;

/// How records look on stderr.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum LogFormat {
    /// The journal's native protocol when stderr is the journal, else text.
    Auto,
    /// One JSON object a line.
    Json,
    /// One line of text.
    Text,
}

/// Writes, when dropped, what is not written yet: the last thing a command holds.
#[derive(Debug)]
#[must_use = "the last records are written when this is dropped"]
pub struct LastRecords(Option<Spool<Stderr>>);

impl Drop for LastRecords {
    fn drop(&mut self) {
        if let Some(spool) = &self.0 {
            spool.flush();
        }
    }
}

/// Starts writing records of `level` and above.
///
/// # Errors
/// When the journal's socket cannot be reached, or records are written already.
pub fn start(format: LogFormat, level: Level) -> std::io::Result<LastRecords> {
    let filter = Targets::new()
        .with_target("perild", level)
        .with_default(LevelFilter::WARN);
    let (started, last) = if format == LogFormat::Auto && stderr_is_the_journal() {
        let journal = tracing_journald::layer()?
            .with_field_prefix(Some("PERILD".to_owned()))
            .with_syslog_identifier("perild".to_owned());
        let started = registry().with(journal.with_filter(filter)).try_init();
        (started, LastRecords(None))
    } else {
        let spool = Spool::start(std::io::stderr())?;
        let lines = Lines::new(spool.clone(), format == LogFormat::Json);
        let started = registry().with(lines.with_filter(filter)).try_init();
        (started, LastRecords(Some(spool)))
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!("a fault at {place}: {message}");
    }));
    started.map_err(std::io::Error::other)?;
    Ok(last)
}

/// Whether `JOURNAL_STREAM` names the device and inode of stderr (systemd.exec(5)).
fn stderr_is_the_journal() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "JOURNAL_STREAM is how the journal says so"
    )]
    let stream = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    let stderr = std::io::stderr()
        .as_fd()
        .try_clone_to_owned()
        .map(std::fs::File::from);
    let metadata = stderr.and_then(|stderr| stderr.metadata());
    metadata.is_ok_and(|found| stream == format!("{}:{}", found.dev(), found.ino()))
}
