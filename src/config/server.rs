//! The server's own limits, and who may connect to it: `[server]`.

use serde::Deserialize;

use super::forms;
use crate::edge::Network;

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Users who may connect to the unix socket.
    pub proxy_uids: Vec<User>,
    /// Networks that may connect over TCP; empty: this machine.
    #[serde(deserialize_with = "forms::networks")]
    pub trusted_peers: Vec<Network>,
    /// Location prefix of nginx for `X-Accel-Redirect`; empty: perild sends the bytes.
    #[serde(deserialize_with = "forms::accel_prefix")]
    pub accel_prefix: String,
    /// Threads that answer requests; 0: one for each processor.
    pub workers: usize,
    /// Seconds that running downloads may go on after a stop.
    pub shutdown_seconds: u64,
    /// Bytes of small files kept in memory.
    pub file_memory_bytes: u64,
}

/// A user of this machine, by number or by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(untagged)]
pub enum User {
    /// A user id.
    Id(u32),
    /// A user name.
    Name(String),
}

impl Default for Server {
    fn default() -> Self {
        Self {
            proxy_uids: vec![User::Name("www-data".into()), User::Name("nginx".into())],
            trusted_peers: Vec::new(),
            accel_prefix: String::new(),
            workers: 0,
            shutdown_seconds: 30,
            file_memory_bytes: 8 * 1024 * 1024,
        }
    }
}
