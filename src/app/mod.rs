//! The one list of routes, and of the rooms in order.

mod examine;
mod routes;
mod site;
mod walk;

pub use examine::{Parts, examine};
pub use routes::Route;
pub use site::{Perild, Site};
pub use walk::{answer, configure, on_connect};
