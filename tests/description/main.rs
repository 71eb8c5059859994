//! The description in use: its page in a browser, its lines in a shell, its shapes in generators of
//! requests and of clients.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../examples/development.rs"]
mod development;

#[path = "../examples/tools.rs"]
#[allow(dead_code, reason = "shared with the examples, which need more of it")]
mod tools;

mod clients;
mod devtools;
mod generated;
mod harvest;
mod page;
mod shell;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where CI finds the file `name`.
fn artefact(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("test");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}
