//! What a request of `/v1/location` asks for, and how the answer for one place is found.

mod locate;
mod options;
mod parameters;
mod sphere;
mod subset;
mod wanted;

pub use locate::{Answered, Locator, Made, Status, UsedCell};
pub use options::Options;
pub use parameters::Query;
pub use subset::{Interpolation, Layout, Subset};
pub use wanted::Wanted;
