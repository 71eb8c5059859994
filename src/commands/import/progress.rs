//! Progress of an import: a bar for who watches, a line now and then for logs.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::import::{ImportError, Progress};

/// Imports on this thread while another shows how far it is.
pub(super) fn watched<T>(
    import: impl FnOnce(&Progress) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
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
