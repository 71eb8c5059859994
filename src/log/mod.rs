//! Records: to the journal natively when stderr is the journal, else one line a record on stderr.
//!
//! Only perild's own records are written below `warn`: a library's debug output could quote what
//! it carries. No record holds a token, a private key or a whole certificate.

mod access;
mod buffer;
mod journal;
mod line;
mod recorded;
mod records;
mod sink;

use std::{
    os::{fd::AsFd, unix::fs::MetadataExt},
    time::Duration,
};

use clap::ValueEnum;
use tracing::{Event, Level, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
    registry,
    util::SubscriberInitExt,
};

pub use access::Access;
use buffer::Buffer;
pub use buffer::Overflow;
pub use recorded::Recorded;
use sink::{Journal, Lines};

/// Form of records on stderr.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum LogFormat {
    /// The journal's native protocol when stderr is the journal, else text.
    Auto,
    /// One JSON object a line.
    Json,
    /// One line of text.
    Text,
}

/// The log of this process: what is recorded leaves by a thread of its own, through a bounded buffer.
#[derive(Clone, Debug)]
pub struct Log(Buffer);

impl Log {
    /// Returns when another request's record has room: at once unless `log.on_overflow` is `block`.
    pub async fn room(&self) {
        self.0.room().await;
    }

    /// Chooses what happens from now on when records come faster than they are written.
    pub fn on_overflow(&self, overflow: Overflow) {
        self.0.on_overflow(overflow);
    }

    /// Records lost since the start, because the journal did not keep up.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.0.dropped()
    }

    /// Waits until what was recorded is written, unless the log hangs: a second at most.
    pub fn written(&self) {
        self.0.flush(PATIENCE);
    }

    /// Writes what is not written yet: the last thing a command does.
    #[must_use = "the last records are written when this is dropped"]
    pub fn last_records(&self) -> LastRecords {
        LastRecords(self.clone())
    }
}

/// Writes, when dropped, what is not written yet, unless the log hangs.
#[derive(Debug)]
pub struct LastRecords(Log);

impl Drop for LastRecords {
    fn drop(&mut self) {
        self.0.written();
    }
}

/// Starts writing records of `level` and above. Nobody is waited for, a journal least of all.
///
/// # Errors
/// When the system gives no socket or thread, or records are written already.
pub fn start(format: LogFormat, level: Level) -> std::io::Result<Log> {
    let (buffer, encode): (_, Encode) = match format {
        LogFormat::Auto if stderr_is_the_journal() => (
            Buffer::start(Journal::new(JOURNAL)?, report_lost)?,
            journal::native,
        ),
        LogFormat::Auto | LogFormat::Text => (to_stderr()?, |event| line::text(event).into_bytes()),
        LogFormat::Json => (to_stderr()?, |event| line::json(event).into_bytes()),
    };
    let log = Log(buffer.clone());
    let filter = Targets::new()
        .with_target("perild", level)
        .with_default(LevelFilter::WARN);
    let records = Records { buffer, encode };
    let started = registry().with(records.with_filter(filter)).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!("a fault at {place}: {message}");
    }));
    started.map_err(std::io::Error::other)?;
    Ok(log)
}

fn to_stderr() -> std::io::Result<Buffer> {
    Buffer::start(Lines(std::io::stderr()), report_lost)
}

fn report_lost(records: u64) {
    tracing::warn!(
        records,
        "{records} records were lost: the log did not keep up (log.on_overflow)"
    );
}

type Encode = fn(&Event<'_>) -> Vec<u8>;

/// Hands each event on as a record: warnings and errors to be written at once, the rest soon.
struct Records {
    buffer: Buffer,
    encode: Encode,
}

impl<S: Subscriber> Layer<S> for Records {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let is_urgent = *event.metadata().level() <= Level::WARN;
        self.buffer.push(&(self.encode)(event), is_urgent);
    }
}

/// `true` when `JOURNAL_STREAM` names the device and inode of stderr (systemd.exec(5)).
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

/// Socket at which the journal takes records in its own form.
const JOURNAL: &str = "/run/systemd/journal/socket";

/// Time that the end of the process, or one who asked for a reload, waits for a log that hangs.
const PATIENCE: Duration = Duration::from_secs(1);
