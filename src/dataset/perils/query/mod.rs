//! What a request of `/v1/location` asks for, and how the answer for one place is found.

mod answered;
mod choice;
mod locate;
mod options;
mod parameters;
mod search;
mod sphere;
mod subset;
mod wanted;

pub use answered::{Answered, Origin, Status, UsedCell};
pub use choice::Form;
pub use locate::Locator;
pub use options::Options;
pub use parameters::Query;
pub use search::cells_of_a_search;
pub use subset::{Interpolation, Layout, Provenance, Reach, Subset};
pub use wanted::{Between, Wanted};
