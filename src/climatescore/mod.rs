//! The contract of the `ClimateScore` service, which stood here before perild: frozen, answer for answer.
//!
//! [`request`] reads as that service read, [`answer`] writes as it wrote, `handlers` are its walk and
//! `description` is its part of the OpenAPI document. It uses every room; of the others only [`app`](crate::app)
//! and the description of all routes use it. Once no consumer calls the old paths it is deleted whole.

pub mod answer;
mod column;
pub(crate) mod description;
mod handlers;
mod peril;
mod projection;
pub mod request;
mod route;

pub use column::Column;
pub(crate) use handlers::answer as handle;
pub use peril::{Metric, Peril};
pub use projection::{Scenario, Year};
pub use route::ContractRoute;
