//! The one list of routes, and of the rooms in order.

mod described;
mod examine;
mod file;
mod perils;
mod routes;
mod scrape;
mod site;
mod visit;
mod walk;

pub(crate) use perils::consumer;
pub(crate) use visit::Visit;

pub use examine::{Parts, examine};
pub use routes::{PerilRoute, Route};
pub use scrape::configure_metrics;
pub use site::{Perild, Site};
pub use walk::{answer, configure, on_connect};
