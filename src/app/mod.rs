//! The one list of routes, and of the rooms in order.

mod examine;
mod perils;
mod routes;
mod site;
mod walk;

pub use examine::{Parts, examine};
pub use routes::{PerilRoute, Route};
pub use site::{Perild, Site};
pub use walk::{answer, configure, on_connect};
