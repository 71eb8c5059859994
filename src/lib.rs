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
//! Beside the walk: [`app`] lists the routes and the rooms in order, [`climatescore`] is the old service's
//! contract, [`config`] is read once into
//! final types, [`clock`] is the only place that asks for the time, [`description`] says in `OpenAPI` what
//! all this is, [`discovery`] what is published, [`harvest`] the same for catalogues of others, `disk` writes what has to stay, [`import`] builds the store
//! that is served and [`sample`] makes up data for it, [`log`]
//! writes records and [`audit`] those that must not be lost or changed, `printable` keeps each on its line, [`metrics`] counts, [`provenance`] signs records of what left and for whom, [`fair_semaphore`] keeps one consumer from taking all there is, [`service`]
//! speaks with systemd, and [`commands`] are what a person types.

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
