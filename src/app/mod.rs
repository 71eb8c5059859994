//! The one list of routes, and of the rooms in order.

mod context;
mod described;
mod discovery;
mod edr;
mod examine;
mod file;
mod harvest;
mod heartbeat;
mod items;
mod other_kind;
mod perild;
mod perils;
mod planned;
mod present;
mod provenance;
mod renewed;
mod routes;
mod scrape;
mod site;
mod thread;
mod waiting;
mod walk;

pub(crate) use context::RequestContext;
pub(crate) use perils::consumer;

pub use examine::{Examined, Holdings, Parts, Previous, examine};
pub use perild::Perild;
pub use present::Present;
pub use provenance::Provenance;
pub use routes::{PerilRoute, Route};
pub use scrape::configure_metrics;
pub use site::{AssemblyError, Site};
pub use waiting::Waiting;
pub use walk::{answer, configure, on_connect};
