//! Query of `/v1/location`, and the result for each of its places.

mod choice;
mod locate;
mod options;
mod output;
mod parameters;
mod place_result;
mod search;
mod sphere;
mod subset;

pub use choice::Form;
pub use locate::Locator;
pub use options::Options;
pub use output::{Between, OutputColumn};
pub use parameters::Query;
pub use place_result::{Origin, PlaceResult, Status, UsedCell};
pub use search::cells_of_a_search;
pub use subset::{Interpolation, Layout, Provenance, Reach, Subset};
