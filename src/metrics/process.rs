//! Metrics of this process, under the names that every Prometheus client uses.

use procfs::{
    WithCurrentSystemInfo as _,
    process::{LimitValue, Process},
};
use prometheus::{Counter, Error, Gauge, Registry};

use super::registered;
use crate::clock::Timestamp;

/// Registers what can be read; a system that hides `/proc` leaves it out.
pub(super) fn register(registry: &Registry, started: Timestamp) -> Result<(), Error> {
    let gauge = |name: &str, help: &str, value: f64| {
        let gauge = registered(registry, Gauge::new(name, help)?)?;
        gauge.set(value);
        Ok::<_, Error>(())
    };
    gauge(
        "process_start_time_seconds",
        "When the process began, in seconds since 1970.",
        number(started.seconds()),
    )?;
    let Ok(process) = Process::myself() else {
        return Ok(());
    };
    if let Ok(stat) = process.stat() {
        let ticks = number(stat.utime.saturating_add(stat.stime));
        let help = "Processor time of the process, in seconds.";
        let cpu = Counter::new("process_cpu_seconds_total", help)?;
        registered(registry, cpu)?.inc_by(ticks / number(procfs::ticks_per_second()));
        let resident = number(stat.rss_bytes().get());
        gauge(
            "process_resident_memory_bytes",
            "Memory that the process has in use, in octets.",
            resident,
        )?;
    }
    if let Ok(open) = process.fd_count() {
        gauge("process_open_fds", "Open file descriptors.", number(open))?;
    }
    if let Ok(limits) = process.limits()
        && let LimitValue::Value(most) = limits.max_open_files.soft_limit
    {
        let help = "File descriptors that the process may have open.";
        gauge("process_max_fds", help, number(most))?;
    }
    Ok(())
}

/// `value` as Prometheus has all its numbers; exact up to 2^53.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "there is no other conversion, and no such number here comes near 2^53"
)]
pub(super) fn number(value: impl TryInto<i64>) -> f64 {
    value.try_into().unwrap_or(i64::MAX) as f64
}
