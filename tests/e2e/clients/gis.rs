//! QGIS and R as Debian ships them, years older than what `PyPI` has: `./test gis` installs both and runs these.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{script, stage, tables::every_program_reads_and_is_refused};
use crate::support::{
    process::{output, tool},
    world::World,
};

#[test]
#[ignore = "QGIS of Debian: ./test gis installs and runs it"]
fn qgis_reads_each_table_to_its_end_and_is_told_what_is_missing() {
    every_program_reads_and_is_refused(|world, token| run(world, "gis_qgis.py", token));
}

#[test]
#[ignore = "R of Debian: ./test gis installs and runs it"]
fn sf_reads_each_table_to_its_end_and_is_told_what_is_missing() {
    every_program_reads_and_is_refused(|world, token| run(world, "gis_sf.py", token));
}

/// Runs the script `name` by Debian's Python, which has Debian's modules; what it printed.
fn run(world: &World, name: &str, token: &str) -> String {
    output(
        Command::new(tool("python3", "python3"))
            .arg("-B")
            .arg(script(name))
            .arg(stage(world, token))
            .arg(pictures()),
    )
}

/// The folder of what a run leaves to be looked at.
fn pictures() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("test");
    fs::create_dir_all(&folder).unwrap();
    folder
}
