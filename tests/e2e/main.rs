//! The whole guarded path: the built daemon behind nginx with the files we ship, a certified `OpenID`
//! provider as the directory, the ecosystem's own Python package and openssl as consumers.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

#[path = "../support/mod.rs"]
mod support;

mod certificates;
mod clients;
mod consumer;
mod edge;
mod edge_errors;
mod examples;
mod files;
mod journal;
mod jwt;
mod machines;
mod nginx_tls;
mod open_files;
mod perils;
mod second_opinion;
mod service;
mod socket;
mod tokens;
mod units;
