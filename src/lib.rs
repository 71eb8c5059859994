//! perild publishes grids, tables and files to those who may have them, and to no one else.
//!
//! The order of the modules is the order of a request:
//!
//! ```text
//! edge -> caller -> token -> policy -> dataset -> response
//! ```
//!
//! | room | turns | into |
//! | --- | --- | --- |
//! | [`edge`] | socket and header fields | [`edge::Inbound`] |
//! | [`caller`] | the forwarded certificate | [`caller::Caller`] |
//! | [`token`] | the access token, the caller and the time | [`token::BoundToken`] |
//! | [`policy`] | the bound token and the dataset asked for | [`policy::Permit`] |
//! | [`dataset`] | the permit and what is wanted | [`dataset::Selection`] |
//! | [`response`] | the selection, or a refusal | the HTTP answer |
//!
//! Each value proves that its check was made: its fields are private, one constructor makes it, and
//! the next room cannot begin without it.
//!
//! Beside the walk:
//!
//! | module | subject |
//! | --- | --- |
//! | [`app`] | the routes, and the rooms in their order for each |
//! | [`audit`] | records that must not be lost or changed |
//! | [`climatescore`] | the contract of the service before this one |
//! | [`clock`] | the only place that asks for the time |
//! | [`commands`] | what a person types |
//! | [`config`] | the configuration, read once into final types |
//! | [`description`] | the interface as `OpenAPI` |
//! | [`discovery`] | pages that tell what is published |
//! | `disk` | files that are whole on the disk or not there |
//! | [`fair_semaphore`] | a limit of which one consumer cannot take all |
//! | [`harvest`] | the catalogue for catalogues of others |
//! | [`import`] | stores and tables, built from files and databases |
//! | [`log`] | records for the operator |
//! | [`metrics`] | counts |
//! | `printable` | texts of others on one line |
//! | [`provenance`] | signed records of what left, and for whom |
//! | [`sample`] | data that is made up |
//! | [`service`] | the daemon as systemd sees it |

#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod edge;

pub mod caller;

pub mod token;

pub mod policy;

pub mod dataset;

pub mod response;

pub mod app;
pub mod audit;
pub mod climatescore;
pub mod clock;
pub mod commands;
pub mod config;
pub mod description;
pub mod discovery;
mod disk;
pub mod fair_semaphore;
pub mod harvest;
pub mod import;
pub mod log;
pub mod metrics;
mod printable;
pub mod provenance;
pub mod sample;
pub mod service;
