//! Messages to and from systemd: readiness, reload, stop and watchdog.

mod control;
mod health;
mod notify;
mod runtime;
mod watchdog;

pub use control::{Asker, Bound, Control, RELOADED, control_socket};
pub use health::{bind_health, health_socket};
pub use notify::Notify;
pub use watchdog::{Probe, keep_alive};
