//! How perild speaks with systemd: readiness, reload, stop and watchdog.

mod notify;
mod watchdog;

pub use notify::Notify;
pub use watchdog::{Probe, keep_alive};
