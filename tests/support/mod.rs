//! The world around the daemon, made of real parts: certificates minted for the run, nginx with the
//! files we ship, a certified `OpenID` provider as the directory, the Python package as the consumer,
//! systemd's own tools. Nothing here stands in for something that can be started.
//!
//! A tool that is not installed is a failure that names the Debian package, never a skip.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary takes what it needs from here, as from a library"
)]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

pub mod balancer;
pub mod described;
pub mod directory;
pub mod fake_directory;
pub mod http;
pub mod journal;
pub mod jwt;
pub mod nginx;
pub mod node;
pub mod perild;
pub mod pki;
pub mod printed;
pub mod process;
pub mod python;
pub mod store;
pub mod tables;
pub mod tls;
pub mod world;
