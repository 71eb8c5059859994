//! Messages to and from systemd: readiness, reload, stop and watchdog; and memory that is given back to the system.

mod control;
mod health;
mod memory;
mod notify;
mod runtime;
mod watchdog;

pub use control::{Asker, Bound, Control, RELOADED, control_socket};
pub use health::{bind_health, health_socket};
pub use memory::give_back_memory;
pub use notify::Notify;
pub use watchdog::{Probe, keep_alive};
